#include "records/json_values.h"

#include <algorithm>
#include <map>

#include "records/json_text.h"
#include "records/json_variant.h"
#include "types/datetime_parser.h"
#include "types/type_coercion.h"

namespace flint::records {
namespace {

using columnar::VectorBuilder;
using Kind = JsonDocument::Kind;
using Node = JsonDocument::Node;

constexpr int64_t kMicrosPerSecond = 1'000'000;

bool isNumber(const Node& node) { return node.kind == Kind::kInteger || node.kind == Kind::kFloat; }

bool appendObject(const JsonDocument& document, const Node& node, VectorBuilder& builder, const JsonValueOptions& options) {
  const StructFields& fields = builder.type().fields();
  bool good = true;
  std::vector<int32_t> memberOf(fields.size(), -1);
  for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name == document.node(at).name) memberOf[i] = at;  // the last one wins
    }
  }
  for (size_t i = 0; i < fields.size(); ++i) {
    if (memberOf[i] < 0) {
      builder.child(i).appendNull();
    } else {
      good = appendJsonValue(document, document.node(memberOf[i]), builder.child(i), options) && good;
    }
  }
  builder.appendStruct();
  return good;
}

// An element that is wholly unfit makes the array unfit: `fits` gets false, and nothing is appended that a row would refer to.
bool appendArray(const JsonDocument& document, const Node& node, VectorBuilder& builder, const JsonValueOptions& options, bool& fits) {
  bool good = true;
  const TypeKind element = builder.child(0).type().kind();
  const bool keepsParts = element == TypeKind::kStruct || element == TypeKind::kMap;
  for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
    if (appendJsonValue(document, document.node(at), builder.child(0), options)) continue;
    fits = keepsParts && document.node(at).kind == Kind::kObject;
    if (!fits) return false;
    good = false;
  }
  builder.appendList(node.count);
  return good;
}

bool appendMap(const JsonDocument& document, const Node& node, VectorBuilder& builder, const JsonValueOptions& options) {
  bool good = true;
  for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
    if (!appendTextValue(document.node(at).name, builder.child(0), options.text)) return false;
    good = appendJsonValue(document, document.node(at), builder.child(1), options) && good;
  }
  builder.appendList(node.count);
  return good;
}

// A value that is no container, as a type that is no container. False: nothing appended.
bool appendScalar(const JsonDocument& document, const Node& node, VectorBuilder& builder, const JsonValueOptions& options) {
  const DataType& type = builder.type();
  switch (type.kind()) {
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
      if (node.kind == Kind::kString || options.keepsRawText) {
        builder.appendString(node.kind == Kind::kString ? node.text : node.raw);
      } else {
        std::string text;
        appendJsonText(document, node, text);
        builder.appendString(text);
      }
      return true;
    case TypeKind::kBoolean:
      if (node.kind != Kind::kTrue && node.kind != Kind::kFalse) return false;
      builder.appendBoolean(node.kind == Kind::kTrue);
      return true;
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return node.kind == Kind::kInteger && appendTextValue(node.text, builder, options.text);
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      if (node.kind == Kind::kInteger && node.text == "-0") return appendTextValue("0", builder, options.text);  // whole numbers have one zero
      if (isNumber(node)) return appendTextValue(node.text == "INF" || node.text == "+INF" || node.text == "+Infinity" ? "Infinity"
                                                 : node.text == "-INF"                                                  ? "-Infinity"
                                                                                                                        : node.text,
                                                 builder, options.text);
      const bool named = node.text == "NaN" || node.text == "Infinity" || node.text == "+Infinity" || node.text == "-Infinity" || node.text == "INF" ||
                         node.text == "+INF" || node.text == "-INF";
      if (node.kind != Kind::kString || !named) return false;
      return appendTextValue(node.text == "NaN" ? "NaN" : node.text[0] == '-' ? "-Infinity" : "Infinity", builder, options.text);
    }
    case TypeKind::kDecimal: return (isNumber(node) || node.kind == Kind::kString) && appendTextValue(node.text, builder, options.text);
    case TypeKind::kTimestamp:
      if (node.kind == Kind::kInteger) {
        int64_t seconds = 0;
        int64_t micros = 0;
        if (!parseJavaLong(node.text, seconds) || __builtin_mul_overflow(seconds, kMicrosPerSecond, &micros)) return false;
        builder.appendFixed(micros);
        return true;
      }
      return node.kind == Kind::kString && appendTextValue(node.text, builder, options.text);
    case TypeKind::kDate:
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kCalendarInterval:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return node.kind == Kind::kString && appendTextValue(node.text, builder, options.text);
    default: return false;
  }
}

bool appendVariant(const JsonDocument& document, const Node& node, VectorBuilder& builder) {
  columnar::VariantBuilder variant;
  std::string duplicate;
  const bool good = appendJsonAsVariant(document, node, variant, duplicate);
  if (good) {
    builder.appendString(variant.finish());
  } else {
    builder.appendNull();
  }
  return good;
}

