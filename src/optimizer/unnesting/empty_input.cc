#include "expr/expression_evaluator.h"
#include "optimizer/unnesting/unnesting.h"

namespace flint::optimizer {
namespace {

// The expression with each aggregate call replaced by what it gives over no rows.
ExprPtr overNoRows(const ExprPtr& expression) {
  if (const auto* call = expression->as<expr::AggregateExpression>()) {
    return expr::literal(call->binding == nullptr ? Value() : call->binding->emptyResult, expression->dataType());
  }
  if (!expression->traits().hasAggregate) return expression;
  return tree::mapChildren(expression, overNoRows);
}

// The literal an expression without input comes to; null pointer when it reads something or fails.
ExprPtr folded(const ExprPtr& expression, OptimizerContext& context) {
  const ExprPtr& value = expr::withoutAlias(expression);
  if (value->kind() == expr::ExprKind::kLiteral) return value;
  if (!value->foldable() || !value->deterministic()) return nullptr;
  Result<Value> result = expr::evaluateFoldable(value, context.options());
  return result.isOk() ? expr::literal(std::move(result).value(), value->dataType()) : nullptr;
}

void keep(AttributeMap& values, ExprId id, const ExprPtr& value) {
  const Value* literal = value == nullptr ? nullptr : expr::literalValue(value);
  if (literal != nullptr && !literal->isNull()) values.emplace(id, value);
}

}  // namespace

bool emptyValues(const LogicalPlanPtr& plan, OptimizerContext& context, AttributeMap& values) {
  if (const auto* aggregate = plan->as<plan::Aggregate>()) {
    if (!aggregate->grouping.empty()) return false;
    for (const ExprPtr& named : aggregate->aggregates) keep(values, expr::toAttribute(named)->id, folded(overNoRows(expr::withoutAlias(named)), context));
    return true;
  }
  AttributeMap below;
  const auto known = [&](const ExprPtr& expression) {
    // A null takes the type of the column it stands for.
    return tree::transformUp(expression, [&](const ExprPtr& each) -> ExprPtr {
      const auto* attribute = each->as<expr::AttributeReference>();
      if (attribute == nullptr) return each;
      const auto at = below.find(attribute->id);
      return at == below.end() ? expr::literalNull(attribute->type) : at->second;
    });
  };
  if (const auto* project = plan->as<plan::Project>()) {
    if (!emptyValues(project->child, context, below)) return false;
    for (const ExprPtr& named : project->projectList) keep(values, expr::toAttribute(named)->id, folded(known(expr::withoutAlias(named)), context));
    return true;
  }
  if (const auto* filter = plan->as<plan::Filter>()) {
    if (!emptyValues(filter->child, context, below)) return false;
    const ExprPtr passes = folded(known(filter->condition), context);
    if (passes == nullptr || !isTrueLiteral(passes)) return false;
    values = std::move(below);
    return true;
  }
  if (const auto* sort = plan->as<plan::Sort>()) return emptyValues(sort->child, context, values);
  return false;
}

bool givesOneRow(const LogicalPlanPtr& plan) {
  if (const auto* aggregate = plan->as<plan::Aggregate>()) return aggregate->grouping.empty();
  if (const auto* project = plan->as<plan::Project>()) return givesOneRow(project->child);
  if (const auto* sort = plan->as<plan::Sort>()) return givesOneRow(sort->child);
  return plan->kind() == plan::LogicalKind::kOneRowRelation;
}

bool isScalarAggregate(const LogicalPlanPtr& plan) {
  if (const auto* filter = plan->as<plan::Filter>()) return isScalarAggregate(filter->child);
  if (const auto* project = plan->as<plan::Project>()) return isScalarAggregate(project->child);
  if (const auto* sort = plan->as<plan::Sort>()) return isScalarAggregate(sort->child);
  const auto* aggregate = plan->as<plan::Aggregate>();
  return aggregate != nullptr && aggregate->grouping.empty();
}

}  // namespace flint::optimizer
