#pragma once

#include <memory>
#include <vector>

#include "exec/sort/sort_runs.h"
#include "exec/window/window_morsel.h"

namespace flint::exec {

/// Gives sorted rows with the values of window functions, where the rows come from sorted runs on disk.
///
/// Memory: a run of whole partitions, charged: at least the largest partition.
/// Threads: as Source; one thread does the work. Errors: UNABLE_TO_ACQUIRE_MEMORY for a partition that does not fit.
class SpilledWindowSource final : public Source {
 public:
  SpilledWindowSource(std::shared_ptr<const WindowCalls> calls, std::shared_ptr<const SortOrderKeys> order, std::vector<DataType> types,
                      std::vector<SpillFilePtr> runs, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return 1; }

 private:
  // Collects rows until whole partitions are there; false at the end of the rows.
  Result<bool> nextMorsel();
  Status take(const ColumnarBatch& batch);
  // The collected rows before `end`, as the morsel; the others stay.
  void cut(size_t end);

  const std::shared_ptr<const WindowCalls> calls_;
  const std::shared_ptr<const SortOrderKeys> order_;
  const std::vector<DataType> types_;
  SortedRunsSource sorted_;
  const std::shared_ptr<TaskContext> task_;
  const std::unique_ptr<memory::Reservation> reservation_;
  const expr::ExpressionEvaluator::LocalPtr keys_;
  const expr::ExpressionEvaluator::LocalPtr inputs_;
  LocalStatePtr sortedLocal_;
  // Collected rows.
  std::vector<ColumnarBatch> batches_;
  std::vector<size_t> partitions_;  // where they begin
  std::vector<bool> beginsPeers_;
  // The last row's keys.
  std::vector<columnar::VectorPtr> lastColumns_;
  std::vector<std::byte> lastKeys_;
  columnar::RowIndex lastRow_ = -1;
  bool atEnd_ = false;
  WindowMorsel morsel_;
  size_t next_ = 0;
  int64_t sequence_ = 0;
};

}  // namespace flint::exec
