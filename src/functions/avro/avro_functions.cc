// from_avro, to_avro, schema_of_avro: known where the session names Spark's module for Avro among its packages or jars.
#include "expr/schema_text.h"
#include "functions/collection/list_rows.h"
#include "functions/external_formats.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/avro_decoder.h"
#include "records/avro_encoder.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::AvroSchemas;
using records::AvroSchemasPtr;

namespace {

constexpr int kDeepestRecursion = 15;

Error notLoaded(const BindContext& context) { return Error(condition::kAvroNotLoadedSqlFunctionsUnusable).with("functionName", upperName(context)); }

Error noConstantSchema(const BindContext& context, const char* which) {
  return wrongArgument(context, std::string("The ") + which + " argument has to be a constant text with an Avro schema in JSON");
}
Error noConstantOptions(const BindContext& context, const char* which) {
  return wrongArgument(context, std::string("The ") + which + " argument has to be a constant map of texts with the options");
}

/// What the arguments of a call that reads Avro say.
struct ReadArguments {
  AvroSchemasPtr writer;
  AvroSchemasPtr reader;
  DataType type;
  records::ParseMode mode = records::ParseMode::kFailFast;
};

Result<ReadArguments> readArguments(const BindContext& context, size_t schemaArgument) {
  ReadArguments arguments;
  const records::RecordOptions options = constantOptions(context, schemaArgument + 1);
  const Value* json = context.constants[schemaArgument];
  ASSIGN_OR_RETURN(arguments.writer, AvroSchemas::parse(json == nullptr || json->isNull() ? std::string_view() : json->asString()));
  arguments.reader = arguments.writer;
  if (const std::string* evolved = options.find("avroSchema")) {
    ASSIGN_OR_RETURN(arguments.reader, AvroSchemas::parse(*evolved));
  }
  for (const char* unsupported : {"avroSchemaUrl", "datetimeRebaseMode"}) {
    const std::string* value = options.find(unsupported);
    if (value == nullptr || *value == "CORRECTED") continue;
    return Error(condition::kStdsInvalidOptionValueWithMessage).with("optionName", unsupported).with("message", "`" + *value + "` is not supported").as(ErrorFamily::kAnalysis);
  }
  records::AvroTypeOptions types;
  types.stableUnionNames = options.flag("enableStableIdentifiersForUnionType", false);
  types.unionPrefix = options.text("stableIdentifierPrefixForUnionType", "member_");
  ASSIGN_OR_RETURN(types.recursiveDepth, integerOption(options, "recursiveFieldMaxDepth", -1));
  if (types.recursiveDepth > kDeepestRecursion) {
    return Error(condition::kStdsInvalidOptionValueWithMessage)
        .with("optionName", "recursiveFieldMaxDepth")
        .with("message", "it is at most " + std::to_string(kDeepestRecursion))
        .as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(arguments.mode, failFastModeOf(context, options));
  ASSIGN_OR_RETURN(const records::AvroSqlType type, records::avroSqlType(arguments.reader->root(), types));
  arguments.type = arguments.mode == records::ParseMode::kPermissive ? asNullable(type.type) : type.type;
  return arguments;
}

struct FromAvroData {
  FromAvroData(const ReadArguments& arguments, bool caseSensitive)
      : decoder(arguments.writer, arguments.reader, arguments.type, caseSensitive), mode(arguments.mode) {}
  records::AvroDecoder decoder;
  records::ParseMode mode;
};

void fromAvro(const KernelArgs& args) {
  const auto& data = args.data<FromAvroData>();
  const auto bytes = args.column<StringView>(0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    if (bytes.isNull(row)) return builder.appendNull();
    if (data.decoder.append(bytes[row].view(), builder)) return;
    if (data.mode == records::ParseMode::kPermissive) return appendMalformed(args.resultType(), builder);
    builder.appendNull();
    args.errors().set(row, malformedRecord(shownBytes(bytes[row].view())));
  });
}

template <bool kLoaded>
Result<FunctionBinding> bindFromAvro(const BindContext& given) {
  const BindContext context = asWritten(given);
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  if (!isConstantText(context, 1) && !isConstantNull(context, 1)) return noConstantSchema(context, "second");
  if (context.arguments.size() > 2 && !areConstantOptions(context, 2)) return noConstantOptions(context, "third");
  if (!kLoaded) return notLoaded(context);
  if (!context.argumentTypes[0].is(TypeKind::kBinary)) return unexpectedArgumentType(context, 0, "\"BINARY\"");
  ASSIGN_OR_RETURN(const ReadArguments arguments, readArguments(context, 1));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = arguments.type;
  binding.nulls = NullRule::kHandledByKernel;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = fromAvro;
  binding.canRaise = arguments.mode == records::ParseMode::kFailFast;
  binding.data = std::make_shared<FromAvroData>(arguments, context.options.caseSensitive);
  return binding;
}

struct ToAvroData {
  std::shared_ptr<const records::AvroEncoder> encoder;
};

void toAvro(const KernelArgs& args) {
  const auto& data = args.data<ToAvroData>();
  const ColumnVector& values = *args.vector(0);
  auto result = args.result<StringView>();
  std::string bytes;
  for (const RowIndex row : args.activeRows()) {
    if (values.isNull(row)) {
      result.setNull(row);
      continue;
    }
    bytes.clear();
    const Status written = data.encoder->append(values, row, bytes);
    if (!written.isOk()) args.errors().set(row, written.error());
    result.set(row, bytes);
  }
}

template <bool kLoaded>
Result<FunctionBinding> bindToAvro(const BindContext& given) {
  const BindContext context = asWritten(given);
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const bool hasSchema = context.arguments.size() > 1 && !isConstantNull(context, 1);
  if (hasSchema && !isConstantText(context, 1)) return noConstantSchema(context, "second");
  if (!kLoaded) return notLoaded(context);
  const bool nullable = context.arguments[0]->nullable();
  const Value* json = hasSchema ? context.constants[1] : nullptr;
  AvroSchemasPtr schemas;
  if (json != nullptr && !json->isNull()) {
    ASSIGN_OR_RETURN(schemas, AvroSchemas::parse(json->asString()));
  } else {
    ASSIGN_OR_RETURN(schemas, AvroSchemas::ofType(context.argumentTypes[0], nullable));
  }
  FunctionBinding binding;
  auto data = std::make_shared<ToAvroData>();
  // NULL of no type is written by any schema: it gives no bytes.
  if (context.argumentTypes[0].is(TypeKind::kNull)) {
    ASSIGN_OR_RETURN(schemas, AvroSchemas::ofType(DataType::null(), true));
  }
  ASSIGN_OR_RETURN(data->encoder, records::AvroEncoder::make(std::move(schemas), context.argumentTypes[0], context.options.caseSensitive));
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kBinary;
  binding.nulls = NullRule::kHandledByKernel;
  binding.nullable = nullable;
  binding.kernel = toAvro;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

struct SchemaData {
  std::string schema;
};
void constantSchema(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(kString, Value::string(args.data<SchemaData>().schema), args.numRows()));
}

template <bool kLoaded>
Result<FunctionBinding> bindSchemaOfAvro(const BindContext& given) {
  const BindContext context = asWritten(given);
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  if (!isConstantText(context, 0) && !isConstantNull(context, 0)) return noConstantSchema(context, "first");
  if (context.arguments.size() > 1 && !areConstantOptions(context, 1)) return noConstantOptions(context, "second");
  if (!kLoaded) return notLoaded(context);
  ASSIGN_OR_RETURN(const ReadArguments arguments, readArguments(context, 0));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = constantSchema;
  binding.data = std::make_shared<SchemaData>(SchemaData{arguments.type.sql()});
  return binding;
}

}  // namespace

