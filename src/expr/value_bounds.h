#pragma once

#include <functional>
#include <optional>

#include "expr/expression.h"
#include "types/value.h"

namespace flint::columnar {
class ColumnVector;
}

namespace flint::expr {

/// What statistics say of the values of some rows of a column, as values of its type; absent parts are unknown.
struct ValueBounds {
  std::optional<Value> min;
  std::optional<Value> max;
  std::optional<int64_t> nullCount;
  int64_t numValues = 0;  // nulls included

  /// Those of a vector's values.
  static ValueBounds of(const columnar::ColumnVector& vector);
  /// Whether no value is in [low, high].
  bool isOutside(const Value& low, const Value& high, const DataType& type) const;
};

/// Whether rows with these bounds may satisfy the filter; false only when none can. `boundsOf` gives a column's bounds by its position in the
/// filter's BoundReferences, or null.
bool mayMatch(const ExprPtr& filter, const std::function<const ValueBounds*(int32_t column)>& boundsOf);

/// Order of two non-null values of an orderable type without nested parts.
int compareValues(const Value& a, const Value& b, const DataType& type);

}  // namespace flint::expr
