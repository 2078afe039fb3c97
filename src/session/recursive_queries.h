#pragma once

#include <functional>
#include <optional>

#include "base/status.h"
#include "plan/logical/logical_plan.h"
#include "session/spark_session.h"

namespace flint::session {

/// `plan` with every recursive WITH query in it run to its end, and its rows in its place. A LIMIT right above one ends it early.
/// `cancelled` gives the reason why the query has to stop, when there is one.
/// Errors: RECURSION_LEVEL_LIMIT_EXCEEDED, RECURSION_ROW_LIMIT_EXCEEDED, those of the queries.
Result<plan::LogicalPlanPtr> withRecursiveRows(const SparkSessionPtr& session, const plan::LogicalPlanPtr& plan,
                                               const std::function<std::optional<Error>()>& cancelled);
/// The same without rows: for EXPLAIN.
Result<plan::LogicalPlanPtr> withoutRecursiveRows(const SparkSessionPtr& session, const plan::LogicalPlanPtr& plan);

}  // namespace flint::session
