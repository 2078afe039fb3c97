// XML texts as values: from_xml, schema_of_xml.
#include <map>

#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"
#include "records/csv_inference.h"
#include "records/xml_document.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;
using records::XmlElement;

namespace {

struct XmlSettings {
  std::string attributePrefix;
  std::string valueTag;
  bool excludeAttribute = false;
  bool trims = true;
  std::string nullText;
  records::TextValueOptions values;
};

XmlSettings settingsOf(const records::RecordOptions& options, const EvaluationOptions& session) {
  XmlSettings settings;
  settings.attributePrefix = options.text("attributePrefix", "_");
  settings.valueTag = options.text("valueTag", "_VALUE");
  settings.excludeAttribute = options.flag("excludeAttribute", false);
  settings.trims = options.flag("ignoreSurroundingSpaces", true);
  settings.nullText = options.text("nullValue", "null");
  settings.values = records::textValueOptionsOf(options, session.timeZone);
  return settings;
}

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Appends elements as values of a type.
// Source: keeps the behaviour of Spark's StaxXmlParser: attributes are fields with a prefix, an element's text one named by the value tag.
class XmlReader {
 public:
  explicit XmlReader(const XmlSettings& settings) : settings_(settings) {}

  // False when some part does not fit: that part is null.
  bool appendObject(const XmlElement& element, VectorBuilder& builder, int corruptField = -1, std::string_view record = {}) {
    const StructFields& fields = builder.type().fields();
    bool good = true;
    for (size_t i = 0; i < fields.size(); ++i) {
      if (static_cast<int>(i) == corruptField) continue;
      good = appendField(element, fields[i], builder.child(i)) && good;
    }
    if (corruptField >= 0) {
      VectorBuilder& corrupt = builder.child(static_cast<size_t>(corruptField));
      if (good) {
        corrupt.appendNull();
      } else {
        corrupt.appendString(record);
      }
    }
    builder.appendStruct();
    return good;
  }

 private:
  bool appendField(const XmlElement& element, const StructField& field, VectorBuilder& builder) {
    std::vector<const XmlElement*> found;
    for (const XmlElement& child : element.children) {
      if (child.name == field.name) found.push_back(&child);
    }
    if (field.type.is(TypeKind::kArray)) {
      if (found.empty()) {
        builder.appendNull();
        return true;
      }
      bool good = true;
      for (const XmlElement* child : found) good = appendElement(*child, builder.child(0)) && good;
      builder.appendList(static_cast<int32_t>(found.size()));
      return good;
    }
    if (!found.empty()) return appendElement(*found.back(), builder);
    if (field.name == settings_.valueTag) {
      if (trimmed(element.text).empty()) {
        builder.appendNull();
        return true;
      }
      return appendText(element.text, builder);
    }
    if (!settings_.excludeAttribute && field.name.starts_with(settings_.attributePrefix)) {
      const std::string_view name = std::string_view(field.name).substr(settings_.attributePrefix.size());
      for (const auto& [key, value] : element.attributes) {
        if (key == name) return appendText(value, builder);
      }
    }
    builder.appendNull();
    return true;
  }
  bool appendElement(const XmlElement& element, VectorBuilder& builder) {
    const DataType& type = builder.type();
    if (type.is(TypeKind::kStruct)) return appendObject(element, builder);
    if (type.is(TypeKind::kMap)) {
      bool good = true;
      for (const XmlElement& child : element.children) {
        good = appendText(child.name, builder.child(0)) && good;
        good = appendElement(child, builder.child(1)) && good;
      }
      builder.appendList(static_cast<int32_t>(element.children.size()));
      return good;
    }
    if (type.is(TypeKind::kArray)) {
      const bool good = appendElement(element, builder.child(0));
      builder.appendList(1);
      return good;
    }
    if (type.isStringLike() && !element.children.empty()) {
      builder.appendString(element.inner);
      return true;
    }
    if (element.text.empty() && !type.isStringLike()) {
      builder.appendNull();
      return true;
    }
    return appendText(element.text, builder);
  }
  bool appendText(std::string_view text, VectorBuilder& builder) {
    if (settings_.trims) text = trimmed(text);
    if (text == settings_.nullText) {
      builder.appendNull();
      return true;
    }
    if (records::appendTextValue(text, builder, settings_.values)) return true;
    builder.appendNull();
    return false;
  }

