#include "plan/physical/physical_nodes.h"

#include "plan/physical/physical_node_impl.h"

namespace flint::plan {
namespace {

std::vector<AttributePtr> attributesOf(const std::vector<ExprPtr>& namedExpressions) {
  std::vector<AttributePtr> out;
  out.reserve(namedExpressions.size());
  for (const ExprPtr& expression : namedExpressions) {
    if (AttributePtr attribute = expr::toAttribute(expression)) out.push_back(std::move(attribute));
  }
  return out;
}

void append(std::vector<AttributePtr>& out, const std::vector<AttributePtr>& more, bool nullable) {
  for (const AttributePtr& attribute : more) out.push_back(nullable ? expr::withNullability(attribute, true) : attribute);
}

template <class Join>
std::vector<AttributePtr> joinOutput(const Join& join) {
  std::vector<AttributePtr> out;
  append(out, join.left->output(), join.type == JoinType::kRightOuter || join.type == JoinType::kFullOuter);
  switch (join.type) {
    case JoinType::kLeftSemi:
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti: break;
    case JoinType::kExistence: out.push_back(join.exists); break;
    case JoinType::kInner:
    case JoinType::kCross:
    case JoinType::kRightOuter: append(out, join.right->output(), false); break;
    case JoinType::kLeftOuter:
    case JoinType::kFullOuter: append(out, join.right->output(), true); break;
  }
  return out;
}

template <class Join>
std::vector<Distribution> broadcastDistribution(const Join& join) {
  std::vector<Distribution> out(2);
  out[join.buildSide == BuildSide::kLeft ? 0 : 1].kind = Distribution::Kind::kBroadcast;
  return out;
}

template <class Join>
Partitioning streamedPartitioning(const Join& join) {
  return join.buildSide == BuildSide::kLeft ? join.right->outputPartitioning() : join.left->outputPartitioning();
}

Partitioning single() { return {.kind = Partitioning::Kind::kSingle, .keys = {}, .numPartitions = 1}; }

Distribution clusteredOrAll(const std::vector<ExprPtr>& keys) {
  if (keys.empty()) return {.kind = Distribution::Kind::kAllTuples, .keys = {}};
  return {.kind = Distribution::Kind::kClustered, .keys = keys};
}

}  // namespace

Partitioning RangeExec::outputPartitioning() const {
  if (numPartitions <= 1) return single();
  return {.kind = Partitioning::Kind::kRange, .keys = outputOrdering(), .numPartitions = numPartitions};
}
std::vector<ExprPtr> RangeExec::outputOrdering() const { return {expr::sortOrder(id, step > 0)}; }

std::vector<AttributePtr> ProjectExec::output() const { return attributesOf(projectList); }

std::vector<AttributePtr> HashAggregateExec::output() const {
  if (!givesStates()) return attributesOf(resultExpressions);
  std::vector<AttributePtr> out = attributesOf(grouping);
  append(out, stateAttributes, false);
  return out;
}
std::vector<Distribution> HashAggregateExec::requiredChildDistribution() const {
  if (mode == AggregateMode::kPartial || mode == AggregateMode::kFinish) return std::vector<Distribution>(1);
  std::vector<ExprPtr> keys;
  for (const ExprPtr& key : grouping) {
    keys.push_back(mode == AggregateMode::kComplete ? expr::withoutAlias(key) : ExprPtr(expr::toAttribute(key)));
  }
  return {clusteredOrAll(keys)};
}

std::vector<AttributePtr> ShuffledHashJoinExec::output() const { return joinOutput(*this); }
std::vector<Distribution> ShuffledHashJoinExec::requiredChildDistribution() const { return {clusteredOrAll(leftKeys), clusteredOrAll(rightKeys)}; }
Partitioning ShuffledHashJoinExec::outputPartitioning() const {
  if (type == JoinType::kFullOuter) return {.kind = Partitioning::Kind::kUnknown, .keys = {}, .numPartitions = left->outputPartitioning().numPartitions};
  return type == JoinType::kRightOuter ? right->outputPartitioning() : left->outputPartitioning();
}

std::vector<AttributePtr> BroadcastHashJoinExec::output() const { return joinOutput(*this); }
std::vector<Distribution> BroadcastHashJoinExec::requiredChildDistribution() const { return broadcastDistribution(*this); }
Partitioning BroadcastHashJoinExec::outputPartitioning() const { return streamedPartitioning(*this); }

std::vector<AttributePtr> BroadcastNestedLoopJoinExec::output() const { return joinOutput(*this); }
std::vector<Distribution> BroadcastNestedLoopJoinExec::requiredChildDistribution() const { return broadcastDistribution(*this); }
Partitioning BroadcastNestedLoopJoinExec::outputPartitioning() const { return streamedPartitioning(*this); }

std::vector<Distribution> SortExec::requiredChildDistribution() const {
  if (!global) return std::vector<Distribution>(1);
  return {Distribution{.kind = Distribution::Kind::kOrdered, .keys = order}};
}

std::vector<AttributePtr> TakeOrderedAndProjectExec::output() const { return attributesOf(projectList); }
Partitioning TakeOrderedAndProjectExec::outputPartitioning() const { return single(); }

std::vector<AttributePtr> WindowExec::output() const {
  std::vector<AttributePtr> out = child->output();
  append(out, attributesOf(windowExpressions), false);
  return out;
}
std::vector<Distribution> WindowExec::requiredChildDistribution() const { return {clusteredOrAll(partitionBy)}; }

std::vector<AttributePtr> GenerateExec::output() const {
  std::vector<AttributePtr> out = required;
  append(out, generatorOutput, false);
  return out;
}

Partitioning CoalesceExec::outputPartitioning() const {
  if (numPartitions == 1) return single();
  return {.kind = Partitioning::Kind::kUnknown, .keys = {}, .numPartitions = numPartitions};
}
Partitioning BroadcastExchangeExec::outputPartitioning() const { return {.kind = Partitioning::Kind::kBroadcast, .keys = {}, .numPartitions = 1}; }

std::vector<Distribution> GlobalLimitExec::requiredChildDistribution() const { return {Distribution{.kind = Distribution::Kind::kAllTuples, .keys = {}}}; }
Partitioning GlobalLimitExec::outputPartitioning() const { return single(); }
Partitioning CollectTailExec::outputPartitioning() const { return single(); }

#define FLINT_PHYSICAL_NODE(Node) template class PhysicalNode<Node, Node::kKind>;
#include "plan/physical/physical_kinds.inc"
#undef FLINT_PHYSICAL_NODE

}  // namespace flint::plan
