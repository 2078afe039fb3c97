#include "exec/scan/range_source.h"

#include "exec/order_tracker.h"
#include "exec/scan/scan_progress.h"

namespace flint::exec {
namespace {

constexpr uint64_t kMorselRows = 128 * columnar::kBatchRows;

// Rows of start, start + step, ... before end; at most 2^64 - 1.
uint128_t countRows(const plan::RangeExec& node) {
  const int128_t span = static_cast<int128_t>(node.end) - node.start;
  if (span == 0 || (span > 0) != (node.step > 0)) return 0;
  const int128_t rows = span / node.step;
  return static_cast<uint128_t>(rows * node.step == span ? rows : rows + 1);
}

}  // namespace

class RangeSource::Local final : public LocalState {
 public:
  int32_t partition = 0;
  uint64_t row = 0;        // the next one's number among all
  uint64_t left = 0;       // rows of the morsel still to give
  int64_t sequence = 0;    // the next row's number in its partition
};

void RangeSource::openPartition() {
  const uint128_t total = countRows(*node_);
  const auto partitions = static_cast<uint128_t>(numPartitions());
  row_ = static_cast<uint64_t>(total * static_cast<uint128_t>(partition_) / partitions);
  rowEnd_ = static_cast<uint64_t>(total * static_cast<uint128_t>(partition_ + 1) / partitions);
}

Status RangeSource::start(TaskContext& task) {
  batchRows_ = task.options().batchRows;
  const std::lock_guard lock(mutex_);
  partition_ = task.partition >= 0 ? task.partition : 0;
  partitionEnd_ = task.partition >= 0 ? task.partition + 1 : numPartitions();
  const auto morsels = static_cast<uint64_t>(countRows(*node_) / kMorselRows) + static_cast<uint64_t>(partitionEnd_ - partition_);
  maxThreads_ = static_cast<int32_t>(std::clamp<uint64_t>(morsels, 1, 1024));
  QueryMetrics& metrics = task.query().metrics();
  metrics.metric(node_->nodeId(), node_->nodeName(), kNumSplits, Metric::Unit::kSum)->add(static_cast<int64_t>(std::min<uint64_t>(morsels, INT64_MAX)));
  splitsRead_ = metrics.metric(node_->nodeId(), node_->nodeName(), kNumSplitsRead, Metric::Unit::kSum);
  openPartition();
  return Status::ok();
}

bool RangeSource::givePartitionsWhole() {
  wholePartitions_ = true;
  const std::lock_guard lock(mutex_);
  maxThreads_ = std::max(1, partitionEnd_ - partition_);
  return true;
}

bool RangeSource::takeMorsel(Local& local) {
  const std::lock_guard lock(mutex_);
  while (row_ == rowEnd_) {
    if (++partition_ >= partitionEnd_) {
      --partition_;
      return false;
    }
    openPartition();
  }
  const uint128_t total = countRows(*node_);
  const auto first = static_cast<uint64_t>(total * static_cast<uint128_t>(partition_) / static_cast<uint128_t>(numPartitions()));
  local.partition = partition_;
  local.row = row_;
  local.left = wholePartitions_ ? rowEnd_ - row_ : std::min(kMorselRows, rowEnd_ - row_);
  local.sequence = static_cast<int64_t>(row_ - first);
  row_ += local.left;
  splitsRead_->add(1);
  if (local.position != nullptr) local.position->advance(local.partition, local.sequence);
  return true;
}

Result<LocalStatePtr> RangeSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> RangeSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.left == 0 && !takeMorsel(local)) return Progress::finished();
  const uint64_t count = std::min(static_cast<uint64_t>(batchRows_), local.left);
  auto values = columnar::Buffer::allocate(static_cast<size_t>(count) * sizeof(int64_t));
  auto* at = values->mutableAs<int64_t>();
  // Unsigned: a range may end at the last number.
  const auto step = static_cast<uint64_t>(node_->step);
  const uint64_t first = static_cast<uint64_t>(node_->start) + local.row * step;
  for (uint64_t i = 0; i < count; ++i) at[i] = static_cast<int64_t>(first + i * step);
  const auto size = static_cast<columnar::RowIndex>(count);
  out = ColumnarBatch({columnar::ColumnVector::flat(DataType::bigint(), size, std::move(values))}, size);
  out.setPosition(local.partition, local.sequence);
  local.row += count;
  local.left -= count;
  local.sequence += static_cast<int64_t>(count);
  return Progress::haveOutput();
}

}  // namespace flint::exec