  const XmlSettings& settings_;
};

struct FromXmlData {
  DataType schema;
  XmlSettings settings;
  records::ParseMode mode = records::ParseMode::kPermissive;
  int corruptField = -1;
};

void fromXml(const KernelArgs& args) {
  const auto& data = args.data<FromXmlData>();
  const auto texts = args.column<StringView>(0);
  XmlReader reader(data.settings);
  XmlElement root;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const std::string_view text = texts[row].view();
    bool good = records::parseXml(text, root);
    if (good) {
      good = reader.appendObject(root, builder, data.corruptField, text);
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
  data->settings = settingsOf(options, context.options);
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

// What schema_of_xml finds: the types of texts as CSV's, whole numbers wide.
class XmlInference {
 public:
  explicit XmlInference(const XmlSettings& settings) : settings_(settings) { inference_.text = settings.values; }

  DataType typeOf(const XmlElement& element, bool isRoot = false) const {
    std::map<std::string, DataType> fields;
    if (!settings_.excludeAttribute) {
      for (const auto& [name, value] : element.attributes) fields[settings_.attributePrefix + name] = typeOfText(value);
    }
    std::map<std::string, int> counts;
    for (const XmlElement& child : element.children) {
      const DataType type = typeOf(child);
      const int count = ++counts[child.name];
      DataType& field = fields[child.name];
      if (count == 1) {
        field = type;
      } else {
        const DataType soFar = count == 2 ? field : field.elementType();
        field = DataType::array(merged(soFar, type), true);
      }
    }
    if (fields.empty() && !isRoot) return typeOfText(element.text);
    if (!trimmed(element.text).empty()) fields[settings_.valueTag] = typeOfText(element.text);
    StructFields out;
    for (auto& [name, type] : fields) out.push_back({name, type, true});
    return DataType::structType(std::move(out));
  }

  // Without types that nothing is known of.
  static DataType settled(const DataType& type) {
    if (type.is(TypeKind::kNull)) return kString;
    if (type.is(TypeKind::kArray)) return DataType::array(settled(type.elementType()), true);
    if (!type.is(TypeKind::kStruct)) return type;
    StructFields fields = type.fields();
    for (StructField& field : fields) field.type = settled(field.type);
    return DataType::structType(std::move(fields));
  }

 private:
  DataType typeOfText(std::string_view text) const {
    if (settings_.trims) text = trimmed(text);
    if (text.empty() || text == settings_.nullText) return DataType::null();
    const DataType type = records::inferCsvType(DataType::null(), text, inference_);
    return type.is(TypeKind::kInteger) ? kBigint : type.is(TypeKind::kDecimal) ? kDouble : type;
  }
  DataType merged(const DataType& a, const DataType& b) const {
    if (a.is(TypeKind::kNull) || a == b) return b;
    if (b.is(TypeKind::kNull)) return a;
    if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) {
      std::map<std::string, DataType> fields;
      for (const StructField& field : a.fields()) fields[field.name] = field.type;
      for (const StructField& field : b.fields()) fields[field.name] = merged(fields[field.name], field.type);
      StructFields out;
      for (auto& [name, type] : fields) out.push_back({name, type, true});
      return DataType::structType(std::move(out));
    }
    if (a.is(TypeKind::kStruct) || b.is(TypeKind::kStruct)) {
      // A text beside an element with parts is that one's value.
      const DataType& parts = a.is(TypeKind::kStruct) ? a : b;
      const DataType& text = a.is(TypeKind::kStruct) ? b : a;
      if (text.isNested()) return kString;
      return merged(parts, DataType::structType({{settings_.valueTag, text, true}}));
    }
    if (a.is(TypeKind::kArray) || b.is(TypeKind::kArray)) {
      const DataType& left = a.is(TypeKind::kArray) ? a.elementType() : a;
      const DataType& right = b.is(TypeKind::kArray) ? b.elementType() : b;
      return DataType::array(merged(left, right), true);
    }
    if (a.isNumeric() && b.isNumeric()) return kDouble;
    if (a.isDatetime() && b.isDatetime()) return kTimestamp;
    return kString;
  }

  const XmlSettings& settings_;
  records::CsvInferenceOptions inference_;
};

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
  const XmlSettings settings = settingsOf(options, context.options);
  XmlElement root;
  if (!records::parseXml(text, root)) return malformedRecord(text);
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.nullable = false;
  binding.nulls = NullRule::kHandledByKernel;
  binding.kernel = constantSchema;
  binding.data = std::make_shared<SchemaData>(SchemaData{XmlInference::settled(XmlInference(settings).typeOf(root, true)).sql()});
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
