#include "records/xml_text.h"

#include <string_view>

namespace flint::records {
namespace {

using columnar::ColumnVector;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::StringView;

// Writes values as elements, each on a line of its own. A character that XML cannot hold makes `good` false.
class XmlWriter {
 public:
  XmlWriter(const XmlStyle& style, std::string& out) : style_(style), out_(out) {}

  void element(const std::string& name, const ColumnVector& vector, RowIndex row, int depth) {
    if (vector.isNull(row)) {
      if (style_.nullValue.has_value()) text(name, *style_.nullValue, depth);
      return;
    }
    if (!vector.isFlat()) return element(name, *vector.base(), vector.baseRow(row), depth);
    const DataType& type = vector.type();
    switch (type.kind()) {
      case TypeKind::kStruct: return structure(name, vector, row, depth);
      case TypeKind::kArray: {
        const ListEntry entry = vector.values<ListEntry>()[row];
        const bool nested = type.elementType().is(TypeKind::kArray);
        for (int32_t i = 0; i < entry.length; ++i) {
          const ColumnVector& elements = *vector.children()[0];
          if (!nested) {
            element(name, elements, entry.offset + i, depth);
            continue;
          }
          open(name, depth);
          element(style_.arrayElementName, elements, entry.offset + i, depth + 1);
          close(name, depth);
        }
        return;
      }
      case TypeKind::kMap: {
        const ListEntry entry = vector.values<ListEntry>()[row];
        open(name, depth);
        for (int32_t i = 0; i < entry.length; ++i) {
          std::string key;
          style_.append(*vector.children()[0], entry.offset + i, key);
          element(key, *vector.children()[1], entry.offset + i, depth + 1);
        }
        return close(name, depth);
      }
      default: return text(name, valueText(vector, row), depth);
    }
  }
  bool good = true;

 private:
  std::string valueText(const ColumnVector& vector, RowIndex row) const {
    std::string out;
    if (!vector.type().is(TypeKind::kBinary)) {
      style_.append(vector, row, out);
      return out;
    }
    static constexpr char kDigits[] = "0123456789ABCDEF";
    for (const char byte : vector.values<StringView>()[row].view()) {
      out += out.empty() ? '[' : ' ';
      out += kDigits[static_cast<unsigned char>(byte) >> 4];
      out += kDigits[byte & 15];
    }
    return out.empty() ? "[]" : out + "]";
  }
  void startLine(int depth) {
    if (!out_.empty()) out_ += '\n';
    for (int i = 0; i < depth; ++i) out_ += style_.indent;
  }
  void open(const std::string& name, int depth) {
    startLine(depth);
    out_ += "<" + name + ">";
  }
  void close(const std::string& name, int depth) {
    startLine(depth);
    out_ += "</" + name + ">";
  }
  void text(const std::string& name, std::string_view content, int depth) {
    startLine(depth);
    out_ += "<" + name + ">";
    escape(content, false);
    out_ += "</" + name + ">";
  }
  void structure(const std::string& name, const ColumnVector& vector, RowIndex row, int depth) {
    const StructFields& fields = vector.type().fields();
    startLine(depth);
    out_ += "<" + name;
    const auto isAttribute = [&](const std::string& field) {
      return !style_.attributePrefix.empty() && field.starts_with(style_.attributePrefix) && field != style_.valueTag;
    };
    size_t numElements = 0;
    const ColumnVector* value = nullptr;
    for (size_t i = 0; i < fields.size(); ++i) {
      const ColumnVector& child = *vector.children()[i];
      if (fields[i].name == style_.valueTag) {
        value = &child;
      } else if (!isAttribute(fields[i].name)) {
        numElements += child.isNull(row) && !style_.nullValue.has_value() ? 0 : 1;
      } else if (!child.isNull(row)) {
        const ColumnVector& flat = child.isFlat() ? child : *child.base();
        out_ += " " + fields[i].name.substr(style_.attributePrefix.size()) + "=\"";
        escape(valueText(flat, child.baseRow(row)), true);
        out_ += '"';
      }
    }
    const bool hasValue = value != nullptr && !value->isNull(row);
    if (numElements == 0 && !hasValue) {
      out_ += "/>";
      return;
    }
    out_ += ">";
    if (hasValue) {
      const ColumnVector& flat = value->isFlat() ? *value : *value->base();
      escape(valueText(flat, value->baseRow(row)), false);
    }
    for (size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].name != style_.valueTag && !isAttribute(fields[i].name)) element(fields[i].name, *vector.children()[i], row, depth + 1);
    }
    if (numElements > 0) {
      close(name, depth);
    } else {
      out_ += "</" + name + ">";
    }
  }
  void escape(std::string_view content, bool inAttribute) {
    for (const char c : content) {
      switch (c) {
        case '&': out_ += "&amp;"; break;
        case '<': out_ += "&lt;"; break;
        case '>': out_ += inAttribute ? ">" : "&gt;"; break;
        case '"': out_ += inAttribute ? "&quot;" : "\""; break;
        case '\r': out_ += "&#xd;"; break;
        default:
          good = good && (static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n');
          out_ += c;
      }
    }
  }

  const XmlStyle& style_;
  std::string& out_;
};

}  // namespace

bool appendXmlElement(std::string& out, const std::string& name, const ColumnVector& vector, RowIndex row, int depth, const XmlStyle& style) {
  XmlWriter writer(style, out);
  writer.element(name, vector, row, depth);
  return writer.good;
}

}  // namespace flint::records
