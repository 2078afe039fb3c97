#include "columnar/arrow_bridge.h"

#include <arrow/c/abi.h>

#include <charconv>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "columnar/vector_builder.h"

namespace flint::columnar {
namespace {

using Owner = std::shared_ptr<const void>;

Error unsupported(std::string_view format) {
  return std::move(Error(condition::kUnsupportedArrowtype).with("typeName", std::string(format)));
}

// "d:10,2" or "d:10,2,128"
Result<DataType> decimalType(std::string_view format) {
  int numbers[3] = {0, 0, 128};
  int count = 0;
  const char* at = format.data() + 2;
  const char* end = format.data() + format.size();
  while (at < end && count < 3) {
    const auto [next, error] = std::from_chars(at, end, numbers[count]);
    if (error != std::errc()) return unsupported(format);
    ++count;
    at = next + (next < end ? 1 : 0);
  }
  if (count < 2 || numbers[2] != 128 || numbers[0] < 1 || numbers[0] > 38 || numbers[1] < 0 || numbers[1] > numbers[0]) {
    return unsupported(format);
  }
  return DataType::decimal(numbers[0], numbers[1]);
}

// Microseconds in a unit letter of a timestamp or duration; -1000 stands for nanoseconds, to be divided.
int64_t unitScale(char unit) { return unit == 's' ? 1'000'000 : unit == 'm' ? 1'000 : unit == 'u' ? 1 : -1'000; }

bool isNullable(const ArrowSchema& schema) { return (schema.flags & ARROW_FLAG_NULLABLE) != 0; }

bool isVariant(const ArrowSchema& schema) {
  // Metadata is a count of pairs, then lengths and texts; a variant's `metadata` child is marked so.
  if (schema.n_children != 2 || std::strcmp(schema.children[1]->name, "metadata") != 0 || schema.children[1]->metadata == nullptr) return false;
  constexpr char kMark[] = "\x07\0\0\0variant\x04\0\0\0true";
  return std::memcmp(schema.children[1]->metadata + 4, kMark, sizeof kMark - 1) == 0;
}

Result<DataType> importType(const ArrowSchema& schema) {
  if (schema.dictionary != nullptr) return importType(*schema.dictionary);
  const std::string_view format = schema.format;
  if (format.starts_with("d:")) return decimalType(format);
  if (format.starts_with("ts") && format.size() >= 4) return format.size() > 4 ? DataType::timestamp() : DataType::timestampNtz();
  if (format == "+s") {
    if (isVariant(schema)) return DataType::variant();
    ASSIGN_OR_RETURN(StructFields fields, importArrowSchema(schema));
    return DataType::structType(std::move(fields));
  }
  if (format == "+l" || format == "+L") {
    ASSIGN_OR_RETURN(DataType element, importType(*schema.children[0]));
    return DataType::array(std::move(element), isNullable(*schema.children[0]));
  }
  if (format == "+m") {
    const ArrowSchema& entries = *schema.children[0];
    ASSIGN_OR_RETURN(DataType key, importType(*entries.children[0]));
    ASSIGN_OR_RETURN(DataType value, importType(*entries.children[1]));
    return DataType::map(std::move(key), std::move(value), isNullable(*entries.children[1]));
  }
  static const std::pair<std::string_view, DataType> kTypes[] = {
      {"n", DataType::null()},         {"b", DataType::boolean()},         {"c", DataType::byte()},
      {"s", DataType::shortInt()},     {"i", DataType::integer()},         {"l", DataType::bigint()},
      {"f", DataType::float32()},      {"g", DataType::float64()},         {"u", DataType::string()},
      {"U", DataType::string()},       {"z", DataType::binary()},          {"Z", DataType::binary()},
      {"tdD", DataType::date()},       {"ttu", DataType::time(6)},         {"ttn", DataType::time(6)},
      {"tDs", DataType::dayTimeInterval()}, {"tDm", DataType::dayTimeInterval()}, {"tDu", DataType::dayTimeInterval()},
      {"tDn", DataType::dayTimeInterval()}, {"tiM", DataType::yearMonthInterval()}, {"tin", DataType::calendarInterval()},
  };
  for (const auto& [name, type] : kTypes) {
    if (name == format) return type;
  }
  return unsupported(format);
}

// Copies the rows [from, from + rows) of one array, and of those below it.
class ColumnImport {
 public:
  explicit ColumnImport(Owner owner) : owner_(std::move(owner)) {}

  Result<VectorPtr> column(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t from, int64_t rows) const;

