#include "planner/ensure_requirements.h"

#include <algorithm>
#include <unordered_map>

#include "optimizer/expression_rewrite.h"
#include "plan/physical/physical_nodes.h"

namespace flint::planner {
namespace {

using expr::ExprPtr;
using plan::Distribution;
using plan::makePhysical;
using plan::Partitioning;
using plan::PhysicalPlanPtr;

bool sameKeys(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), optimizer::semanticEquals);
}

// Rows that agree in `keys` are in one partition when they are spread by some of them.
bool isClusteredBy(const Partitioning& given, const std::vector<ExprPtr>& keys) {
  if (given.kind != Partitioning::Kind::kHash || given.keys.empty()) return false;
  return std::all_of(given.keys.begin(), given.keys.end(), [&](const ExprPtr& key) {
    return std::any_of(keys.begin(), keys.end(), [&](const ExprPtr& wanted) { return optimizer::semanticEquals(key, wanted); });
  });
}

class RequirementPass {
 public:
  explicit RequirementPass(const PlannerOptions& options) : options_(options) {}

  PhysicalPlanPtr apply(const PhysicalPlanPtr& node) {
    const auto at = done_.find(node);
    if (at != done_.end()) return at->second;
    PhysicalPlanPtr out = tree::mapChildren(node, [this](const PhysicalPlanPtr& child) { return apply(child); });
    out = meet(out);
    if (out->estimatedRows() < 0) out = out->withEstimatedRows(node->estimatedRows());
    done_.emplace(node, out);
    return out;
  }

 private:
  PhysicalPlanPtr exchange(Partitioning::Kind kind, std::vector<ExprPtr> keys, int32_t numPartitions, PhysicalPlanPtr child) const {
    plan::ShuffleExchangeExec made;
    made.partitioning.kind = kind;
    made.partitioning.keys = std::move(keys);
    made.partitioning.numPartitions = numPartitions;
    const double rows = child->estimatedRows();
    made.child = std::move(child);
    return PhysicalPlanPtr(makePhysical(std::move(made)))->withEstimatedRows(rows);
  }
  PhysicalPlanPtr single(PhysicalPlanPtr child) const {
    if (child->outputPartitioning().kind == Partitioning::Kind::kSingle) return child;
    return exchange(Partitioning::Kind::kSingle, {}, 1, std::move(child));
  }
  PhysicalPlanPtr clustered(const std::vector<ExprPtr>& keys, PhysicalPlanPtr child) const {
    if (keys.empty()) return single(std::move(child));
    const Partitioning given = child->outputPartitioning();
    if (given.kind == Partitioning::Kind::kSingle || isClusteredBy(given, keys)) return child;
    return exchange(Partitioning::Kind::kHash, keys, options_.shufflePartitions, std::move(child));
  }

  PhysicalPlanPtr meet(const PhysicalPlanPtr& node) const {
    if (const auto* aggregate = node->as<plan::HashAggregateExec>()) return meetAggregate(node, *aggregate);
    if (const auto* join = node->as<plan::ShuffledHashJoinExec>()) return meetJoin(node, *join);
    if (const auto* top = node->as<plan::TakeOrderedAndProjectExec>()) return meetTopN(node, *top);
    const std::vector<Distribution> required = node->requiredChildDistribution();
    std::vector<PhysicalPlanPtr> children = node->children();
    bool changed = false;
    for (size_t i = 0; i < children.size() && i < required.size(); ++i) {
      PhysicalPlanPtr child = distribute(required[i], children[i]);
      changed = changed || child != children[i];
      children[i] = std::move(child);
    }
    return changed ? node->withNewChildren(std::move(children)) : node;
  }

