#include "sources/write/json_text.h"

#include "base/json_string.h"

namespace flint::sources {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

namespace {

void appendBase64(std::string& out, std::string_view bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  out += '"';
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t word = 0;
    for (size_t j = 0; j < 3; ++j) word = word << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (size_t j = 0; j < 4; ++j) out += i + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63] : '=';
  }
  out += '"';
}

}  // namespace

void appendJsonObject(std::string& out, const StructFields& fields, const std::vector<VectorPtr>& columns, RowIndex row, const JsonStyle& style) {
  out += '{';
  bool first = true;
  for (size_t i = 0; i < fields.size(); ++i) {
    if (style.ignoreNullFields && columns[i]->isNull(row)) continue;
    if (!first) out += ',';
    first = false;
    appendJsonString(out, fields[i].name);
    out += ':';
    appendJson(out, *columns[i], row, style);
  }
  out += '}';
}

void appendJson(std::string& out, const ColumnVector& vector, RowIndex row, const JsonStyle& style) {
  if (vector.isNull(row)) {
    out += "null";
    return;
  }
  if (!vector.isFlat()) return appendJson(out, *vector.base(), vector.baseRow(row), style);
  const DataType& type = vector.type();
  switch (type.kind()) {
    case TypeKind::kStruct: return appendJsonObject(out, type.fields(), vector.children(), row, style);
    case TypeKind::kArray: {
      const auto entry = vector.values<columnar::ListEntry>()[row];
      out += '[';
      for (int32_t i = 0; i < entry.length; ++i) {
        if (i > 0) out += ',';
        appendJson(out, *vector.children()[0], entry.offset + i, style);
      }
      out += ']';
      return;
    }
    case TypeKind::kMap: {
      const auto entry = vector.values<columnar::ListEntry>()[row];
      out += '{';
      for (int32_t i = 0; i < entry.length; ++i) {
        if (i > 0) out += ',';
        const ColumnVector& keys = *vector.children()[0];
        std::string key;
        appendValueText(key, keys.isFlat() ? keys : *keys.base(), keys.baseRow(entry.offset + i), style.values);
        appendJsonString(out, key);
        out += ':';
        appendJson(out, *vector.children()[1], entry.offset + i, style);
      }
      out += '}';
      return;
    }
    case TypeKind::kBinary: return appendBase64(out, vector.values<columnar::StringView>()[row].view());
    case TypeKind::kFloat:
    case TypeKind::kDouble: {
      std::string text;
      appendValueText(text, vector, row, style.values);
      const bool number = text != "NaN" && text != "Infinity" && text != "-Infinity";
      out += number ? text : "\"" + text + "\"";
      return;
    }
    case TypeKind::kBoolean:
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDecimal: return appendValueText(out, vector, row, style.values);
    default: {
      std::string text;
      appendValueText(text, vector, row, style.values);
      appendJsonString(out, text);
    }
  }
}

}  // namespace flint::sources
