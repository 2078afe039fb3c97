#include <algorithm>
#include <optional>
#include <unordered_map>

#include "base/hash.h"
#include "optimizer/reinstance.h"
#include "optimizer/rules/rules.h"
#include "plan/logical/relational.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::optimizer {
namespace {

using plan::LogicalKind;

// Whether two plans give the same rows: the same nodes over the same tables, with the same expressions but for the ids of attributes.
class PlanComparison {
 public:
  // Whether both group the same rows alike, whatever they compute for each group.
  bool sameGroups(const plan::Aggregate& a, const plan::Aggregate& b) { return same(a.child, b.child) && same(a.grouping, b.grouping); }

  // An expression of the second plan in terms of the first, whose columns are `columns`.
  ExprPtr inFirst(const ExprPtr& named, const std::vector<AttributePtr>& columns) const {
    AttributeMap map;
    for (const auto& [second, first] : idOf_) {
      const auto at = std::find_if(columns.begin(), columns.end(), [first = first](const AttributePtr& column) { return column->id == first; });
      if (at != columns.end()) map.emplace(second, *at);
    }
    return replaceAttributes(named, map);
  }

  bool same(const LogicalPlanPtr& a, const LogicalPlanPtr& b) {
    if (a->kind() != b->kind()) return false;
    if (const auto* relation = a->as<plan::Relation>()) return sameRelation(*relation, *b->as<plan::Relation>());
    if (a->as<plan::LocalRelation>() != nullptr && a->as<plan::LocalRelation>()->batches != b->as<plan::LocalRelation>()->batches) return false;
    const std::vector<LogicalPlanPtr> childrenA = a->children();
    const std::vector<LogicalPlanPtr> childrenB = b->children();
    if (childrenA.size() != childrenB.size()) return false;
    for (size_t i = 0; i < childrenA.size(); ++i) {
      if (!same(childrenA[i], childrenB[i])) return false;
    }
    std::vector<ExprPtr> expressions = a->expressions();
    if (!same(expressions, b->expressions())) return false;
    // What is left are fields that are neither: join types, numbers of rows.
    LogicalPlanPtr alike = childrenA.empty() ? b : b->withNewChildren(childrenA);
    if (!expressions.empty()) alike = alike->withNewExpressions(std::move(expressions));
    return alike->sameAs(*a);
  }

 private:
  bool sameRelation(const plan::Relation& a, const plan::Relation& b) {
    if (a.table == nullptr || b.table == nullptr || a.table->identity() != b.table->identity()) return false;
    return sameColumns(a.attributes, b.attributes) && sameColumns(a.metadataAttributes, b.metadataAttributes) && same(a.pushedFilters, b.pushedFilters);
  }

  bool sameColumns(const std::vector<AttributePtr>& a, const std::vector<AttributePtr>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (a[i]->name != b[i]->name || !a[i]->type.sameType(b[i]->type) || !sameId(a[i]->id, b[i]->id)) return false;
    }
    return true;
  }

  bool same(const std::vector<ExprPtr>& a, const std::vector<ExprPtr>& b) {
    if (a.size() != b.size()) return false;
    for (size_t i = 0; i < a.size(); ++i) {
      if (!same(a[i], b[i])) return false;
    }
    return true;
  }

  // An id that is met for the first time is one that the node makes.
  bool sameId(ExprId a, ExprId b) { return idOf_.try_emplace(b, a).first->second == a; }

  bool same(const ExprPtr& a, const ExprPtr& b) {
    if (a == nullptr || b == nullptr) return a == b;
    if (a->kind() != b->kind() || !a->dataType().sameType(b->dataType())) return false;
    if (const auto* attribute = a->as<expr::AttributeReference>()) return sameId(attribute->id, b->as<expr::AttributeReference>()->id);
    if (const auto* variable = a->as<expr::LambdaVariable>()) return sameId(variable->id, b->as<expr::LambdaVariable>()->id);
    if (const auto* alias = a->as<expr::Alias>()) {
      const auto* other = b->as<expr::Alias>();
      return same(alias->child, other->child) && sameId(alias->id, other->id);
    }
    if (const auto* subquery = a->as<plan::ScalarSubquery>()) {
      const auto* other = b->as<plan::ScalarSubquery>();
      return subquery->outerAttributes.empty() && other->outerAttributes.empty() && same(subquery->plan, other->plan);
    }
    if (a->kind() == expr::ExprKind::kOuterReference || a->traits().hasPythonUdf) return false;
    const std::vector<ExprPtr> childrenA = a->children();
    const std::vector<ExprPtr> childrenB = b->children();
    if (!same(childrenA, childrenB)) return false;
    return childrenA.empty() ? a->sameAs(*b) : b->withNewChildren(childrenA)->sameAs(*a);
  }