void registerAvroFunctions(FunctionRegistry& registry) {
  static const DefaultArgument kNone = {DataType::null(), Value::null()};
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "from_avro(child, jsonFormatSchema[, options]) - The value of Avro bytes; needs the Avro module.", .bind = bindFromAvro<false>, .defaults = {kNone}, .maxArguments = 3},
      {.names = {"from_avro_loaded"}, .group = Group::kInternal, .since = "4.0.0", .usage = "from_avro where the module is loaded.", .bind = bindFromAvro<true>, .display = "from_avro", .defaults = {kNone}, .maxArguments = 3},
      {.names = {"to_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "to_avro(child[, jsonFormatSchema]) - The value as Avro bytes; needs the Avro module.", .bind = bindToAvro<false>, .defaults = {kNone}, .maxArguments = 2},
      {.names = {"to_avro_loaded"}, .group = Group::kInternal, .since = "4.0.0", .usage = "to_avro where the module is loaded.", .bind = bindToAvro<true>, .display = "to_avro", .defaults = {kNone}, .maxArguments = 2},
      {.names = {"schema_of_avro"}, .group = Group::kAvro, .since = "4.0.0", .usage = "schema_of_avro(jsonFormatSchema[, options]) - The type that an Avro schema means; needs the Avro module.", .bind = bindSchemaOfAvro<false>, .defaults = {kNone}, .maxArguments = 2},
      {.names = {"schema_of_avro_loaded"}, .group = Group::kInternal, .since = "4.0.0", .usage = "schema_of_avro where the module is loaded.", .bind = bindSchemaOfAvro<true>, .display = "schema_of_avro", .defaults = {kNone}, .maxArguments = 2},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
