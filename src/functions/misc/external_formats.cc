// Functions of Spark's modules for Avro and Protobuf, which are not part of this build: each call says so, as Spark without the module does.
#include <sys/stat.h>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

// Arguments that say how to read or write have to be known before any row is.
bool isConstantText(const BindContext& context, size_t argument) {
  return context.constants[argument] != nullptr && context.argumentTypes[argument].isStringLike();
}
bool isConstantNull(const BindContext& context, size_t argument) { return context.argumentTypes[argument].is(TypeKind::kNull); }
bool areConstantOptions(const BindContext& context, size_t argument) {
  const DataType& type = context.argumentTypes[argument];
  if (context.constants[argument] == nullptr || !type.is(TypeKind::kMap)) return isConstantNull(context, argument);
  const bool ofTexts = type.keyType().isStringLike() && type.valueType().isStringLike();
  return ofTexts || (type.keyType().is(TypeKind::kNull) && type.valueType().is(TypeKind::kNull));
}

Error wrongArgument(const BindContext& context, const std::string& what, const std::string& hint) {
  return Error(condition::kDatatypeMismatchTypeCheckFailureWithHint)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("msg", what)
      .with("hint", hint);
}

Error noConstantSchema(const BindContext& context, const char* which) {
  return wrongArgument(context, std::string("The ") + which + " argument has to be a constant text with an Avro schema in JSON", "");
}
Error noConstantOptions(const BindContext& context, const char* which) {
  return wrongArgument(context, std::string("The ") + which + " argument has to be a constant map of texts with the options", "");
}

Result<FunctionBinding> bindAvro(const BindContext& context) {
  const bool reads = context.name == "from_avro";
  RETURN_IF_ERROR(checkArgumentCount(context, reads ? 2 : 1, reads ? 3 : 2));
  const size_t numArguments = context.arguments.size();
  const size_t schema = context.name == "schema_of_avro" ? 0 : 1;
  if (schema < numArguments && !isConstantText(context, schema) && !isConstantNull(context, schema)) return noConstantSchema(context, schema == 0 ? "first" : "second");
  const size_t options = schema + 1;
  if (options < numArguments && !areConstantOptions(context, options)) return noConstantOptions(context, options == 1 ? "second" : "third");
  return Error(condition::kAvroNotLoadedSqlFunctionsUnusable).with("functionName", std::string(context.name));
}

Result<FunctionBinding> bindProtobuf(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 4));
  const bool writes = context.name == "to_protobuf";
  if (writes && !context.argumentTypes[0].is(TypeKind::kStruct)) {
    return Error(condition::kDatatypeMismatchNonStructType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", quoteIdentifier("data"))
        .with("inputType", "\"" + context.argumentTypes[0].sql() + "\"");
  }
  if (!isConstantText(context, 1)) return wrongArgument(context, "The second argument has to be a constant text with the name of the message", "");
  if (context.arguments.size() > 3 && !areConstantOptions(context, 3)) return noConstantOptions(context, "fourth");
  if (context.arguments.size() > 2 && context.constants[2] != nullptr && !context.constants[2]->isNull() && context.argumentTypes[2].isStringLike()) {
    const std::string& path = context.constants[2]->asString();
    struct stat found = {};
    if (path.empty() ? writes : ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return Error(condition::kCannotParseProtobufDescriptor);
    if (!path.empty() && ::stat(path.c_str(), &found) != 0) return Error(condition::kProtobufDescriptorFileNotFound).with("filePath", path);
  }
  return Error(condition::kProtobufNotLoadedSqlFunctionsUnusable).with("functionName", std::string(context.name));
}

}  // namespace

void registerExternalFormats(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "from_avro(child, jsonFormatSchema[, options]) - The value of Avro bytes; needs the Avro module.", .bind = bindAvro},
      {.names = {"to_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "to_avro(child[, jsonFormatSchema]) - The value as Avro bytes; needs the Avro module.", .bind = bindAvro},
      {.names = {"schema_of_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "schema_of_avro(jsonFormatSchema[, options]) - The type that an Avro schema means; needs the Avro module.", .bind = bindAvro},
      {.names = {"from_protobuf"}, .group = Group::kProtobuf, .since = "4.0.0", .usage = "from_protobuf(data, messageName, descFilePath[, options]) - The value of a Protobuf message; needs the Protobuf module.", .bind = bindProtobuf},
      {.names = {"to_protobuf"}, .group = Group::kProtobuf, .since = "4.0.0", .usage = "to_protobuf(child, messageName, descFilePath[, options]) - The value as a Protobuf message; needs the Protobuf module.", .bind = bindProtobuf},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
