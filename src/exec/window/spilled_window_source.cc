#include "exec/window/spilled_window_source.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::SortKeyLayout;
using columnar::VectorPtr;

constexpr size_t kMorselRows = 16 << 10;

}  // namespace

SpilledWindowSource::SpilledWindowSource(std::shared_ptr<const WindowCalls> calls, std::shared_ptr<const SortOrderKeys> order, std::vector<DataType> types,
                                         std::vector<SpillFilePtr> runs, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)),
      order_(std::move(order)),
      types_(std::move(types)),
      sorted_(order_, types_, std::move(runs), false, 1, task),
      task_(std::move(task)),
      reservation_(task_->makeReservation("Window")),
      keys_(order_->values->makeLocal()),
      inputs_(calls_->inputs->makeLocal()) {}

Result<LocalStatePtr> SpilledWindowSource::makeLocal(TaskContext& task) {
  if (sortedLocal_ == nullptr) {
    ASSIGN_OR_RETURN(sortedLocal_, sorted_.makeLocal(task));
  }
  return LocalStatePtr(std::make_unique<LocalState>());
}

Status SpilledWindowSource::take(const ColumnarBatch& batch) {
  // Once as collected, and once more while functions are evaluated.
  const int64_t bytes = 2 * batch.byteSize();
  if (!reservation_->tryGrow(bytes)) return task_->query().memory().outOfMemory(bytes);
  ASSIGN_OR_RETURN(auto columns, order_->values->evaluate(*keys_, batch));
  const size_t width = order_->layout.width();
  std::vector<std::byte> keys(static_cast<size_t>(batch.numRows()) * width);
  order_->layout.encode(columns, ActiveRows(batch.numRows()), keys.data());
  const auto place = [&](RowIndex row) { return SortKeyLayout::Place{keys.data() + static_cast<size_t>(row) * width, columns, row}; };
  for (RowIndex row = 0; row < batch.numRows(); ++row) {
    const bool isFirst = row == 0 && lastRow_ < 0;
    const SortKeyLayout::Place before = row > 0 || isFirst ? place(std::max(row - 1, 0)) : SortKeyLayout::Place{lastKeys_.data(), lastColumns_, lastRow_};
    const bool beginsPartition = isFirst || !order_->layout.equalFirst(calls_->numPartitionKeys, before, place(row));
    if (beginsPartition) partitions_.push_back(beginsPeers_.size());
    beginsPeers_.push_back(beginsPartition || !order_->layout.equalFirst(calls_->numKeys, before, place(row)));
  }
  lastRow_ = batch.numRows() - 1;
  lastKeys_.assign(keys.end() - static_cast<ptrdiff_t>(width), keys.end());
  lastColumns_ = std::move(columns);
  batches_.push_back(batch);
  return Status::ok();
}

void SpilledWindowSource::cut(size_t end) {
  const size_t numRows = beginsPeers_.size();
  morsel_ = WindowMorsel();
  for (size_t c = 0; c < types_.size(); ++c) {
    std::vector<VectorPtr> parts;
    for (const ColumnarBatch& batch : batches_) parts.push_back(batch.column(c));
    morsel_.columns.push_back(columnar::concatenate(types_[c], parts));
  }
  batches_.clear();
  morsel_.numRows = numRows;
  if (end < numRows) {
    batches_.push_back(morsel_.batch(end, numRows));
    morsel_.columns = morsel_.batch(0, end).columns();
    morsel_.numRows = end;
  }
  const auto rest = std::lower_bound(partitions_.begin(), partitions_.end(), end);
  morsel_.partitions.assign(partitions_.begin(), rest);
  morsel_.partitions.push_back(end);
  partitions_.erase(partitions_.begin(), rest);
  for (size_t& begin : partitions_) begin -= end;
  morsel_.beginsPeers.assign(beginsPeers_.begin(), beginsPeers_.begin() + static_cast<ptrdiff_t>(end));
  beginsPeers_.erase(beginsPeers_.begin(), beginsPeers_.begin() + static_cast<ptrdiff_t>(end));
}

Result<bool> SpilledWindowSource::nextMorsel() {
  morsel_ = WindowMorsel();
  next_ = 0;
  int64_t kept = 0;
  for (const ColumnarBatch& batch : batches_) kept += 2 * batch.byteSize();
  reservation_->shrink(reservation_->bytes() - kept);
  while (true) {
    RETURN_IF_ERROR(task_->checkCancelled());
    const size_t before = partitions_.size();
    if (!atEnd_) {
      ColumnarBatch batch;
      ASSIGN_OR_RETURN(const Progress progress, sorted_.produce(*sortedLocal_, batch));
      atEnd_ = progress.kind == Progress::Kind::kFinished;
      if (!atEnd_) RETURN_IF_ERROR(take(batch));
    }
    if (atEnd_) {
      if (beginsPeers_.empty()) return false;
      cut(beginsPeers_.size());
      return true;
    }
    if (partitions_.size() > before && partitions_.back() >= kMorselRows) {
      cut(partitions_.back());
      return true;
    }
  }
}

Result<Progress> SpilledWindowSource::produce(LocalState&, ColumnarBatch& out) {
  while (next_ == morsel_.numRows) {
    ASSIGN_OR_RETURN(const bool more, nextMorsel());
    if (!more) return Progress::finished();
    RETURN_IF_ERROR(morsel_.evaluate(*calls_, *inputs_, *task_));
  }
  const size_t end = std::min(morsel_.numRows, next_ + static_cast<size_t>(task_->options().batchRows));
  out = morsel_.batch(next_, end);
  out.setPosition(0, sequence_++);
  next_ = end;
  return Progress::haveOutput();
}

}  // namespace flint::exec
