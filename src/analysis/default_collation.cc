#include "analysis/default_collation.h"

#include "expr/nodes.h"
#include "plan/logical/subquery_expressions.h"
#include "types/collation.h"

namespace flint::analysis {
namespace {

using plan::ExprPtr;
using plan::LogicalPlanPtr;

LogicalPlanPtr collated(const LogicalPlanPtr& plan, const DataType& text);

ExprPtr collated(const ExprPtr& root, const DataType& text) {
  if (root == nullptr) return root;
  return tree::transformUp(root, [&](const ExprPtr& node) -> ExprPtr {
    if (const LogicalPlanPtr* inner = plan::subqueryPlan(node)) return plan::withSubqueryPlan(node, collated(*inner, text));
    if (const auto* literal = node->as<expr::Literal>(); literal != nullptr && literal->type.is(TypeKind::kString) && literal->type.collation() == 0) {
      // One that is a column is of the type; within an expression it gives way to the collations of columns.
      if (node != root) {
        expr::Cast cast;
        cast.child = node;
        cast.target = text;
        cast.implicit = true;
        return expr::makeExpr(std::move(cast), node->origin());
      }
      expr::Literal copy = *literal;
      copy.type = text;
      return expr::makeExpr(std::move(copy), node->origin());
    }
    if (const auto* cast = node->as<expr::Cast>(); cast != nullptr && cast->target.is(TypeKind::kString) && cast->target.collation() == 0 && !cast->implicit) {
      expr::Cast copy = *cast;
      copy.target = text;
      return expr::makeExpr(std::move(copy), node->origin());
    }
    return node;
  });
}

LogicalPlanPtr collated(const LogicalPlanPtr& plan, const DataType& text) {
  LogicalPlanPtr out = tree::mapChildren(plan, [&](const LogicalPlanPtr& child) { return collated(child, text); });
  std::vector<ExprPtr> expressions = out->expressions();
  bool changed = false;
  for (ExprPtr& each : expressions) {
    ExprPtr mapped = collated(each, text);
    changed = changed || mapped != each;
    each = std::move(mapped);
  }
  return changed ? out->withNewExpressions(std::move(expressions)) : out;
}

}  // namespace

LogicalPlanPtr underDefaultCollation(const LogicalPlanPtr& unresolved, const std::string& collation) {
  const int id = collation.empty() ? 0 : findCollation(collation);
  return id > 0 ? collated(unresolved, DataType::collatedString(id)) : unresolved;
}

}  // namespace flint::analysis
