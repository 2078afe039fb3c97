#include "parser/parameter_binding.h"

#include <charconv>

#include "expr/unresolved.h"
#include "plan/logical/subquery_expressions.h"
#include "tree/transform.h"

namespace flint::parser {
namespace {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

Result<ExprPtr> valueOf(const expr::Parameter& marker, const SqlArguments& arguments) {
  if (marker.positional) {
    size_t position = 0;
    std::from_chars(marker.name.data(), marker.name.data() + marker.name.size(), position);
    if (position < arguments.positional.size()) return arguments.positional[position];
  } else if (const auto found = arguments.named.find(marker.name); found != arguments.named.end()) {
    return found->second;
  }
  return Error(condition::kUnboundSqlParameter).with("name", marker.positional ? "_" + marker.name : marker.name).at(marker.origin()).as(ErrorFamily::kAnalysis);
}

Result<ExprPtr> bindExpression(const ExprPtr& expression, const SqlArguments& arguments) {
  return tree::transformUp(expression, [&](const ExprPtr& node) -> Result<ExprPtr> {
    if (const auto* marker = node->as<expr::Parameter>()) return valueOf(*marker, arguments);
    const LogicalPlanPtr* inner = plan::subqueryPlan(node);
    if (inner == nullptr) return node;
    ASSIGN_OR_RETURN(LogicalPlanPtr bound, bindParameters(*inner, arguments));
    return plan::withSubqueryPlan(node, std::move(bound));
  });
}

}  // namespace

Result<LogicalPlanPtr> bindParameters(const LogicalPlanPtr& plan, const SqlArguments& arguments) {
  return tree::transformUp(plan, [&](const LogicalPlanPtr& node) -> Result<LogicalPlanPtr> {
    std::vector<ExprPtr> expressions = node->expressions();
    bool changed = false;
    for (ExprPtr& expression : expressions) {
      ASSIGN_OR_RETURN(ExprPtr bound, bindExpression(expression, arguments));
      changed = changed || bound != expression;
      expression = std::move(bound);
    }
    return changed ? node->withNewExpressions(std::move(expressions)) : node;
  });
}

namespace {

bool usesParameters(const LogicalPlanPtr& plan, bool positional) {
  return tree::anyNode(plan, [&](const LogicalPlanPtr& node) {
    for (const ExprPtr& root : node->expressions()) {
      if (root == nullptr) continue;
      const bool found = tree::anyNode(root, [&](const ExprPtr& each) {
        if (const auto* marker = each->as<expr::Parameter>()) return marker->positional == positional;
        if (const auto* scalar = each->as<plan::ScalarSubquery>()) return usesParameters(scalar->plan, positional);
        if (const auto* exists = each->as<plan::Exists>()) return usesParameters(exists->plan, positional);
        if (const auto* in = each->as<plan::InSubquery>()) return usesParameters(in->plan, positional);
        return false;
      });
      if (found) return true;
    }
    return false;
  });
}

}  // namespace

bool usesNamedParameters(const LogicalPlanPtr& plan) { return usesParameters(plan, false); }
bool usesPositionalParameters(const LogicalPlanPtr& plan) { return usesParameters(plan, true); }

}  // namespace flint::parser
