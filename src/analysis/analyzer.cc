#include "analysis/analyzer.h"

#include <exception>
#include <string>

#include "analysis/plan_resolver.h"
#include "base/condition.h"
#include "plan/logical/subquery_expressions.h"
#include "tree/transform.h"

namespace flint::analysis {

namespace {

bool computesTime(const plan::LogicalPlanPtr& plan) {
  return tree::anyNode(plan, [](const plan::LogicalPlanPtr& node) {
    for (const expr::ExprPtr& root : node->expressions()) {
      const bool found = root != nullptr && tree::anyNode(root, [](const expr::ExprPtr& each) {
        const plan::LogicalPlanPtr* inner = plan::subqueryPlan(each);
        return each->dataType().is(TypeKind::kTime) || (inner != nullptr && computesTime(*inner));
      });
      if (found) return true;
    }
    return false;
  });
}

// No query may compute with TIME where spark.sql.timeType.enabled is off.
Status checkTimes(const plan::LogicalPlanPtr& plan, const catalog::SQLConf& conf) {
  if (conf.getBoolean("spark.sql.timeType.enabled", false) || !computesTime(plan)) return Status::ok();
  return Error(condition::kUnsupportedTimeType).as(ErrorFamily::kAnalysis);
}

}  // namespace

Result<plan::LogicalPlanPtr> Analyzer::analyze(const plan::LogicalPlanPtr& unresolved) const {
  // What a library throws (an allocation that fails, a value read as another type) ends this statement, not the process.
  try {
    ASSIGN_OR_RETURN(plan::LogicalPlanPtr plan, PlanResolver(catalog_, conf_, options_).resolveStatement(unresolved));
    RETURN_IF_ERROR(checkTimes(plan, conf_));
    return plan;
  } catch (const std::exception& exception) {
    return internalError(std::string("analysis failed: ") + exception.what());
  }
}

}  // namespace flint::analysis
