#include "session/cartesian_products.h"

#include <algorithm>

#include "base/condition.h"
#include "plan/logical/relational.h"
#include "tree/transform.h"

namespace flint::session {

Status checkCartesianProducts(const plan::LogicalPlanPtr& optimized) {
  Status status;
  tree::forEachNode(optimized, [&](const plan::LogicalPlanPtr& node) {
    const auto* join = node->as<plan::Join>();
    if (join == nullptr || !status.isOk()) return;
    using plan::JoinType;
    if (join->type != JoinType::kInner && join->type != JoinType::kLeftOuter && join->type != JoinType::kRightOuter && join->type != JoinType::kFullOuter) return;
    const auto reads = [](const expr::ExprPtr& condition, const plan::LogicalPlanPtr& side) {
      const std::vector<plan::AttributePtr> output = side->output();
      return tree::anyNode(condition, [&](const expr::ExprPtr& each) {
        const auto* attribute = each->as<expr::AttributeReference>();
        return attribute != nullptr && std::any_of(output.begin(), output.end(), [&](const plan::AttributePtr& column) { return column->id == attribute->id; });
      });
    };
    if (join->condition != nullptr) {
      for (const expr::ExprPtr& conjunct : expr::splitConjuncts(join->condition)) {
        if (reads(conjunct, join->left) && reads(conjunct, join->right)) return;
      }
    }
    status = Error(condition::kLegacyErrorTemp0035)
                 .with("message", "Detected implicit cartesian product of the sides of a join, where spark.sql.crossJoin.enabled is off and no CROSS JOIN is written")
                 .as(ErrorFamily::kAnalysis);
  });
  return status;
}

}  // namespace flint::session
