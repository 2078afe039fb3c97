#include <map>

#include "optimizer/reinstance.h"
#include "optimizer/rules/rules.h"
#include "optimizer/statistics/estimator.h"
#include "optimizer/subquery_plans.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

using plan::CteRelationDef;
using plan::LogicalKind;

// Gathers all definitions of a query at its root and puts those that are used once, or cost next to nothing, where they are used.
class CteInlining {
 public:
  explicit CteInlining(OptimizerContext& context) : context_(context) {}

  Result<LogicalPlanPtr> apply(const LogicalPlanPtr& root) {
    ASSIGN_OR_RETURN(LogicalPlanPtr main, hoist(root));
    if (definitions_.empty()) return root;
    for (const int64_t id : order_) countUses(definitions_[id]->child);
    countUses(main);
    std::vector<LogicalPlanPtr> kept;
    // A definition may use earlier ones: these are settled before.
    for (const int64_t id : order_) {
      const auto definition = definitions_[id];
      if (uses_[id] == 0) continue;
      ASSIGN_OR_RETURN(LogicalPlanPtr child, inlineIn(definition->child));
      CteRelationDef made(*definition);
      made.child = child;
      const bool shares = uses_[id] > 1 && !isCheap(child);
      const auto settled = std::static_pointer_cast<const CteRelationDef>(makePlan(std::move(made)));
      if (definition->recursive || (shares && !readsOuter(child))) {
        kept.push_back(settled);
        context_.estimator().setCte(id, child);
      } else {
        inlined_[id] = child;
      }
    }
    ASSIGN_OR_RETURN(main, inlineIn(main));
    if (kept.empty()) return main;
    plan::WithCte with;
    with.definitions = std::move(kept);
    with.child = std::move(main);
    return LogicalPlanPtr(makePlan(std::move(with)));
  }

 private:
  Result<LogicalPlanPtr> hoist(const LogicalPlanPtr& plan) {
    if (const auto* with = plan->as<plan::WithCte>()) {
      for (const LogicalPlanPtr& each : with->definitions) {
        const auto* definition = each->as<CteRelationDef>();
        if (definition == nullptr) return internalError("a WithCTE of something else than definitions");
        CteRelationDef made(*definition);
        ASSIGN_OR_RETURN(made.child, hoist(definition->child));
        const int64_t id = definition->id;
        if (definitions_.emplace(id, std::static_pointer_cast<const CteRelationDef>(makePlan(std::move(made)))).second) order_.push_back(id);
      }
      return hoist(with->child);
    }
    ASSIGN_OR_RETURN(LogicalPlanPtr out, tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return hoist(child); }));
    return mapSubqueryPlans(out, [this](const LogicalPlanPtr& inner) { return hoist(inner); });
  }

  void countUses(const LogicalPlanPtr& plan) {
    if (const auto* reference = plan->as<plan::CteRelationRef>()) ++uses_[reference->cteId];
    for (const LogicalPlanPtr& child : plan->children()) countUses(child);
    forEachSubqueryPlan(*plan, [this](const LogicalPlanPtr& inner) { countUses(inner); });
  }

  // Nothing but filters and projections over one small or filtered table: running it twice costs less than keeping its rows.
  static bool isCheap(const LogicalPlanPtr& plan) {
    switch (plan->kind()) {
      case LogicalKind::kProject:
      case LogicalKind::kFilter: {
        for (const ExprPtr& expression : plan->expressions()) {
          if (!expression->deterministic() || expression->traits().hasSubquery || expression->traits().hasPythonUdf) return false;
        }
        return isCheap(plan->children()[0]);
      }
      case LogicalKind::kRelation:
      case LogicalKind::kLocalRelation:
      case LogicalKind::kOneRowRelation:
      case LogicalKind::kInMemoryRelation:
      case LogicalKind::kCteRelationRef:
      case LogicalKind::kRange: return true;
      default: return false;
    }
  }

  static bool readsOuter(const LogicalPlanPtr& plan) {
    return tree::anyNode(plan, [](const LogicalPlanPtr& node) {
      for (const ExprPtr& expression : node->expressions()) {
        if (expression->traits().hasOuterReference) return true;
      }
      return false;
    });
  }

  Result<LogicalPlanPtr> inlineIn(const LogicalPlanPtr& plan) {
    if (const auto* reference = plan->as<plan::CteRelationRef>()) return inlineReference(plan, *reference);
    ASSIGN_OR_RETURN(LogicalPlanPtr out, tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return inlineIn(child); }));
    return mapSubqueryPlans(out, [this](const LogicalPlanPtr& inner) { return inlineIn(inner); });
  }

  Result<LogicalPlanPtr> inlineReference(const LogicalPlanPtr& node, const plan::CteRelationRef& reference) {
    const auto at = inlined_.find(reference.cteId);
    if (at == inlined_.end()) return node;
    AttributeMap copies;
    const LogicalPlanPtr body = reinstance(at->second, copies);
    const std::vector<AttributePtr> columns = body->output();
    if (columns.size() != reference.attributes.size()) return internalError("a reference to a CTE has other columns than the CTE");
    std::vector<ExprPtr> list;
    for (size_t i = 0; i < columns.size(); ++i) list.push_back(makeAliasAs(columns[i], reference.attributes[i]));
    return makeProject(std::move(list), body);
  }

  OptimizerContext& context_;
  std::map<int64_t, std::shared_ptr<const CteRelationDef>> definitions_;
  std::vector<int64_t> order_;  // of appearance: a definition comes after those it uses
  std::map<int64_t, int> uses_;
  std::map<int64_t, LogicalPlanPtr> inlined_;
};

}  // namespace

// Definitions used once are part of the query like any other subquery; those used again and costly are shared: they run once.
Result<LogicalPlanPtr> inlineCte(const LogicalPlanPtr& root, OptimizerContext& context) { return CteInlining(context).apply(root); }

}  // namespace flint::optimizer
