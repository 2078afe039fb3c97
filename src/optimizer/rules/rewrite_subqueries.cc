#include <algorithm>
#include <map>

#include "optimizer/aggregate_core.h"
#include "optimizer/function_calls.h"
#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"
#include "optimizer/unnesting/unnesting.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {
namespace {

using plan::Join;
using plan::JoinType;

// The node under EXISTS without what does not change whether there is a row.
LogicalPlanPtr underExists(const LogicalPlanPtr& plan) {
  if (const auto* project = plan->as<plan::Project>()) {
    const bool plain = std::none_of(project->projectList.begin(), project->projectList.end(), [](const ExprPtr& e) { return e->traits().hasOuterReference; });
    return plain ? underExists(project->child) : plan;
  }
  if (const auto* sort = plan->as<plan::Sort>()) return underExists(sort->child);
  if (const auto* limit = plan->as<plan::Limit>()) {
    const Value* count = expr::literalValue(limit->count);
    return count != nullptr && !count->isNull() && count->asInteger() > 0 ? underExists(limit->child) : plan;
  }
  if (const auto* aggregate = plan->as<plan::Aggregate>()) {
    // A group for every row, at least one: there is a group when there is a row.
    if (!aggregate->grouping.empty()) return underExists(aggregate->child);
  }
  return plan;
}

bool usesSharedCte(const LogicalPlanPtr& plan) {
  return tree::anyNode(plan, [](const LogicalPlanPtr& node) { return node->kind() == plan::LogicalKind::kCteRelationRef; });
}

// Rewrites the subqueries of one node; joins are put on top of `input`, which takes the place of the node's child.
class SubqueryRewrite {
 public:
  SubqueryRewrite(LogicalPlanPtr input, OptimizerContext& context) : input_(std::move(input)), context_(context) {}

  const LogicalPlanPtr& input() const { return input_; }

  // Tells of expressions that will be asked for: of their subqueries, those over the same tables can be computed in one reading of them.
  void expect(const std::vector<ExprPtr>& expressions) {
    for (const ExprPtr& expression : expressions) {
      if (!expression->traits().hasSubquery) continue;
      tree::forEachNode(expression, [&](const ExprPtr& each) {
        const auto* scalar = each->as<plan::ScalarSubquery>();
        const auto core = scalar == nullptr ? std::nullopt : matchAggregateCore(scalar->plan);
        if (core) ++scansOf_[core->source()];
      });
    }
  }

  // A conjunct of a Filter. Null pointer: a join has taken its place.
  Result<ExprPtr> conjunct(const ExprPtr& expression) {
    const auto* negation = expression->as<expr::Not>();
    const ExprPtr& inner = negation == nullptr ? expression : negation->child;
    if (const auto* exists = inner->as<plan::Exists>()) {
      if (!isCorrelated(exists->plan)) return value(expression);
      RETURN_IF_ERROR(joinExists(exists->plan, negation == nullptr ? JoinType::kLeftSemi : JoinType::kLeftAnti, nullptr));
      return ExprPtr();
    }
    if (const auto* in = inner->as<plan::InSubquery>()) {
      const bool plain = std::none_of(in->values.begin(), in->values.end(), [](const ExprPtr& e) { return e->traits().hasSubquery; });
      if (!plain) return value(expression);
      RETURN_IF_ERROR(negation == nullptr ? joinIn(*in, JoinType::kLeftSemi, nullptr) : joinNotIn(*in));
      return ExprPtr();
    }
    return value(expression);
  }

  // Any expression: what subqueries in it become is read from columns of `input()`.
  Result<ExprPtr> value(const ExprPtr& expression, bool negated = false) {
    if (!expression->traits().hasSubquery) return expression;
    const bool negates = expression->as<expr::Not>() != nullptr;
    ASSIGN_OR_RETURN(ExprPtr out, tree::mapChildren(expression, [&](const ExprPtr& child) { return value(child, negates); }));
    if (const auto* scalar = out->as<plan::ScalarSubquery>()) return scalarValue(out, *scalar);
    if (const auto* exists = out->as<plan::Exists>()) {
      if (!isCorrelated(exists->plan)) return anyRow(*exists);
      const AttributePtr mark = expr::attribute("exists", DataType::boolean(), false);
      RETURN_IF_ERROR(joinExists(exists->plan, JoinType::kExistence, mark));
      return ExprPtr(mark);
    }
    if (const auto* in = out->as<plan::InSubquery>()) {
      const AttributePtr mark = expr::attribute("exists", DataType::boolean(), false);
      RETURN_IF_ERROR(joinIn(*in, JoinType::kExistence, mark, negated));
      return ExprPtr(mark);
    }
    return out;
  }

