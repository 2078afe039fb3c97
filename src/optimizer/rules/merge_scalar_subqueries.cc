#include <algorithm>

#include "optimizer/aggregate_core.h"
#include "optimizer/rules/rules.h"
#include "optimizer/statistics/estimator.h"

namespace flint::optimizer {
namespace {

using plan::Join;
using plan::JoinType;

bool isInner(const LogicalPlanPtr& node) {
  const auto* join = node->as<Join>();
  return join != nullptr && (join->type == JoinType::kInner || join->type == JoinType::kCross);
}

// Unites the one-row aggregates among the inputs of one region of inner joins.
class RegionMerge {
 public:
  explicit RegionMerge(OptimizerContext& context) : context_(context) {}

  LogicalPlanPtr apply(const LogicalPlanPtr& root) {
    collect(root);
    if (!group()) return root;
    return rebuild(root);
  }

 private:
  struct Group {
    std::vector<LogicalPlanPtr> plans;
    std::vector<AggregateCore> cores;
  };

  void collect(const LogicalPlanPtr& node) {
    if (isInner(node)) {
      collect(node->as<Join>()->left);
      collect(node->as<Join>()->right);
      return;
    }
    auto core = matchAggregateCore(node);
    if (!core) return;
    auto at = std::find_if(groups_.begin(), groups_.end(), [&](const Group& each) { return areMergeable(each.cores[0], *core); });
    if (at == groups_.end()) at = groups_.insert(at, Group());
    at->plans.push_back(node);
    at->cores.push_back(std::move(*core));
  }

  bool group() {
    std::erase_if(groups_, [](const Group& each) { return each.cores.size() < 2; });
    for (const Group& each : groups_) {
      const LogicalPlanPtr merged = mergeAggregateCores(each.cores, context_.estimator());
      for (size_t i = 0; i < each.plans.size(); ++i) replacements_.emplace_back(each.plans[i], i == 0 ? merged : nullptr);
    }
    return !groups_.empty();
  }

  // Null pointer: nothing of this part is left.
  LogicalPlanPtr rebuild(const LogicalPlanPtr& node) const {
    if (!isInner(node)) {
      for (const auto& [old, made] : replacements_) {
        if (old == node) return made;
      }
      return node;
    }
    const auto& join = *node->as<Join>();
    LogicalPlanPtr left = rebuild(join.left);
    LogicalPlanPtr right = rebuild(join.right);
    if (left == join.left && right == join.right) return node;
    const bool alone = left == nullptr || right == nullptr;
    if (!alone) return node->withNewChildren({std::move(left), std::move(right)});
    LogicalPlanPtr rest = left == nullptr ? std::move(right) : std::move(left);
    if (rest == nullptr || join.condition == nullptr) return rest;
    return makeFilter({join.condition}, std::move(rest));
  }

  OptimizerContext& context_;
  std::vector<Group> groups_;
  std::vector<std::pair<LogicalPlanPtr, LogicalPlanPtr>> replacements_;
};

LogicalPlanPtr merge(const LogicalPlanPtr& plan, OptimizerContext& context) {
  LogicalPlanPtr out = plan;
  if (isInner(plan)) {
    out = RegionMerge(context).apply(plan);
    if (out != plan) {
      // The order of columns is that of the inputs, which have moved.
      out = makeProject(asExpressions(plan->output()), out);
    }
  }
  return tree::mapChildren(out, [&](const LogicalPlanPtr& child) { return merge(child, context); });
}

}  // namespace

// Several one-row aggregates over the same tables, joined together, are computed in one reading of them.
Result<LogicalPlanPtr> mergeScalarSubqueries(const LogicalPlanPtr& root, OptimizerContext& context) { return merge(root, context); }

}  // namespace flint::optimizer
