// Structs as XML texts: to_xml.
#include "columnar/variant_reader.h"
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

struct ToXmlData {
  RecordTexts texts;
  std::string rowTag;
  std::string attributePrefix;
  std::string valueTag;
  std::string arrayElementName;
  const std::string* nullValue = nullptr;
  std::string nullText;
  std::string indent;
};

// Writes values as elements, each on a line of its own. A character that XML cannot hold makes `good` false.
class XmlWriter {
 public:
  XmlWriter(const ToXmlData& data, std::string& out) : data_(data), out_(out) {}

  void element(const std::string& name, const ColumnVector& vector, RowIndex row, int depth) {
    if (vector.isNull(row)) {
      if (data_.nullValue != nullptr) text(name, *data_.nullValue, depth);
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
          element(data_.arrayElementName, elements, entry.offset + i, depth + 1);
          close(name, depth);
        }
        return;
      }
      case TypeKind::kMap: {
        const ListEntry entry = vector.values<ListEntry>()[row];
        open(name, depth);
        for (int32_t i = 0; i < entry.length; ++i) {
          std::string key;
          data_.texts.append(*vector.children()[0], entry.offset + i, key);
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
    if (vector.type().is(TypeKind::kBinary)) {
      static constexpr char kDigits[] = "0123456789ABCDEF";
      for (const char byte : vector.values<StringView>()[row].view()) {
        out += out.empty() ? '[' : ' ';
        out += kDigits[static_cast<unsigned char>(byte) >> 4];
        out += kDigits[byte & 15];
      }
      return out.empty() ? "[]" : out + "]";
    }
    if (vector.type().is(TypeKind::kVariant)) {
      appendVariantJson(columnar::VariantReader::of(vector.values<StringView>()[row].view()), data_.texts.zone(), out);
      return out;
    }
    data_.texts.append(vector, row, out);
    return out;
  }
  void startLine(int depth) {
    if (!out_.empty()) out_ += '\n';
    for (int i = 0; i < depth; ++i) out_ += data_.indent;
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
      return !data_.attributePrefix.empty() && field.starts_with(data_.attributePrefix) && field != data_.valueTag;
    };
    size_t numElements = 0;
    const ColumnVector* value = nullptr;
    for (size_t i = 0; i < fields.size(); ++i) {
      const ColumnVector& child = *vector.children()[i];
      if (fields[i].name == data_.valueTag) {
        value = &child;
      } else if (!isAttribute(fields[i].name)) {
        numElements += child.isNull(row) && data_.nullValue == nullptr ? 0 : 1;
      } else if (!child.isNull(row)) {
        const ColumnVector& flat = child.isFlat() ? child : *child.base();
        out_ += " " + fields[i].name.substr(data_.attributePrefix.size()) + "=\"";
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
      if (fields[i].name != data_.valueTag && !isAttribute(fields[i].name)) element(fields[i].name, *vector.children()[i], row, depth + 1);
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

  const ToXmlData& data_;
  std::string& out_;
};

void toXml(const KernelArgs& args) {
  const auto& data = args.data<ToXmlData>();
  auto out = args.result<StringView>();
  std::string text;
  for (const RowIndex row : args.activeRows()) {
    text.clear();
    XmlWriter writer(data, text);
    writer.element(data.rowTag, *args.vector(0), row, 0);
    if (writer.good) {
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
  ASSIGN_OR_RETURN(data->texts, RecordTexts::make(context, options));
  data->rowTag = options.text("rowTag", "ROW");
  data->attributePrefix = options.text("attributePrefix", "_");
  data->valueTag = options.text("valueTag", "_VALUE");
  data->arrayElementName = options.text("arrayElementName", "item");
  data->indent = options.text("indent", "    ");
  if (const std::string* nullValue = options.find("nullValue")) {
    data->nullText = *nullValue;
    data->nullValue = &data->nullText;
  }
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