 private:
  bool isCorrelated(const LogicalPlanPtr& plan) { return Unnesting(input_, context_).depends(plan); }

  void join(JoinType type, LogicalPlanPtr right, ExprPtr condition, AttributePtr mark) {
    Join node;
    node.type = condition == nullptr && type == JoinType::kInner ? JoinType::kCross : type;
    node.left = input_;
    node.right = std::move(right);
    node.condition = std::move(condition);
    node.exists = std::move(mark);
    input_ = makePlan(std::move(node));
  }

  Status joinExists(const LogicalPlanPtr& plan, JoinType type, AttributePtr mark) {
    Unnesting unnesting(input_, context_);
    ASSIGN_OR_RETURN(Unnested inner, unnesting.unnest(underExists(plan), true, false));
    join(type, inner.plan, unnesting.joinCondition(inner), std::move(mark));
    return {};
  }

  // Uncorrelated: whether there is any row is found out once, before.
  Result<ExprPtr> anyRow(const plan::Exists& exists) {
    plan::Limit one;
    one.count = expr::literalInt(1);
    one.child = makeProject({expr::alias(expr::literalBoolean(true), "found")}, underExists(exists.plan));
    plan::ScalarSubquery found;
    found.plan = makePlan(std::move(one));
    found.id = expr::newExprId();
    return makeIsNotNull(makeExpr(std::move(found)));
  }

  std::vector<ExprPtr> keyEqualities(const plan::InSubquery& in) {
    std::vector<ExprPtr> out;
    const std::vector<AttributePtr> columns = in.plan->output();
    for (size_t i = 0; i < columns.size() && i < in.values.size(); ++i) out.push_back(expr::comparison(expr::ComparisonOp::kEqual, in.values[i], columns[i]));
    return out;
  }

  // Beneath NOT a comparison with null counts as a match.
  Status joinIn(const plan::InSubquery& in, JoinType type, AttributePtr mark, bool negated = false) {
    Unnesting unnesting(input_, context_);
    ASSIGN_OR_RETURN(Unnested inner, unnesting.unnest(in.plan, true, false));
    std::vector<ExprPtr> conjuncts = keyEqualities(in);
    if (negated) {
      for (ExprPtr& key : conjuncts) key = key->nullable() ? expr::makeOr(key, makeIsNull(key)) : key;
    }
    if (ExprPtr condition = unnesting.joinCondition(inner)) conjuncts.push_back(std::move(condition));
    join(type, inner.plan, expr::conjunction(conjuncts), std::move(mark));
    return {};
  }

  Status joinNotIn(const plan::InSubquery& in) {
    Unnesting unnesting(input_, context_);
    ASSIGN_OR_RETURN(Unnested inner, unnesting.unnest(in.plan, true, false));
    std::vector<ExprPtr> keys = keyEqualities(in);
    ExprPtr correlation = unnesting.joinCondition(inner);
    const bool nullable = std::any_of(keys.begin(), keys.end(), [](const ExprPtr& key) { return key->nullable(); });
    if (nullable && correlation == nullptr && keys.size() == 1) {
      join(JoinType::kNullAwareAnti, inner.plan, keys[0], nullptr);
      return {};
    }
    // A row stays when no pair is equal, and none might be: a comparison with null counts as a match.
    if (nullable) {
      for (ExprPtr& key : keys) key = key->nullable() ? expr::makeOr(key, makeIsNull(key)) : key;
    }
    if (correlation != nullptr) keys.push_back(std::move(correlation));
    join(JoinType::kLeftAnti, inner.plan, expr::conjunction(keys), nullptr);
    return {};
  }

