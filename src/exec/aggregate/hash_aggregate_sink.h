#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "exec/aggregate/aggregate_calls.h"
#include "exec/operator.h"
#include "exec/task_context.h"

namespace flint::exec {

class ThreadGroups;

/// Groups rows by key and aggregates them; the runtime of `HashAggregateExec` with grouping keys.
///
/// Shape: each thread makes groups of its own; its source merges them radix partition by radix partition, one morsel each.
/// A thread's table stays at the size of a core's cache: when full, it is forgotten and its groups wait for the merge, unless an estimate of
/// the distinct keys says that a larger table would have found many of them again.
/// Memory: groups are charged to a reservation a thread.
/// Threads: as Sink. With order-sensitive aggregates batches come one at a time, and all go to one thread's groups.
class HashAggregateSink final : public Sink {
 public:
  HashAggregateSink(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<TaskContext> task);
  ~HashAggregateSink() override;

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return calls_->orderSensitive ? OrderNeed::kSequential : OrderNeed::kNone; }

  struct Local;

 private:
  const std::shared_ptr<const AggregateCalls> calls_;
  const std::shared_ptr<TaskContext> task_;
  const std::shared_ptr<const GroupRowFormat> format_;
  std::mutex mutex_;  // guards what follows
  std::vector<std::shared_ptr<ThreadGroups>> finished_;
  std::shared_ptr<ThreadGroups> sequential_;
};

}  // namespace flint::exec
