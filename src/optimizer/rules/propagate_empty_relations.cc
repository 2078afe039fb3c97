#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

using plan::JoinType;
using plan::LogicalKind;

bool isEmpty(const LogicalPlanPtr& plan) {
  const auto* relation = plan->as<plan::LocalRelation>();
  return relation != nullptr && (relation->batches == nullptr || relation->batches->empty());
}

// The columns of `plan` over `child`, those that it does not give as nulls.
LogicalPlanPtr withNulls(const LogicalPlanPtr& plan, const LogicalPlanPtr& child) {
  const AttributeSet given = AttributeSet::outputOf(*child);
  std::vector<ExprPtr> list;
  for (const AttributePtr& attribute : plan->output()) {
    if (given.contains(attribute->id)) {
      list.push_back(attribute);
      continue;
    }
    list.push_back(makeAliasAs(expr::literalNull(attribute->type), attribute));
  }
  return makeProject(std::move(list), child);
}

LogicalPlanPtr propagateJoin(const LogicalPlanPtr& node) {
  const auto& join = *node->as<plan::Join>();
  const bool noLeft = isEmpty(join.left);
  const bool noRight = isEmpty(join.right);
  if (!noLeft && !noRight) return node;
  switch (join.type) {
    case JoinType::kInner:
    case JoinType::kCross: return makeEmpty(node->output());
    case JoinType::kLeftOuter: return noLeft ? makeEmpty(node->output()) : withNulls(node, join.left);
    case JoinType::kRightOuter: return noRight ? makeEmpty(node->output()) : withNulls(node, join.right);
    case JoinType::kFullOuter:
      if (noLeft && noRight) return makeEmpty(node->output());
      return withNulls(node, noLeft ? join.right : join.left);
    case JoinType::kLeftSemi: return makeEmpty(node->output());
    case JoinType::kLeftAnti:
    case JoinType::kNullAwareAnti: return join.left;
    case JoinType::kExistence: return node;
  }
  return node;
}

LogicalPlanPtr propagate(const LogicalPlanPtr& node) {
  switch (node->kind()) {
    case LogicalKind::kJoin: return propagateJoin(node);
    case LogicalKind::kUnion: {
      const auto& set = *node->as<plan::Union>();
      std::vector<LogicalPlanPtr> kept;
      for (const LogicalPlanPtr& input : set.inputs) {
        if (!isEmpty(input)) kept.push_back(input);
      }
      if (kept.size() == set.inputs.size()) return node;
      if (kept.empty()) return makeEmpty(set.attributes);
      if (kept.size() > 1) {
        plan::Union rest = set;
        rest.inputs = std::move(kept);
        return plan::makePlan(std::move(rest), node->origin());
      }
      const std::vector<AttributePtr> columns = kept[0]->output();
      std::vector<ExprPtr> list;
      for (size_t i = 0; i < columns.size(); ++i) list.push_back(makeAliasAs(columns[i], set.attributes[i]));
      return makeProject(std::move(list), kept[0]);
    }
    case LogicalKind::kAggregate:
      if (node->as<plan::Aggregate>()->grouping.empty()) return node;
      break;
    case LogicalKind::kProject:
    case LogicalKind::kFilter:
    case LogicalKind::kSort:
    case LogicalKind::kLimit:
    case LogicalKind::kOffset:
    case LogicalKind::kTail:
    case LogicalKind::kWindow:
    case LogicalKind::kExpand:
    case LogicalKind::kGenerate:
    case LogicalKind::kSample:
    case LogicalKind::kRepartition:
    case LogicalKind::kRepartitionByExpression: break;
    default: return node;
  }
  return isEmpty(node->children()[0]) ? makeEmpty(node->output()) : node;
}

}  // namespace

// What is known to be empty makes what is above it empty, or simpler.
Result<LogicalPlanPtr> propagateEmptyRelations(const LogicalPlanPtr& root, OptimizerContext&) { return tree::transformUp(root, propagate); }

}  // namespace flint::optimizer
