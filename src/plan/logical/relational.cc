#include "plan/logical/relational.h"

#include <fmt/core.h>

#include "plan/logical/cached_relation.h"
#include "plan/logical/logical_node_impl.h"

namespace flint::plan {
namespace {

// Nothing while some expression has no name yet.
std::vector<AttributePtr> attributesOf(const std::vector<ExprPtr>& namedExpressions) {
  std::vector<AttributePtr> out;
  out.reserve(namedExpressions.size());
  for (const ExprPtr& expression : namedExpressions) {
    if (expression->kind() != expr::ExprKind::kAlias && expression->kind() != expr::ExprKind::kAttributeReference) return {};
    out.push_back(expr::toAttribute(expression));
  }
  return out;
}

void append(std::vector<AttributePtr>& out, const std::vector<AttributePtr>& more, bool nullable) {
  for (const AttributePtr& attribute : more) out.push_back(nullable ? expr::withNullability(attribute, true) : attribute);
}

// Follows a chain of joins down its left side: copying every level's columns would make long chains quadratic.
std::vector<AttributePtr> joinOutput(const LogicalPlan* left, const LogicalPlan* right, JoinType type, AttributePtr exists) {
  struct Part {
    const LogicalPlan* plan;  // null pointer: `exists`
    AttributePtr exists;
    bool nullable;
  };
  std::vector<Part> parts;  // the last columns first
  bool nullable = false;
  while (true) {
    switch (type) {
      case JoinType::kLeftSemi:
      case JoinType::kLeftAnti:
      case JoinType::kNullAwareAnti: break;
      case JoinType::kExistence: parts.push_back({nullptr, std::move(exists), nullable}); break;
      case JoinType::kInner:
      case JoinType::kCross:
      case JoinType::kRightOuter: parts.push_back({right, nullptr, nullable}); break;
      case JoinType::kLeftOuter:
      case JoinType::kFullOuter: parts.push_back({right, nullptr, true}); break;
    }
    nullable = nullable || type == JoinType::kRightOuter || type == JoinType::kFullOuter;
    const auto* below = left->as<Join>();
    if (below == nullptr) break;
    left = below->left.get();
    right = below->right.get();
    type = below->type;
    exists = below->exists;
  }
  parts.push_back({left, nullptr, nullable});
  std::vector<AttributePtr> out;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    append(out, part->plan != nullptr ? part->plan->output() : std::vector<AttributePtr>{part->exists}, part->nullable);
  }
  return out;
}

template <class T>
std::string printed(const T& value) {
  ArgumentText text;
  text.add(value);
  return text.take();
}

const char* hintName(JoinHint hint) {
  switch (hint) {
    case JoinHint::kNone: return "none";
    case JoinHint::kBroadcast: return "broadcast";
    case JoinHint::kShuffleMerge: return "merge";
    case JoinHint::kShuffleHash: return "shuffle_hash";
    case JoinHint::kShuffleReplicateNestedLoop: return "shuffle_replicate_nl";
    case JoinHint::kNoBroadcastHash: return "no_broadcast_hash";
    case JoinHint::kPreferShuffleHash: return "prefer_shuffle_hash";
  }
  return "none";
}

// "a#1,b#2", as relations show their columns.
std::string packedList(const std::vector<AttributePtr>& attributes) {
  std::string out;
  for (const AttributePtr& attribute : attributes) out += (out.empty() ? "" : ",") + attribute->toString();
  return out;
}

}  // namespace

const char* joinTypeName(JoinType type) {
  switch (type) {
    case JoinType::kInner: return "Inner";
    case JoinType::kCross: return "Cross";
    case JoinType::kLeftOuter: return "LeftOuter";
    case JoinType::kRightOuter: return "RightOuter";
    case JoinType::kFullOuter: return "FullOuter";
    case JoinType::kLeftSemi: return "LeftSemi";
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti: return "LeftAnti";
    case JoinType::kExistence: return "ExistenceJoin";
  }
  return "Inner";
}

std::vector<AttributePtr> Project::output() const { return attributesOf(projectList); }
std::vector<AttributePtr> Aggregate::output() const { return attributesOf(aggregates); }
std::vector<AttributePtr> Join::output() const { return joinOutput(left.get(), right.get(), type, exists); }
std::vector<AttributePtr> LateralJoin::output() const { return joinOutput(left.get(), right.get(), type, nullptr); }

std::vector<AttributePtr> Window::output() const {
  std::vector<AttributePtr> out = child->output();
  append(out, attributesOf(windowExpressions), false);
  return out;
}

std::vector<AttributePtr> Intersect::output() const {
  std::vector<AttributePtr> out = left->output();
  const std::vector<AttributePtr> other = right->output();
  for (size_t i = 0; i < out.size() && i < other.size(); ++i) {
    if (out[i]->nullableColumn && !other[i]->nullableColumn) out[i] = expr::withNullability(out[i], false);
  }
  return out;
}

std::vector<AttributePtr> Generate::output() const {
  std::vector<AttributePtr> out = required;
  append(out, generatorOutput, outer);
  return out;
}

std::vector<AttributePtr> SubqueryAlias::output() const {
  std::vector<AttributePtr> out = child->output();
  for (AttributePtr& attribute : out) attribute = expr::withQualifier(attribute, alias);
  return out;
}

