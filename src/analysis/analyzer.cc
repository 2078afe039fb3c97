#include "analysis/analyzer.h"

#include <exception>
#include <string>

#include "analysis/plan_resolver.h"
#include "base/condition.h"

namespace flint::analysis {

namespace {

// No result may have a TIME column where spark.sql.timeType.enabled is off.
Status checkTimeColumns(const plan::LogicalPlanPtr& plan, const catalog::SQLConf& conf) {
  if (conf.getBoolean("spark.sql.timeType.enabled", false)) return Status::ok();
  for (const auto& column : plan->output()) {
    if (column->type.is(TypeKind::kTime)) return Error(condition::kUnsupportedTimeType).as(ErrorFamily::kAnalysis);
  }
  return Status::ok();
}

}  // namespace

Result<plan::LogicalPlanPtr> Analyzer::analyze(const plan::LogicalPlanPtr& unresolved) const {
  // What a library throws (an allocation that fails, a value read as another type) ends this statement, not the process.
  try {
    ASSIGN_OR_RETURN(plan::LogicalPlanPtr plan, PlanResolver(catalog_, conf_, options_).resolveStatement(unresolved));
    RETURN_IF_ERROR(checkTimeColumns(plan, conf_));
    return plan;
  } catch (const std::exception& exception) {
    return internalError(std::string("analysis failed: ") + exception.what());
  }
}

}  // namespace flint::analysis
