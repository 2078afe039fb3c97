// JSON texts as values: from_json, schema_of_json.
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/json/json_settings.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::JsonDocument;
using Kind = JsonDocument::Kind;

JsonSettings jsonSettingsOf(const records::RecordOptions& options, const EvaluationOptions& session) {
  JsonSettings settings;
  settings.dialect.allowSingleQuotes = options.flag("allowSingleQuotes", true);
  settings.dialect.allowUnquotedFieldNames = options.flag("allowUnquotedFieldNames", false);
  settings.dialect.allowComments = options.flag("allowComments", false);
  settings.dialect.allowNumericLeadingZeros = options.flag("allowNumericLeadingZeros", false);
  settings.dialect.allowBackslashEscapingAnyCharacter = options.flag("allowBackslashEscapingAnyCharacter", false);
  settings.dialect.allowUnquotedControlChars = options.flag("allowUnquotedControlChars", false);
  settings.dialect.allowNonNumericNumbers = options.flag("allowNonNumericNumbers", true);
  settings.values.text = records::textValueOptionsOf(options, session.timeZone);
  settings.values.primitivesAsString = options.flag("primitivesAsString", false);
  settings.values.prefersDecimal = options.flag("prefersDecimal", false);
  settings.values.inferTimestamp = options.flag("inferTimestamp", false);
  settings.values.dropFieldIfAllNull = options.flag("dropFieldIfAllNull", false);
  settings.values.keepsRawText = false;
  return settings;
}

namespace {

struct FromJsonData {
  DataType schema;
  JsonSettings settings;
  records::ParseMode mode = records::ParseMode::kPermissive;
  int corruptField = -1;  // of a struct: takes the text of records that do not fit
};

bool isBlank(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") == std::string_view::npos; }

// Reads one text after the other into a builder of the schema's type.
class RecordReader {
 public:
  explicit RecordReader(const FromJsonData& data) : data_(data), document_(data.settings.dialect), corrupt_(data.corruptField) {}

  // False: the text does not fit; what did fit, or null, was appended.
  bool append(std::string_view text, VectorBuilder& builder) {
    if (!document_.parse(text, true)) return appendMisfit(text, builder);
    const JsonDocument::Node& root = document_.root();
    switch (data_.schema.kind()) {
      case TypeKind::kStruct: return root.kind == Kind::kObject ? appendObject(root, text, builder) : appendMisfit(text, builder);
      case TypeKind::kArray:
        if (root.kind == Kind::kObject && data_.schema.elementType().is(TypeKind::kStruct)) {
          const bool good = records::appendJsonValue(document_, root, builder.child(0), data_.settings.values);
          builder.appendList(1);
          return good;
        }
        break;
      default: break;
    }
    if (root.kind == Kind::kNull && !data_.schema.is(TypeKind::kVariant)) {
      builder.appendNull();
      return false;
    }
    return records::appendJsonValue(document_, root, builder, data_.settings.values);
  }

 private:
  bool appendMisfit(std::string_view text, VectorBuilder& builder) {
    if (!data_.schema.is(TypeKind::kStruct)) {
      builder.appendNull();
      return false;
    }
    for (size_t i = 0; i < data_.schema.fields().size(); ++i) {
      if (static_cast<int>(i) == corrupt_) {
        builder.child(i).appendString(text);
      } else {
        builder.child(i).appendNull();
      }
    }
    builder.appendStruct();
    return false;
  }
  bool appendObject(const JsonDocument::Node& root, std::string_view text, VectorBuilder& builder) {
    if (corrupt_ < 0) return records::appendJsonValue(document_, root, builder, data_.settings.values);
    bool good = true;
    for (size_t i = 0; i < data_.schema.fields().size(); ++i) {
      if (static_cast<int>(i) == corrupt_) continue;
      const JsonDocument::Node* member = nullptr;
      for (int32_t at = root.firstChild; at >= 0; at = document_.node(at).next) {
        if (document_.node(at).name == data_.schema.fields()[i].name) member = &document_.node(at);
      }
      if (member == nullptr) {
        builder.child(i).appendNull();
      } else {
        good = records::appendJsonValue(document_, *member, builder.child(i), data_.settings.values) && good;
      }
    }
    VectorBuilder& corrupt = builder.child(static_cast<size_t>(corrupt_));
    if (good) {
      corrupt.appendNull();
    } else {
      corrupt.appendString(text);
    }
    builder.appendStruct();
    return good;
  }

  const FromJsonData& data_;
  JsonDocument document_;
  const int corrupt_;
};

void fromJson(const KernelArgs& args) {
  const auto& data = args.data<FromJsonData>();
  const auto texts = args.column<StringView>(0);
  RecordReader reader(data);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view text = texts[row].view();
    if (isBlank(text)) return builder.appendNull();
    if (!reader.append(text, builder) && data.mode == records::ParseMode::kFailFast) args.errors().set(row, malformedRecord(text));
  });
}