bool sameData(const LocalRelation& a, const LocalRelation& b) { return a.batches == b.batches; }
bool sameData(const Relation& a, const Relation& b) { return a.table == b.table || a.table->identity() == b.table->identity(); }

std::string explainArguments(const LocalRelation& node) {
  return (node.batches == nullptr || node.batches->empty() ? "<empty>, " : "") + printed(node.attributes);
}
std::string explainArguments(const Range& node) {
  const std::string splits = node.numPartitions == 0 ? "" : fmt::format(", splits=Some({})", node.numPartitions);
  return fmt::format("({}, {}, step={}{})", node.start, node.end, node.step, splits);
}
std::string explainArguments(const Relation& node) {
  const std::string format = node.table == nullptr ? "" : " " + node.table->format();
  return fmt::format("{}[{}]{}", node.name, packedList(node.attributes), format);
}
std::string explainArguments(const Join& node) {
  std::string out = joinTypeName(node.type);
  if (node.type == JoinType::kExistence && node.exists != nullptr) out += fmt::format("({})", node.exists->toString());
  if (node.condition != nullptr) out += ", " + node.condition->toString();
  if (node.leftHint != JoinHint::kNone) out += fmt::format(", leftHint=(strategy={})", hintName(node.leftHint));
  if (node.rightHint != JoinHint::kNone) out += fmt::format(", rightHint=(strategy={})", hintName(node.rightHint));
  return out;
}
std::string explainArguments(const LateralJoin& node) {
  std::string out = joinTypeName(node.type);
  if (node.condition != nullptr) out += ", " + node.condition->toString();
  return out;
}
std::string explainArguments(const Union&) { return "false, false"; }
std::string explainArguments(const Generate& node) {
  return fmt::format("{}, {}, {}", node.generator->toString(), node.outer, printed(node.generatorOutput));
}
std::string explainArguments(const Sample& node) {
  return fmt::format("{:.1f}, {}, {}, {}", node.lowerBound, node.upperBound, node.withReplacement, node.seed);
}
std::string explainArguments(const RepartitionByExpression& node) {
  const std::string count = node.numPartitions == 0 ? "" : fmt::format(", {}", node.numPartitions);
  return printed(node.partitionBy) + count;
}
std::string explainArguments(const SubqueryAlias& node) {
  std::string out;
  for (const std::string& part : node.alias) out += (out.empty() ? "" : ".") + part;
  return out;
}
std::string explainArguments(const CteRelationRef& node) {
  return fmt::format("{}, true, {}, false, {}", node.cteId, printed(node.attributes), node.recursive);
}
std::string explainArguments(const ResolvedHint& node) { return fmt::format("(strategy={})", hintName(node.hint)); }
std::string explainArguments(const InMemoryRelation& node) {
  const CachedRelation* relation = cachedRelation(node.data);
  return relation == nullptr ? printed(node.attributes) : printed(node.attributes) + ", " + relation->storageLevelText();
}

template class LogicalNode<OneRowRelation, LogicalKind::kOneRowRelation>;
template class LogicalNode<LocalRelation, LogicalKind::kLocalRelation>;
template class LogicalNode<Range, LogicalKind::kRange>;
template class LogicalNode<Relation, LogicalKind::kRelation>;
template class LogicalNode<InMemoryRelation, LogicalKind::kInMemoryRelation>;
template class LogicalNode<Project, LogicalKind::kProject>;
template class LogicalNode<Filter, LogicalKind::kFilter>;
template class LogicalNode<Join, LogicalKind::kJoin>;
template class LogicalNode<LateralJoin, LogicalKind::kLateralJoin>;
template class LogicalNode<Aggregate, LogicalKind::kAggregate>;
template class LogicalNode<Expand, LogicalKind::kExpand>;
template class LogicalNode<Window, LogicalKind::kWindow>;
template class LogicalNode<Sort, LogicalKind::kSort>;
template class LogicalNode<Limit, LogicalKind::kLimit>;
template class LogicalNode<Offset, LogicalKind::kOffset>;
template class LogicalNode<Tail, LogicalKind::kTail>;
template class LogicalNode<Distinct, LogicalKind::kDistinct>;
template class LogicalNode<Deduplicate, LogicalKind::kDeduplicate>;
template class LogicalNode<Union, LogicalKind::kUnion>;
template class LogicalNode<Intersect, LogicalKind::kIntersect>;
template class LogicalNode<Except, LogicalKind::kExcept>;
template class LogicalNode<Generate, LogicalKind::kGenerate>;
template class LogicalNode<Sample, LogicalKind::kSample>;
template class LogicalNode<Repartition, LogicalKind::kRepartition>;
template class LogicalNode<RepartitionByExpression, LogicalKind::kRepartitionByExpression>;
template class LogicalNode<SubqueryAlias, LogicalKind::kSubqueryAlias>;
template class LogicalNode<CteRelationDef, LogicalKind::kCteRelationDef>;
template class LogicalNode<CteRelationRef, LogicalKind::kCteRelationRef>;
template class LogicalNode<WithCte, LogicalKind::kWithCte>;
template class LogicalNode<ResolvedHint, LogicalKind::kResolvedHint>;
template class LogicalNode<CollectMetrics, LogicalKind::kCollectMetrics>;

}  // namespace flint::plan
