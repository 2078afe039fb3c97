#include <map>

#include "optimizer/expression_rewrite.h"
#include "optimizer/rules/rules.h"
#include "optimizer/subquery_plans.h"
#include "plan/logical/relational.h"

namespace flint::optimizer {
namespace {

// For each shared definition the conditions of all its uses; a use without any makes the definition unfiltered.
struct Uses {
  std::vector<ExprPtr> conditions;  // over the definition's columns
  bool isUnfiltered = false;
};

class CtePredicates {
 public:
  explicit CtePredicates(const plan::WithCte& with) {
    for (const LogicalPlanPtr& each : with.definitions) {
      const auto* definition = each->as<plan::CteRelationDef>();
      if (definition != nullptr) columns_[definition->id] = definition->child->output();
    }
    for (const LogicalPlanPtr& each : with.definitions) visit(each, nullptr);
    visit(with.child, nullptr);
  }

  // The rows of a definition that some use takes; null pointer: all.
  ExprPtr conditionOf(int64_t id) const {
    const auto at = uses_.find(id);
    if (at == uses_.end() || at->second.isUnfiltered || at->second.conditions.empty()) return nullptr;
    ExprPtr any;
    ConjunctList distinct;
    distinct.addAll(at->second.conditions);
    for (const ExprPtr& condition : distinct.list()) any = any == nullptr ? condition : expr::makeOr(any, condition);
    return any;
  }

 private:
  void visit(const LogicalPlanPtr& node, const plan::Filter* above) {
    if (const auto* reference = node->as<plan::CteRelationRef>()) {
      note(*reference, above);
      return;
    }
    const auto* filter = node->as<plan::Filter>();
    for (const LogicalPlanPtr& child : node->children()) visit(child, filter);
    forEachSubqueryPlan(*node, [this](const LogicalPlanPtr& inner) { visit(inner, nullptr); });
  }

  void note(const plan::CteRelationRef& reference, const plan::Filter* above) {
    Uses& uses = uses_[reference.cteId];
    std::vector<ExprPtr> conjuncts;
    if (above != nullptr) {
      AttributeMap map;
      const std::vector<AttributePtr>& columns = columns_[reference.cteId];
      for (size_t i = 0; i < columns.size() && i < reference.attributes.size(); ++i) map.emplace(reference.attributes[i]->id, columns[i]);
      for (const ExprPtr& conjunct : expr::splitConjuncts(above->condition)) {
        if (isMovable(conjunct) && !conjunct->traits().hasSubquery && !conjunct->traits().hasPythonUdf) conjuncts.push_back(replaceAttributes(conjunct, map));
      }
    }
    if (conjuncts.empty()) {
      uses.isUnfiltered = true;
    } else {
      uses.conditions.push_back(expr::conjunction(conjuncts));
    }
  }

  std::map<int64_t, std::vector<AttributePtr>> columns_;
  std::map<int64_t, Uses> uses_;
};

}  // namespace

// A shared definition gives only rows that some of its uses take.
Result<LogicalPlanPtr> pushDownCtePredicates(const LogicalPlanPtr& root, OptimizerContext&) {
  const auto* with = root->as<plan::WithCte>();
  if (with == nullptr) return root;
  const CtePredicates predicates(*with);
  std::vector<LogicalPlanPtr> children = root->children();
  bool changed = false;
  for (LogicalPlanPtr& child : children) {
    const auto* definition = child->as<plan::CteRelationDef>();
    if (definition == nullptr || definition->recursive) continue;
    const ExprPtr condition = predicates.conditionOf(definition->id);
    if (condition == nullptr) continue;
    child = child->withNewChildren({makeFilter({condition}, definition->child)});
    changed = true;
  }
  return changed ? root->withNewChildren(std::move(children)) : root;
}

}  // namespace flint::optimizer