  PhysicalPlanPtr distribute(const Distribution& required, const PhysicalPlanPtr& child) const {
    switch (required.kind) {
      case Distribution::Kind::kUnspecified: return child;
      case Distribution::Kind::kAllTuples: return single(child);
      case Distribution::Kind::kClustered: return clustered(required.keys, child);
      case Distribution::Kind::kOrdered:
        if (child->outputPartitioning().kind == Partitioning::Kind::kSingle) return child;
        return exchange(Partitioning::Kind::kRange, required.keys, options_.shufflePartitions, child);
      case Distribution::Kind::kBroadcast: {
        if (child->as<plan::BroadcastExchangeExec>() != nullptr) return child;
        plan::BroadcastExchangeExec made;
        made.child = child;
        return PhysicalPlanPtr(makePhysical(std::move(made)))->withEstimatedRows(child->estimatedRows());
      }
    }
    return child;
  }

  PhysicalPlanPtr meetAggregate(const PhysicalPlanPtr& node, const plan::HashAggregateExec& aggregate) const {
    if (aggregate.mode != plan::AggregateMode::kComplete) return node;
    std::vector<ExprPtr> keys;
    std::vector<ExprPtr> keyAttributes;
    for (const ExprPtr& key : aggregate.grouping) {
      keys.push_back(expr::withoutAlias(key));
      keyAttributes.push_back(expr::toAttribute(key));
    }
    // States of DISTINCT do not travel: all rows of a group meet before they are counted.
    const bool distinct = std::any_of(aggregate.aggregates.begin(), aggregate.aggregates.end(), [](const ExprPtr& call) {
      return call->as<expr::AggregateExpression>() != nullptr && call->as<expr::AggregateExpression>()->distinct;
    });
    if (distinct) {
      plan::HashAggregateExec made(aggregate);
      made.child = clustered(keys, aggregate.child);
      return makePhysical(std::move(made));
    }
    plan::HashAggregateExec partial(aggregate);
    partial.mode = plan::AggregateMode::kPartial;
    plan::HashAggregateExec last(aggregate);
    last.mode = plan::AggregateMode::kFinal;
    last.grouping = keyAttributes;
    last.child = clustered(keyAttributes, makePhysical(std::move(partial)));
    return makePhysical(std::move(last));
  }

  PhysicalPlanPtr meetJoin(const PhysicalPlanPtr& node, const plan::ShuffledHashJoinExec& join) const {
    const Partitioning left = join.left->outputPartitioning();
    const Partitioning right = join.right->outputPartitioning();
    const bool together = left.kind == Partitioning::Kind::kHash && right.kind == Partitioning::Kind::kHash &&
                          left.numPartitions == right.numPartitions && sameKeys(left.keys, join.leftKeys) && sameKeys(right.keys, join.rightKeys);
    if (together || (left.kind == Partitioning::Kind::kSingle && right.kind == Partitioning::Kind::kSingle)) return node;
    const auto spread = [&](const Partitioning& given, const std::vector<ExprPtr>& keys, const PhysicalPlanPtr& child) {
      const bool there = given.kind == Partitioning::Kind::kHash && given.numPartitions == options_.shufflePartitions && sameKeys(given.keys, keys);
      return there ? child : exchange(Partitioning::Kind::kHash, keys, options_.shufflePartitions, child);
    };
    return node->withNewChildren({spread(left, join.leftKeys, join.left), spread(right, join.rightKeys, join.right)});
  }

  PhysicalPlanPtr meetTopN(const PhysicalPlanPtr& node, const plan::TakeOrderedAndProjectExec& top) const {
    if (top.child->outputPartitioning().kind == Partitioning::Kind::kSingle) return node;
    plan::TakeOrderedAndProjectExec each(top);
    each.limit = top.limit + top.offset;
    each.offset = 0;
    each.projectList = optimizer::asExpressions(top.child->output());
    PhysicalPlanPtr partial = makePhysical(std::move(each));
    return node->withNewChildren({exchange(Partitioning::Kind::kSingle, {}, 1, std::move(partial))});
  }

  const PlannerOptions& options_;
  std::unordered_map<PhysicalPlanPtr, PhysicalPlanPtr> done_;
};

}  // namespace

PhysicalPlanPtr ensureRequirements(const PhysicalPlanPtr& plan, const PlannerOptions& options) { return RequirementPass(options).apply(plan); }

}  // namespace flint::planner