  std::unordered_map<ExprId, ExprId> idOf_;  // of the second plan, in the first
};

// Finds subplans that a query holds several times, and lets all but the first read the rows of the first.
class SubplanSharing {
 public:
  LogicalPlanPtr apply(const LogicalPlanPtr& root) {
    if (!readsTableTwice(root)) return root;
    find(root);
    if (uses_.empty()) return root;
    LogicalPlanPtr main = rewrite(root);
    plan::WithCte made;
    made.definitions = std::move(definitions_);
    if (const auto* with = main->as<plan::WithCte>()) {
      made.definitions.insert(made.definitions.end(), with->definitions.begin(), with->definitions.end());
      made.child = with->child;
    } else {
      made.child = std::move(main);
    }
    return makePlan(std::move(made));
  }

 private:
  struct Subplan {
    LogicalPlanPtr first;
    int64_t id = 0;  // 0: it is not shared
    bool isDefined = false;
    std::vector<ExprPtr> more;  // of an aggregate: what later uses compute besides
  };

  struct Use {
    size_t subplan;
    std::vector<size_t> columns;  // of the definition, one for each column of the use
  };

  static void countTables(const LogicalPlanPtr& plan, std::unordered_map<std::string, int>& uses) {
    if (const auto* relation = plan->as<plan::Relation>(); relation != nullptr && relation->table != nullptr) ++uses[relation->table->identity()];
    for (const LogicalPlanPtr& child : plan->children()) countTables(child, uses);
  }
  static bool readsTableTwice(const LogicalPlanPtr& root) {
    std::unordered_map<std::string, int> uses;
    countTables(root, uses);
    return std::any_of(uses.begin(), uses.end(), [](const auto& each) { return each.second > 1; });
  }

  // An aggregate or a window, or what filters and projects the rows of one: its rows are gathered anyway, so that keeping them costs little.
  static bool gathersRows(const LogicalPlanPtr& plan) {
    switch (plan->kind()) {
      case LogicalKind::kAggregate:
      case LogicalKind::kWindow: return true;
      case LogicalKind::kFilter:
      case LogicalKind::kProject: return gathersRows(plan->children()[0]);
      default: return false;
    }
  }

  static bool canBeShared(const LogicalPlanPtr& plan) {
    if (plan->kind() == LogicalKind::kCteRelationRef) return false;  // definitions of the query come behind those made here
    for (const ExprPtr& expression : plan->expressions()) {
      if (!expression->deterministic() || expression->traits().hasOuterReference || expression->traits().hasPythonUdf) return false;
    }
    const std::vector<LogicalPlanPtr> children = plan->children();
    return std::all_of(children.begin(), children.end(), canBeShared);
  }

  // A number that equal plans share.
  static uint64_t shapeOf(const LogicalPlanPtr& plan) {
    uint64_t shape = mixHash(static_cast<uint64_t>(plan->kind()));
    if (const auto* relation = plan->as<plan::Relation>(); relation != nullptr && relation->table != nullptr) {
      shape = combineHash(shape, std::hash<std::string>()(relation->table->identity()));
    }
    for (const LogicalPlanPtr& child : plan->children()) shape = combineHash(shape, shapeOf(child));
    return shape;
  }

  // The largest equal subplans: nothing is looked for inside of one that has been met before.
  void find(const LogicalPlanPtr& plan) {
    if (const auto* definition = plan->as<plan::CteRelationDef>(); definition != nullptr && definition->recursive) return;
    if (gathersRows(plan) && canBeShared(plan)) {
      const uint64_t shape = shapeOf(plan);
      const auto [begin, end] = known_.equal_range(shape);
      for (auto at = begin; at != end; ++at) {
        const auto columns = columnsIn(subplans_[at->second], plan);
        if (!columns) continue;
        Subplan& known = subplans_[at->second];
        if (known.id == 0) {
          known.id = expr::newExprId();
          uses_.emplace(known.first.get(), Use{at->second, placesTo(known.first->output().size())});
        }
        uses_.emplace(plan.get(), Use{at->second, *columns});
        return;
      }
      known_.emplace(shape, subplans_.size());
      subplans_.push_back({.first = plan});
    }
    for (const LogicalPlanPtr& child : plan->children()) find(child);
  }