  Result<ExprPtr> scalarValue(const ExprPtr& expression, const plan::ScalarSubquery& scalar) {
    if (!isCorrelated(scalar.plan)) {
      if (!scalar.outerAttributes.empty()) {
        // What read the outer row has become constant, or was never asked for.
        plan::ScalarSubquery alone(scalar);
        alone.outerAttributes.clear();
        return makeExpr(std::move(alone));
      }
      // A subplan that the query runs anyway is joined in rather than run once more before; so are those that can share a scan.
      const auto core = matchAggregateCore(scalar.plan);
      const bool shares = core && scansOf_[core->source()] > 1;
      if (!shares && (!usesSharedCte(scalar.plan) || !givesOneRow(scalar.plan))) return expression;
      const AttributePtr column = scalar.plan->output()[0];
      join(JoinType::kInner, scalar.plan, nullptr, nullptr);
      return ExprPtr(column);
    }
    Unnesting unnesting(input_, context_);
    // No relation below: the value is an expression over the outer row.
    if (const auto* project = scalar.plan->as<plan::Project>(); project != nullptr && project->child->kind() == plan::LogicalKind::kOneRowRelation) {
      return replaceOuterReferences(expr::withoutAlias(project->projectList[0]), unnesting.outerAttributes());
    }
    const AttributePtr column = scalar.plan->output()[0];
    AttributeMap empty;
    const bool isAggregate = isScalarAggregate(scalar.plan);
    if (isAggregate) emptyValues(scalar.plan, context_, empty);
    ASSIGN_OR_RETURN(Unnested inner, unnesting.unnest(scalar.plan, isAggregate, isAggregate));
    if (!isAggregate) RETURN_IF_ERROR(checkSingle(column, inner));
    ExprPtr result = expr::withNullability(column, true);
    const auto at = empty.find(column->id);
    if (at != empty.end() && !column->nullableColumn) {
      expr::Coalesce choice;
      choice.arguments = {result, at->second};
      result = makeExpr(std::move(choice));
    } else if (at != empty.end()) {
      const ExprPtr marker = expr::alias(expr::literalBoolean(true), "_hasRow");
      std::vector<ExprPtr> list = asExpressions(inner.plan->output());
      list.push_back(marker);
      inner.plan = makeProject(std::move(list), inner.plan);
      expr::CaseWhen choice;
      choice.branches.emplace_back(makeIsNull(expr::withNullability(expr::toAttribute(marker), true)), at->second);
      choice.elseValue = result;
      result = makeExpr(std::move(choice));
    }
    join(JoinType::kLeftOuter, inner.plan, unnesting.joinCondition(inner), nullptr);
    return result;
  }

  // At most one row for each combination of outer values; more are an error when they are asked for.
  Status checkSingle(const AttributePtr& column, Unnested& inner) {
    plan::Aggregate groups;
    for (const auto& [id, entry] : inner.domain) groups.grouping.push_back(entry.column);
    if (groups.grouping.empty()) return Error(condition::kUnsupportedSubqueryExpressionCategoryMustAggregateCorrelatedScalarSubquery);
    groups.aggregates = groups.grouping;
    ASSIGN_OR_RETURN(ExprPtr first, bindAggregate("first", {column}, context_.options()));
    ASSIGN_OR_RETURN(ExprPtr count, bindAggregate("count", {expr::literalInt(1)}, context_.options()));
    const ExprPtr value = expr::alias(std::move(first), column->name);
    const ExprPtr rows = expr::alias(std::move(count), "_rows");
    groups.aggregates.push_back(value);
    groups.aggregates.push_back(rows);
    groups.child = inner.plan;
    std::vector<ExprPtr> list;
    for (const auto& [id, entry] : inner.domain) {
      if (entry.column->id != column->id) list.push_back(entry.column);
    }
    ASSIGN_OR_RETURN(ExprPtr raise, bindScalarCall("raise_too_many_rows", {}, context_.options()));
    expr::Cast typed;
    typed.child = std::move(raise);
    typed.target = column->type;
    expr::CaseWhen choice;
    choice.branches.emplace_back(expr::comparison(expr::ComparisonOp::kGreater, expr::toAttribute(rows), expr::literalLong(1)),
                                 typed.child->dataType() == column->type ? typed.child : makeExpr(expr::Cast(typed)));
    choice.elseValue = expr::toAttribute(value);
    list.push_back(makeAliasAs(makeExpr(std::move(choice)), column));
    inner.plan = makeProject(std::move(list), makePlan(std::move(groups)));
    return {};
  }

