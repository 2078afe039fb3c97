#include "exec/scan/range_source.h"

namespace flint::exec {
namespace {

constexpr int64_t kMorselRows = 128 * columnar::kBatchRows;

struct Rows {
  int64_t first;  // number of the first row among all
  int64_t count;
};

// Rows of start, start + step, ... before end.
int128_t countRows(const plan::RangeExec& node) {
  const int128_t span = static_cast<int128_t>(node.end) - node.start;
  if (span == 0 || (span > 0) != (node.step > 0)) return 0;
  const int128_t rows = span / node.step;
  return rows * node.step == span ? rows : rows + 1;
}

}  // namespace

class RangeSource::Local final : public LocalState {
 public:
  const connector::Morsel* morsel = nullptr;
  int64_t done = 0;  // rows of the morsel
};

Status RangeSource::start(TaskContext& task) {
  batchRows_ = task.options().batchRows;
  const int128_t total = countRows(*node_);
  const int32_t partitions = numPartitions();
  for (int32_t partition = 0; partition < partitions; ++partition) {
    if (task.partition >= 0 && task.partition != partition) continue;
    const auto begin = static_cast<int64_t>(total * partition / partitions);
    const auto end = static_cast<int64_t>(total * (partition + 1) / partitions);
    for (int64_t row = begin; row < end; row += kMorselRows) {
      auto rows = std::make_shared<const Rows>(Rows{row, std::min(kMorselRows, end - row)});
      queue_.add({.partition = partition, .sequence = row - begin, .sequenceStep = 1, .work = std::move(rows)});
    }
  }
  return Status::ok();
}

Result<LocalStatePtr> RangeSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> RangeSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.morsel == nullptr) {
    local.morsel = queue_.take(local.position);
    local.done = 0;
    if (local.morsel == nullptr) return Progress::finished();
  }
  const auto& rows = *static_cast<const Rows*>(local.morsel->work.get());
  const int64_t count = std::min(batchRows_, rows.count - local.done);
  auto values = columnar::Buffer::allocate(static_cast<size_t>(count) * sizeof(int64_t));
  auto* at = values->mutableAs<int64_t>();
  // Unsigned: a range may end at the last number.
  const uint64_t first = static_cast<uint64_t>(node_->start) + static_cast<uint64_t>(rows.first + local.done) * static_cast<uint64_t>(node_->step);
  for (int64_t i = 0; i < count; ++i) at[i] = static_cast<int64_t>(first + static_cast<uint64_t>(i) * static_cast<uint64_t>(node_->step));
  const auto size = static_cast<columnar::RowIndex>(count);
  out = ColumnarBatch({columnar::ColumnVector::flat(DataType::bigint(), size, std::move(values))}, size);
  out.setPosition(local.morsel->partition, local.morsel->sequence + local.done);
  local.done += count;
  if (local.done == rows.count) local.morsel = nullptr;
  return Progress::haveOutput();
}

}  // namespace flint::exec
