#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "exec/operator.h"
#include "exec/sort/sorted_rows.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"
#include "exec/window/window_calls.h"

namespace flint::exec {

/// Evaluates window functions; the runtime of `WindowExec`. Sorts its input by partition and order keys, then works through the partitions.
///
/// Where only the first rows of a partition matter (WindowExec::rowLimit) the others are dropped as they come, most of them before they are sorted with all.
///
/// Shape: the input's columns, then one a window expression; rows come in the order of the keys. A morsel is a run of whole partitions.
/// Memory: all rows, charged as they come; a thread whose rows are refused writes them out as a sorted run, and then the source merges the runs and
/// holds whole partitions only. Threads: as Sink.
class WindowSink final : public Sink {
 public:
  /// `needed`: the input's columns that are read above it or by the calls, one flag each; empty: all.
  WindowSink(std::shared_ptr<const WindowCalls> calls, SortOrderKeys order, std::vector<DataType> types, std::vector<bool> needed,
             std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<int32_t> prepareFinalize() override;
  Status finalizeTask(int32_t task) override;
  Status finishFinalize() override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return OrderNeed::kTagged; }

  /// The sorted rows and where partitions and peers begin.
  struct Sorted {
    Sorted(SortOrderKeys keys, std::vector<DataType> types) : order(std::move(keys)), rows(order, std::move(types)) {}
    const SortOrderKeys order;
    SortedRows rows;
    std::vector<size_t> partitions;   // first row of each, and the end
    std::vector<bool> beginsPeers;    // one a row
    std::unique_ptr<memory::Reservation> reservation;
  };

 private:
  struct Local;
  Status spill(Local& local);
  void chargeThresholds(Local& local);
  void releaseThresholds(Local& local);

  const std::shared_ptr<const WindowCalls> calls_;
  const std::vector<DataType> types_;
  const std::shared_ptr<TaskContext> task_;
  std::shared_ptr<Sorted> sorted_;
  std::mutex mutex_;
  std::vector<SortChunk> chunks_;  // guarded by mutex_ until finalization, as what follows
  std::vector<SpillFilePtr> runs_;
};

}  // namespace flint::exec