Status checkJsonSchema(const BindContext& context, const DataType& schema) {
  if (schema.is(TypeKind::kMap) && !schema.keyType().isStringLike()) {
    return Error(condition::kDatatypeMismatchInvalidJsonMapKeyType).with("sqlExpr", "\"" + callText(context) + "\"").with("schema", quotedSql(schema));
  }
  const bool good = schema.is(TypeKind::kStruct) || schema.is(TypeKind::kArray) || schema.is(TypeKind::kMap) || schema.is(TypeKind::kVariant);
  if (good) return Status::ok();
  return Error(condition::kDatatypeMismatchInvalidJsonSchema).with("sqlExpr", "\"" + callText(context) + "\"").with("schema", quotedSql(schema));
}

Result<FunctionBinding> bindFromJson(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  auto data = std::make_shared<FromJsonData>();
  ASSIGN_OR_RETURN(data->schema, schemaArgument(context, 1));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 2));
  if (!context.argumentTypes[0].isStringLike() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  RETURN_IF_ERROR(checkJsonSchema(context, data->schema));
  ASSIGN_OR_RETURN(data->mode, parseModeArgument(context, options));
  data->settings = jsonSettingsOf(options, context.options);
  const std::string corrupt = options.text("columnNameOfCorruptRecord", "_corrupt_record");
  if (data->schema.is(TypeKind::kStruct)) {
    const StructFields& fields = data->schema.fields();
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != corrupt) continue;
      if (!fields[i].type.isStringLike()) {
        return Error(condition::kInvalidCorruptRecordType).with("columnName", quoteIdentifier(corrupt)).with("actualType", quotedSql(fields[i].type));
      }
      data->corruptField = static_cast<int>(i);
    }
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.argumentTypes[0] = kString;
  binding.result = data->schema;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = fromJson;
  binding.canRaise = data->mode == records::ParseMode::kFailFast;
  binding.data = std::move(data);
  return binding;
}

struct SchemaData {
  std::string schema;
};
void constantSchema(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(kString, Value::string(args.data<SchemaData>().schema), args.numRows()));
}

Result<FunctionBinding> bindSchemaOfJson(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const std::string text, constantText(context, 0, "json"));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  const JsonSettings settings = jsonSettingsOf(options, context.options);
  DataType type = kString;
  if (!isBlank(text)) {
    JsonDocument document(settings.dialect);
    if (!document.parse(text, true)) return malformedRecord(text);
    type = records::canonicalJsonType(records::inferJsonType(document, document.root(), settings.values));
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = constantSchema;
  binding.data = std::make_shared<SchemaData>(SchemaData{type.sql()});
  return binding;
}

}  // namespace

void registerFromJson(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_json"}, .group = Group::kJson, .since = "2.2.0", .usage = "from_json(jsonStr, schema[, options]) - The value of a JSON text as a type.", .examples = {{.sql = "SELECT from_json('{\"a\":1, \"b\":0.8}', 'a INT, b DOUBLE')", .result = "{\"a\":1,\"b\":0.8}"}}, .bind = bindFromJson},
      {.names = {"schema_of_json"}, .group = Group::kJson, .since = "2.4.0", .usage = "schema_of_json(json[, options]) - The type of a JSON text.", .examples = {{.sql = "SELECT schema_of_json('[{\"col\":0}]')", .result = "ARRAY<STRUCT<col: BIGINT>>"}}, .bind = bindSchemaOfJson},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
