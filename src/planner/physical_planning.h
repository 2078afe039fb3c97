#pragma once

#include <map>
#include <set>
#include <unordered_map>

#include "optimizer/statistics/estimator.h"
#include "plan/logical/relational.h"
#include "plan/physical/physical_nodes.h"
#include "planner/join_strategy.h"

namespace flint::planner {

/// Plans one logical plan without exchanges, from the root to the leaves.
///
/// Threads: confined to one thread; used for one query.
class PhysicalPlanning {
 public:
  PhysicalPlanning(const PlannerOptions& options, optimizer::OptimizerContext& context) : options_(options), context_(context) {}

  Result<plan::PhysicalPlanPtr> plan(const plan::LogicalPlanPtr& logical);

 private:
  /// Dynamic filters that rows of this plan may be tested with: rows whose `column` fails do not matter to anybody above.
  using Targets = std::vector<plan::DynamicFilterTarget>;
  using Planned = Result<plan::PhysicalPlanPtr>;

  Planned planNode(const plan::LogicalPlanPtr& node, const Targets& targets);
  Planned dispatch(const plan::LogicalPlanPtr& node, const Targets& targets);
  plan::PhysicalPlanPtr planCached(const plan::InMemoryRelation& relation, const std::vector<expr::ExprPtr>& filters);
  Planned planScan(const plan::Relation& relation, const std::vector<expr::ExprPtr>& filters, const Targets& targets);
  Planned planFilter(const plan::Filter& filter, const Targets& targets);
  Planned planProject(const plan::Project& project, const Targets& targets);
  Planned planJoin(const plan::LogicalPlanPtr& node, const Targets& targets);
  Planned planUnion(const plan::Union& node, const Targets& targets);
  Planned planLimit(const plan::Limit& limit);
  Planned planTopN(const plan::Sort& sort, const std::vector<expr::ExprPtr>* projectList, int64_t limit, int64_t offset);
  Planned planRepartition(const plan::RepartitionByExpression& node);
  Planned planCteReference(const plan::CteRelationRef& reference);
  Planned planGrouped(const plan::Aggregate& aggregate, const Targets& targets);

  // Which columns of a join's two sides the filters of `targets` test; keys that are equal carry a filter to the other side.
  void splitTargets(const plan::Join& join, const std::vector<optimizer::EquiKey>& keys, const Targets& targets, Targets& left, Targets& right) const;

  const PlannerOptions& options_;
  optimizer::OptimizerContext& context_;
  std::unordered_map<int64_t, plan::LogicalPlanPtr> cteDefinitions_;
  std::unordered_map<int64_t, plan::PhysicalPlanPtr> ctePlans_;
  std::set<int64_t> usedFilters_;  // those that some scan tests
  bool readsRowsAsOne_ = false;  // rows that the plan holds are one partition
  int64_t nextFilterId_ = 1;
};

}  // namespace flint::planner