  LogicalPlanPtr input_;
  OptimizerContext& context_;
  std::map<std::string, int> scansOf_;  // one-row aggregates over each table
};

// Columns that joins for subqueries added are taken away again.
LogicalPlanPtr withOutput(const std::vector<AttributePtr>& output, LogicalPlanPtr plan) {
  const std::vector<AttributePtr> given = plan->output();
  bool same = given.size() == output.size();
  for (size_t i = 0; same && i < given.size(); ++i) same = given[i]->id == output[i]->id;
  return same ? plan : makeProject(asExpressions(output), std::move(plan));
}

Result<LogicalPlanPtr> rewriteFilter(const LogicalPlanPtr& node, OptimizerContext& context) {
  const auto& filter = *node->as<plan::Filter>();
  std::vector<ExprPtr> plain;
  std::vector<ExprPtr> asking;
  for (const ExprPtr& conjunct : expr::splitConjuncts(filter.condition)) (conjunct->traits().hasSubquery ? asking : plain).push_back(conjunct);
  SubqueryRewrite rewrite(makeFilter(plain, filter.child), context);
  rewrite.expect(asking);
  std::vector<ExprPtr> kept;
  for (const ExprPtr& conjunct : asking) {
    ASSIGN_OR_RETURN(ExprPtr made, rewrite.conjunct(conjunct));
    if (made != nullptr) kept.push_back(std::move(made));
  }
  if (kept == asking) return node;
  return withOutput(filter.child->output(), makeFilter(kept, rewrite.input()));
}

// A subquery in a join's condition reads one side, and is joined to that; of an inner join it goes to a filter above.
Result<LogicalPlanPtr> rewriteJoin(const LogicalPlanPtr& node, OptimizerContext& context) {
  const auto& join = *node->as<Join>();
  std::vector<ExprPtr> plain;
  std::vector<ExprPtr> asking;
  for (const ExprPtr& conjunct : expr::splitConjuncts(join.condition)) (conjunct->traits().hasSubquery ? asking : plain).push_back(conjunct);
  Join made(join);
  if (join.type == JoinType::kInner || join.type == JoinType::kCross) {
    made.condition = plain.empty() ? nullptr : expr::conjunction(plain);
    return rewriteFilter(makeFilter(asking, makePlan(std::move(made))), context);
  }
  SubqueryRewrite left(join.left, context);
  SubqueryRewrite right(join.right, context);
  const AttributeSet leftSet = AttributeSet::outputOf(*join.left);
  for (const ExprPtr& conjunct : asking) {
    ExprPtr out = conjunct;
    ASSIGN_OR_RETURN(out, tree::transformUp(conjunct, [&](const ExprPtr& each) -> Result<ExprPtr> {
      using expr::ExprKind;
      const ExprKind kind = each->kind();
      if (kind != ExprKind::kScalarSubquery && kind != ExprKind::kExists && kind != ExprKind::kInSubquery) return each;
      return leftSet.containsAll(AttributeSet::readBy(each)) ? left.value(each) : right.value(each);
    }));
    plain.push_back(std::move(out));
  }
  made.left = left.input();
  made.right = right.input();
  made.condition = expr::conjunction(plain);
  return withOutput(node->output(), makePlan(std::move(made)));
}

Result<LogicalPlanPtr> rewriteUnary(const LogicalPlanPtr& node, OptimizerContext& context) {
  const std::vector<LogicalPlanPtr> children = node->children();
  if (children.size() != 1) return node;
  SubqueryRewrite rewrite(children[0], context);
  std::vector<ExprPtr> expressions = node->expressions();
  rewrite.expect(expressions);
  bool changed = false;
  for (ExprPtr& expression : expressions) {
    ASSIGN_OR_RETURN(ExprPtr made, rewrite.value(expression));
    changed = changed || made != expression;
    expression = std::move(made);
  }
  if (!changed) return node;
  return withOutput(node->output(), node->withNewExpressions(std::move(expressions))->withNewChildren({rewrite.input()}));
}

// Subqueries over what an aggregation gives, not over its input, are asked above it: a projection over the aggregation, or the node itself.
LogicalPlanPtr aboveAggregate(const LogicalPlanPtr& node) {
  const auto& aggregate = *node->as<plan::Aggregate>();
  plan::Aggregate made(aggregate);
  made.aggregates.clear();
  std::vector<ExprPtr> keys;
  for (const ExprPtr& key : aggregate.grouping) {
    made.aggregates.push_back(key->kind() == expr::ExprKind::kAttributeReference ? key : expr::alias(key, "_group"));
    keys.push_back(expr::toAttribute(made.aggregates.back()));
  }
  std::vector<std::pair<ExprPtr, ExprPtr>> known;  // aggregate functions and the columns they became
  bool asks = false;
  std::vector<ExprPtr> list;
  for (const ExprPtr& item : aggregate.aggregates) {
    list.push_back(tree::transformDown(item, [&](const ExprPtr& each) -> ExprPtr {
      const auto* scalar = each->as<plan::ScalarSubquery>();
      asks = asks || each->kind() == expr::ExprKind::kExists || each->kind() == expr::ExprKind::kInSubquery || (scalar != nullptr && !scalar->outerAttributes.empty());
      if (each->kind() == expr::ExprKind::kAggregateExpression) {
        for (const auto& [function, column] : known) {
          if (function->sameAs(*each)) return column;
        }
        made.aggregates.push_back(expr::alias(each, "_aggregate"));
        known.emplace_back(each, expr::toAttribute(made.aggregates.back()));
        return known.back().second;
      }
      for (size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] != aggregate.grouping[i] && each->sameAs(*aggregate.grouping[i])) return keys[i];
      }
      return each;
    }));
  }
  return asks ? makeProject(std::move(list), makePlan(std::move(made))) : node;
}

