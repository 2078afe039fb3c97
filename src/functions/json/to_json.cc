// Values as JSON texts: to_json.
#include <algorithm>
#include <cmath>

#include "base/json_string.h"
#include "columnar/variant_reader.h"
#include "expr/cast/cast_kernels.h"
#include "expr/expression_text.h"
#include "functions/collection/list_rows.h"
#include "functions/record_arguments.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

struct ToJsonData {
  RecordTexts texts;
  bool ignoreNullFields = true;
  bool sortKeys = false;
  bool pretty = false;
};

// As Java's BigDecimal.toString: with an exponent for very small numbers.
std::string bigDecimalText(int128_t unscaled, int scale) {
  std::string digits = decimalText(unscaled < 0 ? -unscaled : unscaled, 0);
  const int exponent = static_cast<int>(digits.size()) - 1 - scale;
  if (scale == 0 || exponent >= -6) return decimalText(unscaled, scale);
  std::string out = unscaled < 0 ? "-" : "";
  out += digits[0];
  if (digits.size() > 1) out += "." + digits.substr(1);
  return out + "E" + std::to_string(exponent);
}

int128_t decimalAt(const ColumnVector& flat, RowIndex row) {
  return flat.physicalType() == PhysicalType::kInt64 ? flat.values<int64_t>()[row] : flat.values<int128_t>()[row];
}

class JsonWriter {
 public:
  JsonWriter(const ToJsonData& data, std::string& out) : data_(data), out_(out) {}

  void value(const ColumnVector& vector, RowIndex row, int depth) {
    if (vector.isNull(row)) {
      out_ += "null";
      return;
    }
    if (!vector.isFlat()) return value(*vector.base(), vector.baseRow(row), depth);
    switch (vector.type().kind()) {
      case TypeKind::kStruct: return object(vector, row, depth);
      case TypeKind::kArray: return array(vector, row, depth);
      case TypeKind::kMap: return map(vector, row, depth);
      case TypeKind::kVariant: return appendVariantJson(columnar::VariantReader::of(vector.values<StringView>()[row].view()), data_.texts.zone(), out_);
      case TypeKind::kBoolean:
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger:
      case TypeKind::kLong: return data_.texts.append(vector, row, out_);
      case TypeKind::kFloat: return floating(vector, row, std::isfinite(vector.values<float>()[row]));
      case TypeKind::kDouble: return floating(vector, row, std::isfinite(vector.values<double>()[row]));
      case TypeKind::kDecimal: out_ += bigDecimalText(decimalAt(vector, row), vector.type().scale()); return;
      case TypeKind::kBinary:
        out_ += '"';
        columnar::appendBase64(vector.values<StringView>()[row].view(), out_);
        out_ += '"';
        return;
      default: {
        std::string text;
        data_.texts.append(vector, row, text);
        appendJsonString(out_, text);
      }
    }
  }

