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

/// Keeps the first `limit` rows of its input in sort order; the runtime of `TakeOrderedAndProjectExec`.
///
/// Shape: any number of batches in; the source gives the rows from `offset` to `limit`, in order and projected.
/// Invariant: a thread keeps at most a few times `limit` rows; rows above the worst of `limit` kept ones are dropped before they are copied.
/// Memory: charged; a thread whose rows are refused writes them out as a sorted run, and runs are merged at the end. Threads: as Sink.
/// Source: keeps the behaviour of Spark's TakeOrderedAndProjectExec, including ties and null placement.
class TakeOrderedSink final : public Sink {
 public:
  struct Plan {
    SortOrderKeys order;
    std::vector<DataType> types;  // of the input's columns
    int64_t limit = 0;            // rows, those of the offset included
    int64_t offset = 0;
    std::shared_ptr<const expr::ExpressionEvaluator> project;
  };
  TakeOrderedSink(Plan plan, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return OrderNeed::kTagged; }

 private:
  struct Local;
  class KeptSource;
  class MergedSource;
  // The rows that may still be among the first, with what is needed to compare others with the worst of them.
  struct Kept;
  void cut(Kept& kept) const;
  Status spill(Kept& kept);
  columnar::Selection notAfterWorst(const Kept& kept, const SortChunk& chunk) const;

  const std::shared_ptr<const Plan> plan_;
  const std::shared_ptr<TaskContext> task_;
  std::mutex mutex_;
  std::vector<SortChunk> chunks_;  // guarded by mutex_, as what follows
  std::vector<std::unique_ptr<memory::Reservation>> reservations_;  // of the chunks
  std::vector<SpillFilePtr> runs_;
};

}  // namespace flint::exec
