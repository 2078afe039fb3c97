#include <unordered_map>

#include "optimizer/optimizer.h"
#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"

namespace flint::optimizer {
namespace {

class SubqueryOptimization {
 public:
  explicit SubqueryOptimization(OptimizerContext& context) : context_(context) {}

  Result<LogicalPlanPtr> apply(const LogicalPlanPtr& plan) {
    return tree::transformUp(plan, [this](const LogicalPlanPtr& node) {
      return mapSubqueryPlans(node, [this](const LogicalPlanPtr& inner) { return optimize(inner); });
    });
  }

 private:
  // The same plan in several places, as after conditions were copied, is optimized once and stays the same.
  Result<LogicalPlanPtr> optimize(const LogicalPlanPtr& inner) {
    const auto at = done_.find(inner.get());
    if (at != done_.end()) return at->second.second;
    ASSIGN_OR_RETURN(LogicalPlanPtr made, Optimizer::optimizeSettled(inner, context_));
    done_.emplace(inner.get(), std::pair(inner, made));
    return made;
  }

  OptimizerContext& context_;
  std::unordered_map<const plan::LogicalPlan*, std::pair<LogicalPlanPtr, LogicalPlanPtr>> done_;
};

}  // namespace

// Subqueries that run before the query are optimized on their own.
Result<LogicalPlanPtr> optimizeSubqueries(const LogicalPlanPtr& root, OptimizerContext& context) { return SubqueryOptimization(context).apply(root); }

}  // namespace flint::optimizer
