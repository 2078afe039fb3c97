#include "connect/decoder/parameter_binding.h"

#include <charconv>

#include "expr/unresolved.h"
#include "plan/logical/subquery_expressions.h"
#include "tree/transform.h"

namespace flint::connect {
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

// A copy of a subquery expression with its plan bound.
template <class Node>
Result<ExprPtr> withBoundPlan(const ExprPtr& expression, const Node& node, const SqlArguments& arguments) {
  ASSIGN_OR_RETURN(LogicalPlanPtr bound, bindParameters(node.plan, arguments));
  if (bound == node.plan) return expression;
  Node copy = node;
  copy.plan = std::move(bound);
  return expr::makeExpr(std::move(copy));
}

Result<ExprPtr> bindExpression(const ExprPtr& expression, const SqlArguments& arguments) {
  return tree::transformUp(expression, [&](const ExprPtr& node) -> Result<ExprPtr> {
    if (const auto* marker = node->as<expr::Parameter>()) return valueOf(*marker, arguments);
    if (const auto* scalar = node->as<plan::ScalarSubquery>()) return withBoundPlan(node, *scalar, arguments);
    if (const auto* exists = node->as<plan::Exists>()) return withBoundPlan(node, *exists, arguments);
    if (const auto* in = node->as<plan::InSubquery>()) return withBoundPlan(node, *in, arguments);
    return node;
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

}  // namespace flint::connect
