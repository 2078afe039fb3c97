#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "optimizer/optimizer_context.h"

namespace flint::optimizer {

/// Rewrites a whole plan; the same pointer when nothing changed. Subquery plans inside expressions are its business only where it says so.
struct PlanRule {
  std::string_view name;
  Result<plan::LogicalPlanPtr> (*apply)(const plan::LogicalPlanPtr& root, OptimizerContext& context);
};

/// Rewrites one expression node whose children are done already; the same pointer when nothing changed.
struct ExpressionRule {
  std::string_view name;
  expr::ExprPtr (*rewrite)(const expr::ExprPtr& node, OptimizerContext& context);
};

/// Expression rules that run fused, in one walk.
using ExpressionRules = std::vector<ExpressionRule>;
using Step = std::variant<PlanRule, ExpressionRules>;

/// Steps that run in order, again and again until nothing changes or `maxRuns` is reached.
struct Batch {
  std::string_view name;
  int maxRuns = 1;
  std::vector<Step> steps;
};

/// The optimizer's batches, in order.
const std::vector<Batch>& batches();

}  // namespace flint::optimizer