DataType numberType(const Node& node, const JsonValueOptions& options) {
  if (node.kind == Kind::kInteger) {
    int64_t value = 0;
    if (parseJavaLong(node.text, value)) return DataType::bigint();
    const size_t digits = node.text.size() - (node.text[0] == '-' ? 1 : 0);
    return digits <= 38 ? DataType::decimal(static_cast<int>(digits), 0) : DataType::float64();
  }
  if (!options.prefersDecimal) return DataType::float64();
  size_t digits = 0;
  size_t fraction = 0;
  bool point = false;
  for (const char c : node.text) {
    if (c == '.') {
      point = true;
    } else if (c >= '0' && c <= '9') {
      ++digits;
      fraction += point;
    } else if (c != '-') {
      return DataType::float64();
    }
  }
  return digits <= 38 ? DataType::decimal(static_cast<int>(std::max(digits, fraction + 1)), static_cast<int>(fraction)) : DataType::float64();
}

}  // namespace

bool appendJsonValue(const JsonDocument& document, const Node& node, VectorBuilder& builder, const JsonValueOptions& options) {
  if (builder.type().is(TypeKind::kVariant)) return appendVariant(document, node, builder);
  if (node.kind == Kind::kNull) {
    builder.appendNull();
    return true;
  }
  switch (builder.type().kind()) {
    case TypeKind::kStruct:
      if (node.kind == Kind::kObject) return appendObject(document, node, builder, options);
      break;
    case TypeKind::kArray:
      if (node.kind == Kind::kArray) {
        bool fits = true;
        const bool good = appendArray(document, node, builder, options, fits);
        if (fits) return good;
      }
      break;
    case TypeKind::kMap:
      if (node.kind == Kind::kObject) return appendMap(document, node, builder, options);
      break;
    default:
      if (appendScalar(document, node, builder, options)) return true;
  }
  builder.appendNull();
  return false;
}

DataType inferJsonType(const JsonDocument& document, const Node& node, const JsonValueOptions& options) {
  switch (node.kind) {
    case Kind::kNull: return DataType::null();
    case Kind::kTrue:
    case Kind::kFalse: return options.primitivesAsString ? DataType::string() : DataType::boolean();
    case Kind::kInteger:
    case Kind::kFloat: return options.primitivesAsString ? DataType::string() : numberType(node, options);
    case Kind::kString:
      if (node.text.empty()) return DataType::null();
      if (options.inferTimestamp && !options.primitivesAsString) {
        if (options.timestampIsNtz && parseTimestampNtz(node.text).has_value()) return DataType::timestampNtz();
        if (parseTimestamp(node.text, *options.text.zone).has_value()) return DataType::timestamp();
      }
      return DataType::string();
    case Kind::kArray: {
      DataType element;
      for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
        element = mergeJsonTypes(element, inferJsonType(document, document.node(at), options));
      }
      return DataType::array(element, true);
    }
    case Kind::kObject: {
      std::map<std::string, DataType, std::less<>> fields;
      for (int32_t at = node.firstChild; at >= 0; at = document.node(at).next) {
        const Node& member = document.node(at);
        fields[std::string(member.name)] = inferJsonType(document, member, options);
      }
      StructFields out;
      for (auto& [name, type] : fields) out.push_back({.name = name, .type = type});
      return DataType::structType(std::move(out));
    }
  }
  return DataType::null();
}

DataType mergeJsonTypes(const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kNull) || a == b) return b;
  if (b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kStruct) && b.is(TypeKind::kStruct)) {
    std::map<std::string, DataType> merged;
    for (const StructField& field : a.fields()) merged[field.name] = field.type;
    for (const StructField& field : b.fields()) merged[field.name] = mergeJsonTypes(merged[field.name], field.type);
    StructFields out;
    for (auto& [name, type] : merged) out.push_back({.name = name, .type = type});
    return DataType::structType(std::move(out));
  }
  if (a.is(TypeKind::kArray) && b.is(TypeKind::kArray)) return DataType::array(mergeJsonTypes(a.elementType(), b.elementType()), true);
  if (a.isNumeric() && b.isNumeric()) {
    if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return DataType::float64();
    const DataType left = decimalForType(a);
    const DataType right = decimalForType(b);
    const int scale = std::max(left.scale(), right.scale());
    const int whole = std::max(left.precision() - left.scale(), right.precision() - right.scale());
    return scale + whole > 38 ? DataType::float64() : DataType::decimal(scale + whole, scale);
  }
  const bool times = (a.is(TypeKind::kTimestamp) && b.is(TypeKind::kTimestampNtz)) || (a.is(TypeKind::kTimestampNtz) && b.is(TypeKind::kTimestamp));
  return times ? DataType::timestamp() : DataType::string();
}

namespace {

// Nothing for a type that no value was seen of.
std::optional<DataType> canonicalOf(const DataType& type, bool dropNulls) {
  switch (type.kind()) {
    case TypeKind::kNull: return dropNulls ? std::nullopt : std::optional(DataType::string());
    case TypeKind::kArray: {
      const std::optional<DataType> element = canonicalOf(type.elementType(), dropNulls);
      return element.has_value() ? std::optional(DataType::array(*element, true)) : std::nullopt;
    }
    case TypeKind::kStruct: {
      StructFields out;
      for (const StructField& field : type.fields()) {
        if (std::optional<DataType> kept = canonicalOf(field.type, dropNulls)) out.push_back({.name = field.name, .type = std::move(*kept)});
      }
      return out.empty() ? std::nullopt : std::optional(DataType::structType(std::move(out)));
    }
    default: return type;
  }
}

}  // namespace

DataType canonicalJsonType(const DataType& type, bool dropNulls) { return canonicalOf(type, dropNulls).value_or(type.is(TypeKind::kStruct) ? DataType::structType({}) : DataType::string()); }

}  // namespace flint::records
