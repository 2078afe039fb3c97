#pragma once

#include <vector>

#include "exec/task_context.h"
#include "exec/window/window_calls.h"
#include "exec/window/window_frames.h"

namespace flint::exec {

/// Sorted rows that make up whole window partitions, and where partitions and peers begin.
///
/// Threads: confined to its owner.
struct WindowMorsel {
  std::vector<columnar::VectorPtr> columns;
  size_t numRows = 0;
  std::vector<size_t> partitions;  // first row of each, and the end
  std::vector<bool> beginsPeers;   // one a row

  /// Appends a column for each of the calls.
  Status evaluate(const WindowCalls& calls, expr::ExpressionEvaluator::Local& inputs, const TaskContext& task);
  /// Rows [begin, end) as a batch.
  columnar::ColumnarBatch batch(size_t begin, size_t end) const;

 private:
  PartitionRows partitionRows(size_t partition, const std::vector<columnar::VectorPtr>& inputs) const;
};

}  // namespace flint::exec
