#include "sources/parquet/row_group_pruning.h"

#include <cmath>
#include <cstring>
#include <vector>

#include "columnar/string_view.h"
#include "expr/nodes.h"
#include "sources/parquet/value_conversion.h"

namespace flint::sources {
namespace {

using columnar::StringView;

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

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

// A comparison of a column with a constant, column first.
struct ColumnComparison {
  const expr::BoundReference* column = nullptr;
  expr::ComparisonOp op = expr::ComparisonOp::kEqual;
  const Value* constant = nullptr;
};

std::optional<ColumnComparison> columnComparison(const expr::Comparison& comparison) {
  if (const auto* column = comparison.left->as<expr::BoundReference>()) {
    const Value* constant = expr::literalValue(comparison.right);
    if (constant != nullptr && comparison.right->dataType().sameType(column->dataType())) return ColumnComparison{column, comparison.op, constant};
  }
  if (const auto* column = comparison.right->as<expr::BoundReference>()) {
    const Value* constant = expr::literalValue(comparison.left);
    if (constant != nullptr && comparison.left->dataType().sameType(column->dataType())) {
      return ColumnComparison{column, expr::mirrored(comparison.op), constant};
    }
  }
  return std::nullopt;
}

bool hasByteOrder(const DataType& type) { return type.isAtomic() && type.collation() == 0; }

bool mayCompare(const ColumnComparison& comparison, const ValueBounds& bounds) {
  using Op = expr::ComparisonOp;
  const DataType& type = comparison.column->dataType();
  if (comparison.constant->isNull()) return comparison.op == Op::kEqualNullSafe && bounds.nullCount.value_or(1) != 0;
  if (bounds.nullCount.has_value() && *bounds.nullCount == bounds.numValues) return false;
  if (!hasByteOrder(type)) return true;
  const auto minOrder = [&] { return compareValues(*bounds.min, *comparison.constant, type); };
  const auto maxOrder = [&] { return compareValues(*bounds.max, *comparison.constant, type); };
  switch (comparison.op) {
    case Op::kEqual:
    case Op::kEqualNullSafe: return (!bounds.min.has_value() || minOrder() <= 0) && (!bounds.max.has_value() || maxOrder() >= 0);
    case Op::kLess: return !bounds.min.has_value() || minOrder() < 0;
    case Op::kLessOrEqual: return !bounds.min.has_value() || minOrder() <= 0;
    case Op::kGreater: return !bounds.max.has_value() || maxOrder() > 0;
    case Op::kGreaterOrEqual: return !bounds.max.has_value() || maxOrder() >= 0;
    case Op::kNotEqual: return true;
  }
  return true;
}

bool mayBeIn(const expr::In& in, const std::function<const ValueBounds*(int32_t)>& boundsOf) {
  const auto* column = in.value->as<expr::BoundReference>();
  const ValueBounds* bounds = column == nullptr ? nullptr : boundsOf(column->ordinal);
  if (bounds == nullptr) return true;
  for (const expr::ExprPtr& item : in.list) {
    const Value* constant = expr::literalValue(item);
    if (constant == nullptr || !item->dataType().sameType(column->dataType())) return true;
    if (!constant->isNull() && mayCompare({column, expr::ComparisonOp::kEqual, constant}, *bounds)) return true;
  }
  return false;
}

}  // namespace

bool mayMatch(const expr::ExprPtr& filter, const std::function<const ValueBounds*(int32_t)>& boundsOf) {
  const auto boundsOfChild = [&](const expr::ExprPtr& child) -> const ValueBounds* {
    const auto* column = child->as<expr::BoundReference>();
    return column == nullptr ? nullptr : boundsOf(column->ordinal);
  };
  if (const auto* both = filter->as<expr::And>()) return mayMatch(both->left, boundsOf) && mayMatch(both->right, boundsOf);
  if (const auto* either = filter->as<expr::Or>()) return mayMatch(either->left, boundsOf) || mayMatch(either->right, boundsOf);
  if (const auto* in = filter->as<expr::In>()) return mayBeIn(*in, boundsOf);
  if (const auto* isNull = filter->as<expr::IsNull>()) {
    const ValueBounds* bounds = boundsOfChild(isNull->child);
    return bounds == nullptr || bounds->nullCount.value_or(1) != 0;
  }
  if (const auto* isNotNull = filter->as<expr::IsNotNull>()) {
    const ValueBounds* bounds = boundsOfChild(isNotNull->child);
    return bounds == nullptr || !bounds->nullCount.has_value() || *bounds->nullCount != bounds->numValues;
  }
  if (const auto* comparison = filter->as<expr::Comparison>()) {
    const auto split = columnComparison(*comparison);
    const ValueBounds* bounds = split.has_value() ? boundsOf(split->column->ordinal) : nullptr;
    return bounds == nullptr || mayCompare(*split, *bounds);
  }
  return true;
}

int compareValues(const Value& a, const Value& b, const DataType& type) {
  switch (type.physicalType()) {
    case PhysicalType::kBool: return order(a.asBoolean(), b.asBoolean());
    case PhysicalType::kInt128: return order(a.asDecimal(), b.asDecimal());
    case PhysicalType::kInt64:
      if (type.is(TypeKind::kDecimal)) return order(a.asDecimal(), b.asDecimal());
      return order(a.asInteger(), b.asInteger());
    case PhysicalType::kInt8:
    case PhysicalType::kInt16:
    case PhysicalType::kInt32: return order(a.asInteger(), b.asInteger());
    case PhysicalType::kFloat:
    case PhysicalType::kDouble: {
      const double x = a.asFloating();
      const double y = b.asFloating();
      if (std::isnan(x) || std::isnan(y)) return std::isnan(x) && std::isnan(y) ? 0 : std::isnan(x) ? 1 : -1;
      return order(x, y);
    }
    case PhysicalType::kString: return a.asString().compare(b.asString());
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: return 0;
  }
  return 0;
}

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

bool ValueBounds::isOutside(const Value& low, const Value& high, const DataType& type) const {
  if (nullCount.has_value() && *nullCount == numValues) return true;
  if (max.has_value() && !low.isNull() && compareValues(*max, low, type) < 0) return true;
  return min.has_value() && !high.isNull() && compareValues(*min, high, type) > 0;
}

}  // namespace flint::sources
