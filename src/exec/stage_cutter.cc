#include "exec/stage_cutter.h"

#include <algorithm>
#include <unordered_map>

#include "exec/exchange/shuffle_read_source.h"
#include "exec/scan/file_scan_source.h"
#include "exec/store/cached_rows.h"
#include "plan/logical/cached_relation.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

using plan::BuildSide;
using plan::JoinType;
using plan::Partitioning;
using plan::PhysicalPlanPtr;

// A join whose build side gives unmatched rows of its own: only one task may hold the table.
bool keepsBuildRows(const plan::BroadcastNestedLoopJoinExec& join) {
  if (join.type == JoinType::kFullOuter) return true;
  if (join.buildSide == BuildSide::kRight) return join.type == JoinType::kRightOuter;
  return join.type == JoinType::kLeftOuter || join.type == JoinType::kLeftSemi || join.type == JoinType::kLeftAnti || join.type == JoinType::kExistence;
}

// Rows that flow from a leaf without a break: an operator inside a union can give one of its partitions.
bool flowsFromLeaf(const PhysicalPlanPtr& node) {
  if (node->children().empty()) return true;
  if (node->as<plan::ShuffleExchangeExec>() != nullptr || node->as<plan::CoalesceExec>() != nullptr || node->as<plan::SharedSubplanExec>() != nullptr) return true;
  const bool streams = node->as<plan::ProjectExec>() != nullptr || node->as<plan::FilterExec>() != nullptr;
  return streams && flowsFromLeaf(node->children()[0]);
}

class Cutter {
 public:
  Result<StageGraph> cut(const PhysicalPlanPtr& root) {
    std::vector<int32_t> dependencies;
    const PhysicalPlanPtr plan = above(root, dependencies);
    graph_.resultRead = addStage(plan, {}, std::move(dependencies), root->output()).read;
    return std::move(graph_);
  }

 private:
  struct Made {
    PhysicalPlanPtr read;
    int32_t stage;
  };

  Made addStage(PhysicalPlanPtr plan, Partitioning partitioning, std::vector<int32_t> dependencies, std::vector<expr::AttributePtr> attributes) {
    Stage stage;
    stage.id = static_cast<int32_t>(graph_.stages.size());
    stage.plan = std::move(plan);
    stage.shuffleId = shuffle::MapOutputTracker::instance().newShuffle();
    stage.partitioning = partitioning;
    stage.dependencies = std::move(dependencies);
    plan::ShuffleReadExec read;
    read.shuffleId = stage.shuffleId;
    read.attributes = std::move(attributes);
    read.partitioning = std::move(partitioning);
    const int32_t id = stage.id;
    graph_.stages.push_back(std::move(stage));
    return {plan::makePhysical(std::move(read)), id};
  }

  // Makes a stage of `child` and what reads it.
  PhysicalPlanPtr cutAt(const PhysicalPlanPtr& child, Partitioning partitioning, std::vector<int32_t>& dependencies) {
    std::vector<int32_t> own;
    const PhysicalPlanPtr plan = above(child, own);
    const Made made = addStage(plan, std::move(partitioning), std::move(own), child->output());
    dependencies.push_back(made.stage);
    return made.read;
  }

  static Partitioning single() { return {.kind = Partitioning::Kind::kSingle, .keys = {}, .numPartitions = 1}; }

  PhysicalPlanPtr cutShared(const plan::SharedSubplanExec& node, std::vector<int32_t>& dependencies) {
    auto found = shared_.find(node.id);
    if (found == shared_.end()) {
      std::vector<int32_t> own;
      const PhysicalPlanPtr plan = above(node.child, own);
      found = shared_.emplace(node.id, addStage(plan, {}, std::move(own), node.child->output())).first;
    }
    dependencies.push_back(found->second.stage);
    plan::ShuffleReadExec read = *found->second.read->as<plan::ShuffleReadExec>();
    read.attributes = node.attributes;
    return plan::makePhysical(std::move(read));
  }

