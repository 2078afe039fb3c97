// Calls of Python functions, and the plans whose rows they make.
#include <algorithm>

#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "expr/expression_text.h"
#include "expr/python_udf.h"
#include "plan/logical/python_plans.h"

namespace flint::analysis {

using expr::PythonUdf;

Result<ExprPtr> ExpressionResolver::resolvePythonUdf(const PythonUdf& udf) {
  PythonUdf made(udf);
  made.arguments.clear();
  made.argumentNames.clear();
  // Calls of a function whose results differ differ, too.
  if (made.resultId == 0 && !made.isDeterministic) made.resultId = expr::newExprId();
  const bool aggregates = expr::isGroupedAggregate(udf.function.evalType) && windowDepth_ == 0;
  expr::UnresolvedFunction call;
  call.nameParts = {udf.function.name};
  call.arguments = udf.arguments;
  if (aggregates) ++aggregateDepth_;
  const int windowDepth = std::exchange(windowDepth_, 0);
  auto arguments = resolveArguments(call, udf.function.name);
  windowDepth_ = windowDepth;
  if (aggregates) --aggregateDepth_;
  RETURN_IF_ERROR(arguments);
  bool anyNamed = false;
  for (const ExprPtr& argument : *arguments) {
    const auto* named = argument->as<expr::NamedArgument>();
    if (named == nullptr && anyNamed) {
      return Error(condition::kUnexpectedPositionalArgument)
          .with("routineName", quoteIdentifier(udf.function.name))
          .with("parameterName", quoteIdentifier(argument->sql()))
          .at(udf.origin())
          .as(ErrorFamily::kAnalysis);
    }
    if (named != nullptr && std::find(made.argumentNames.begin(), made.argumentNames.end(), named->name) != made.argumentNames.end()) {
      return Error(condition::kDuplicateRoutineParameterAssignmentDoubleNamedArgumentReference)
          .with("routineName", quoteIdentifier(udf.function.name))
          .with("parameterName", quoteIdentifier(named->name))
          .at(udf.origin())
          .as(ErrorFamily::kAnalysis);
    }
    anyNamed = anyNamed || named != nullptr;
    made.arguments.push_back(withoutReplaced(expr::withoutAlias(named != nullptr ? named->value : argument)));
    made.argumentNames.push_back(named != nullptr ? named->name : "");
    if (aggregates && made.arguments.back()->traits().hasAggregate) return Error(condition::kNestedAggregateFunction).at(argument->origin()).as(ErrorFamily::kAnalysis);
  }
  if (!anyNamed) made.argumentNames.clear();
  return ExprPtr(expr::makeExpr(std::move(made), udf.origin()));
}

// A registered function, called by name.
Result<ExprPtr> ExpressionResolver::resolvePythonCall(const PythonUdf& function, const expr::UnresolvedFunction& call) {
  const char* syntax = call.distinct ? "DISTINCT" : call.filter != nullptr ? "FILTER CLAUSE" : call.ignoreNulls.value_or(false) ? "IGNORE NULLS" : nullptr;
  if (syntax != nullptr) {
    return Error(condition::kInvalidSqlSyntaxFunctionWithUnsupportedSyntax)
        .with("prettyName", quoteIdentifier(function.function.name))
        .with("syntax", syntax)
        .at(call.origin())
        .as(ErrorFamily::kAnalysis);
  }
  PythonUdf named(function);
  named.arguments = call.arguments;
  named.resultId = 0;
  return resolvePythonUdf(*expr::makeExpr(std::move(named), call.origin()));
}

namespace {

const PythonUdf& functionOf(const std::vector<ExprPtr>& functions) { return *functions[0]->as<PythonUdf>(); }

std::vector<ExprPtr> withColumns(const PythonUdf& udf, const std::vector<AttributePtr>& columns) {
  PythonUdf made(udf);
  made.arguments.assign(columns.begin(), columns.end());
  if (made.resultId == 0) made.resultId = expr::newExprId();
  return {expr::makeExpr(std::move(made))};
}

// Keys that are no columns become columns beside those of the input.
LogicalPlanPtr withKeys(std::vector<ExprPtr>& keys, const LogicalPlanPtr& input) {
  plan::Project project;
  for (const AttributePtr& column : input->output()) project.projectList.push_back(column);
  const size_t own = project.projectList.size();
  for (ExprPtr& key : keys) {
    if (key->as<expr::AttributeReference>() != nullptr) continue;
    if (key->as<expr::Alias>() == nullptr) key = expr::alias(key, expr::columnName(key));
    project.projectList.push_back(key);
    key = expr::toAttribute(key);
  }
  if (project.projectList.size() == own) return input;
  project.child = input;
  return plan::makePlan(std::move(project));
}

}  // namespace

Result<std::vector<ExprPtr>> PlanResolver::resolvePythonKeys(const std::vector<ExprPtr>& keys, const ResolvedPlan& input) {
  const auto scope = scopeOf(input);
  const NameContext names = contextOf(scope, {input.plan});
  std::vector<ExprPtr> out;
  for (const ExprPtr& key : keys) {
    ASSIGN_OR_RETURN(const ExprPtr resolved, ExpressionResolver(*this, names).resolve(key));
    out.push_back(withoutReplaced(resolved));
  }
  return out;
}

Result<ResolvedPlan> PlanResolver::resolvePython(const LogicalPlanPtr& node) {
  if (const auto* map = node->as<plan::PythonMap>()) {
    plan::PythonMap made(*map);
    ASSIGN_OR_RETURN(const ResolvedPlan input, resolve(map->child));
    made.child = input.plan;
    const PythonUdf& udf = functionOf(map->functions);
    made.functions = withColumns(udf, input.plan->output());
    made.results = plan::attributesOfStruct(udf.type);
    return ResolvedPlan{plan::makePlan(std::move(made), node->origin()), {}, nullptr};
  }
  if (const auto* groups = node->as<plan::PythonGroupMap>()) {
    plan::PythonGroupMap made(*groups);
    ASSIGN_OR_RETURN(const ResolvedPlan input, resolve(groups->child));
    ASSIGN_OR_RETURN(made.grouping, resolvePythonKeys(groups->grouping, input));
    const PythonUdf& udf = functionOf(groups->functions);
    made.functions = withColumns(udf, input.plan->output());
    made.child = withKeys(made.grouping, input.plan);
    made.results = plan::attributesOfStruct(udf.type);
    return ResolvedPlan{plan::makePlan(std::move(made), node->origin()), {}, nullptr};
  }
  plan::PythonCoGroupMap made(*node->as<plan::PythonCoGroupMap>());
  ASSIGN_OR_RETURN(const ResolvedPlan left, resolve(made.left));
  ASSIGN_OR_RETURN(ResolvedPlan right, resolve(made.right));
  const std::vector<AttributePtr> leftColumns = left.plan->output();
  const std::vector<AttributePtr> rightColumns = right.plan->output();
  const bool shares = std::any_of(rightColumns.begin(), rightColumns.end(), [&](const AttributePtr& column) {
    return std::any_of(leftColumns.begin(), leftColumns.end(), [&](const AttributePtr& other) { return other->id == column->id; });
  });
  ASSIGN_OR_RETURN(made.leftGrouping, resolvePythonKeys(made.leftGrouping, left));
  ASSIGN_OR_RETURN(made.rightGrouping, resolvePythonKeys(made.rightGrouping, right));
  made.left = withKeys(made.leftGrouping, left.plan);
  made.right = withKeys(made.rightGrouping, right.plan);
  if (shares) {
    // The same relation twice: its columns on the right get ids of their own.
    plan::Project renamed;
    std::vector<ExprPtr> columns;
    for (const AttributePtr& column : made.right->output()) {
      const ExprPtr named = expr::alias(column, column->name);
      renamed.projectList.push_back(named);
      for (ExprPtr& key : made.rightGrouping) {
        const auto* attribute = key->as<expr::AttributeReference>();
        if (attribute != nullptr && attribute->id == column->id) key = expr::toAttribute(named);
      }
    }
    renamed.child = made.right;
    made.right = plan::makePlan(std::move(renamed));
  }
  if (made.leftGrouping.size() != made.rightGrouping.size()) {
    return Error(condition::kConnectInvalidPlanAssertionFailure)
        .with("message", "requirement failed: Cogroup keys must have same size: " + std::to_string(made.leftGrouping.size()) + " != " + std::to_string(made.rightGrouping.size()))
        .as(ErrorFamily::kIllegalArgument);
  }
  const PythonUdf& udf = functionOf(made.functions);
  std::vector<AttributePtr> arguments(leftColumns);
  const std::vector<AttributePtr> others = made.right->output();
  arguments.insert(arguments.end(), others.begin(), others.begin() + static_cast<std::ptrdiff_t>(rightColumns.size()));
  made.numLeftArguments = static_cast<int32_t>(leftColumns.size());
  made.functions = withColumns(udf, arguments);
  made.results = plan::attributesOfStruct(udf.type);
  return ResolvedPlan{plan::makePlan(std::move(made), node->origin()), {}, nullptr};
}

}  // namespace flint::analysis
