#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/function_calls.h"
#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"
#include "plan/logical/relational.h"
#include "types/collation.h"

namespace flint::optimizer {
namespace {

using plan::JoinType;

LogicalPlanPtr makeAggregate(std::vector<ExprPtr> grouping, std::vector<ExprPtr> aggregates, LogicalPlanPtr child) {
  plan::Aggregate aggregate;
  aggregate.grouping = std::move(grouping);
  aggregate.aggregates = std::move(aggregates);
  aggregate.child = std::move(child);
  return makePlan(std::move(aggregate));
}

// What texts with a collation are compared by.
Result<ExprPtr> keyOf(const AttributePtr& column, OptimizerContext& context) {
  if (!hasCollations(column->type)) return ExprPtr(column);
  return bindScalarCall("collation_key", {column}, context.options());
}

// One row of those that are equal in `keys`: texts that are equal by their collation are one. The first row's values stand for what is not compared as it is.
Result<LogicalPlanPtr> distinctBy(const AttributeSet& keys, const LogicalPlanPtr& child, OptimizerContext& context) {
  const std::vector<AttributePtr> output = child->output();
  std::vector<ExprPtr> list = asExpressions(output);
  std::vector<ExprPtr> grouping;
  std::vector<ExprPtr> aggregates;
  for (const AttributePtr& column : output) {
    const bool isKey = keys.contains(column->id);
    if (isKey && !hasCollations(column->type)) {
      grouping.push_back(column);
      aggregates.push_back(column);
      continue;
    }
    if (isKey) {
      ASSIGN_OR_RETURN(ExprPtr key, keyOf(column, context));
      list.push_back(expr::alias(std::move(key), column->name + "_key"));
      grouping.push_back(expr::toAttribute(list.back()));
    }
    ASSIGN_OR_RETURN(ExprPtr first, bindAggregate("first", {column}, context.options()));
    aggregates.push_back(makeAliasAs(std::move(first), column));
  }
  LogicalPlanPtr input = list.size() == output.size() ? child : makeProject(std::move(list), child);
  // Without keys all rows are alike: one of them stays, if there is any.
  if (keys.isEmpty()) grouping.push_back(expr::literalInt(1));
  return makeAggregate(std::move(grouping), std::move(aggregates), std::move(input));
}

Result<LogicalPlanPtr> distinctOf(const LogicalPlanPtr& child, OptimizerContext& context) {
  const std::vector<AttributePtr> output = child->output();
  if (output.empty()) return makeAggregate({}, {}, child);
  return distinctBy(AttributeSet::of(output), child, context);
}

Result<ExprPtr> sameRow(const std::vector<AttributePtr>& left, const std::vector<AttributePtr>& right, OptimizerContext& context) {
  std::vector<ExprPtr> conjuncts;
  for (size_t i = 0; i < left.size(); ++i) {
    const bool nulls = left[i]->nullableColumn && right[i]->nullableColumn;
    ASSIGN_OR_RETURN(ExprPtr one, keyOf(left[i], context));
    ASSIGN_OR_RETURN(ExprPtr other, keyOf(right[i], context));
    conjuncts.push_back(expr::comparison(nulls ? expr::ComparisonOp::kEqualNullSafe : expr::ComparisonOp::kEqual, std::move(one), std::move(other)));
  }
  return expr::conjunction(conjuncts);
}

Result<LogicalPlanPtr> semiOrAnti(JoinType type, const LogicalPlanPtr& left, const LogicalPlanPtr& right, OptimizerContext& context) {
  plan::Join join;
  join.left = left;
  join.right = right;
  join.type = type;
  ASSIGN_OR_RETURN(join.condition, sameRow(left->output(), right->output(), context));
  return makePlan(std::move(join));
}

// Rows of both sides counted together: each row of `left` counts in one column, each of `right` in the other.
struct CountedUnion {
  LogicalPlanPtr plan;
  ExprPtr leftCount;
  ExprPtr rightCount;
  std::vector<AttributePtr> columns;
};

Result<CountedUnion> countBySide(const LogicalPlanPtr& left, const LogicalPlanPtr& right, OptimizerContext& context) {
  const auto marked = [](const LogicalPlanPtr& side, int64_t fromLeft) {
    std::vector<ExprPtr> list = asExpressions(side->output());
    list.push_back(expr::alias(expr::literalLong(fromLeft), "vcol"));
    return makeProject(std::move(list), side);
  };
  plan::Union both;
  both.inputs = {marked(left, 1), marked(right, 0)};
  const std::vector<AttributePtr> rightColumns = right->output();
  CountedUnion out;
  for (const AttributePtr& column : left->output()) {
    const bool nullable = column->nullableColumn || rightColumns[out.columns.size()]->nullableColumn;
    out.columns.push_back(expr::withNullability(expr::withNewId(column), nullable));
  }
  both.attributes = out.columns;
  const AttributePtr side = expr::attribute("vcol", DataType::bigint(), false);
  both.attributes.push_back(side);
  ASSIGN_OR_RETURN(ExprPtr sum, bindAggregate("sum", {side}, context.options()));
  ASSIGN_OR_RETURN(ExprPtr count, bindAggregate("count", {side}, context.options()));
  const ExprPtr sumAlias = expr::alias(std::move(sum), "vcol1_count");
  const ExprPtr countAlias = expr::alias(std::move(count), "vcol_count");
  std::vector<ExprPtr> aggregates = asExpressions(out.columns);
  aggregates.push_back(sumAlias);
  aggregates.push_back(countAlias);
  out.plan = makeAggregate(asExpressions(out.columns), std::move(aggregates), makePlan(std::move(both)));
  out.leftCount = expr::toAttribute(sumAlias);
  ASSIGN_OR_RETURN(out.rightCount, bindScalarCall("-", {expr::toAttribute(countAlias), out.leftCount}, context.options()));
  return out;
}

// Every row `times` times.
Result<LogicalPlanPtr> replicate(const CountedUnion& counted, const ExprPtr& times, const std::vector<AttributePtr>& output, OptimizerContext& context) {
  ASSIGN_OR_RETURN(ExprPtr numbers, bindScalarCall("array_repeat", {expr::literalInt(0), makeExpr([&] {
                     expr::Cast cast;
                     cast.child = times;
                     cast.target = DataType::integer();
                     return cast;
                   }())}, context.options()));
  ASSIGN_OR_RETURN(ExprPtr generator, bindGenerator("explode", {std::move(numbers)}, context.options()));
  plan::Generate generate;
  generate.generator = std::move(generator);
  generate.generatorOutput = {expr::attribute("col", DataType::integer(), false)};
  generate.required = counted.columns;
  generate.child = counted.plan;
  std::vector<ExprPtr> list;
  for (size_t i = 0; i < output.size(); ++i) list.push_back(makeAliasAs(counted.columns[i], output[i]));
  return makeProject(std::move(list), makePlan(std::move(generate)));
}

Result<LogicalPlanPtr> exceptAll(const plan::Except& node, OptimizerContext& context) {
  ASSIGN_OR_RETURN(CountedUnion counted, countBySide(node.left, node.right, context));
  ASSIGN_OR_RETURN(ExprPtr surplus, bindScalarCall("-", {counted.leftCount, counted.rightCount}, context.options()));
  counted.plan = makeFilter({expr::comparison(expr::ComparisonOp::kGreater, surplus, expr::literalLong(0))}, counted.plan);
  return replicate(counted, surplus, node.left->output(), context);
}

Result<LogicalPlanPtr> intersectAll(const plan::Intersect& node, const std::vector<AttributePtr>& output, OptimizerContext& context) {
  ASSIGN_OR_RETURN(CountedUnion counted, countBySide(node.left, node.right, context));
  counted.plan = makeFilter({expr::comparison(expr::ComparisonOp::kGreater, counted.leftCount, expr::literalLong(0)),
                             expr::comparison(expr::ComparisonOp::kGreater, counted.rightCount, expr::literalLong(0))},
                            counted.plan);
  ASSIGN_OR_RETURN(ExprPtr least, bindScalarCall("least", {counted.leftCount, counted.rightCount}, context.options()));
  return replicate(counted, least, output, context);
}

Result<LogicalPlanPtr> replaceNode(const LogicalPlanPtr& node, OptimizerContext& context) {
  if (const auto* distinct = node->as<plan::Distinct>()) return distinctOf(distinct->child, context);
  if (const auto* keyed = node->as<plan::Deduplicate>()) return distinctBy(AttributeSet::of(keyed->keys), keyed->child, context);
  if (const auto* intersect = node->as<plan::Intersect>()) {
    if (intersect->isAll) return intersectAll(*intersect, node->output(), context);
    // Distinct first: the side that is looked up in is then small, and the other gives each row once.
    ASSIGN_OR_RETURN(const LogicalPlanPtr left, distinctOf(intersect->left, context));
    return semiOrAnti(JoinType::kLeftSemi, left, intersect->right, context);
  }
  if (const auto* except = node->as<plan::Except>()) {
    if (except->isAll) return exceptAll(*except, context);
    ASSIGN_OR_RETURN(const LogicalPlanPtr left, distinctOf(except->left, context));
    return semiOrAnti(JoinType::kLeftAnti, left, except->right, context);
  }
  return node;
}

Result<LogicalPlanPtr> replaceAll(const LogicalPlanPtr& plan, OptimizerContext& context) {
  return tree::transformUp(plan, [&](const LogicalPlanPtr& node) -> Result<LogicalPlanPtr> {
    ASSIGN_OR_RETURN(LogicalPlanPtr out, replaceNode(node, context));
    return mapSubqueryPlans(out, [&](const LogicalPlanPtr& inner) { return replaceAll(inner, context); });
  });
}

}  // namespace

// DISTINCT, dropDuplicates, INTERSECT and EXCEPT are aggregates, semi and anti joins under other names; their ALL forms go by counts.
Result<LogicalPlanPtr> replaceSetOperations(const LogicalPlanPtr& root, OptimizerContext& context) { return replaceAll(root, context); }

}  // namespace flint::optimizer