  // The plan with a read in place of every exchange below; the stages read are added to `dependencies`.
  PhysicalPlanPtr above(const PhysicalPlanPtr& node, std::vector<int32_t>& dependencies) {
    if (const auto* exchange = node->as<plan::ShuffleExchangeExec>()) {
      // Ranges need all rows before any can be sent: one partition meets every ordered distribution.
      return cutAt(exchange->child, exchange->partitioning.kind == Partitioning::Kind::kRange ? single() : exchange->partitioning, dependencies);
    }
    if (const auto* broadcast = node->as<plan::BroadcastExchangeExec>()) {
      return cutAt(broadcast->child, {.kind = Partitioning::Kind::kBroadcast, .keys = {}, .numPartitions = 1}, dependencies);
    }
    if (const auto* coalesce = node->as<plan::CoalesceExec>()) {
      return cutAt(coalesce->child, {.kind = Partitioning::Kind::kUnknown, .keys = {}, .numPartitions = coalesce->numPartitions}, dependencies);
    }
    if (const auto* shared = node->as<plan::SharedSubplanExec>()) return cutShared(*shared, dependencies);
    std::vector<PhysicalPlanPtr> children = node->children();
    if (const auto* tail = node->as<plan::CollectTailExec>()) {
      children[0] = cutAt(tail->child, single(), dependencies);
      return node->withNewChildren(std::move(children));
    }
    const auto* join = node->as<plan::BroadcastNestedLoopJoinExec>();
    const size_t gathered = join == nullptr || !keepsBuildRows(*join) ? children.size() : join->buildSide == BuildSide::kRight ? 0 : 1;
    bool changed = false;
    for (size_t i = 0; i < children.size(); ++i) {
      PhysicalPlanPtr child;
      if (i == gathered) {
        child = cutAt(children[i], single(), dependencies);
      } else if (node->as<plan::UnionExec>() != nullptr && !flowsFromLeaf(children[i])) {
        child = cutAt(children[i], {}, dependencies);
      } else {
        child = above(children[i], dependencies);
      }
      changed = changed || child != children[i];
      children[i] = std::move(child);
    }
    return changed ? node->withNewChildren(std::move(children)) : node;
  }

  StageGraph graph_;
  std::unordered_map<int64_t, Made> shared_;
};

}  // namespace

Result<StageGraph> cutStages(const PhysicalPlanPtr& root) { return Cutter().cut(root); }

Result<int32_t> countTasks(const PhysicalPlanPtr& stage, TaskContext& task) {
  if (const auto* range = stage->as<plan::RangeExec>()) return std::max(1, range->numPartitions);
  if (const auto* local = stage->as<plan::LocalTableScanExec>()) return std::max(1, local->numPartitions);
  if (const auto* read = stage->as<plan::ShuffleReadExec>()) return shuffleReadPartitions(*read);
  if (stage->as<plan::FileSourceScanExec>() != nullptr) {
    ASSIGN_OR_RETURN(const auto source, FileScanSource::make(std::static_pointer_cast<const plan::FileSourceScanExec>(stage), task));
    return std::max(1, source->numPartitions());
  }
  if (const auto* cached = stage->as<plan::InMemoryTableScanExec>()) {
    const plan::CachedRelation* relation = plan::cachedRelation(cached->data);
    const auto rows = relation == nullptr ? nullptr : std::static_pointer_cast<const CachedRows>(relation->rows());
    return rows == nullptr ? 1 : rows->numPartitions();
  }
  const std::vector<PhysicalPlanPtr> children = stage->children();
  if (children.empty()) return 1;
  if (stage->as<plan::UnionExec>() != nullptr) {
    int32_t sum = 0;
    for (const PhysicalPlanPtr& child : children) {
      ASSIGN_OR_RETURN(const int32_t tasks, countTasks(child, task));
      sum += tasks;
    }
    return sum;
  }
  if (const auto* join = stage->as<plan::BroadcastHashJoinExec>()) return countTasks(join->buildSide == BuildSide::kLeft ? join->right : join->left, task);
  if (const auto* join = stage->as<plan::BroadcastNestedLoopJoinExec>()) return countTasks(join->buildSide == BuildSide::kLeft ? join->right : join->left, task);
  return countTasks(children[0], task);
}

}  // namespace flint::exec
