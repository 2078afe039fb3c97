#include "analysis/analyzer.h"

#include <exception>
#include <string>

#include "analysis/plan_resolver.h"

namespace flint::analysis {

Result<plan::LogicalPlanPtr> Analyzer::analyze(const plan::LogicalPlanPtr& unresolved) const {
  // What a library throws (an allocation that fails, a value read as another type) ends this statement, not the process.
  try {
    return PlanResolver(catalog_, conf_, options_).resolveStatement(unresolved);
  } catch (const std::exception& exception) {
    return internalError(std::string("analysis failed: ") + exception.what());
  }
}

}  // namespace flint::analysis
