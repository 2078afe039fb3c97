#pragma once

#include <memory>

#include "exec/aggregate/aggregate_calls.h"
#include "exec/operator.h"

namespace flint::exec {

/// Gives the results of encoded aggregate states, each row being a group of its own; the runtime of a `HashAggregateExec` in mode kFinish.
///
/// Threads: as StreamingOperator.
class FinishStatesOperator final : public StreamingOperator {
 public:
  explicit FinishStatesOperator(std::shared_ptr<const AggregateCalls> calls);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;

 private:
  struct Local;
  const std::shared_ptr<const AggregateCalls> calls_;
  const GroupRowFormat format_;
};

}  // namespace flint::exec