 private:
  void floating(const ColumnVector& vector, RowIndex row, bool finite) {
    if (!finite) out_ += '"';
    data_.texts.append(vector, row, out_);
    if (!finite) out_ += '"';
  }
  // A line of its own for each member, as Jackson's pretty printer breaks them: objects over lines, arrays in one.
  void startMember(bool first, int depth) {
    if (!first) out_ += ',';
    if (!data_.pretty) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(depth) * 2, ' ');
  }
  void name(const std::string& text) {
    appendJsonString(out_, text);
    out_ += data_.pretty ? " : " : ":";
  }
  void endObject(bool empty, int depth) {
    if (data_.pretty) {
      out_ += empty ? " " : "\n";
      if (!empty) out_.append(static_cast<size_t>(depth) * 2, ' ');
    }
    out_ += '}';
  }
  void object(const ColumnVector& vector, RowIndex row, int depth) {
    const StructFields& fields = vector.type().fields();
    std::vector<size_t> order(fields.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    if (data_.sortKeys) std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return fields[a].name < fields[b].name; });
    out_ += '{';
    bool first = true;
    for (const size_t i : order) {
      const ColumnVector& child = *vector.children()[i];
      if (data_.ignoreNullFields && child.isNull(row)) continue;
      startMember(first, depth + 1);
      first = false;
      name(fields[i].name);
      value(child, row, depth + 1);
    }
    endObject(first, depth);
  }
  void array(const ColumnVector& vector, RowIndex row, int depth) {
    const ListEntry entry = vector.values<ListEntry>()[row];
    out_ += data_.pretty ? "[ " : "[";
    for (int32_t i = 0; i < entry.length; ++i) {
      if (i > 0) out_ += data_.pretty ? ", " : ",";
      value(*vector.children()[0], entry.offset + i, depth);
    }
    out_ += data_.pretty && entry.length > 0 ? " ]" : "]";
  }
  void map(const ColumnVector& vector, RowIndex row, int depth) {
    const ListEntry entry = vector.values<ListEntry>()[row];
    std::vector<std::pair<std::string, RowIndex>> entries;
    for (int32_t i = 0; i < entry.length; ++i) entries.emplace_back(keyText(*vector.children()[0], entry.offset + i), entry.offset + i);
    if (data_.sortKeys) std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    out_ += '{';
    bool first = true;
    for (const auto& [key, at] : entries) {
      startMember(first, depth + 1);
      first = false;
      name(key);
      value(*vector.children()[1], at, depth + 1);
    }
    endObject(first, depth);
  }
  // Keys are shown as they are kept: days and microseconds as numbers, structs as "[1,2]".
  static std::string keyText(const ColumnVector& vector, RowIndex row) {
    if (vector.isNull(row)) return "null";
    if (!vector.isFlat()) return keyText(*vector.base(), vector.baseRow(row));
    switch (vector.type().kind()) {
      case TypeKind::kDate:
      case TypeKind::kYearMonthInterval: return std::to_string(vector.values<int32_t>()[row]);
      case TypeKind::kTimestamp:
      case TypeKind::kTimestampNtz:
      case TypeKind::kTime:
      case TypeKind::kDayTimeInterval: return std::to_string(vector.values<int64_t>()[row]);
      case TypeKind::kStruct: {
        std::string out = "[";
        for (const VectorPtr& child : vector.children()) out += (out.size() > 1 ? "," : "") + keyText(*child, row);
        return out + "]";
      }
      default: {
        std::string out;
        appendValueText(vector, row, TimeZone::utc(), out);
        return out;
      }
    }
  }

  const ToJsonData& data_;
  std::string& out_;
};

void toJson(const KernelArgs& args) {
  const auto& data = args.data<ToJsonData>();
  auto out = args.result<StringView>();
  std::string text;
  for (const RowIndex row : args.activeRows()) {
    text.clear();
    JsonWriter(data, text).value(*args.vector(0), row, 0);
    out.set(row, text);
  }
}

Result<FunctionBinding> bindToJson(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const records::RecordOptions options, optionsArgument(context, 1));
  const DataType& type = context.argumentTypes[0];
  const bool good = type.is(TypeKind::kStruct) || type.is(TypeKind::kArray) || type.is(TypeKind::kMap) || type.is(TypeKind::kVariant) || type.is(TypeKind::kNull);
  if (!good) {
    return Error(condition::kDatatypeMismatchInvalidJsonSchema).with("sqlExpr", "\"" + callText(context) + "\"").with("schema", quotedSql(type));
  }
  ASSIGN_OR_RETURN(RecordTexts texts, RecordTexts::make(context, options));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kString;
  binding.kernel = toJson;
  binding.data = std::make_shared<ToJsonData>(ToJsonData{.texts = std::move(texts),
                                                         .ignoreNullFields = options.flag("ignoreNullFields", true),
                                                         .sortKeys = options.flag("sortKeys", false),
                                                         .pretty = options.flag("pretty", false)});
  return binding;
}

}  // namespace

void registerToJson(FunctionRegistry& registry) {
  static const ScalarFunction kToJson = {.names = {"to_json"}, .group = Group::kJson, .since = "2.2.0", .usage = "to_json(expr[, options]) - A struct, array, map or variant as a JSON text.", .examples = {{.sql = "SELECT to_json(named_struct('a', 1, 'b', 2))", .result = "{\"a\":1,\"b\":2}"}}, .bind = bindToJson};
  registry.add(kToJson);
}

}  // namespace flint::functions
