#include "session/execution_events.h"

#include <atomic>

#include "expr/nodes.h"

namespace flint::session {

ExecutionEvents::ExecutionEvents(events::LiveListenerBus& bus, const plan::PhysicalPlanPtr& plan) : bus_(bus) {
  static std::atomic<int64_t> executions{0};
  if (!bus_.hasListeners()) return;
  id_ = executions.fetch_add(1);
  bus_.post(events::SqlExecutionStart{id_, plan->nodeName(), plan::treeString(plan), events::eventTime()});
}

void ExecutionEvents::observed(const exec::ObservedMetrics& metrics) const {
  if (id_ < 0) return;
  events::SqlObservedMetrics event{id_, metrics.name, {}};
  for (size_t i = 0; i < metrics.fields.size(); ++i) {
    event.values.emplace_back(metrics.fields[i].name, expr::literal(metrics.values[i], metrics.fields[i].type)->toString());
  }
  bus_.post(std::move(event));
}

void ExecutionEvents::end(const Status& status, exec::QueryContext& context) const {
  if (id_ < 0) return;
  for (const exec::QueryMetrics::Entry& entry : context.metrics().entries()) {
    bus_.post(events::SqlOperatorMetric{id_, entry.nodeId, entry.node, entry.name, entry.metric->value()});
  }
  bus_.post(events::SqlExecutionEnd{id_, status.isOk() ? std::string() : status.message(), events::eventTime()});
}

}  // namespace flint::session
