#pragma once

#include <memory>

#include "exec/aggregate/ungrouped_aggregate_sink.h"
#include "exec/observer.h"
#include "exec/operator.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// The aggregates of a `CollectMetricsExec`, which all its tasks add to.
///
/// Threads: thread-safe.
class MetricsObserver final : public Observer {
 public:
  static Result<std::shared_ptr<MetricsObserver>> make(const plan::CollectMetricsExec& node, const std::shared_ptr<TaskContext>& task);
  UngroupedAggregateSink& sink() { return *sink_; }
  Result<ObservedMetrics> finish() override;

 private:
  MetricsObserver(ObservedMetrics metrics, std::shared_ptr<TaskContext> task, std::shared_ptr<UngroupedAggregateSink> sink)
      : metrics_(std::move(metrics)), task_(std::move(task)), sink_(std::move(sink)) {}

  ObservedMetrics metrics_;  // without values until `finish`
  const std::shared_ptr<TaskContext> task_;
  const std::shared_ptr<UngroupedAggregateSink> sink_;
};

/// Passes rows on as they are, and shows them to the observer; the runtime of `CollectMetricsExec`.
///
/// Threads: as StreamingOperator.
class CollectMetricsOperator final : public StreamingOperator {
 public:
  explicit CollectMetricsOperator(std::shared_ptr<MetricsObserver> observer) : observer_(std::move(observer)) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  OrderNeed orderNeed() const override { return observer_->sink().orderNeed(); }

 private:
  class Local;
  const std::shared_ptr<MetricsObserver> observer_;
};

}  // namespace flint::exec
