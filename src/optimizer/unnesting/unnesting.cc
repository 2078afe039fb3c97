#include "optimizer/unnesting/unnesting.h"

#include <algorithm>

#include "expr/expression_evaluator.h"
#include "optimizer/function_calls.h"
#include "optimizer/reinstance.h"

namespace flint::optimizer {
namespace {

using plan::JoinType;
using plan::LogicalKind;

void collectOuter(const ExprPtr& expression, const AttributeMap& known, std::vector<ExprId>& out) {
  if (const auto* outer = expression->as<expr::OuterReference>()) {
    const ExprId id = outer->attribute->id;
    if (known.contains(id) && std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
    return;
  }
  if (!expression->traits().hasOuterReference) return;
  for (const ExprPtr& child : expression->children()) collectOuter(child, known, out);
}

ExprPtr equality(const ExprPtr& a, const ExprPtr& b, bool skipsNulls) {
  const bool nulls = !skipsNulls && a->nullable() && b->nullable();
  return expr::comparison(nulls ? expr::ComparisonOp::kEqualNullSafe : expr::ComparisonOp::kEqual, a, b);
}

// Appends attributes that are not among the named expressions yet.
void appendAttributes(std::vector<ExprPtr>& list, const AttributeSet& wanted, const std::vector<AttributePtr>& available) {
  AttributeSet present;
  for (const ExprPtr& named : list) {
    if (const AttributePtr attribute = expr::toAttribute(named)) present.add(attribute->id);
  }
  for (const AttributePtr& attribute : available) {
    if (wanted.contains(attribute->id) && !present.contains(attribute->id)) list.push_back(attribute);
  }
}

AttributeSet carried(const Unnested& unnested) {
  AttributeSet out = AttributeSet::readBy(unnested.pulled);
  for (const auto& [id, entry] : unnested.domain) out.add(entry.column->id);
  return out;
}

std::vector<ExprPtr> domainColumns(const Unnested& unnested) {
  std::vector<ExprPtr> out;
  for (const auto& [id, entry] : unnested.domain) out.push_back(entry.column);
  return out;
}

LogicalPlanPtr makeJoin(JoinType type, LogicalPlanPtr left, LogicalPlanPtr right, const std::vector<ExprPtr>& conjuncts) {
  plan::Join join;
  join.type = conjuncts.empty() && type == JoinType::kInner ? JoinType::kCross : type;
  join.left = std::move(left);
  join.right = std::move(right);
  join.condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
  return makePlan(std::move(join));
}

}  // namespace

Unnesting::Unnesting(LogicalPlanPtr outer, OptimizerContext& context) : outer_(std::move(outer)), context_(context) {
  for (const AttributePtr& attribute : outer_->output()) outerAttributes_.emplace(attribute->id, attribute);
}

bool Unnesting::reads(const ExprPtr& expression) const {
  std::vector<ExprId> ids;
  collectOuter(expression, outerAttributes_, ids);
  return !ids.empty();
}

bool Unnesting::depends(const LogicalPlanPtr& plan) const {
  return tree::anyNode(plan, [&](const LogicalPlanPtr& node) {
    const std::vector<ExprPtr> expressions = node->expressions();
    return std::any_of(expressions.begin(), expressions.end(), [&](const ExprPtr& expression) { return reads(expression); });
  });
}

ExprPtr Unnesting::joinCondition(const Unnested& unnested) const {
  std::vector<ExprPtr> conjuncts;
  for (const auto& [id, entry] : unnested.domain) conjuncts.push_back(equality(outerAttributes_.at(id), entry.column, entry.skipsNulls));
  for (const ExprPtr& conjunct : unnested.pulled) conjuncts.push_back(replaceOuterReferences(conjunct, outerAttributes_));
  return conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
}

ExprPtr Unnesting::substitute(const ExprPtr& expression, const Unnested& unnested) const {
  AttributeMap map;
  for (const auto& [id, entry] : unnested.domain) map.emplace(id, entry.column);
  return replaceOuterReferences(expression, map);
}

Unnested Unnesting::domainOf(const std::vector<ExprId>& ids) {
  AttributeMap copies;
  const LogicalPlanPtr copy = reinstance(outer_, copies);
  plan::Aggregate distinct;
  Unnested out;
  for (const ExprId id : ids) {
    const AttributePtr column = toAttributePtr(copies.at(id));
    distinct.grouping.push_back(column);
    out.domain.emplace(id, DomainColumn{column, false});
  }
  distinct.aggregates = distinct.grouping;
  distinct.child = makeProject(distinct.grouping, copy);
  out.plan = makePlan(std::move(distinct));
  return out;
}

void Unnesting::addDomain(const std::vector<ExprId>& ids, Unnested& unnested) {
  std::vector<ExprId> missing;
  for (const ExprId id : ids) {
    if (!unnested.domain.contains(id)) missing.push_back(id);
  }
  if (missing.empty()) return;
  Unnested domain = domainOf(missing);
  unnested.plan = makeJoin(JoinType::kInner, domain.plan, unnested.plan, {});
  unnested.domain.merge(domain.domain);
}

void Unnesting::addMissing(const std::vector<ExprPtr>& expressions, Unnested& unnested) {
  std::vector<ExprId> ids;
  for (const ExprPtr& expression : expressions) collectOuter(expression, outerAttributes_, ids);
  addDomain(ids, unnested);
}

Result<Unnested> Unnesting::unnest(const LogicalPlanPtr& plan, bool mayPull, bool atTop) {
  if (!depends(plan)) return Unnested{plan, {}, {}};
  switch (plan->kind()) {
    case LogicalKind::kFilter: return unnestFilter(*plan->as<plan::Filter>(), mayPull, atTop);
    case LogicalKind::kProject: return unnestProject(*plan->as<plan::Project>(), mayPull, atTop);
    case LogicalKind::kAggregate: return unnestAggregate(*plan->as<plan::Aggregate>(), atTop);
    case LogicalKind::kJoin: return unnestJoin(*plan->as<plan::Join>(), mayPull);
    case LogicalKind::kUnion: return unnestUnion(*plan->as<plan::Union>());
    case LogicalKind::kLimit:
    case LogicalKind::kOffset: return unnestLimit(plan);
    default: return unnestOther(plan);
  }
}

Result<Unnested> Unnesting::unnestFilter(const plan::Filter& filter, bool mayPull, bool atTop) {
  ASSIGN_OR_RETURN(Unnested out, unnest(filter.child, mayPull, atTop));
  std::vector<ExprPtr> plain;
  std::vector<ExprPtr> correlated;
  for (const ExprPtr& conjunct : expr::splitConjuncts(filter.condition)) {
    (reads(conjunct) ? correlated : plain).push_back(conjunct);
  }
  if (mayPull) {
    out.plan = makeFilter(plain, out.plan);
    out.pulled.insert(out.pulled.end(), correlated.begin(), correlated.end());
    return out;
  }
  // An equality says what an outer attribute is, from the inside.
  std::vector<ExprPtr> rest;
  std::vector<ExprPtr> computed;
  for (const ExprPtr& conjunct : correlated) {
    const auto* node = conjunct->as<expr::Comparison>();
    const bool isEqual = node != nullptr && node->op == expr::ComparisonOp::kEqual;
    const bool outerLeft = isEqual && node->left->kind() == expr::ExprKind::kOuterReference && !reads(node->right);
    const bool outerRight = isEqual && node->right->kind() == expr::ExprKind::kOuterReference && !reads(node->left);
    if (!outerLeft && !outerRight) {
      rest.push_back(conjunct);
      continue;
    }
    const ExprId id = (outerLeft ? node->left : node->right)->as<expr::OuterReference>()->attribute->id;
    const ExprPtr& inner = outerLeft ? node->right : node->left;
    if (out.domain.contains(id) || !outerAttributes_.contains(id)) {
      rest.push_back(conjunct);
      continue;
    }
    AttributePtr column;
    if (inner->kind() == expr::ExprKind::kAttributeReference) {
      column = toAttributePtr(inner);
    } else {
      const ExprPtr named = expr::alias(inner, "_correlated");
      computed.push_back(named);
      column = expr::toAttribute(named);
    }
    out.domain.emplace(id, DomainColumn{column, true});
  }
  if (!computed.empty()) {
    std::vector<ExprPtr> list = asExpressions(out.plan->output());
    list.insert(list.end(), computed.begin(), computed.end());
    out.plan = makeProject(std::move(list), out.plan);
  }
  addMissing(rest, out);
  for (const ExprPtr& conjunct : rest) plain.push_back(substitute(conjunct, out));
  out.plan = makeFilter(plain, out.plan);
  return out;
}

Result<Unnested> Unnesting::unnestProject(const plan::Project& project, bool mayPull, bool atTop) {
  ASSIGN_OR_RETURN(Unnested out, unnest(project.child, mayPull, atTop));
  addMissing(project.projectList, out);
  std::vector<ExprPtr> list;
  for (const ExprPtr& named : project.projectList) list.push_back(substitute(named, out));
  appendAttributes(list, carried(out), out.plan->output());
  out.plan = makeProject(std::move(list), out.plan);
  return out;
}

Result<Unnested> Unnesting::unnestAggregate(const plan::Aggregate& aggregate, bool atTop) {
  ASSIGN_OR_RETURN(Unnested out, unnest(aggregate.child, false, false));
  addMissing(aggregate.grouping, out);
  addMissing(aggregate.aggregates, out);
  plan::Aggregate made(aggregate);
  made.child = out.plan;
  for (ExprPtr& key : made.grouping) key = substitute(key, out);
  for (ExprPtr& named : made.aggregates) named = substitute(named, out);
  const AttributeSet keys = AttributeSet::readBy(made.grouping);
  for (const ExprPtr& column : domainColumns(out)) {
    if (!keys.contains(column->as<expr::AttributeReference>()->id)) made.grouping.push_back(column);
  }
  appendAttributes(made.aggregates, carried(out), out.plan->output());
  const bool needsEmptyRow = aggregate.grouping.empty() && !atTop;
  if (!needsEmptyRow) {
    out.plan = makePlan(std::move(made));
    return out;
  }
  // Without keys there is a row for every combination of outer values, also for those that have no input.
  AttributeMap empty;
  emptyValues(makePlan(plan::Aggregate(aggregate)), context_, empty);
  std::vector<ExprId> ids;
  for (const auto& [id, entry] : out.domain) ids.push_back(id);
  Unnested all = domainOf(ids);
  std::vector<ExprPtr> renamed;
  AttributeMap fresh;
  for (const ExprPtr& named : made.aggregates) {
    const AttributePtr old = expr::toAttribute(named);
    const AttributePtr copy = expr::withNewId(old);
    renamed.push_back(makeAliasAs(expr::withoutAlias(named), copy));
    fresh.emplace(old->id, copy);
  }
  const ExprPtr marker = expr::alias(expr::literalBoolean(true), "_hasRows");
  made.aggregates = std::move(renamed);
  LogicalPlanPtr groups = makePlan(std::move(made));
  std::vector<ExprPtr> marked = asExpressions(groups->output());
  marked.push_back(marker);
  groups = makeProject(std::move(marked), groups);
  std::vector<ExprPtr> conjuncts;
  for (const auto& [id, entry] : all.domain) {
    const DomainColumn& inner = out.domain.at(id);
    conjuncts.push_back(equality(entry.column, fresh.at(inner.column->id), inner.skipsNulls));
  }
  const LogicalPlanPtr joined = makeJoin(JoinType::kLeftOuter, all.plan, groups, conjuncts);
  std::vector<ExprPtr> list = domainColumns(all);
  for (const ExprPtr& named : aggregate.aggregates) {
    const AttributePtr old = expr::toAttribute(named);
    ExprPtr value = expr::withNullability(toAttributePtr(fresh.at(old->id)), true);
    if (const auto at = empty.find(old->id); at != empty.end()) {
      expr::CaseWhen choice;
      choice.branches.emplace_back(makeIsNull(expr::withNullability(expr::toAttribute(marker), true)), at->second);
      choice.elseValue = value;
      value = makeExpr(std::move(choice));
    }
    list.push_back(makeAliasAs(std::move(value), old));
  }
  all.plan = makeProject(std::move(list), joined);
  return all;
}

Result<Unnested> Unnesting::unnestJoin(const plan::Join& join, bool mayPull) {
  switch (join.type) {
    case JoinType::kInner:
    case JoinType::kCross: break;
    case JoinType::kRightOuter: {
      plan::Join mirrored(join);
      std::swap(mirrored.left, mirrored.right);
      std::swap(mirrored.leftHint, mirrored.rightHint);
      mirrored.type = JoinType::kLeftOuter;
      return unnestKeepingLeft(mirrored, mayPull);
    }
    case JoinType::kFullOuter:
      return Error(condition::kUnexpectedOperatorInCorrelatedSubquery).with("positionHint", "").with("operator", "FullOuter join");
    case JoinType::kLeftOuter:
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti:
    case JoinType::kExistence: return unnestKeepingLeft(join, mayPull);
  }
  ASSIGN_OR_RETURN(Unnested left, unnest(join.left, mayPull, false));
  ASSIGN_OR_RETURN(Unnested right, unnest(join.right, mayPull, false));
  std::vector<ExprPtr> conjuncts;
  for (auto& [id, entry] : right.domain) {
    const auto at = left.domain.find(id);
    if (at == left.domain.end()) continue;
    conjuncts.push_back(equality(at->second.column, entry.column, entry.skipsNulls || at->second.skipsNulls));
  }
  left.domain.merge(right.domain);
  left.pulled.insert(left.pulled.end(), right.pulled.begin(), right.pulled.end());
  std::vector<ExprPtr> correlated;
  if (join.condition != nullptr) {
    for (const ExprPtr& conjunct : expr::splitConjuncts(join.condition)) (reads(conjunct) ? correlated : conjuncts).push_back(conjunct);
  }
  left.plan = makeJoin(JoinType::kInner, left.plan, right.plan, conjuncts);
  if (correlated.empty()) return left;
  if (mayPull) {
    left.pulled.insert(left.pulled.end(), correlated.begin(), correlated.end());
    return left;
  }
  addMissing(correlated, left);
  for (ExprPtr& conjunct : correlated) conjunct = substitute(conjunct, left);
  left.plan = makeFilter(correlated, left.plan);
  return left;
}

// Joins that keep or only filter left rows: the right side's domain columns must agree with the left's.
Result<Unnested> Unnesting::unnestKeepingLeft(const plan::Join& join, bool mayPull) {
  ASSIGN_OR_RETURN(Unnested left, unnest(join.left, mayPull, false));
  ASSIGN_OR_RETURN(Unnested right, unnest(join.right, false, false));
  std::vector<ExprId> ids;
  for (const auto& [id, entry] : right.domain) ids.push_back(id);
  if (join.condition != nullptr) collectOuter(join.condition, outerAttributes_, ids);
  addDomain(ids, left);
  std::vector<ExprPtr> conjuncts;
  for (const auto& [id, entry] : right.domain) conjuncts.push_back(equality(left.domain.at(id).column, entry.column, entry.skipsNulls));
  if (join.condition != nullptr) conjuncts.push_back(substitute(join.condition, left));
  plan::Join made(join);
  made.left = left.plan;
  made.right = right.plan;
  made.condition = conjuncts.empty() ? nullptr : expr::conjunction(conjuncts);
  // With further conditions, NOT IN no longer compares its one key alone.
  if (join.type == JoinType::kNullAwareAnti && conjuncts.size() > 1) {
    made.type = JoinType::kLeftAnti;
    std::vector<ExprPtr> parts(conjuncts.begin(), conjuncts.end() - 1);
    parts.push_back(expr::makeOr(conjuncts.back(), makeIsNull(conjuncts.back())));
    made.condition = expr::conjunction(parts);
  }
  left.plan = makePlan(std::move(made));
  return left;
}

Result<Unnested> Unnesting::unnestUnion(const plan::Union& node) {
  std::vector<Unnested> inputs;
  std::vector<ExprId> ids;
  for (const LogicalPlanPtr& input : node.inputs) {
    ASSIGN_OR_RETURN(Unnested each, unnest(input, false, false));
    for (const auto& [id, entry] : each.domain) {
      if (std::find(ids.begin(), ids.end(), id) == ids.end()) ids.push_back(id);
    }
    inputs.push_back(std::move(each));
  }
  plan::Union made(node);
  Unnested out;
  for (const ExprId id : ids) {
    const AttributePtr column = expr::withNewId(toAttributePtr(outerAttributes_.at(id)));
    made.attributes.push_back(column);
    out.domain.emplace(id, DomainColumn{column, false});
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    addDomain(ids, inputs[i]);
    std::vector<ExprPtr> list = asExpressions(node.inputs[i]->output());
    for (const ExprId id : ids) list.push_back(expr::alias(inputs[i].domain.at(id).column, "_domain"));
    made.inputs[i] = makeProject(std::move(list), inputs[i].plan);
  }
  out.plan = makePlan(std::move(made));
  return out;
}

// The first rows for each combination of outer values.
// LIMIT and OFFSET, either or both: rows by their numbers within those of an outer row.
Result<Unnested> Unnesting::unnestLimit(const LogicalPlanPtr& plan) {
  std::vector<ExprPtr> order;
  const auto* limit = plan->as<plan::Limit>();
  LogicalPlanPtr child = limit != nullptr ? limit->child : plan;
  const auto* offset = child->as<plan::Offset>();
  if (offset != nullptr) child = offset->child;
  const auto countOf = [&](const ExprPtr& written) -> Result<int64_t> {
    ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(written, context_.options()));
    return value.asInteger();
  };
  int64_t skipped = 0;
  if (offset != nullptr) {
    ASSIGN_OR_RETURN(skipped, countOf(offset->count));
  }
  if (const auto* sort = child->as<plan::Sort>()) {
    order = sort->order;
    child = sort->child;
  }
  ASSIGN_OR_RETURN(Unnested out, unnest(child, false, false));
  if (order.empty()) order.push_back(expr::sortOrder(expr::literalInt(1)));
  ASSIGN_OR_RETURN(ExprPtr number, bindRowNumber(context_.options()));
  expr::WindowExpression over;
  over.function = std::move(number);
  over.spec.partitionBy = domainColumns(out);
  over.spec.orderBy = order;
  over.spec.hasFrame = true;
  over.spec.frameKind = expr::FrameKind::kRows;
  const ExprPtr named = expr::alias(makeExpr(over), "_rowNumber");
  const std::vector<ExprPtr> columns = asExpressions(out.plan->output());
  plan::Window window;
  window.windowExpressions = {named};
  window.partitionBy = over.spec.partitionBy;
  window.orderBy = over.spec.orderBy;
  window.child = out.plan;
  std::vector<ExprPtr> chosen;
  const auto numberIs = [&](expr::ComparisonOp op, int64_t bound) {
    expr::Cast wide;
    wide.child = expr::toAttribute(named);
    wide.target = DataType::bigint();
    wide.mode = expr::CastMode::kLegacy;
    chosen.push_back(expr::comparison(op, makeExpr(std::move(wide)), expr::literal(Value::integer(bound), DataType::bigint())));
  };
  if (offset != nullptr) numberIs(expr::ComparisonOp::kGreater, skipped);
  if (limit != nullptr && offset == nullptr) chosen.push_back(expr::comparison(expr::ComparisonOp::kLessOrEqual, expr::toAttribute(named), limit->count));
  if (limit != nullptr && offset != nullptr) {
    ASSIGN_OR_RETURN(const int64_t count, countOf(limit->count));
    numberIs(expr::ComparisonOp::kLessOrEqual, skipped + count);
  }
  out.plan = makeProject(columns, makeFilter(chosen, makePlan(std::move(window))));
  return out;
}

Result<Unnested> Unnesting::unnestOther(const LogicalPlanPtr& node) {
  switch (node->kind()) {
    case LogicalKind::kSort: {
      ASSIGN_OR_RETURN(Unnested out, unnest(node->children()[0], false, false));
      return out;  // what is unnested has no order
    }
    case LogicalKind::kWindow: {
      const auto& window = *node->as<plan::Window>();
      ASSIGN_OR_RETURN(Unnested out, unnest(window.child, false, false));
      const std::vector<ExprPtr> keys = domainColumns(out);
      plan::Window made(window);
      made.child = out.plan;
      made.partitionBy.insert(made.partitionBy.end(), keys.begin(), keys.end());
      for (ExprPtr& named : made.windowExpressions) {
        named = tree::transformUp(named, [&](const ExprPtr& each) -> ExprPtr {
          const auto* over = each->as<expr::WindowExpression>();
          if (over == nullptr) return each;
          expr::WindowExpression copy(*over);
          copy.spec.partitionBy = made.partitionBy;
          return makeExpr(std::move(copy));
        });
      }
      out.plan = makePlan(std::move(made));
      return out;
    }
    case LogicalKind::kGenerate: {
      const auto& generate = *node->as<plan::Generate>();
      ASSIGN_OR_RETURN(Unnested out, unnest(generate.child, false, false));
      addMissing({generate.generator}, out);
      plan::Generate made(generate);
      made.generator = substitute(generate.generator, out);
      const AttributeSet present = AttributeSet::of(made.required);
      for (const auto& [id, entry] : out.domain) {
        if (!present.contains(entry.column->id)) made.required.push_back(entry.column);
      }
      made.child = out.plan;
      out.plan = makePlan(std::move(made));
      return out;
    }
    default:
      return Error(condition::kUnexpectedOperatorInCorrelatedSubquery).with("positionHint", "").with("operator", node->nodeName());
  }
}

}  // namespace flint::optimizer
