#include "sources/parquet/row_group_pruning.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "columnar/string_view.h"
#include "sources/parquet/value_conversion.h"

namespace flint::sources {
namespace {

using columnar::StringView;
using expr::ValueBounds;

std::optional<Value> valueOf(std::string_view bytes, const SchemaElement& leaf, const DataType& type, const ValueConversion& conversion) {
  alignas(16) uint8_t native[16] = {};
  alignas(16) uint8_t converted[16] = {};
  const bool isText = *leaf.type == ParquetType::kByteArray || *leaf.type == ParquetType::kFixedLenByteArray;
  if (isText) {
    const StringView view(bytes);
    std::memcpy(native, &view, sizeof(view));
  } else {
    if (bytes.size() != conversion.nativeWidth) return std::nullopt;
    std::memcpy(native, bytes.data(), bytes.size());
  }
  const uint8_t* value = native;
  if (conversion.convert != nullptr) {
    conversion.apply(native, converted, 1);
    value = converted;
  }
  const auto as = [&]<class T>(T) {
    T out;
    std::memcpy(&out, value, sizeof(T));
    return out;
  };
  switch (type.physicalType()) {
    case PhysicalType::kBool: return Value::boolean(value[0] != 0);
    case PhysicalType::kInt8: return Value::integer(as(int8_t{}));
    case PhysicalType::kInt16: return Value::integer(as(int16_t{}));
    case PhysicalType::kInt32: return Value::integer(as(int32_t{}));
    case PhysicalType::kInt64: return type.is(TypeKind::kDecimal) ? Value::decimal(as(int64_t{})) : Value::integer(as(int64_t{}));
    case PhysicalType::kInt128: return Value::decimal(as(int128_t{}));
    case PhysicalType::kFloat: {
      const float number = as(float{});
      return std::isnan(number) ? std::nullopt : std::optional(Value::floating(number));
    }
    case PhysicalType::kDouble: {
      const double number = as(double{});
      return std::isnan(number) ? std::nullopt : std::optional(Value::floating(number));
    }
    case PhysicalType::kString: return Value::string(std::string(bytes));
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

ValueBounds boundsFrom(const SchemaElement& leaf, std::optional<std::string_view> min, std::optional<std::string_view> max, const DataType& type) {
  ValueBounds bounds;
  const auto conversion = conversionOf(leaf, type);
  if (!conversion.has_value() || *leaf.type == ParquetType::kInt96 || !min.has_value() || !max.has_value()) return bounds;
  bounds.min = valueOf(*min, leaf, type, *conversion);
  bounds.max = valueOf(*max, leaf, type, *conversion);
  // A maximum says nothing of NaN, which is above it.
  if (type.isFloating()) bounds.max.reset();
  return bounds;
}

ValueBounds valueBoundsOf(const SchemaNode& leaf, const ColumnChunk& chunk, const DataType& type, const FileFooter&) {
  auto min = chunk.statistics.min;
  auto max = chunk.statistics.max;
  // The old fields are in signed byte order, which is right for numbers only.
  const bool isNumber = *leaf.element->type != ParquetType::kByteArray && *leaf.element->type != ParquetType::kFixedLenByteArray;
  const bool isUnsigned = leaf.element->annotation.kind == Annotation::Kind::kInteger && !leaf.element->annotation.isSigned;
  if (!min.has_value() && !max.has_value() && isNumber && !isUnsigned) {
    min = chunk.statistics.oldMin;
    max = chunk.statistics.oldMax;
  }
  ValueBounds bounds = boundsFrom(*leaf.element, min, max, type);
  bounds.nullCount = chunk.statistics.nullCount;
  bounds.numValues = chunk.numValues;
  return bounds;
}

}  // namespace flint::sources
