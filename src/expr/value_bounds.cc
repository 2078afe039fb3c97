#include "expr/value_bounds.h"

#include <cmath>
#include <string_view>

#include "columnar/column_vector.h"
#include "columnar/string_view.h"
#include "expr/nodes.h"

namespace flint::expr {
namespace {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::StringView;

template <class T>
int order(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

template <class T, class ToValue>
void takeExtremes(const ColumnVector& base, const ColumnVector& vector, ValueBounds& bounds, ToValue toValue) {
  const auto* values = base.values<T>();
  const T* smallest = nullptr;
  const T* largest = nullptr;
  for (RowIndex row = 0; row < vector.size(); ++row) {
    if (vector.isNull(row)) continue;
    const T& value = values[vector.baseRow(row)];
    if (smallest == nullptr || value < *smallest) smallest = &value;
    if (largest == nullptr || *largest < value) largest = &value;
  }
  if (smallest == nullptr) return;
  bounds.min = toValue(*smallest);
  bounds.max = toValue(*largest);
}

bool hasByteOrder(const DataType& type) { return type.isAtomic() && type.collation() == 0; }

// A comparison of a column with a constant, column first.
struct ColumnComparison {
  const BoundReference* column = nullptr;
  ComparisonOp op = ComparisonOp::kEqual;
  const Value* constant = nullptr;
};

std::optional<ColumnComparison> columnComparison(const Comparison& comparison) {
  if (const auto* column = comparison.left->as<BoundReference>()) {
    const Value* constant = literalValue(comparison.right);
    if (constant != nullptr && comparison.right->dataType().sameType(column->dataType())) return ColumnComparison{column, comparison.op, constant};
  }
  if (const auto* column = comparison.right->as<BoundReference>()) {
    const Value* constant = literalValue(comparison.left);
    if (constant != nullptr && comparison.left->dataType().sameType(column->dataType())) {
      return ColumnComparison{column, mirrored(comparison.op), constant};
    }
  }
  return std::nullopt;
}

bool mayCompare(const ColumnComparison& comparison, const ValueBounds& bounds) {
  using Op = ComparisonOp;
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

bool mayBeIn(const In& in, const std::function<const ValueBounds*(int32_t)>& boundsOf) {
  const auto* column = in.value->as<BoundReference>();
  const ValueBounds* bounds = column == nullptr ? nullptr : boundsOf(column->ordinal);
  if (bounds == nullptr) return true;
  for (const ExprPtr& item : in.list) {
    const Value* constant = literalValue(item);
    if (constant == nullptr || !item->dataType().sameType(column->dataType())) return true;
    if (!constant->isNull() && mayCompare({column, ComparisonOp::kEqual, constant}, *bounds)) return true;
  }
  return false;
}

}  // namespace

bool mayMatch(const ExprPtr& filter, const std::function<const ValueBounds*(int32_t)>& boundsOf) {
  const auto boundsOfChild = [&](const ExprPtr& child) -> const ValueBounds* {
    const auto* column = child->as<BoundReference>();
    return column == nullptr ? nullptr : boundsOf(column->ordinal);
  };
  if (const auto* both = filter->as<And>()) return mayMatch(both->left, boundsOf) && mayMatch(both->right, boundsOf);
  if (const auto* either = filter->as<Or>()) return mayMatch(either->left, boundsOf) || mayMatch(either->right, boundsOf);
  if (const auto* in = filter->as<In>()) return mayBeIn(*in, boundsOf);
  if (const auto* isNull = filter->as<IsNull>()) {
    const ValueBounds* bounds = boundsOfChild(isNull->child);
    return bounds == nullptr || bounds->nullCount.value_or(1) != 0;
  }
  if (const auto* isNotNull = filter->as<IsNotNull>()) {
    const ValueBounds* bounds = boundsOfChild(isNotNull->child);
    return bounds == nullptr || !bounds->nullCount.has_value() || *bounds->nullCount != bounds->numValues;
  }
  if (const auto* comparison = filter->as<Comparison>()) {
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

bool ValueBounds::isOutside(const Value& low, const Value& high, const DataType& type) const {
  if (nullCount.has_value() && *nullCount == numValues) return true;
  if (max.has_value() && !low.isNull() && compareValues(*max, low, type) < 0) return true;
  return min.has_value() && !high.isNull() && compareValues(*min, high, type) > 0;
}

ValueBounds ValueBounds::of(const ColumnVector& vector) {
  ValueBounds bounds;
  bounds.numValues = vector.size();
  bounds.nullCount = 0;
  for (RowIndex row = 0; vector.mayHaveNulls() && row < vector.size(); ++row) *bounds.nullCount += vector.isNull(row) ? 1 : 0;
  const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
  const DataType& type = vector.type();
  const bool isDecimal = type.is(TypeKind::kDecimal);
  const auto integer = [&](int64_t value) { return isDecimal ? Value::decimal(value) : Value::integer(value); };
  if (!hasByteOrder(type)) return bounds;
  switch (vector.physicalType()) {
    case PhysicalType::kInt8: takeExtremes<int8_t>(base, vector, bounds, integer); break;
    case PhysicalType::kInt16: takeExtremes<int16_t>(base, vector, bounds, integer); break;
    case PhysicalType::kInt32: takeExtremes<int32_t>(base, vector, bounds, integer); break;
    case PhysicalType::kInt64: takeExtremes<int64_t>(base, vector, bounds, integer); break;
    case PhysicalType::kInt128: takeExtremes<int128_t>(base, vector, bounds, [](int128_t value) { return Value::decimal(value); }); break;
    case PhysicalType::kString:
      takeExtremes<StringView>(base, vector, bounds, [](const StringView& value) { return Value::string(std::string(std::string_view(value))); });
      break;
    // NaN has no place in the order of `<`; booleans have two values.
    case PhysicalType::kFloat:
    case PhysicalType::kDouble:
    case PhysicalType::kBool:
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: break;
  }
  return bounds;
}

}  // namespace flint::expr
