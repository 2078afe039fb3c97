#include "analysis/analyzer.h"

#include "analysis/plan_resolver.h"

namespace flint::analysis {

Result<plan::LogicalPlanPtr> Analyzer::analyze(const plan::LogicalPlanPtr& unresolved) const {
  return PlanResolver(catalog_, conf_, options_).resolveStatement(unresolved);
}

}  // namespace flint::analysis
