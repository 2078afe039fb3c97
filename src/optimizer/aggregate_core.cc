#include "optimizer/aggregate_core.h"

#include <algorithm>
#include <map>
#include <utility>

namespace flint::optimizer {
namespace {

bool isSafe(const ExprPtr& expression) {
  return expression->deterministic() && !expression->traits().hasSubquery && !expression->traits().hasPythonUdf;
}

// The arguments of aggregate calls are computed for rows that other calls take: they must not raise errors.
bool argumentsAreSafe(const ExprPtr& expression) {
  if (const auto* call = expression->as<expr::AggregateExpression>()) {
    const auto safe = [](const ExprPtr& argument) { return isSafe(argument) && !argument->traits().canRaise; };
    return std::all_of(call->arguments.begin(), call->arguments.end(), safe) && (call->filter == nullptr || safe(call->filter)) &&
           call->withinGroup.empty() && call->binding != nullptr && !call->binding->orderSensitive;
  }
  const std::vector<ExprPtr> children = expression->children();
  return isSafe(expression) && std::all_of(children.begin(), children.end(), argumentsAreSafe);
}

ExprPtr withFilter(const ExprPtr& expression, const ExprPtr& condition) {
  if (const auto* call = expression->as<expr::AggregateExpression>()) {
    if (condition == nullptr) return expression;
    expr::AggregateExpression made(*call);
    made.filter = call->filter == nullptr ? condition : expr::makeAnd(condition, call->filter);
    return makeExpr(std::move(made), expression->origin());
  }
  if (!expression->traits().hasAggregate) return expression;
  return tree::mapChildren(expression, [&](const ExprPtr& child) { return withFilter(child, condition); });
}

// Takes filters, projections and inner joins down to the tables; what is above them reads the tables' columns afterwards.
bool takeInput(const LogicalPlanPtr& node, AggregateCore& out) {
  if (const auto* filter = node->as<plan::Filter>()) {
    for (const ExprPtr& conjunct : expr::splitConjuncts(filter->condition)) out.conjuncts.push_back(conjunct);
    return takeInput(filter->child, out);
  }
  if (const auto* project = node->as<plan::Project>()) {
    const AttributeMap aliases = aliasMap(project->projectList);
    for (ExprPtr& each : out.aggregates) each = replaceAttributes(each, aliases);
    for (ExprPtr& each : out.conjuncts) each = replaceAttributes(each, aliases);
    return takeInput(project->child, out);
  }
  if (const auto* join = node->as<plan::Join>()) {
    const bool isInner = join->type == plan::JoinType::kInner || join->type == plan::JoinType::kCross;
    if (!isInner || join->leftHint != plan::JoinHint::kNone || join->rightHint != plan::JoinHint::kNone) return false;
    if (join->condition != nullptr) {
      for (const ExprPtr& conjunct : expr::splitConjuncts(join->condition)) out.conjuncts.push_back(conjunct);
    }
    return takeInput(join->left, out) && takeInput(join->right, out);
  }
  const auto* relation = node->as<plan::Relation>();
  if (relation == nullptr || relation->table == nullptr) return false;
  out.relations.push_back(relation);
  return true;
}

// Columns of several cores over the same tables, each of a table once.
class SharedColumns {
 public:
  explicit SharedColumns(const std::vector<const AggregateCore*>& cores) : attributes_(cores[0]->relations.size()) {
    for (const AggregateCore* core : cores) {
      AttributeMap& map = maps_.emplace_back();
      for (size_t r = 0; r < core->relations.size(); ++r) {
        for (const AttributePtr& attribute : core->relations[r]->attributes) {
          const auto [at, isNew] = byName_.emplace(std::pair(r, attribute->name), attribute);
          if (isNew) attributes_[r].push_back(attribute);
          if (at->second->id != attribute->id) map.emplace(attribute->id, at->second);
          relationOf_[at->second->id] = r;
        }
      }
    }
  }

  const std::vector<AttributePtr>& attributesOf(size_t relation) const { return attributes_[relation]; }
  ExprPtr shared(const ExprPtr& expression, size_t core) const { return replaceAttributes(expression, maps_[core]); }
  std::vector<ExprPtr> shared(std::vector<ExprPtr> expressions, size_t core) const {
    for (ExprPtr& each : expressions) each = shared(each, core);
    return expressions;
  }
  // The one relation whose columns the conjunct reads; absent when it reads several or none.
  std::optional<size_t> relationOf(const ExprPtr& conjunct) const {
    std::optional<size_t> found;
    const AttributeSet read = AttributeSet::readBy(conjunct);
    for (const ExprId id : read.ids()) {
      const size_t relation = relationOf_.at(id);
      if (found && *found != relation) return std::nullopt;
      found = relation;
    }
    return found;
  }

