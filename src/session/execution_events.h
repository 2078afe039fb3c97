#pragma once

#include <cstdint>

#include "base/status.h"
#include "events/live_listener_bus.h"
#include "exec/observer.h"
#include "exec/task_context.h"
#include "plan/physical/physical_plan.h"

namespace flint::session {

/// Tells listeners of one run of a physical plan; makes no text where there is none of them.
///
/// Threads: confined to its owner.
class ExecutionEvents {
 public:
  ExecutionEvents(events::LiveListenerBus& bus, const plan::PhysicalPlanPtr& plan);
  void observed(const exec::ObservedMetrics& metrics) const;
  void end(const Status& status, exec::QueryContext& context) const;

 private:
  events::LiveListenerBus& bus_;
  int64_t id_ = -1;  // -1: nobody listened at the start
};

}  // namespace flint::session
