// CSV texts to and from structs: from_csv, to_csv, schema_of_csv.
#include "expr/cast/cast_kernels.h"
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/csv_inference.h"
#include "records/csv_tokenizer.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::CsvTokenizer;

namespace {

char characterOption(const records::RecordOptions& options, std::string_view key, char otherwise) {
  const std::string* value = options.find(key);
  if (value == nullptr) return otherwise;
  return value->empty() ? '\0' : (*value)[0];
}

std::string separatorOf(const records::RecordOptions& options) {
  const std::string* value = options.find("sep");
  if (value == nullptr) value = options.find("delimiter");
  if (value == nullptr || value->empty()) return ",";
  return *value == "\\t" ? "\t" : *value;
}

records::CsvDialect dialectOf(const records::RecordOptions& options) {
  records::CsvDialect dialect;
  dialect.separator = separatorOf(options);
  dialect.quote = characterOption(options, "quote", '"');
  dialect.escape = characterOption(options, "escape", '\\');
  dialect.comment = characterOption(options, "comment", '\0');
  dialect.trimLeading = options.flag("ignoreLeadingWhiteSpace", false);
  dialect.trimTrailing = options.flag("ignoreTrailingWhiteSpace", false);
  return dialect;
}

struct FromCsvData {
  DataType schema;
  records::CsvDialect dialect;
  records::TextValueOptions values;
  records::ParseMode mode = records::ParseMode::kPermissive;
  std::string nullValue;
  int corruptField = -1;
};

// Appends the fields of one text as a struct. False when they do not fit.
bool appendRecord(const FromCsvData& data, CsvTokenizer& tokenizer, std::vector<CsvTokenizer::Field>& fields, std::string_view text, VectorBuilder& builder) {
  size_t position = 0;
  fields.clear();
  const bool any = !text.empty() && tokenizer.next(text, position, false, fields);
  const size_t numColumns = data.schema.fields().size();
  const size_t numWanted = numColumns - (data.corruptField >= 0 ? 1 : 0);
  bool good = !any || fields.size() == numWanted;
  size_t next = 0;
  for (size_t i = 0; i < numColumns; ++i) {
    if (static_cast<int>(i) == data.corruptField) continue;
    VectorBuilder& column = builder.child(i);
    const size_t at = next++;
    if (!any || at >= fields.size() || fields[at].text == data.nullValue) {
      column.appendNull();
    } else if (!records::appendTextValue(fields[at].text, column, data.values)) {
      column.appendNull();
      good = false;
    }
  }
  if (data.corruptField >= 0) {
    VectorBuilder& corrupt = builder.child(static_cast<size_t>(data.corruptField));
    if (good) {
      corrupt.appendNull();
    } else {
      corrupt.appendString(text);
    }
  }
  builder.appendStruct();
  return good;
}

void fromCsv(const KernelArgs& args) {
  const auto& data = args.data<FromCsvData>();
  const auto texts = args.column<StringView>(0);
  CsvTokenizer tokenizer(data.dialect);
  std::vector<CsvTokenizer::Field> fields;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view text = texts[row].view();
    if (!appendRecord(data, tokenizer, fields, text, builder) && data.mode == records::ParseMode::kFailFast) args.errors().set(row, malformedRecord(text));
  });
}

