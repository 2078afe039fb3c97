#pragma once

#include "base/status.h"
#include "plan/logical/logical_plan.h"
#include "session/spark_session.h"

namespace flint::session {

/// Runs a command node at once; gives its rows as a LocalRelation.
/// Errors: the command's; UNSUPPORTED_FEATURE.NOT_IN_FLINT for one that is not there.
Result<plan::LogicalPlanPtr> runCommand(const SparkSessionPtr& session, const plan::LogicalPlanPtr& command);

}  // namespace flint::session