 private:
  std::vector<std::vector<AttributePtr>> attributes_;  // by relation
  std::map<std::pair<size_t, std::string>, AttributePtr> byName_;
  std::unordered_map<ExprId, size_t> relationOf_;
  std::vector<AttributeMap> maps_;  // by core
};

bool contains(const std::vector<ExprPtr>& conjuncts, const ExprPtr& wanted) {
  return std::any_of(conjuncts.begin(), conjuncts.end(), [&](const ExprPtr& each) { return semanticEquals(each, wanted); });
}

}  // namespace

std::string AggregateCore::source() const {
  std::string all;
  for (const plan::Relation* relation : relations) all += relation->table->identity() + "\n";
  return all;
}

std::optional<AggregateCore> matchAggregateCore(const LogicalPlanPtr& plan) {
  AggregateCore out;
  out.aggregate = plan->as<plan::Aggregate>();
  if (out.aggregate == nullptr || !out.aggregate->grouping.empty()) return std::nullopt;
  out.aggregates = out.aggregate->aggregates;
  if (!takeInput(out.aggregate->child, out)) return std::nullopt;
  const auto identity = [](const plan::Relation* relation) { return relation->table->identity(); };
  std::sort(out.relations.begin(), out.relations.end(), [&](auto* a, auto* b) { return identity(a) < identity(b); });
  const auto sameTable = [&](auto* a, auto* b) { return identity(a) == identity(b); };
  if (std::adjacent_find(out.relations.begin(), out.relations.end(), sameTable) != out.relations.end()) return std::nullopt;
  const auto movable = [](const ExprPtr& conjunct) { return isMovable(conjunct) && isSafe(conjunct); };
  if (!std::all_of(out.conjuncts.begin(), out.conjuncts.end(), movable)) return std::nullopt;
  if (!std::all_of(out.aggregates.begin(), out.aggregates.end(), argumentsAreSafe)) return std::nullopt;
  // Hidden columns are not carried over.
  AttributeSet columns;
  for (const plan::Relation* relation : out.relations) columns.addAll(AttributeSet::of(relation->attributes));
  if (!columns.containsAll(AttributeSet::readBy(out.conjuncts)) || !columns.containsAll(AttributeSet::readBy(out.aggregates))) return std::nullopt;
  return out;
}

bool areMergeable(const AggregateCore& a, const AggregateCore& b) {
  if (a.source() != b.source()) return false;
  const SharedColumns columns({&a, &b});
  const auto joins = [&](const AggregateCore& core, size_t place) {
    std::vector<ExprPtr> found;
    for (const ExprPtr& conjunct : columns.shared(core.conjuncts, place)) {
      if (!columns.relationOf(conjunct)) found.push_back(conjunct);
    }
    return found;
  };
  const std::vector<ExprPtr> left = joins(a, 0);
  const std::vector<ExprPtr> right = joins(b, 1);
  return std::all_of(left.begin(), left.end(), [&](const ExprPtr& each) { return contains(right, each); }) &&
         std::all_of(right.begin(), right.end(), [&](const ExprPtr& each) { return contains(left, each); });
}

LogicalPlanPtr mergeAggregateCores(const std::vector<AggregateCore>& cores, Estimator& estimator) {
  std::vector<const AggregateCore*> all;
  for (const AggregateCore& core : cores) all.push_back(&core);
  const SharedColumns columns(all);
  std::vector<std::vector<ExprPtr>> conjuncts;
  for (size_t i = 0; i < cores.size(); ++i) conjuncts.push_back(columns.shared(cores[i].conjuncts, i));
  // What all ask for is asked once; what is left tells the rows of one core from those of another.
  ConjunctList common;
  for (const ExprPtr& conjunct : conjuncts[0]) {
    if (std::all_of(conjuncts.begin(), conjuncts.end(), [&](const auto& others) { return contains(others, conjunct); })) common.add(conjunct);
  }
  plan::Aggregate merged;
  for (size_t i = 0; i < cores.size(); ++i) {
    std::erase_if(conjuncts[i], [&](const ExprPtr& each) { return contains(common.list(), each); });
    const ExprPtr condition = conjuncts[i].empty() ? nullptr : expr::conjunction(conjuncts[i]);
    for (const ExprPtr& named : cores[i].aggregates) merged.aggregates.push_back(withFilter(columns.shared(named, i), condition));
  }
  for (size_t r = 0; r < cores[0].relations.size(); ++r) {
    plan::Relation relation(*cores[0].relations[r]);
    relation.attributes = columns.attributesOf(r);
    LogicalPlanPtr input = makePlan(std::move(relation));
    // Rows that no call takes need not be read. A filter that keeps most rows costs more than it saves.
    ExprPtr any;
    const bool narrows = std::all_of(conjuncts.begin(), conjuncts.end(), [&](const std::vector<ExprPtr>& own) {
      std::vector<ExprPtr> ofThis;
      for (const ExprPtr& conjunct : own) {
        if (columns.relationOf(conjunct) == r) ofThis.push_back(conjunct);
      }
      if (ofThis.empty()) return false;
      const ExprPtr condition = expr::conjunction(ofThis);
      any = any == nullptr ? condition : expr::makeOr(any, condition);
      return true;
    });
    if (narrows) {
      LogicalPlanPtr filtered = makeFilter({any}, input);
      if (estimator.estimate(filtered)->rows <= 0.5 * estimator.estimate(input)->rows) input = std::move(filtered);
    }
    if (merged.child == nullptr) {
      merged.child = std::move(input);
    } else {
      plan::Join join;
      join.left = std::move(merged.child);
      join.right = std::move(input);
      join.type = plan::JoinType::kCross;
      merged.child = makePlan(std::move(join));
    }
  }
  merged.child = makeFilter(common.list(), std::move(merged.child));
  return makePlan(std::move(merged));
}

}  // namespace flint::optimizer
