#pragma once

#include <functional>
#include <optional>

#include "expr/expression.h"
#include "sources/parquet/file_footer.h"
#include "sources/parquet/file_schema.h"
#include "types/value.h"

namespace flint::sources {

/// What statistics say of the values of a column chunk or page, as values of a Spark type; absent parts are unknown.
struct ValueBounds {
  std::optional<Value> min;
  std::optional<Value> max;
  std::optional<int64_t> nullCount;
  int64_t numValues = 0;  // nulls included

  /// Whether no value is in [low, high].
  bool isOutside(const Value& low, const Value& high, const DataType& type) const;
};

/// The bounds of a leaf's chunk, read as `type`.
ValueBounds valueBoundsOf(const SchemaNode& leaf, const ColumnChunk& chunk, const DataType& type, const FileFooter& footer);

/// The bounds that a leaf's smallest and largest value, in the file's encoding, give.
ValueBounds boundsFrom(const SchemaElement& leaf, std::optional<std::string_view> min, std::optional<std::string_view> max, const DataType& type);

/// Whether rows with these bounds may satisfy the filter; false only when none can. `boundsOf` gives a column's bounds by its position in the
/// filter's BoundReferences, or null.
bool mayMatch(const expr::ExprPtr& filter, const std::function<const ValueBounds*(int32_t column)>& boundsOf);

/// Order of two non-null values of an orderable type without nested parts.
int compareValues(const Value& a, const Value& b, const DataType& type);

}  // namespace flint::sources
