#include "exec/sort/sort_sink.h"

#include <algorithm>
#include <atomic>

#include "exec/sort/sort_runs.h"

namespace flint::exec {
namespace {

constexpr size_t kMorselRows = 32 << 10;
constexpr int64_t kFloorBytes = 1 << 20;  // a run of less is not worth its file

}  // namespace

struct SortSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  std::vector<SortChunk> chunks;
  int64_t bytes = 0;
};

// Gives the sorted rows; a morsel is a range of them.
class SortSink::SortedSource final : public Source {
 public:
  SortedSource(std::shared_ptr<const SortOrderKeys> order, std::shared_ptr<const SortedRows> rows, std::shared_ptr<TaskContext> task,
               std::shared_ptr<memory::Reservation> reservation)
      : order_(std::move(order)), rows_(std::move(rows)), task_(std::move(task)), reservation_(std::move(reservation)) {
    for (const SortedRows::Range& range : rows_->ranges()) {
      for (size_t begin = range.begin; begin < range.end; begin += kMorselRows) {
        morsels_.push_back({begin, std::min(range.end, begin + kMorselRows), range.partition});
      }
    }
  }
  struct Local : LocalState {
    SortedRows::Range rest{0, 0, 0};
  };
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return std::make_unique<Local>(); }
  Result<Progress> produce(LocalState& state, ColumnarBatch& out) override {
    auto& local = static_cast<Local&>(state);
    if (local.rest.begin == local.rest.end) {
      RETURN_IF_ERROR(task_->checkCancelled());
      const size_t morsel = next_.fetch_add(1);
      if (morsel >= morsels_.size()) return Progress::finished();
      local.rest = morsels_[morsel];
    }
    const size_t end = std::min(local.rest.end, local.rest.begin + static_cast<size_t>(task_->options().batchRows));
    out = ColumnarBatch(rows_->columns(local.rest.begin, end), static_cast<columnar::RowIndex>(end - local.rest.begin));
    out.setPosition(local.rest.partition, static_cast<int64_t>(local.rest.begin));
    local.rest.begin = end;
    return Progress::haveOutput();
  }
  int32_t maxThreads() const override { return static_cast<int32_t>(std::clamp<size_t>(morsels_.size(), 1, INT32_MAX)); }
  int32_t numPartitions() const override { return rows_->numPartitions(); }

 private:
  const std::shared_ptr<const SortOrderKeys> order_;
  const std::shared_ptr<const SortedRows> rows_;
  const std::shared_ptr<TaskContext> task_;
  const std::shared_ptr<memory::Reservation> reservation_;
  std::vector<SortedRows::Range> morsels_;
  std::atomic<size_t> next_{0};
};

SortSink::SortSink(SortOrderKeys order, std::vector<DataType> types, bool global, std::shared_ptr<TaskContext> task)
    : order_(std::make_shared<const SortOrderKeys>(std::move(order))),
      types_(std::move(types)),
      global_(global),
      task_(std::move(task)),
      reservation_(task_->makeReservation("Sort")),
      sorted_(std::make_shared<SortedRows>(*order_, types_)) {}

Result<LocalStatePtr> SortSink::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->keys = order_->values->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> SortSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(SortChunk chunk, makeSortChunk(*order_, *local.keys, batch));
  // Sorting needs the keys, and the columns once more while they are concatenated.
  const int64_t bytes = bytesOf(chunk) * 2;
  const int64_t threshold = task_->options().spillThresholdBytes;
  const bool isAsked = reservation_->spillRequested() || (threshold > 0 && local.bytes + bytes > threshold);
  if (isAsked || !reservation_->tryGrow(bytes)) {
    if (!local.chunks.empty() && (isAsked || local.bytes >= kFloorBytes)) RETURN_IF_ERROR(spill(local));
    if (!reservation_->tryGrow(bytes)) reservation_->growFloor(bytes);
  }
  local.bytes += bytes;
  local.chunks.push_back(std::move(chunk));
  reservation_->setRevocable(reservation_->bytes());
  return Progress::needInput();
}

Status SortSink::spill(Local& local) {
  int32_t lastPartition = 0;
  for (const SortChunk& chunk : local.chunks) lastPartition = std::max(lastPartition, chunk.rows.partition());
  ASSIGN_OR_RETURN(SpillFilePtr run, writeSortRun(*order_, types_, std::move(local.chunks), !global_, task_->query()));
  local.chunks.clear();
  reservation_->shrink(local.bytes);
  local.bytes = 0;
  reservation_->spillDone();
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
  lastPartition_ = std::max(lastPartition_, lastPartition);
  return Status::ok();
}

Status SortSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
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

Result<int32_t> SortSink::prepareFinalize() {
  reservation_->setRevocable(0);
  if (!runs_.empty()) {
    // Rows of threads that ended before the first run was written are one more run.
    if (!chunks_.empty()) {
      Local rest;
      rest.chunks = std::move(chunks_);
      RETURN_IF_ERROR(spill(rest));
    }
    reservation_->shrink(reservation_->bytes());
    return 0;
  }
  sorted_->prepare(std::move(chunks_), std::max(1, task_->numThreads()), !global_);
  return sorted_->numParts() + sorted_->numColumns();
}

Status SortSink::finalizeTask(int32_t task) {
  if (task < sorted_->numParts()) {
    sorted_->sortPart(task);
  } else {
    sorted_->concatenateColumn(task - sorted_->numParts());
  }
  return Status::ok();
}

Status SortSink::finishFinalize() {
  if (!runs_.empty()) return Status::ok();
  sorted_->finish();
  sorted_->dropKeys();
  return Status::ok();
}

Result<std::unique_ptr<Source>> SortSink::makeSource() {
  if (!runs_.empty()) {
    return std::unique_ptr<Source>(
        std::make_unique<SortedRunsSource>(order_, types_, std::move(runs_), !global_, global_ ? 1 : lastPartition_ + 1, task_));
  }
  return std::unique_ptr<Source>(std::make_unique<SortedSource>(order_, std::move(sorted_), task_, std::move(reservation_)));
}

}  // namespace flint::exec
