#include "exec/window/window_sink.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "exec/sort/sort_runs.h"
#include "exec/window/first_rows.h"
#include "exec/window/spilled_window_source.h"
#include "exec/window/window_source.h"

namespace flint::exec {

namespace {

constexpr int64_t kFloorBytes = 1 << 20;  // a run of less is not worth its file

}  // namespace

struct WindowSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  std::vector<SortChunk> chunks;
  int64_t bytes = 0;
  std::optional<FirstRows> first;  // where not all rows matter
  int64_t thresholdBytes = 0;      // its, as charged
};

WindowSink::WindowSink(std::shared_ptr<const WindowCalls> calls, SortOrderKeys order, std::vector<DataType> types, std::vector<bool> needed,
             std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), types_(std::move(types)), task_(std::move(task)), sorted_(std::make_shared<Sorted>(std::move(order), types_)) {
  sorted_->rows.setNeeded(std::move(needed));
  sorted_->reservation = task_->makeReservation("Window");
}

Result<LocalStatePtr> WindowSink::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->keys = sorted_->order.values->makeLocal();
  if (calls_->rowLimit > 0) local->first.emplace(sorted_->order, calls_->numPartitionKeys, calls_->rowLimit);
  return LocalStatePtr(std::move(local));
}

Result<Progress> WindowSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(SortChunk chunk, makeSortChunk(sorted_->order, *local.keys, batch));
  if (local.first) {
    chunk = local.first->admit(std::move(chunk));
    chargeThresholds(local);
    if (chunk.rows.numRows() == 0) return Progress::needInput();
  }
  // Sorting needs the keys, and the columns once more while they are concatenated.
  const int64_t bytes = bytesOf(chunk) * 2;
  const int64_t threshold = task_->options().spillThresholdBytes;
  memory::Reservation& reservation = *sorted_->reservation;
  const bool isAsked = reservation.spillRequested() || (threshold > 0 && local.bytes + bytes > threshold);
  if (isAsked || !reservation.tryGrow(bytes)) {
    if (!local.chunks.empty() && (isAsked || local.bytes >= kFloorBytes)) RETURN_IF_ERROR(spill(local));
    if (!reservation.tryGrow(bytes)) reservation.growFloor(bytes);
  }
  local.bytes += bytes;
  local.chunks.push_back(std::move(chunk));
  if (local.first && local.first->cut(local.chunks)) {
    int64_t left = 0;
    for (const SortChunk& each : local.chunks) left += bytesOf(each) * 2;
    if (left < local.bytes) reservation.shrink(local.bytes - std::exchange(local.bytes, left));
  }
  reservation.setRevocable(reservation.bytes());
  return Progress::needInput();
}

void WindowSink::chargeThresholds(Local& local) {
  const int64_t bytes = local.first->bytes();
  const int64_t more = bytes - local.thresholdBytes;
  if (more > 0 && !sorted_->reservation->tryGrow(more)) return releaseThresholds(local);
  if (more < 0) sorted_->reservation->shrink(-more);
  local.thresholdBytes = bytes;
}

void WindowSink::releaseThresholds(Local& local) {
  if (local.first) local.first->dropThresholds();
  sorted_->reservation->shrink(std::exchange(local.thresholdBytes, 0));
}

Status WindowSink::spill(Local& local) {
  ASSIGN_OR_RETURN(SpillFilePtr run, writeSortRun(sorted_->order, types_, std::move(local.chunks), false, task_->query()));
  local.chunks.clear();
  releaseThresholds(local);
  if (local.first) local.first.emplace(sorted_->order, calls_->numPartitionKeys, calls_->rowLimit);
  sorted_->reservation->shrink(local.bytes);
  local.bytes = 0;
  sorted_->reservation->spillDone();
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
  return Status::ok();
}

Status WindowSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  releaseThresholds(local);
  bool hasRuns = false;
  {
    const std::lock_guard lock(mutex_);
    hasRuns = !runs_.empty();
  }
  if (hasRuns && !local.chunks.empty()) return spill(local);
  const std::lock_guard lock(mutex_);
  chunks_.insert(chunks_.end(), std::make_move_iterator(local.chunks.begin()), std::make_move_iterator(local.chunks.end()));
  local.chunks.clear();
  return Status::ok();
}

Result<int32_t> WindowSink::prepareFinalize() {
  sorted_->reservation->setRevocable(0);
  if (!runs_.empty()) {
    // Rows of threads that ended before the first run was written are one more run.
    if (!chunks_.empty()) {
      Local rest;
      rest.chunks = std::move(chunks_);
      RETURN_IF_ERROR(spill(rest));
    }
    sorted_->reservation->shrink(sorted_->reservation->bytes());
    return 0;
  }
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
  if (!runs_.empty()) return Status::ok();
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
  if (!runs_.empty()) {
    const std::shared_ptr<const SortOrderKeys> order(sorted_, &sorted_->order);
    return std::unique_ptr<Source>(std::make_unique<SpilledWindowSource>(calls_, order, types_, std::move(runs_), task_));
  }
  return std::unique_ptr<Source>(std::make_unique<WindowSource>(calls_, std::move(sorted_), task_));
}

}  // namespace flint::exec
