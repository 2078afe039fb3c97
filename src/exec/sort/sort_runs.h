#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/sort/sorted_rows.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Writes chunks as one sorted run: the columns, then partition, sequence and row number, which order rows with equal keys.
Result<SpillFilePtr> writeSortRun(const SortOrderKeys& order, const std::vector<DataType>& types, std::vector<SortChunk> chunks, bool byPartition,
                                  QueryContext& query);

/// Gives the rows of sorted runs on disk, merged.
///
/// Memory: one batch a run, charged whatever the budget says. Threads: as Source; one thread does the work.
class SortedRunsSource final : public Source {
 public:
  SortedRunsSource(std::shared_ptr<const SortOrderKeys> order, std::vector<DataType> types, std::vector<SpillFilePtr> runs, bool byPartition,
                   int32_t numPartitions, std::shared_ptr<TaskContext> task);
  ~SortedRunsSource() override;

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return 1; }
  int32_t numPartitions() const override { return numPartitions_; }

 private:
  // Where the merge is in one run.
  struct Cursor;
  Status open();
  Status load(Cursor& cursor);
  bool isBefore(const Cursor& a, const Cursor& b) const;

  const std::shared_ptr<const SortOrderKeys> order_;
  std::vector<DataType> types_;  // of the rows, then of what orders them
  const std::vector<SpillFilePtr> runs_;
  const bool byPartition_;
  const int32_t numPartitions_;
  const std::shared_ptr<TaskContext> task_;
  const expr::ExpressionEvaluator::LocalPtr keys_;
  const std::unique_ptr<memory::Reservation> reservation_;
  bool isOpen_ = false;
  std::vector<std::unique_ptr<Cursor>> heap_;  // the run with the next row in front
  int64_t sequence_ = 0;
};

}  // namespace flint::exec
