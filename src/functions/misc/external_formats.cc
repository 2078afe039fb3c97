// Functions of Spark's modules for Avro and Protobuf, which are not part of this build: each call says so, as Spark without the module does.
#include <sys/stat.h>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

Result<FunctionBinding> bindAvro(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 3));
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
  if (context.arguments.size() > 2 && context.constants[2] != nullptr && !context.constants[2]->isNull() && context.argumentTypes[2].isStringLike()) {
    const std::string& path = context.constants[2]->asString();
    struct stat found = {};
    if (::stat(path.c_str(), &found) != 0) return Error(condition::kProtobufDescriptorFileNotFound).with("filePath", path);
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
