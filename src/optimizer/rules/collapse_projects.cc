#include <algorithm>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

void countUses(const ExprPtr& expression, std::unordered_map<ExprId, int>& uses) {
  if (const auto* attribute = expression->as<expr::AttributeReference>()) {
    const auto at = uses.find(attribute->id);
    if (at != uses.end()) ++at->second;
    return;
  }
  for (const ExprPtr& child : expression->children()) countUses(child, uses);
}

// Whether `upper` may take over the expressions of `lower`: nothing costly is computed more often than before.
bool mayMerge(const std::vector<ExprPtr>& upper, const std::vector<ExprPtr>& lower) {
  std::unordered_map<ExprId, int> costly;
  for (const ExprPtr& named : lower) {
    if (!named->deterministic() || named->traits().hasPythonUdf) return false;
    const auto* alias = named->as<expr::Alias>();
    if (alias != nullptr && costOf(alias->child) > 0) costly.emplace(alias->id, 0);
  }
  if (costly.empty()) return true;
  for (const ExprPtr& named : upper) countUses(named, costly);
  return std::all_of(costly.begin(), costly.end(), [](const auto& entry) { return entry.second <= 1; });
}

std::vector<ExprPtr> merged(const std::vector<ExprPtr>& upper, const std::vector<ExprPtr>& lower) {
  const AttributeMap aliases = aliasMap(lower);
  std::vector<ExprPtr> out;
  for (const ExprPtr& named : upper) out.push_back(replaceInNamed(named, aliases));
  return out;
}

bool isNoop(const plan::Project& project) {
  const std::vector<AttributePtr> below = project.child->output();
  if (below.size() != project.projectList.size()) return false;
  for (size_t i = 0; i < below.size(); ++i) {
    const auto* attribute = project.projectList[i]->as<expr::AttributeReference>();
    if (attribute == nullptr || attribute->id != below[i]->id) return false;
  }
  return true;
}

LogicalPlanPtr collapse(const LogicalPlanPtr& node) {
  const auto* project = node->as<plan::Project>();
  if (project == nullptr) return node;
  if (isNoop(*project)) return project->child;
  if (const auto* below = project->child->as<plan::Project>()) {
    if (!mayMerge(project->projectList, below->projectList)) return node;
    return collapse(makeProject(merged(project->projectList, below->projectList), below->child));
  }
  if (const auto* below = project->child->as<plan::Aggregate>()) {
    const bool plain = std::none_of(project->projectList.begin(), project->projectList.end(), [](const ExprPtr& named) { return named->traits().hasSubquery; });
    if (!plain || !mayMerge(project->projectList, below->aggregates)) return node;
    plan::Aggregate made(*below);
    made.aggregates = merged(project->projectList, below->aggregates);
    return makePlan(std::move(made), project->child->origin());
  }
  return node;
}

}  // namespace

// Projections on top of each other, or of an aggregate, become one; those that change nothing go.
Result<LogicalPlanPtr> collapseProjects(const LogicalPlanPtr& root, OptimizerContext&) { return tree::transformUp(root, collapse); }

}  // namespace flint::optimizer
