#include "planner/planner.h"

#include <set>
#include <unordered_map>

#include "optimizer/subquery_plans.h"
#include "plan/logical/subquery_expressions.h"
#include "planner/ensure_requirements.h"
#include "planner/physical_planning.h"

namespace flint::planner {
namespace {

using plan::LogicalPlanPtr;
using plan::PhysicalPlanPtr;

// Numbers nodes, children first. A node that is shared keeps being one node.
class NodeNumbering {
 public:
  PhysicalPlanPtr number(const PhysicalPlanPtr& node) {
    const auto at = done_.find(node);
    if (at != done_.end()) return at->second;
    PhysicalPlanPtr out = tree::mapChildren(node, [this](const PhysicalPlanPtr& child) { return number(child); });
    out = out->withNodeId(next_++);
    done_.emplace(node, out);
    return out;
  }

 private:
  std::unordered_map<PhysicalPlanPtr, PhysicalPlanPtr> done_;  // what was numbered is kept: another node at its place in memory is not it
  int64_t next_ = 1;
};

// The scalar subqueries of a plan, inner ones before those that hold them, each id once.
void collectSubqueries(const LogicalPlanPtr& plan, std::vector<std::shared_ptr<const plan::ScalarSubquery>>& out, std::set<expr::ExprId>& seen) {
  tree::forEachNode(plan, [&](const LogicalPlanPtr& node) {
    for (const expr::ExprPtr& expression : node->expressions()) {
      if (!expression->traits().hasSubquery) continue;
      tree::forEachNode(expression, [&](const expr::ExprPtr& each) {
        const auto* scalar = each->as<plan::ScalarSubquery>();
        if (scalar == nullptr || !seen.insert(scalar->id).second) return;
        collectSubqueries(scalar->plan, out, seen);
        out.push_back(std::static_pointer_cast<const plan::ScalarSubquery>(each));
      });
    }
  });
}

}  // namespace

Result<PlannedQuery> Planner::plan(const LogicalPlanPtr& plan, const PlannerOptions& options, optimizer::OptimizerContext& context) {
  PhysicalPlanning planning(options, context);
  NodeNumbering numbering;
  const auto finish = [&](PhysicalPlanPtr planned) -> Result<PhysicalPlanPtr> {
    if (options.withExchanges) planned = ensureRequirements(planned, options);
    return numbering.number(planned);
  };
  PlannedQuery out;
  ASSIGN_OR_RETURN(PhysicalPlanPtr root, planning.plan(plan));
  std::vector<std::shared_ptr<const plan::ScalarSubquery>> subqueries;
  std::set<expr::ExprId> seen;
  collectSubqueries(plan, subqueries, seen);
  for (const auto& subquery : subqueries) {
    if (!subquery->outerAttributes.empty()) return internalError("a correlated subquery is left: " + subquery->toString());
    ASSIGN_OR_RETURN(PhysicalPlanPtr planned, planning.plan(subquery->plan));
    ASSIGN_OR_RETURN(planned, finish(std::move(planned)));
    const DataType type = planned->output()[0]->dataType();
    out.subqueries.push_back({subquery->id, std::move(planned), type});
  }
  ASSIGN_OR_RETURN(out.root, finish(std::move(root)));
  return out;
}

namespace {

PhysicalPlanPtr substitute(const PhysicalPlanPtr& node, expr::ExprId id, const expr::ExprPtr& literal,
                           std::unordered_map<const plan::PhysicalPlan*, PhysicalPlanPtr>& done) {
  const auto at = done.find(node.get());
  if (at != done.end()) return at->second;
  PhysicalPlanPtr out = tree::mapChildren(node, [&](const PhysicalPlanPtr& child) { return substitute(child, id, literal, done); });
  std::vector<expr::ExprPtr> expressions = out->expressions();
  bool changed = false;
  for (expr::ExprPtr& expression : expressions) {
    if (!expression->traits().hasSubquery) continue;
    expr::ExprPtr made = tree::transformUp(expression, [&](const expr::ExprPtr& each) -> expr::ExprPtr {
      const auto* scalar = each->as<plan::ScalarSubquery>();
      return scalar != nullptr && scalar->id == id ? literal : each;
    });
    changed = changed || made != expression;
    expression = std::move(made);
  }
  if (changed) out = out->withNewExpressions(std::move(expressions));
  done.emplace(node.get(), out);
  return out;
}

}  // namespace

PhysicalPlanPtr substituteSubquery(const PhysicalPlanPtr& plan, expr::ExprId id, const Value& value, const DataType& type) {
  std::unordered_map<const plan::PhysicalPlan*, PhysicalPlanPtr> done;
  return substitute(plan, id, expr::literal(value, type), done);
}

}  // namespace flint::planner