 private:
  template <class T>
  static BufferPtr copied(const ArrowArray& array, int64_t start, int64_t rows);
  static BufferPtr scaled(const ArrowArray& array, int64_t start, int64_t rows, int64_t scale);
  static BufferPtr validity(const ArrowArray& array, int64_t start, int64_t rows);
  template <class Length>
  static BufferPtr strings(const ArrowArray& array, int64_t start, int64_t rows, const uint64_t* valid);
  template <class Length>
  static Result<std::pair<int64_t, int64_t>> listEntries(const ArrowArray& array, int64_t start, int64_t rows, ListEntry* out);
  Result<VectorPtr> nested(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t start, int64_t rows,
                           BufferPtr valid) const;
  Result<VectorPtr> dictionary(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t start, int64_t rows,
                               BufferPtr valid) const;
  Result<VectorPtr> variants(const ArrowSchema& schema, const ArrowArray& array, int64_t start, int64_t rows, const BufferPtr& valid) const;

  Owner owner_;
};

template <class T>
BufferPtr ColumnImport::copied(const ArrowArray& array, int64_t start, int64_t rows) {
  auto buffer = Buffer::allocate(static_cast<size_t>(rows) * sizeof(T));
  if (rows > 0) std::memcpy(buffer->mutableData(), static_cast<const T*>(array.buffers[1]) + start, static_cast<size_t>(rows) * sizeof(T));
  return buffer;
}

BufferPtr ColumnImport::scaled(const ArrowArray& array, int64_t start, int64_t rows, int64_t scale) {
  auto buffer = Buffer::allocate(static_cast<size_t>(rows) * sizeof(int64_t));
  const auto* in = static_cast<const uint64_t*>(array.buffers[1]) + start;
  for (int64_t i = 0; i < rows; ++i) {
    buffer->mutableAs<int64_t>()[i] =
        scale > 0 ? static_cast<int64_t>(in[i] * static_cast<uint64_t>(scale)) : static_cast<int64_t>(in[i]) / -scale;
  }
  return buffer;
}

BufferPtr ColumnImport::validity(const ArrowArray& array, int64_t start, int64_t rows) {
  if (array.null_count == 0 || array.n_buffers == 0 || array.buffers[0] == nullptr) return nullptr;
  auto buffer = Buffer::allocateZeroed(static_cast<size_t>(bitmapBytes(rows)));
  const auto* bits = static_cast<const uint8_t*>(array.buffers[0]);
  for (int64_t i = 0; i < rows; ++i) {
    if ((bits[(start + i) >> 3] >> ((start + i) & 7) & 1) != 0) setBit(buffer->mutableAs<uint64_t>(), i);
  }
  return buffer;
}

template <class Length>
BufferPtr ColumnImport::strings(const ArrowArray& array, int64_t start, int64_t rows, const uint64_t* valid) {
  auto buffer = Buffer::allocate(static_cast<size_t>(rows) * sizeof(StringView));
  const auto* offsets = static_cast<const Length*>(array.buffers[1]) + start;
  const auto* bytes = static_cast<const char*>(array.buffers[2]);
  for (int64_t i = 0; i < rows; ++i) {
    const bool isNull = valid != nullptr && !bitIsSet(valid, i);
    buffer->mutableAs<StringView>()[i] =
        isNull ? StringView() : StringView(bytes + offsets[i], static_cast<uint32_t>(offsets[i + 1] - offsets[i]));
  }
  return buffer;
}

// Fills entries that count from the first row's elements; gives the range of elements.
template <class Length>
Result<std::pair<int64_t, int64_t>> ColumnImport::listEntries(const ArrowArray& array, int64_t start, int64_t rows, ListEntry* out) {
  const auto* offsets = static_cast<const Length*>(array.buffers[1]) + start;
  const int64_t first = rows == 0 ? 0 : offsets[0];
  const int64_t last = rows == 0 ? 0 : offsets[rows];
  if (last - first > std::numeric_limits<int32_t>::max()) return unsupported("+L");
  for (int64_t i = 0; i < rows; ++i) {
    out[i] = {static_cast<int32_t>(offsets[i] - first), static_cast<int32_t>(offsets[i + 1] - offsets[i])};
  }
  return std::pair{first, last - first};
}

Result<VectorPtr> ColumnImport::nested(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t start, int64_t rows,
                                       BufferPtr valid) const {
  const auto size = static_cast<RowIndex>(rows);
  std::vector<VectorPtr> children;
  if (type.is(TypeKind::kStruct)) {
    for (int64_t i = 0; i < array.n_children; ++i) {
      const DataType& childType = type.fields()[static_cast<size_t>(i)].type;
      ASSIGN_OR_RETURN(VectorPtr child, column(*schema.children[i], childType, *array.children[i], start, rows));
      children.push_back(std::move(child));
    }
    return ColumnVector::structure(type, size, std::move(valid), std::move(children));
  }
  auto entries = Buffer::allocate(static_cast<size_t>(rows) * sizeof(ListEntry));
  auto* out = entries->mutableAs<ListEntry>();
  ASSIGN_OR_RETURN(const auto range, std::strcmp(schema.format, "+L") == 0 ? listEntries<int64_t>(array, start, rows, out)
                                                                         : listEntries<int32_t>(array, start, rows, out));
  const ArrowSchema& elementSchema = *schema.children[0];
  const ArrowArray& elements = *array.children[0];
  if (type.is(TypeKind::kArray)) {
    ASSIGN_OR_RETURN(VectorPtr child, column(elementSchema, type.elementType(), elements, range.first, range.second));
    children.push_back(std::move(child));
  } else {
    const int64_t first = range.first + elements.offset;
    ASSIGN_OR_RETURN(VectorPtr keys, column(*elementSchema.children[0], type.keyType(), *elements.children[0], first, range.second));
    ASSIGN_OR_RETURN(VectorPtr values, column(*elementSchema.children[1], type.valueType(), *elements.children[1], first, range.second));
    children = {std::move(keys), std::move(values)};
  }
  return ColumnVector::list(type, size, std::move(entries), std::move(valid), std::move(children));
}

Result<VectorPtr> ColumnImport::dictionary(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t start,
                                           int64_t rows, BufferPtr valid) const {
  ASSIGN_OR_RETURN(VectorPtr base, column(*schema.dictionary, type, *array.dictionary, 0, array.dictionary->length));
  const auto size = static_cast<RowIndex>(rows);
  if (base->size() == 0) return ColumnVector::nulls(type, size);
  auto indices = Buffer::allocate(static_cast<size_t>(rows) * sizeof(int32_t));
  for (int64_t i = 0; i < rows; ++i) {
    int64_t index = 0;
    switch (schema.format[0]) {
      case 'c': index = static_cast<const int8_t*>(array.buffers[1])[start + i]; break;
      case 'C': index = static_cast<const uint8_t*>(array.buffers[1])[start + i]; break;
      case 's': index = static_cast<const int16_t*>(array.buffers[1])[start + i]; break;
      case 'S': index = static_cast<const uint16_t*>(array.buffers[1])[start + i]; break;
      case 'i':
      case 'I': index = static_cast<const int32_t*>(array.buffers[1])[start + i]; break;
      case 'l':
      case 'L': index = static_cast<const int64_t*>(array.buffers[1])[start + i]; break;
      default: return unsupported(schema.format);
    }
    // Below a null the index may be anything.
    indices->mutableAs<int32_t>()[i] = index < 0 || index >= base->size() ? 0 : static_cast<int32_t>(index);
  }
  return ColumnVector::dictionary(std::move(base), size, std::move(indices), std::move(valid));
}

Result<VectorPtr> ColumnImport::variants(const ArrowSchema& schema, const ArrowArray& array, int64_t start, int64_t rows,
                                         const BufferPtr& valid) const {
  ASSIGN_OR_RETURN(VectorPtr values, column(*schema.children[0], DataType::binary(), *array.children[0], start, rows));
  ASSIGN_OR_RETURN(VectorPtr metadata, column(*schema.children[1], DataType::binary(), *array.children[1], start, rows));
  VectorBuilder builder(DataType::variant());
  for (RowIndex row = 0; row < static_cast<RowIndex>(rows); ++row) {
    if (valid != nullptr && !bitIsSet(valid->as<uint64_t>(), row)) {
      builder.appendNull();
    } else {
      builder.appendString(metadata->values<StringView>()[row].str() + values->values<StringView>()[row].str());
    }
  }
  return builder.finish();
}

Result<VectorPtr> ColumnImport::column(const ArrowSchema& schema, const DataType& type, const ArrowArray& array, int64_t from,
                                       int64_t rows) const {
  const int64_t start = array.offset + from;
  const auto size = static_cast<RowIndex>(rows);
  if (type.is(TypeKind::kNull)) return ColumnVector::nulls(type, size);
  BufferPtr valid = validity(array, start, rows);
  if (schema.dictionary != nullptr) return dictionary(schema, type, array, start, rows, std::move(valid));
  const auto flat = [&](BufferPtr values, ColumnVector::Owners owners = {}) -> Result<VectorPtr> {
    return ColumnVector::flat(type, size, std::move(values), std::move(valid), std::move(owners));
  };
  const std::string_view format = schema.format;
  switch (type.physicalType()) {
    case PhysicalType::kBool: {
      auto values = Buffer::allocate(static_cast<size_t>(rows));
      const auto* bits = static_cast<const uint8_t*>(array.buffers[1]);
      for (int64_t i = 0; i < rows; ++i) values->mutableData()[i] = bits[(start + i) >> 3] >> ((start + i) & 7) & 1;
      return flat(std::move(values));
    }
    case PhysicalType::kInt8: return flat(copied<int8_t>(array, start, rows));
    case PhysicalType::kInt16: return flat(copied<int16_t>(array, start, rows));
    case PhysicalType::kInt32: return flat(copied<int32_t>(array, start, rows));
    case PhysicalType::kInt64:
      if (format[0] == 'd') {
        auto values = Buffer::allocate(static_cast<size_t>(rows) * sizeof(int64_t));
        const auto* in = static_cast<const int64_t*>(array.buffers[1]) + 2 * start;
        for (int64_t i = 0; i < rows; ++i) values->mutableAs<int64_t>()[i] = in[2 * i];
        return flat(std::move(values));
      }
      if (format.starts_with("ts") || format.starts_with("tD")) return flat(scaled(array, start, rows, unitScale(format[2])));
      if (format == "ttu") return flat(scaled(array, start, rows, 1'000));
      return flat(copied<int64_t>(array, start, rows));
    case PhysicalType::kInt128: return flat(copied<int128_t>(array, start, rows));
    case PhysicalType::kFloat: return flat(copied<float>(array, start, rows));
    case PhysicalType::kDouble: return flat(copied<double>(array, start, rows));
    case PhysicalType::kString: {
      if (type.is(TypeKind::kVariant)) return variants(schema, array, start, rows, valid);
      const uint64_t* bits = valid == nullptr ? nullptr : valid->as<uint64_t>();
      const bool large = format == "U" || format == "Z";
      return flat(large ? strings<int64_t>(array, start, rows, bits) : strings<int32_t>(array, start, rows, bits), {owner_});
    }
    case PhysicalType::kInterval: {
      auto values = Buffer::allocate(static_cast<size_t>(rows) * sizeof(CalendarInterval));
      const char* in = static_cast<const char*>(array.buffers[1]) + 16 * start;
      for (int64_t i = 0; i < rows; ++i, in += 16) {
        CalendarInterval& value = values->mutableAs<CalendarInterval>()[i];
        int64_t nanos = 0;
        std::memcpy(&value.months, in, 4);
        std::memcpy(&value.days, in + 4, 4);
        std::memcpy(&nanos, in + 8, 8);
        value.microseconds = nanos / 1'000;
      }
      return flat(std::move(values));
    }
    case PhysicalType::kList:
    case PhysicalType::kStruct: return nested(schema, type, array, start, rows, std::move(valid));
  }
  return unsupported(format);
}

}  // namespace

Result<StructFields> importArrowSchema(const ArrowSchema& schema) {
  StructFields fields;
  for (int64_t i = 0; i < schema.n_children; ++i) {
    const ArrowSchema& child = *schema.children[i];
    ASSIGN_OR_RETURN(DataType type, importType(child));
    fields.push_back({child.name == nullptr ? "" : child.name, std::move(type), isNullable(child)});
  }
  return fields;
}

Result<ColumnarBatch> importArrowBatch(const ArrowSchema& schema, ArrowArray* array) {
  // The array moves to the heap, to be released with the last vector that points into it.
  auto held = std::shared_ptr<ArrowArray>(new ArrowArray(*array), [](ArrowArray* one) {
    if (one->release != nullptr) one->release(one);
    delete one;
  });
  array->release = nullptr;
  if (held->length > std::numeric_limits<RowIndex>::max()) return unsupported("+s");
  ASSIGN_OR_RETURN(const StructFields fields, importArrowSchema(schema));
  const ColumnImport import(held);
  std::vector<VectorPtr> columns;
  for (size_t i = 0; i < fields.size(); ++i) {
    ASSIGN_OR_RETURN(VectorPtr column,
                     import.column(*schema.children[i], fields[i].type, *held->children[i], held->offset, held->length));
    columns.push_back(std::move(column));
  }
  return ColumnarBatch(std::move(columns), static_cast<RowIndex>(held->length));
}

}  // namespace flint::columnar
