#include "parser/parameter_binding.h"

#include <charconv>

#include "expr/unresolved.h"
#include "plan/logical/compound_body.h"
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

using plan::ScriptStatement;
using plan::ScriptStatements;

Result<ScriptStatement> bindStatement(const ScriptStatement& statement, const SqlArguments& arguments);

Status bindStatements(ScriptStatements& statements, const SqlArguments& arguments) {
  for (auto& each : statements) {
    ASSIGN_OR_RETURN(ScriptStatement bound, bindStatement(*each, arguments));
    each = std::make_shared<const ScriptStatement>(std::move(bound));
  }
  return Status::ok();
}

// A statement of a script, with all that it holds.
Result<ScriptStatement> bindStatement(const ScriptStatement& statement, const SqlArguments& arguments) {
  ScriptStatement out = statement;
  if (out.plan != nullptr) {
    ASSIGN_OR_RETURN(out.plan, bindParameters(out.plan, arguments));
  }
  if (out.condition != nullptr) {
    ASSIGN_OR_RETURN(out.condition, bindExpression(out.condition, arguments));
  }
  for (ExprPtr& argument : out.arguments) {
    ASSIGN_OR_RETURN(argument, bindExpression(argument, arguments));
  }
  for (ScriptStatement::Branch& branch : out.branches) {
    ASSIGN_OR_RETURN(branch.condition, bindExpression(branch.condition, arguments));
    RETURN_IF_ERROR(bindStatements(branch.body, arguments));
  }
  for (plan::ScriptHandler& handler : out.handlers) {
    ASSIGN_OR_RETURN(ScriptStatement body, bindStatement(*handler.body, arguments));
    handler.body = std::make_shared<const ScriptStatement>(std::move(body));
  }
  RETURN_IF_ERROR(bindStatements(out.body, arguments));
  return out;
}

Result<LogicalPlanPtr> bindScript(const plan::CompoundBody& script, const SqlArguments& arguments) {
  if (!arguments.positional.empty()) return Error(condition::kUnsupportedFeatureSqlScriptingWithPositionalParameters).as(ErrorFamily::kAnalysis);
  plan::CompoundBody out = script;
  ASSIGN_OR_RETURN(ScriptStatement body, bindStatement(*script.body, arguments));
  out.body = std::make_shared<const ScriptStatement>(std::move(body));
  return plan::makePlan(std::move(out), script.origin());
}

}  // namespace

Result<LogicalPlanPtr> bindParameters(const LogicalPlanPtr& plan, const SqlArguments& arguments) {
  if (const auto* script = plan->as<plan::CompoundBody>()) return bindScript(*script, arguments);
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
