#pragma once

#include <memory>
#include <mutex>

#include "exec/aggregate/aggregate_calls.h"
#include "exec/operator.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Aggregates all rows into one; the runtime of `HashAggregateExec` without grouping keys. Gives one row also for no input.
///
/// Threads: as Sink. With order-sensitive aggregates batches come one at a time, and all go to one state.
class UngroupedAggregateSink final : public Sink {
 public:
  UngroupedAggregateSink(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return calls_->orderSensitive ? OrderNeed::kSequential : OrderNeed::kNone; }

 private:
  // The states of one thread: a group without keys.
  struct States;
  struct Local;
  class OneRow;
  Status charge(States& states) const;

  const std::shared_ptr<const AggregateCalls> calls_;
  const std::shared_ptr<TaskContext> task_;
  const std::shared_ptr<const GroupRowFormat> format_;
  std::mutex mutex_;
  std::shared_ptr<States> total_;  // guarded by mutex_
};

}  // namespace flint::exec
