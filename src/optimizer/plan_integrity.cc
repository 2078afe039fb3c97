#include "optimizer/plan_integrity.h"

#include <fmt/core.h>

#include "optimizer/attribute_set.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

Status checkNode(std::string_view rule, const LogicalPlanPtr& node) {
  AttributeSet given;
  for (const LogicalPlanPtr& child : node->children()) {
    RETURN_IF_ERROR(checkNode(rule, child));
    given.addAll(AttributeSet::outputOf(*child));
  }
  const std::vector<AttributePtr> output = node->output();
  if (AttributeSet::of(output).size() != output.size()) {
    return internalError(fmt::format("{}: the output of this node repeats an id:\n{}", rule, treeString(node)));
  }
  if (node->children().empty() || node->kind() == plan::LogicalKind::kLateralJoin) return {};
  for (const AttributePtr& read : references(*node)) {
    if (!given.contains(read->id)) {
      return internalError(fmt::format("{}: {} is not among the inputs of this node:\n{}", rule, read->toString(), treeString(node)));
    }
  }
  return {};
}

}  // namespace

Status checkPlanIntegrity(std::string_view rule, const LogicalPlanPtr& before, const LogicalPlanPtr& after) {
  const std::vector<AttributePtr> old = before->output();
  const std::vector<AttributePtr> made = after->output();
  bool same = old.size() == made.size();
  for (size_t i = 0; same && i < old.size(); ++i) same = old[i]->id == made[i]->id && old[i]->type.sameType(made[i]->type);
  if (!same) return internalError(fmt::format("{} changed the output of\n{}to that of\n{}", rule, treeString(before), treeString(after)));
  return checkNode(rule, after);
}

}  // namespace flint::optimizer
