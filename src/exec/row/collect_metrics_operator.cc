#include "exec/row/collect_metrics_operator.h"

#include "tree/transform.h"

namespace flint::exec {

Result<std::shared_ptr<MetricsObserver>> MetricsObserver::make(const plan::CollectMetricsExec& node, const std::shared_ptr<TaskContext>& task) {
  plan::HashAggregateExec aggregate;
  aggregate.mode = plan::AggregateMode::kComplete;
  aggregate.child = node.child;
  ObservedMetrics metrics{.name = node.name, .planId = node.planId, .fields = {}, .values = {}};
  for (const expr::ExprPtr& metric : node.metrics) {
    const expr::AttributePtr named = expr::toAttribute(metric);
    metrics.fields.push_back({named == nullptr ? metric->sql() : named->name, metric->dataType(), true});
    aggregate.resultExpressions.push_back(tree::transformUp(metric, [&](const expr::ExprPtr& each) -> expr::ExprPtr {
      if (each->kind() != expr::ExprKind::kAggregateExpression) return each;
      aggregate.aggregates.push_back(each);
      aggregate.aggregateAttributes.push_back(expr::attribute("metric", each->dataType()));
      return aggregate.aggregateAttributes.back();
    }));
  }
  ASSIGN_OR_RETURN(auto calls, AggregateCalls::make(aggregate, task->evaluation()));
  auto sink = std::make_shared<UngroupedAggregateSink>(std::move(calls), task);
  return std::shared_ptr<MetricsObserver>(new MetricsObserver(std::move(metrics), task, std::move(sink)));
}

Result<ObservedMetrics> MetricsObserver::finish() {
  RETURN_IF_ERROR(sink_->finishFinalize());
  ASSIGN_OR_RETURN(const std::unique_ptr<Source> source, sink_->makeSource());
  RETURN_IF_ERROR(source->start(*task_));
  ASSIGN_OR_RETURN(const LocalStatePtr local, source->makeLocal(*task_));
  ColumnarBatch row;
  ASSIGN_OR_RETURN(const Progress progress, source->produce(*local, row));
  if (progress.kind != Progress::Kind::kHaveOutput || row.isEmpty()) return internalError("observed metrics have no row");
  for (const columnar::VectorPtr& column : row.columns()) metrics_.values.push_back(column->valueAt(row.activeRows()[0]));
  return metrics_;
}

// What a thread saw counts when it leaves the query, whether it saw all of its rows or a limit ended it.
class CollectMetricsOperator::Local final : public LocalState {
 public:
  Local(std::shared_ptr<MetricsObserver> observer, LocalStatePtr seen) : observer_(std::move(observer)), seen_(std::move(seen)) {}
  ~Local() override { static_cast<void>(observer_->sink().combine(*seen_).isOk()); }
  LocalState& seen() { return *seen_; }
  bool given = false;

 private:
  const std::shared_ptr<MetricsObserver> observer_;
  const LocalStatePtr seen_;
};

Result<LocalStatePtr> CollectMetricsOperator::makeLocal(TaskContext& task) {
  ASSIGN_OR_RETURN(LocalStatePtr seen, observer_->sink().makeLocal(task));
  return LocalStatePtr(std::make_unique<Local>(observer_, std::move(seen)));
}

Result<Progress> CollectMetricsOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  ASSIGN_OR_RETURN(const Progress progress, observer_->sink().consume(local.seen(), in));
  static_cast<void>(progress);  // an aggregate takes every batch at once
  out = in;
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
