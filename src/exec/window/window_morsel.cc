#include "exec/window/window_morsel.h"

#include <numeric>

#include "columnar/gather.h"
#include "exec/aggregate/row_blocks.h"

namespace flint::exec {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::VectorPtr;

VectorPtr slice(const VectorPtr& vector, size_t begin, size_t end) {
  if (begin == 0 && end == static_cast<size_t>(vector->size())) return vector;
  std::vector<RowIndex> rows(end - begin);
  std::iota(rows.begin(), rows.end(), static_cast<RowIndex>(begin));
  return columnar::compactEncoded(vector, columnar::ActiveRows(vector->size(), rows));
}

/// A partition as window functions see it.
class PartitionView final : public expr::WindowPartition {
 public:
  PartitionView(const WindowCalls::Call& call, const PartitionRows& rows, const Frames& frames) : call_(call), rows_(rows), frames_(frames) {}
  int64_t numRows() const override { return rows_.numRows; }
  const columnar::ColumnVector& argument(size_t i) const override { return *rows_.inputs[call_.arguments[i]]; }
  int64_t peersBegin(int64_t row) const override { return rows_.peersBegin[static_cast<size_t>(row)]; }
  int64_t peersEnd(int64_t row) const override { return rows_.peersEnd[static_cast<size_t>(row)]; }
  int64_t frameBegin(int64_t row) const override { return frames_.begin[static_cast<size_t>(row)]; }
  int64_t frameEnd(int64_t row) const override { return frames_.end[static_cast<size_t>(row)]; }

 private:
  const WindowCalls::Call& call_;
  const PartitionRows& rows_;
  const Frames& frames_;
};

}  // namespace

PartitionRows WindowMorsel::partitionRows(size_t partition, const std::vector<VectorPtr>& inputs) const {
  const size_t begin = partitions[partition];
  const size_t end = partitions[partition + 1];
  PartitionRows rows;
  rows.numRows = static_cast<int32_t>(end - begin);
  rows.peersBegin.resize(end - begin);
  rows.peersEnd.resize(end - begin);
  for (size_t row = begin; row < end;) {
    size_t peersEnd = row + 1;
    while (peersEnd < end && !beginsPeers[peersEnd]) ++peersEnd;
    for (size_t peer = row; peer < peersEnd; ++peer) {
      rows.peersBegin[peer - begin] = static_cast<int32_t>(row - begin);
      rows.peersEnd[peer - begin] = static_cast<int32_t>(peersEnd - begin);
    }
    row = peersEnd;
  }
  for (const VectorPtr& input : inputs) rows.inputs.push_back(slice(input, begin, end));
  return rows;
}

Status WindowMorsel::evaluate(const WindowCalls& calls, expr::ExpressionEvaluator::Local& local, const TaskContext& task) {
  const ColumnarBatch rows(columns, static_cast<RowIndex>(numRows));
  ASSIGN_OR_RETURN(const auto inputs, calls.inputs->evaluate(local, rows));
  std::vector<columnar::VectorBuilder> results;
  for (const WindowCalls::Call& call : calls.calls) results.emplace_back(call.result);
  for (size_t p = 0; p + 1 < partitions.size(); ++p) {
    RETURN_IF_ERROR(task.checkCancelled());
    const PartitionRows partition = partitionRows(p, inputs);
    GroupArena arena;
    for (size_t c = 0; c < calls.calls.size(); ++c) {
      const WindowCalls::Call& call = calls.calls[c];
      const Frames frames = framesOf(calls, call, partition);
      if (call.aggregator != nullptr) {
        RETURN_IF_ERROR(aggregateFrames(call, partition, frames, arena, results[c]));
      } else {
        RETURN_IF_ERROR(call.function->evaluate(PartitionView(call, partition, frames), *call.function, results[c]));
      }
    }
  }
  for (columnar::VectorBuilder& result : results) columns.push_back(result.finish());
  return Status::ok();
}

ColumnarBatch WindowMorsel::batch(size_t begin, size_t end) const {
  std::vector<VectorPtr> vectors;
  for (const VectorPtr& column : columns) vectors.push_back(slice(column, begin, end));
  return ColumnarBatch(std::move(vectors), static_cast<RowIndex>(end - begin));
}

}  // namespace flint::exec
