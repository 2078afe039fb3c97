#include "exec/window/window_sink.h"

#include <algorithm>

#include "exec/window/window_source.h"

namespace flint::exec {

struct WindowSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  std::vector<SortChunk> chunks;
};

WindowSink::WindowSink(std::shared_ptr<const WindowCalls> calls, SortOrderKeys order, std::vector<DataType> types, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), task_(std::move(task)), sorted_(std::make_shared<Sorted>(std::move(order), std::move(types))) {
  sorted_->reservation = task_->makeReservation("Window");
}

Result<LocalStatePtr> WindowSink::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->keys = sorted_->order.values->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> WindowSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(SortChunk chunk, makeSortChunk(sorted_->order, *local.keys, batch));
  const int64_t bytes = bytesOf(chunk);
  if (!sorted_->reservation->tryGrow(bytes)) return task_->query().memory().outOfMemory(bytes);
  local.chunks.push_back(std::move(chunk));
  return Progress::needInput();
}

Status WindowSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  const std::lock_guard lock(mutex_);
  chunks_.insert(chunks_.end(), std::make_move_iterator(local.chunks.begin()), std::make_move_iterator(local.chunks.end()));
  local.chunks.clear();
  return Status::ok();
}

Result<int32_t> WindowSink::prepareFinalize() {
  sorted_->rows.prepare(std::move(chunks_), std::max(1, task_->numThreads()), false);
  return sorted_->rows.numParts() + sorted_->rows.numColumns();
}

Status WindowSink::finalizeTask(int32_t task) {
  SortedRows& rows = sorted_->rows;
  if (task < rows.numParts()) {
    rows.sortPart(task);
  } else {
    rows.concatenateColumn(task - rows.numParts());
  }
  return Status::ok();
}

Status WindowSink::finishFinalize() {
  SortedRows& rows = sorted_->rows;
  rows.finish();
  sorted_->beginsPeers.assign(rows.numRows(), false);
  for (size_t row = 0; row < rows.numRows(); ++row) {
    const bool beginsPartition = row == 0 || !rows.equalKeys(calls_->numPartitionKeys, row - 1, row);
    if (beginsPartition) sorted_->partitions.push_back(row);
    sorted_->beginsPeers[row] = beginsPartition || !rows.equalKeys(calls_->numKeys, row - 1, row);
  }
  sorted_->partitions.push_back(rows.numRows());
  rows.dropKeys();
  return Status::ok();
}

Result<std::unique_ptr<Source>> WindowSink::makeSource() {
  return std::unique_ptr<Source>(std::make_unique<WindowSource>(calls_, std::move(sorted_), task_));
}

}  // namespace flint::exec