  static std::vector<size_t> placesTo(size_t end) {
    std::vector<size_t> places(end);
    for (size_t i = 0; i < end; ++i) places[i] = i;
    return places;
  }

  // Where the definition has each of the plan's columns; absent when its rows are others.
  static std::optional<std::vector<size_t>> columnsIn(Subplan& known, const LogicalPlanPtr& plan) {
    const auto* first = known.first->as<plan::Aggregate>();
    const auto* second = plan->as<plan::Aggregate>();
    if (first == nullptr || second == nullptr) {
      if (!PlanComparison().same(known.first, plan)) return std::nullopt;
      return placesTo(plan->output().size());
    }
    PlanComparison comparison;
    if (!comparison.sameGroups(*first, *second)) return std::nullopt;
    std::vector<ExprPtr> computed = first->aggregates;
    computed.insert(computed.end(), known.more.begin(), known.more.end());
    std::vector<size_t> columns;
    for (const ExprPtr& named : second->aggregates) {
      const ExprPtr mapped = comparison.inFirst(named, first->child->output());
      const auto meansTheSame = [&](const ExprPtr& each) { return semanticEquals(expr::withoutAlias(each), expr::withoutAlias(mapped)); };
      const auto at = std::find_if(computed.begin(), computed.end(), meansTheSame);
      columns.push_back(static_cast<size_t>(at - computed.begin()));
      if (at != computed.end()) continue;
      computed.push_back(mapped);
      known.more.push_back(mapped);
    }
    return columns;
  }

  // The rows of the definition under the names and ids that the plan's columns have.
  LogicalPlanPtr referenceTo(const Subplan& shared, const Use& use, const LogicalPlanPtr& plan) const {
    plan::CteRelationRef reference;
    reference.cteId = shared.id;
    reference.attributes = shared.first->output();
    for (const ExprPtr& each : shared.more) reference.attributes.push_back(expr::toAttribute(each));
    for (AttributePtr& column : reference.attributes) column = expr::withNewId(column);
    const std::vector<AttributePtr> output = plan->output();
    std::vector<ExprPtr> list;
    for (size_t i = 0; i < output.size(); ++i) {
      AttributePtr& column = reference.attributes[use.columns[i]];
      list.push_back(makeAliasAs(column, output[i]));
    }
    if (use.columns == placesTo(reference.attributes.size())) {
      reference.attributes = output;
      return makePlan(std::move(reference));
    }
    return makeProject(std::move(list), makePlan(std::move(reference)));
  }

  LogicalPlanPtr rewrite(const LogicalPlanPtr& plan) {
    const auto use = uses_.find(plan.get());
    if (use == uses_.end()) return tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return rewrite(child); });
    Subplan& shared = subplans_[use->second.subplan];
    if (plan == shared.first && !shared.isDefined) {
      shared.isDefined = true;
      LogicalPlanPtr body = tree::mapChildren(plan, [this](const LogicalPlanPtr& child) { return rewrite(child); });
      if (!shared.more.empty()) {
        plan::Aggregate all(*body->as<plan::Aggregate>());
        all.aggregates.insert(all.aggregates.end(), shared.more.begin(), shared.more.end());
        body = makePlan(std::move(all));
      }
      plan::CteRelationDef definition;
      definition.id = shared.id;
      AttributeMap copies;
      definition.child = reinstance(body, copies);
      definitions_.push_back(makePlan(std::move(definition)));  // behind those that it reads
    }
    return referenceTo(shared, use->second, plan);
  }

  std::vector<Subplan> subplans_;
  std::unordered_multimap<uint64_t, size_t> known_;                   // by shape
  std::unordered_map<const plan::LogicalPlan*, Use> uses_;
  std::vector<LogicalPlanPtr> definitions_;
};

}  // namespace

// Aggregates and windows that a query holds several times are computed once.
Result<LogicalPlanPtr> shareEqualSubplans(const LogicalPlanPtr& root, OptimizerContext&) { return SubplanSharing().apply(root); }

}  // namespace flint::optimizer
