#include "session/commands/default_values.h"

#include "expr/unresolved.h"
#include "plan/logical/relational.h"
#include "plan/logical/unresolved_plans.h"
#include "tree/transform.h"

namespace flint::session {

using expr::ExprPtr;
using plan::LogicalPlanPtr;

bool namesDefault(const ExprPtr& expression) {
  const auto* column = expression->as<expr::UnresolvedAttribute>();
  if (column == nullptr || column->nameParts.size() != 1 || column->nameParts[0].size() != 7) return false;
  std::string name = column->nameParts[0];
  for (char& c : name) c = static_cast<char>(c | 32);
  return name == "default";
}

bool holdsDefault(const ExprPtr& expression) {
  return tree::anyNode(expression, [](const ExprPtr& node) { return namesDefault(node); });
}

LogicalPlanPtr withDefaults(const LogicalPlanPtr& query, const std::vector<ExprPtr>& defaults) {
  if (const auto* project = query->as<plan::Project>()) {
    plan::Project copy = *project;
    bool changed = false;
    for (size_t i = 0; i < copy.projectList.size() && i < defaults.size(); ++i) {
      if (!namesDefault(expr::withoutAlias(copy.projectList[i]))) continue;
      copy.projectList[i] = defaults[i];
      changed = true;
    }
    return changed ? plan::makePlan(std::move(copy), query->origin()) : query;
  }
  if (const auto* table = query->as<plan::UnresolvedInlineTable>()) {
    plan::UnresolvedInlineTable copy = *table;
    bool changed = false;
    for (auto& row : copy.rows) {
      for (size_t i = 0; i < row.size() && i < defaults.size(); ++i) {
        if (!namesDefault(row[i])) continue;
        row[i] = defaults[i];
        changed = true;
      }
    }
    return changed ? plan::makePlan(std::move(copy), query->origin()) : query;
  }
  switch (query->kind()) {
    case plan::LogicalKind::kLimit:
    case plan::LogicalKind::kOffset:
    case plan::LogicalKind::kSort:
    case plan::LogicalKind::kUnresolvedWith:
    case plan::LogicalKind::kSubqueryAlias: break;
    default: return query;
  }
  std::vector<LogicalPlanPtr> children = query->children();
  if (children.empty()) return query;
  const LogicalPlanPtr last = withDefaults(children.back(), defaults);
  if (last == children.back()) return query;
  children.back() = last;
  return query->withNewChildren(std::move(children));
}

}  // namespace flint::session
