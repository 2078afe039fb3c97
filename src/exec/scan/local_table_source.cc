#include "exec/scan/local_table_source.h"

namespace flint::exec {
namespace {

// A part of a batch: rows count among the selected ones.
struct Piece {
  size_t batch;
  columnar::RowIndex first;
  columnar::RowIndex count;
};

}  // namespace

ColumnarBatch sliceBatch(const ColumnarBatch& batch, columnar::RowIndex first, columnar::RowIndex count) {
  if (first == 0 && count == batch.numSelected()) return batch;
  auto rows = std::make_shared<columnar::Selection>();
  rows->reserve(static_cast<size_t>(count));
  const columnar::ActiveRows active = batch.activeRows();
  for (columnar::RowIndex i = first; i < first + count; ++i) rows->push_back(active[i]);
  ColumnarBatch out = batch;
  out.setSelection(std::move(rows));
  return out;
}

Status LocalTableSource::start(TaskContext& task) {
  if (node_->batches == nullptr) return Status::ok();
  int64_t total = 0;
  for (const ColumnarBatch& batch : *node_->batches) total += batch.numSelected();
  const int64_t partitions = numPartitions();
  int64_t row = 0;
  int64_t partition = 0;
  for (size_t i = 0; i < node_->batches->size(); ++i) {
    const columnar::RowIndex size = (*node_->batches)[i].numSelected();
    columnar::RowIndex at = 0;
    while (at < size) {
      while (row >= total * (partition + 1) / partitions) ++partition;
      const int64_t end = total * (partition + 1) / partitions;
      const auto count = static_cast<columnar::RowIndex>(std::min<int64_t>({size - at, end - row, task.options().batchRows}));
      if (task.partition < 0 || task.partition == partition) {
        queue_.add({.partition = static_cast<int32_t>(partition),
                    .sequence = row - total * partition / partitions,
                    .sequenceStep = 0,
                    .work = std::make_shared<const Piece>(Piece{i, at, count})});
      }
      at += count;
      row += count;
    }
  }
  return Status::ok();
}

Result<LocalStatePtr> LocalTableSource::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }

Result<Progress> LocalTableSource::produce(LocalState& local, ColumnarBatch& out) {
  const connector::Morsel* morsel = queue_.take(local.position);
  if (morsel == nullptr) return Progress::finished();
  const auto& piece = *static_cast<const Piece*>(morsel->work.get());
  out = sliceBatch((*node_->batches)[piece.batch], piece.first, piece.count);
  out.setPosition(morsel->partition, morsel->sequence);
  return Progress::haveOutput();
}

}  // namespace flint::exec