// The right side over the left one itself, where it is a chain of projections, filters and generators over one row.
LogicalPlanPtr overLeft(const LogicalPlanPtr& right, const LogicalPlanPtr& left, const AttributeMap& outer) {
  if (right->kind() == plan::LogicalKind::kOneRowRelation) return left;
  const std::vector<LogicalPlanPtr> children = right->children();
  if (children.size() != 1) return nullptr;
  const LogicalPlanPtr child = overLeft(children[0], left, outer);
  if (child == nullptr) return nullptr;
  const std::vector<AttributePtr> passed = left->output();
  if (const auto* project = right->as<plan::Project>()) {
    std::vector<ExprPtr> list = asExpressions(passed);
    for (const ExprPtr& named : project->projectList) list.push_back(replaceOuterReferences(named, outer));
    return makeProject(std::move(list), child);
  }
  if (const auto* filter = right->as<plan::Filter>()) return makeFilter({replaceOuterReferences(filter->condition, outer)}, child);
  if (const auto* generate = right->as<plan::Generate>()) {
    plan::Generate made(*generate);
    made.generator = replaceOuterReferences(generate->generator, outer);
    made.required.insert(made.required.begin(), passed.begin(), passed.end());
    made.child = child;
    return makePlan(std::move(made));
  }
  return nullptr;
}

Result<LogicalPlanPtr> rewriteLateral(const LogicalPlanPtr& node, OptimizerContext& context) {
  const auto& lateral = *node->as<plan::LateralJoin>();
  Unnesting unnesting(lateral.left, context);
  const bool isInner = lateral.type == JoinType::kInner || lateral.type == JoinType::kCross;
  if (isInner) {
    if (LogicalPlanPtr direct = overLeft(lateral.right, lateral.left, unnesting.outerAttributes())) {
      if (lateral.condition != nullptr) direct = makeFilter({lateral.condition}, direct);
      return withOutput(node->output(), direct);
    }
  }
  ASSIGN_OR_RETURN(Unnested inner, unnesting.unnest(lateral.right, true, false));
  std::vector<ExprPtr> conjuncts;
  if (ExprPtr condition = unnesting.joinCondition(inner)) conjuncts.push_back(std::move(condition));
  if (lateral.condition != nullptr) conjuncts.push_back(lateral.condition);
  Join join;
  join.type = lateral.type;
  if (isInner) join.type = conjuncts.empty() ? JoinType::kCross : JoinType::kInner;
  join.left = lateral.left;
  join.right = inner.plan;
  join.condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
  return withOutput(node->output(), makePlan(std::move(join)));
}

Result<LogicalPlanPtr> rewrite(const LogicalPlanPtr& plan, OptimizerContext& context) {
  return tree::transformUp(plan, [&](const LogicalPlanPtr& before) -> Result<LogicalPlanPtr> {
    if (before->kind() == plan::LogicalKind::kLateralJoin) return rewriteLateral(before, context);
    const std::vector<ExprPtr> expressions = before->expressions();
    if (std::none_of(expressions.begin(), expressions.end(), [](const ExprPtr& e) { return e->traits().hasSubquery; })) return before;
    // Subqueries in a subquery's plan are joins by the time its own references are taken out.
    ASSIGN_OR_RETURN(LogicalPlanPtr node, mapSubqueryPlans(before, [&](const LogicalPlanPtr& inner) { return rewrite(inner, context); }));
    if (node->kind() == plan::LogicalKind::kFilter) return rewriteFilter(node, context);
    if (node->kind() == plan::LogicalKind::kJoin) return rewriteJoin(node, context);
    if (node->kind() == plan::LogicalKind::kAggregate) {
      const LogicalPlanPtr split = aboveAggregate(node);
      if (split != node) {
        ASSIGN_OR_RETURN(LogicalPlanPtr below, rewriteUnary(split->children()[0], context));
        return rewriteUnary(split->withNewChildren({std::move(below)}), context);
      }
    }
    return rewriteUnary(node, context);
  });
}

}  // namespace

// Correlated subqueries become joins: EXISTS and IN semi joins, their negations anti joins, values outer joins with aggregates, and where their truth is a
// value, existence joins. What is left are ScalarSubqueries that no row of the query changes.
Result<LogicalPlanPtr> rewriteSubqueries(const LogicalPlanPtr& root, OptimizerContext& context) { return rewrite(root, context); }

}  // namespace flint::optimizer
