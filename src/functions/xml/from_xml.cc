// XML texts as values: from_xml, schema_of_xml.
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/xml_values.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::XmlElement;

namespace {

struct FromXmlData {
  DataType schema;
  records::XmlValueOptions settings;
  records::ParseMode mode = records::ParseMode::kPermissive;
  int corruptField = -1;
};

void fromXml(const KernelArgs& args) {
  const auto& data = args.data<FromXmlData>();
  const auto texts = args.column<StringView>(0);
  XmlElement root;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view text = texts[row].view();
    bool good = records::parseXml(text, root);
    if (good) {
      good = records::appendXmlObject(root, builder, data.settings, data.corruptField, text);
    } else {
      for (size_t i = 0; i < data.schema.fields().size(); ++i) {
        if (static_cast<int>(i) == data.corruptField) {
          builder.child(i).appendString(text);
        } else {
          builder.child(i).appendNull();
        }
      }
      builder.appendStruct();
    }
    if (!good && data.mode == records::ParseMode::kFailFast) args.errors().set(row, malformedRecord(text));
  });
}

Result<FunctionBinding> bindFromXml(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  auto data = std::make_shared<FromXmlData>();
  ASSIGN_OR_RETURN(data->schema, schemaArgument(context, 1));
  if (!data->schema.is(TypeKind::kStruct)) {
    return Error(condition::kDatatypeMismatchInvalidXmlSchema).with("sqlExpr", "\"" + callText(context) + "\"").with("schema", quotedSql(data->schema));
  }
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 2));
  if (!context.argumentTypes[0].isStringLike() && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  ASSIGN_OR_RETURN(data->mode, parseModeArgument(context, options));
  data->settings = records::xmlValueOptionsOf(options, context.options.timeZone);
  const std::string corrupt = options.text("columnNameOfCorruptRecord", "_corrupt_record");
  for (size_t i = 0; i < data->schema.fields().size(); ++i) {
    if (data->schema.fields()[i].name == corrupt && data->schema.fields()[i].type.isStringLike()) data->corruptField = static_cast<int>(i);
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.argumentTypes[0] = kString;
  binding.result = data->schema;
  binding.kernel = fromXml;
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

Result<FunctionBinding> bindSchemaOfXml(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const std::string text, constantText(context, 0, "xml"));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  const records::XmlValueOptions settings = records::xmlValueOptionsOf(options, context.options.timeZone);
  ASSIGN_OR_RETURN(const records::ParseMode mode, parseModeArgument(context, options));
  XmlElement root;
  const bool good = records::parseXml(text, root);
  if (!good && mode == records::ParseMode::kFailFast) return malformedRecord(text);
  const DataType corrupt = DataType::structType({{options.text("columnNameOfCorruptRecord", "_corrupt_record"), kString, true}});
  const DataType schema = good ? records::settledXmlType(records::inferXmlType(root, settings, true)) : corrupt;
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = constantSchema;
  binding.data = std::make_shared<SchemaData>(SchemaData{schema.sql()});
  return binding;
}

}  // namespace

void registerXml(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"from_xml"}, .group = Group::kXml, .since = "4.0.0", .usage = "from_xml(xmlStr, schema[, options]) - The value of an XML text as a struct.", .examples = {{.sql = "SELECT from_xml('<p><a>1</a><b>0.8</b></p>', 'a INT, b DOUBLE')", .result = "{\"a\":1,\"b\":0.8}"}}, .bind = bindFromXml},
      {.names = {"schema_of_xml"}, .group = Group::kXml, .since = "4.0.0", .usage = "schema_of_xml(xml[, options]) - The type of an XML text.", .examples = {{.sql = "SELECT schema_of_xml('<p><a>1</a></p>')", .result = "STRUCT<a: BIGINT>"}}, .bind = bindSchemaOfXml},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
