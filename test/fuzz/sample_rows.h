#pragma once

#include <vector>

#include "columnar/columnar_batch.h"
#include "expr/nodes.h"
#include "query_trial.h"
#include "random_bytes.h"

namespace flint::fuzz {

/// A table with a column of every kind of type, named after it, and rows with telling values and nulls.
struct SampleRows {
  std::vector<expr::AttributePtr> attributes;
  columnar::ColumnarBatch batch;  // flat columns, all rows selected

  /// Makes it with the session's own parser and casts.
  static SampleRows make(QueryTrial& trial);
  /// A table of as many rows as asked, each value taken from any row of its column.
  SampleRows shuffled(columnar::RowIndex numRows, Choices& choices) const;
  /// Makes it the view `t`.
  void publish(QueryTrial& trial) const;
};

/// A vector's values in a flat one of its own.
columnar::VectorPtr flattened(const columnar::ColumnVector& vector, std::span<const columnar::RowIndex> rows);

}  // namespace flint::fuzz
