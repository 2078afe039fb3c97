#include "exec/window/window_source.h"

#include <algorithm>
#include <numeric>

#include "columnar/gather.h"
#include "exec/aggregate/row_blocks.h"

namespace flint::exec {
namespace {

using columnar::RowIndex;
using columnar::VectorPtr;

constexpr size_t kMorselRows = 16 << 10;

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

struct WindowSource::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr inputs;
  std::vector<VectorPtr> columns;  // of the current morsel: input and results
  size_t numRows = 0;
  size_t next = 0;
  size_t firstRow = 0;
};

WindowSource::WindowSource(std::shared_ptr<const WindowCalls> calls, std::shared_ptr<const WindowSink::Sorted> sorted, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), sorted_(std::move(sorted)), task_(std::move(task)) {
  const std::vector<size_t>& begins = sorted_->partitions;
  for (size_t first = 0; first + 1 < begins.size();) {
    size_t end = first + 1;
    while (end + 1 < begins.size() && begins[end + 1] - begins[first] <= kMorselRows) ++end;
    morsels_.push_back({first, end});
    first = end;
  }
}

int32_t WindowSource::maxThreads() const { return static_cast<int32_t>(std::clamp<size_t>(morsels_.size(), 1, INT32_MAX)); }

Result<LocalStatePtr> WindowSource::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->inputs = calls_->inputs->makeLocal();
  return LocalStatePtr(std::move(local));
}

PartitionRows WindowSource::partitionRows(size_t begin, size_t end, size_t morselBegin, const std::vector<VectorPtr>& inputs) const {
  PartitionRows rows;
  rows.numRows = static_cast<int32_t>(end - begin);
  rows.peersBegin.resize(end - begin);
  rows.peersEnd.resize(end - begin);
  for (size_t row = begin; row < end;) {
    size_t peersEnd = row + 1;
    while (peersEnd < end && !sorted_->beginsPeers[peersEnd]) ++peersEnd;
    for (size_t peer = row; peer < peersEnd; ++peer) {
      rows.peersBegin[peer - begin] = static_cast<int32_t>(row - begin);
      rows.peersEnd[peer - begin] = static_cast<int32_t>(peersEnd - begin);
    }
    row = peersEnd;
  }
  for (const VectorPtr& input : inputs) rows.inputs.push_back(slice(input, begin - morselBegin, end - morselBegin));
  return rows;
}

Status WindowSource::evaluate(Local& local, const Morsel& morsel) const {
  const size_t begin = sorted_->partitions[morsel.firstPartition];
  const size_t end = sorted_->partitions[morsel.endPartition];
  local.columns = sorted_->rows.columns(begin, end);
  local.numRows = end - begin;
  local.firstRow = begin;
  local.next = 0;
  const ColumnarBatch batch(local.columns, static_cast<RowIndex>(end - begin));
  ASSIGN_OR_RETURN(const auto inputs, calls_->inputs->evaluate(*local.inputs, batch));
  std::vector<columnar::VectorBuilder> results;
  for (const WindowCalls::Call& call : calls_->calls) results.emplace_back(call.result);
  for (size_t p = morsel.firstPartition; p < morsel.endPartition; ++p) {
    RETURN_IF_ERROR(task_->checkCancelled());
    const PartitionRows rows = partitionRows(sorted_->partitions[p], sorted_->partitions[p + 1], begin, inputs);
    GroupArena arena;
    for (size_t c = 0; c < calls_->calls.size(); ++c) {
      const WindowCalls::Call& call = calls_->calls[c];
      const Frames frames = framesOf(*calls_, call, rows);
      if (call.aggregator != nullptr) {
        RETURN_IF_ERROR(aggregateFrames(call, rows, frames, arena, results[c]));
      } else {
        RETURN_IF_ERROR(call.function->evaluate(PartitionView(call, rows, frames), *call.function, results[c]));
      }
    }
  }
  for (columnar::VectorBuilder& result : results) local.columns.push_back(result.finish());
  return Status::ok();
}

Result<Progress> WindowSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  while (local.next == local.numRows) {
    RETURN_IF_ERROR(task_->checkCancelled());
    const size_t morsel = next_.fetch_add(1);
    if (morsel >= morsels_.size()) return Progress::finished();
    RETURN_IF_ERROR(evaluate(local, morsels_[morsel]));
  }
  const size_t end = std::min(local.numRows, local.next + static_cast<size_t>(task_->options().batchRows));
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : local.columns) columns.push_back(slice(column, local.next, end));
  out = ColumnarBatch(std::move(columns), static_cast<RowIndex>(end - local.next));
  out.setPosition(0, static_cast<int64_t>(local.firstRow + local.next));
  local.next = end;
  return Progress::haveOutput();
}

}  // namespace flint::exec
