#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "plan/logical/logical_plan.h"

namespace flint::parser {

/// Values for the parameter markers of an SQL text: `:name` or `?`.
struct SqlArguments {
  std::map<std::string, expr::ExprPtr> named;
  std::vector<expr::ExprPtr> positional;
};

/// The plan with every marker replaced, those inside of subqueries included. Errors: UNBOUND_SQL_PARAMETER for a marker without a value.
Result<plan::LogicalPlanPtr> bindParameters(const plan::LogicalPlanPtr& plan, const SqlArguments& arguments);

bool usesNamedParameters(const plan::LogicalPlanPtr& plan);
bool usesPositionalParameters(const plan::LogicalPlanPtr& plan);

}  // namespace flint::parser
