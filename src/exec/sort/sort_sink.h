#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "exec/operator.h"
#include "exec/sort/sorted_rows.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// Sorts all rows, or each partition's rows; the runtime of `SortExec`. Rows with equal keys keep their order.
///
/// Memory: all rows, charged as they come; a thread whose rows are refused writes them out as a sorted run, and runs are merged at the end.
/// Threads: as Sink.
class SortSink final : public Sink {
 public:
  SortSink(SortOrderKeys order, std::vector<DataType> types, bool global, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<int32_t> prepareFinalize() override;
  Status finalizeTask(int32_t task) override;
  Status finishFinalize() override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return OrderNeed::kTagged; }

 private:
  struct Local;
  class SortedSource;
  Status spill(Local& local);

  const std::shared_ptr<const SortOrderKeys> order_;
  const std::vector<DataType> types_;
  const bool global_;
  const std::shared_ptr<TaskContext> task_;
  std::shared_ptr<memory::Reservation> reservation_;
  std::shared_ptr<SortedRows> sorted_;
  std::mutex mutex_;
  std::vector<SortChunk> chunks_;  // guarded by mutex_ until finalization, as what follows
  std::vector<SpillFilePtr> runs_;
  int32_t lastPartition_ = 0;
};

}  // namespace flint::exec