Result<FunctionBinding> bindFromCsv(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  auto data = std::make_shared<FromCsvData>();
  ASSIGN_OR_RETURN(data->schema, schemaArgument(context, 1));
  if (!data->schema.is(TypeKind::kStruct)) {
    return Error(condition::kInvalidSchemaNonStructType).with("inputSchema", quotedExpression(context.arguments[1])).with("dataType", quotedSql(data->schema));
  }
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 2));
  if (!context.argumentTypes[0].isStringLike() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  ASSIGN_OR_RETURN(data->mode, parseModeArgument(context, options));
  data->dialect = dialectOf(options);
  data->values = records::textValueOptionsOf(options, context.options.timeZone);
  data->nullValue = options.text("nullValue", "");
  const std::string corrupt = options.text("columnNameOfCorruptRecord", "_corrupt_record");
  for (size_t i = 0; i < data->schema.fields().size(); ++i) {
    if (data->schema.fields()[i].name == corrupt && data->schema.fields()[i].type.isStringLike()) data->corruptField = static_cast<int>(i);
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.argumentTypes[0] = kString;
  binding.result = data->schema;
  binding.kernel = fromCsv;
  binding.canRaise = data->mode == records::ParseMode::kFailFast;
  binding.data = std::move(data);
  return binding;
}

struct ToCsvData {
  RecordTexts texts;
  std::string separator;
  std::string nullValue;
  std::string emptyValue;
  char quote = '"';
  char escape = '\\';
  bool quoteAll = false;
  bool escapeQuotes = true;
  bool trimLeading = true;
  bool trimTrailing = true;
};

void appendCell(std::string_view text, const ToCsvData& data, std::string& out) {
  const auto isBlank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (data.trimLeading && !text.empty() && isBlank(text.front())) text.remove_prefix(1);
  while (data.trimTrailing && !text.empty() && isBlank(text.back())) text.remove_suffix(1);
  if (text.empty()) {
    out += data.emptyValue;
    return;
  }
  const bool special = text.find(data.separator) != std::string_view::npos || text.find_first_of("\r\n") != std::string_view::npos || text.front() == '#' ||
                       text.front() == data.quote || (data.escapeQuotes && text.find(data.quote) != std::string_view::npos);
  if (!data.quoteAll && !special) {
    out += text;
    return;
  }
  out += data.quote;
  for (const char c : text) {
    if (c == data.quote || (c == data.escape && data.escape != data.quote)) out += data.escape;
    out += c;
  }
  out += data.quote;
}

void toCsv(const KernelArgs& args) {
  const auto& data = args.data<ToCsvData>();
  const ColumnVector& structs = *args.vector(0);
  const ColumnVector& base = structs.isFlat() ? structs : *structs.base();
  auto out = args.result<StringView>();
  std::string line;
  std::string cell;
  for (const RowIndex row : args.activeRows()) {
    const RowIndex at = structs.baseRow(row);
    line.clear();
    for (size_t i = 0; i < base.children().size(); ++i) {
      if (i > 0) line += data.separator;
      const ColumnVector& field = *base.children()[i];
      if (field.isNull(at)) {
        line += data.quoteAll ? data.quote + data.nullValue + data.quote : data.nullValue;
        continue;
      }
      cell.clear();
      data.texts.append(field, at, cell);
      appendCell(cell, data, line);
    }
    out.set(row, line);
  }
}

bool fitsCsv(const DataType& type) {
  if (type.is(TypeKind::kVariant) || type.is(TypeKind::kGeometry) || type.is(TypeKind::kGeography)) return false;
  for (const DataType& child : type.childTypes()) {
    if (!fitsCsv(child)) return false;
  }
  return true;
}

Result<FunctionBinding> bindToCsv(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kStruct) || !fitsCsv(type)) {
    return Error(condition::kDatatypeMismatchUnsupportedInputType)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("functionName", quoteIdentifier(context.name))
        .with("dataType", quotedSql(type));
  }
  ASSIGN_OR_RETURN(RecordTexts texts, RecordTexts::make(context, options));
  auto data = std::make_shared<ToCsvData>();
  data->texts = std::move(texts);
  data->separator = separatorOf(options);
  data->nullValue = options.text("nullValue", "");
  data->emptyValue = options.text("emptyValue", "\"\"");
  data->quote = characterOption(options, "quote", '"');
  data->escape = characterOption(options, "escape", '\\');
  data->quoteAll = options.flag("quoteAll", false);
  data->escapeQuotes = options.flag("escapeQuotes", true);
  data->trimLeading = options.flag("ignoreLeadingWhiteSpace", true);
  data->trimTrailing = options.flag("ignoreTrailingWhiteSpace", true);
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.kernel = toCsv;
  binding.data = std::move(data);
  return binding;
}

struct SchemaData {
  std::string schema;
};
void constantSchema(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(kString, Value::string(args.data<SchemaData>().schema), args.numRows()));
}

Result<FunctionBinding> bindSchemaOfCsv(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const std::string text, constantText(context, 0, "csv"));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  CsvTokenizer tokenizer(dialectOf(options));
  std::vector<CsvTokenizer::Field> fields;
  size_t position = 0;
  if (!tokenizer.next(text, position, false, fields)) fields.assign(1, {});
  const records::CsvInferenceOptions inference{.preferDate = options.flag("preferDate", true),
                                               .timestampIsNtz = false,
                                               .text = records::textValueOptionsOf(options, context.options.timeZone)};
  const std::string nullValue = options.text("nullValue", "");
  StructFields columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    DataType type = DataType::null();
    if (fields[i].text != nullValue) type = records::inferCsvType(type, fields[i].text, inference);
    columns.push_back({"_c" + std::to_string(i), type.is(TypeKind::kNull) ? kString : type, true});
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = constantSchema;
  binding.data = std::make_shared<SchemaData>(SchemaData{DataType::structType(std::move(columns)).sql()});
  return binding;
}

}  // namespace

void registerCsv(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_csv"}, .group = Group::kCsv, .since = "3.0.0", .usage = "from_csv(csvStr, schema[, options]) - The fields of a CSV text as a struct.", .examples = {{.sql = "SELECT from_csv('1, 0.8', 'a INT, b DOUBLE')", .result = "{\"a\":1,\"b\":0.8}"}}, .bind = bindFromCsv},
      {.names = {"to_csv"}, .group = Group::kCsv, .since = "3.0.0", .usage = "to_csv(expr[, options]) - A struct as a CSV text.", .examples = {{.sql = "SELECT to_csv(named_struct('a', 1, 'b', 2))", .result = "1,2"}}, .bind = bindToCsv},
      {.names = {"schema_of_csv"}, .group = Group::kCsv, .since = "3.0.0", .usage = "schema_of_csv(csv[, options]) - The type of a CSV text.", .examples = {{.sql = "SELECT schema_of_csv('1,abc')", .result = "STRUCT<_c0: INT, _c1: STRING>"}}, .bind = bindSchemaOfCsv},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
