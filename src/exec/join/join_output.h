#pragma once

#include <span>

#include "columnar/columnar_batch.h"
#include "exec/join/join_shape.h"

namespace flint::exec {

/// Columns of a join's output, none of which copies values: probe columns as they are or wrapped, build columns wrapped in row numbers.
///
/// Threads: immutable.
class JoinOutput {
 public:
  /// `build` are the build side's columns, `numRows` long; all outlive this.
  JoinOutput(const JoinShape& shape, std::span<const columnar::VectorPtr> build, columnar::RowIndex numRows)
      : shape_(shape), build_(build), numBuildRows_(numRows) {}

  /// Row i is row `probeRows[i]` of `probe` with build row `buildRows[i]` (negative: NULLs).
  columnar::ColumnarBatch pairs(const columnar::ColumnarBatch& probe, std::span<const int32_t> probeRows, std::span<const int32_t> buildRows) const;
  /// The rows of `probe` listed in `selection`, each with its build row: `buildRows` has one a row of the batch (negative: NULLs).
  columnar::ColumnarBatch extended(const columnar::ColumnarBatch& probe, columnar::SelectionPtr selection, std::span<const int32_t> buildRows) const;
  /// The rows of `probe` with NULLs for the build side.
  columnar::ColumnarBatch withoutBuild(const columnar::ColumnarBatch& probe, columnar::SelectionPtr selection) const;
  /// Build rows with NULLs for the probe side, or alone.
  columnar::ColumnarBatch buildOnly(std::span<const int32_t> buildRows, bool withProbeNulls) const;

 private:
  std::vector<columnar::VectorPtr> buildColumns(std::span<const int32_t> rows) const;

  const JoinShape& shape_;
  const std::span<const columnar::VectorPtr> build_;
  const columnar::RowIndex numBuildRows_;
};

}  // namespace flint::exec
