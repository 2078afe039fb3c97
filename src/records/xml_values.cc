#include "records/xml_values.h"

#include <map>
#include <vector>

#include "records/csv_inference.h"

namespace flint::records {
namespace {

using columnar::VectorBuilder;

std::string_view trimmed(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

// Appends elements as values of a type.
// Source: keeps the behaviour of Spark's StaxXmlParser: attributes are fields with a prefix, an element's text one named by the value tag.
class XmlReader {
 public:
  explicit XmlReader(const XmlValueOptions& settings) : settings_(settings) {}

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
    if (appendTextValue(text, builder, settings_.values)) return true;
    builder.appendNull();
    return false;
  }

  const XmlValueOptions& settings_;
};

class XmlInference {
 public:
  explicit XmlInference(const XmlValueOptions& settings) : settings_(settings) { inference_.text = settings.values; }

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
      if (text.isNested()) return DataType::string();
      return merged(parts, DataType::structType({{settings_.valueTag, text, true}}));
    }
    if (a.is(TypeKind::kArray) || b.is(TypeKind::kArray)) {
      const DataType& left = a.is(TypeKind::kArray) ? a.elementType() : a;
      const DataType& right = b.is(TypeKind::kArray) ? b.elementType() : b;
      return DataType::array(merged(left, right), true);
    }
    if (a.isNumeric() && b.isNumeric()) return DataType::float64();
    if (a.isDatetime() && b.isDatetime()) return DataType::timestamp();
    return DataType::string();
  }


 private:
  DataType typeOfText(std::string_view text) const {
    if (settings_.trims) text = trimmed(text);
    if (text.empty() || text == settings_.nullText) return DataType::null();
    const DataType type = inferCsvType(DataType::null(), text, inference_);
    return type.is(TypeKind::kInteger) ? DataType::bigint() : type.is(TypeKind::kDecimal) ? DataType::float64() : type;
  }
  const XmlValueOptions& settings_;
  CsvInferenceOptions inference_;
};

}  // namespace

XmlValueOptions xmlValueOptionsOf(const RecordOptions& options, const std::string& sessionTimeZone) {
  XmlValueOptions out;
  out.attributePrefix = options.text("attributePrefix", "_");
  out.valueTag = options.text("valueTag", "_VALUE");
  out.excludeAttribute = options.flag("excludeAttribute", false);
  out.trims = options.flag("ignoreSurroundingSpaces", true);
  out.nullText = options.text("nullValue", "null");
  out.values = textValueOptionsOf(options, sessionTimeZone);
  return out;
}

bool appendXmlObject(const XmlElement& element, VectorBuilder& builder, const XmlValueOptions& options, int corruptField, std::string_view record) {
  return XmlReader(options).appendObject(element, builder, corruptField, record);
}

DataType inferXmlType(const XmlElement& element, const XmlValueOptions& options, bool isRoot) { return XmlInference(options).typeOf(element, isRoot); }

DataType mergeXmlTypes(const DataType& a, const DataType& b, const XmlValueOptions& options) { return XmlInference(options).merged(a, b); }

DataType settledXmlType(const DataType& type) {
  if (type.is(TypeKind::kNull)) return DataType::string();
  if (type.is(TypeKind::kArray)) return DataType::array(settledXmlType(type.elementType()), true);
  if (!type.is(TypeKind::kStruct)) return type;
  StructFields fields = type.fields();
  for (StructField& field : fields) field.type = settledXmlType(field.type);
  return DataType::structType(std::move(fields));
}

}  // namespace flint::records
