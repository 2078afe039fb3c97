// Structs as XML texts: to_xml.
#include "columnar/variant_reader.h"
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/xml_text.h"

namespace flint::functions {

using namespace expr;

namespace {

struct ToXmlData {
  std::string rowTag;
  records::XmlStyle style;
};

void toXml(const KernelArgs& args) {
  const auto& data = args.data<ToXmlData>();
  auto out = args.result<StringView>();
  std::string text;
  for (const RowIndex row : args.activeRows()) {
    text.clear();
    if (records::appendXmlElement(text, data.rowTag, *args.vector(0), row, 0, data.style)) {
      out.set(row, text);
    } else {
      args.errors().set(row, Error(condition::kFailedFunctionCall).with("funcName", "`to_xml`"));
    }
  }
}

Result<FunctionBinding> bindToXml(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kStruct) && !type.is(TypeKind::kVariant)) return unexpectedArgumentType(context, 0, "(\"STRUCT\" or \"VARIANT\")");
  auto data = std::make_shared<ToXmlData>();
  ASSIGN_OR_RETURN(RecordTexts texts, RecordTexts::make(context, options));
  data->rowTag = options.text("rowTag", "ROW");
  data->style.attributePrefix = options.text("attributePrefix", "_");
  data->style.valueTag = options.text("valueTag", "_VALUE");
  data->style.arrayElementName = options.text("arrayElementName", "item");
  data->style.indent = options.text("indent", "    ");
  if (const std::string* nullValue = options.find("nullValue")) data->style.nullValue = *nullValue;
  data->style.append = [texts = std::move(texts)](const ColumnVector& vector, RowIndex row, std::string& out) {
    if (vector.type().is(TypeKind::kVariant)) {
      appendVariantJson(columnar::VariantReader::of(vector.values<StringView>()[row].view()), texts.zone(), out);
    } else {
      texts.append(vector, row, out);
    }
  };
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.kernel = toXml;
  binding.canRaise = true;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerToXml(FunctionRegistry& registry) {
  static const ScalarFunction kToXml = {.names = {"to_xml"}, .group = Group::kXml, .since = "4.0.0", .usage = "to_xml(expr[, options]) - A struct as an XML text.", .bind = bindToXml};
  registry.add(kToXml);
}

}  // namespace flint::functions
