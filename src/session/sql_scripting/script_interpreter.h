#pragma once

#include "base/status.h"
#include "plan/logical/compound_body.h"
#include "session/spark_session.h"

namespace flint::session {

/// Runs a script to its end; gives the rows of the last query in it, or none.
/// Errors: of a statement that no handler takes.
Result<plan::LogicalPlanPtr> runScript(const SparkSessionPtr& session, const plan::CompoundBody& script);

}  // namespace flint::session
