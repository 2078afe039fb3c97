#include "analysis/analyzer.h"

#include <algorithm>
#include <exception>
#include <string>

#include "analysis/plan_resolver.h"
#include "analysis/time_type.h"
#include "base/condition.h"
#include "expr/nodes.h"
#include "plan/logical/subquery_expressions.h"
#include "tree/transform.h"

namespace flint::analysis {

namespace {

bool holdsTime(const DataType& type) {
  if (type.is(TypeKind::kTime)) return true;
  if (type.is(TypeKind::kArray)) return holdsTime(type.elementType());
  if (type.is(TypeKind::kMap)) return holdsTime(type.keyType()) || holdsTime(type.valueType());
  return type.is(TypeKind::kStruct) && std::any_of(type.fields().begin(), type.fields().end(), [](const auto& field) { return holdsTime(field.type); });
}

// Whether a call is one of Spark's TimeExpressions: other functions take and give TIME values whatever is set.
bool isTimeExpression(const expr::FunctionCall& call) {
  static constexpr std::string_view kOfTime[] = {"make_time",        "to_time",          "try_to_time",      "time_trunc",      "time_diff",      "current_time",
                                                 "time_from_seconds", "time_from_millis", "time_from_micros", "time_to_seconds", "time_to_millis", "time_to_micros"};
  static constexpr std::string_view kOfTimeToo[] = {"hour", "minute", "second", "extract", "date_part", "datepart", "+", "-"};
  if (std::find(std::begin(kOfTime), std::end(kOfTime), call.name) != std::end(kOfTime)) return true;
  if (std::find(std::begin(kOfTimeToo), std::end(kOfTimeToo), call.name) == std::end(kOfTimeToo)) return false;
  return std::any_of(call.arguments.begin(), call.arguments.end(), [](const expr::ExprPtr& argument) { return argument->dataType().is(TypeKind::kTime); });
}

bool computesTime(const plan::LogicalPlanPtr& plan) {
  return tree::anyNode(plan, [](const plan::LogicalPlanPtr& node) {
    for (const expr::ExprPtr& root : node->expressions()) {
      const bool found = root != nullptr && tree::anyNode(root, [](const expr::ExprPtr& each) {
        const plan::LogicalPlanPtr* inner = plan::subqueryPlan(each);
        const auto* call = each->as<expr::FunctionCall>();
        return (call != nullptr && isTimeExpression(*call)) || (inner != nullptr && computesTime(*inner));
      });
      if (found) return true;
    }
    return false;
  });
}

// Where spark.sql.timeType.enabled is off no query may give TIME values or compute with them.
Status checkTimes(const plan::LogicalPlanPtr& plan, const catalog::SQLConf& conf) {
  if (isTimeTypeEnabled(conf)) return Status::ok();
  const std::vector<plan::AttributePtr> output = plan->output();
  const bool given = std::any_of(output.begin(), output.end(), [](const plan::AttributePtr& column) { return holdsTime(column->dataType()); });
  return given || computesTime(plan) ? Status(Error(condition::kUnsupportedTimeType).as(ErrorFamily::kAnalysis)) : Status::ok();
}

}  // namespace

Result<plan::LogicalPlanPtr> Analyzer::analyze(const plan::LogicalPlanPtr& unresolved, Dependencies* dependencies) const {
  // What a library throws (an allocation that fails, a value read as another type) ends this statement, not the process.
  try {
    PlanResolver resolver(catalog_, conf_, options_);
    resolver.noteIn(dependencies);
    ASSIGN_OR_RETURN(plan::LogicalPlanPtr plan, resolver.resolveStatement(unresolved));
    RETURN_IF_ERROR(checkTimes(plan, conf_));
    return plan;
  } catch (const std::exception& exception) {
    return internalError(std::string("analysis failed: ") + exception.what());
  }
}

}  // namespace flint::analysis
