#pragma once

#include <memory>
#include <string>
#include <vector>

#include "connector/data_source.h"
#include "plan/physical/join_nodes.h"
#include "plan/physical/physical_plan.h"
#include "plan/physical/scan_nodes.h"

/// Every physical node (with scan_nodes.h and join_nodes.h). Names are Spark's; the comment says what differs.
namespace flint::plan {

struct ProjectExec final : PhysicalNode<ProjectExec, PhysicalKind::kProject> {
  std::vector<ExprPtr> projectList;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Project";
  static constexpr auto fields() { return std::tuple(field("projectList", &ProjectExec::projectList), field("child", &ProjectExec::child)); }
  std::vector<AttributePtr> output() const override;
  std::vector<ExprPtr> outputOrdering() const override { return child->outputOrdering(); }
};

struct FilterExec final : PhysicalNode<FilterExec, PhysicalKind::kFilter> {
  ExprPtr condition;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Filter";
  static constexpr auto fields() { return std::tuple(field("condition", &FilterExec::condition), field("child", &FilterExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  std::vector<ExprPtr> outputOrdering() const override { return child->outputOrdering(); }
};

/// kComplete: partial and final fused, as the local cut runs it. kPartialMerge: states in, states out. kFinish: as kFinal, each row being a group of its own.
enum class AggregateMode : uint8_t { kPartial, kFinal, kComplete, kPartialMerge, kFinish };

/// Shape: kPartial gives the grouping attributes, then each aggregate's encoded state columns; kPartialMerge, kFinal and kFinish take these; the last two and
/// kComplete give `resultExpressions`.
struct HashAggregateExec final : PhysicalNode<HashAggregateExec, PhysicalKind::kHashAggregate> {
  AggregateMode mode = AggregateMode::kComplete;
  std::vector<ExprPtr> grouping;           // attributes, or aliases of expressions
  std::vector<ExprPtr> aggregates;         // AggregateExpressions
  std::vector<AttributePtr> aggregateAttributes;  // one an aggregate: its value in `resultExpressions`
  std::vector<AttributePtr> stateAttributes;      // the encoded states' columns, in order
  std::vector<ExprPtr> resultExpressions;  // over grouping attributes and aggregateAttributes
  PhysicalPlanPtr child;
  static constexpr const char* kName = "HashAggregate";
  static constexpr auto fields() {
    return std::tuple(field("mode", &HashAggregateExec::mode), field("grouping", &HashAggregateExec::grouping),
                      field("aggregates", &HashAggregateExec::aggregates), field("aggregateAttributes", &HashAggregateExec::aggregateAttributes),
                      field("stateAttributes", &HashAggregateExec::stateAttributes), field("resultExpressions", &HashAggregateExec::resultExpressions),
                      field("child", &HashAggregateExec::child));
  }
  bool givesStates() const { return mode == AggregateMode::kPartial || mode == AggregateMode::kPartialMerge; }
  bool takesStates() const { return mode != AggregateMode::kPartial && mode != AggregateMode::kComplete; }
  std::vector<AttributePtr> output() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
};

struct SortExec final : PhysicalNode<SortExec, PhysicalKind::kSort> {
  std::vector<ExprPtr> order;
  bool global = true;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Sort";
  static constexpr auto fields() { return std::tuple(field("order", &SortExec::order), field("global", &SortExec::global), field("child", &SortExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  std::vector<ExprPtr> outputOrdering() const override { return order; }
  std::vector<Distribution> requiredChildDistribution() const override;
};
struct TakeOrderedAndProjectExec final : PhysicalNode<TakeOrderedAndProjectExec, PhysicalKind::kTakeOrderedAndProject> {
  int64_t limit = 0;
  int64_t offset = 0;
  std::vector<ExprPtr> order;
  std::vector<ExprPtr> projectList;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "TakeOrderedAndProject";
  static constexpr auto fields() {
    return std::tuple(field("limit", &TakeOrderedAndProjectExec::limit), field("offset", &TakeOrderedAndProjectExec::offset),
                      field("order", &TakeOrderedAndProjectExec::order), field("projectList", &TakeOrderedAndProjectExec::projectList),
                      field("child", &TakeOrderedAndProjectExec::child));
  }
  std::vector<ExprPtr> outputOrdering() const override { return order; }
  Partitioning outputPartitioning() const override;
  std::vector<AttributePtr> output() const override;
};

struct WindowExec final : PhysicalNode<WindowExec, PhysicalKind::kWindow> {
  std::vector<ExprPtr> windowExpressions;  // aliases of WindowExpressions
  std::vector<ExprPtr> partitionBy;
  std::vector<ExprPtr> orderBy;
  int64_t rowLimit = 0;                    // rows behind so many of their partition that are no peers of one of these do not matter; 0: all do
  PhysicalPlanPtr child;                   // any order: the operator partitions and sorts by itself
  static constexpr const char* kName = "Window";
  static constexpr auto fields() {
    return std::tuple(field("windowExpressions", &WindowExec::windowExpressions), field("partitionBy", &WindowExec::partitionBy),
                      field("orderBy", &WindowExec::orderBy), field("rowLimit", &WindowExec::rowLimit), field("child", &WindowExec::child));
  }
  std::vector<AttributePtr> output() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
};

struct ExpandExec final : PhysicalNode<ExpandExec, PhysicalKind::kExpand> {
  std::vector<std::vector<ExprPtr>> projections;
  std::vector<AttributePtr> attributes;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Expand";
  static constexpr auto fields() {
    return std::tuple(field("projections", &ExpandExec::projections), field("output", &ExpandExec::attributes), field("child", &ExpandExec::child));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
  Partitioning outputPartitioning() const override { return {}; }
};
struct GenerateExec final : PhysicalNode<GenerateExec, PhysicalKind::kGenerate> {
  ExprPtr generator;
  std::vector<AttributePtr> required;
  bool outer = false;
  std::vector<AttributePtr> generatorOutput;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Generate";
  static constexpr auto fields() {
    return std::tuple(field("generator", &GenerateExec::generator), field("required", &GenerateExec::required), field("outer", &GenerateExec::outer),
                      field("generatorOutput", &GenerateExec::generatorOutput), field("child", &GenerateExec::child));
  }
  std::vector<AttributePtr> output() const override;
};
struct UnionExec final : PhysicalNode<UnionExec, PhysicalKind::kUnion> {
  std::vector<PhysicalPlanPtr> inputs;
  std::vector<AttributePtr> attributes;
  static constexpr const char* kName = "Union";
  static constexpr auto fields() { return std::tuple(field("inputs", &UnionExec::inputs), field("output", &UnionExec::attributes)); }
  std::vector<AttributePtr> output() const override { return attributes; }
  Partitioning outputPartitioning() const override { return {}; }
};
struct SampleExec final : PhysicalNode<SampleExec, PhysicalKind::kSample> {
  double lowerBound = 0;
  double upperBound = 1;
  bool withReplacement = false;
  int64_t seed = 0;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Sample";
  static constexpr auto fields() {
    return std::tuple(field("lowerBound", &SampleExec::lowerBound), field("upperBound", &SampleExec::upperBound),
                      field("withReplacement", &SampleExec::withReplacement), field("seed", &SampleExec::seed), field("child", &SampleExec::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
struct CoalesceExec final : PhysicalNode<CoalesceExec, PhysicalKind::kCoalesce> {
  int32_t numPartitions = 1;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Coalesce";
  static constexpr auto fields() { return std::tuple(field("numPartitions", &CoalesceExec::numPartitions), field("child", &CoalesceExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  Partitioning outputPartitioning() const override;
};

/// Local cut: elided unless the user asked for it or the partitioning can be seen. Cluster cut: ends a stage.
struct ShuffleExchangeExec final : PhysicalNode<ShuffleExchangeExec, PhysicalKind::kShuffleExchange> {
  Partitioning partitioning;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "Exchange";
  static constexpr auto fields() { return std::tuple(field("partitioning", &ShuffleExchangeExec::partitioning), field("child", &ShuffleExchangeExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  Partitioning outputPartitioning() const override { return partitioning; }
};
struct BroadcastExchangeExec final : PhysicalNode<BroadcastExchangeExec, PhysicalKind::kBroadcastExchange> {
  PhysicalPlanPtr child;
  static constexpr const char* kName = "BroadcastExchange";
  static constexpr auto fields() { return std::tuple(field("child", &BroadcastExchangeExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  Partitioning outputPartitioning() const override;
};
/// The rows of an earlier stage's shuffle: what an Exchange becomes above a cut.
struct ShuffleReadExec final : PhysicalNode<ShuffleReadExec, PhysicalKind::kShuffleRead> {
  int64_t shuffleId = 0;
  std::vector<AttributePtr> attributes;
  Partitioning partitioning;
  static constexpr const char* kName = "ShuffleQueryStage";
  static constexpr auto fields() {
    return std::tuple(field("shuffleId", &ShuffleReadExec::shuffleId), field("output", &ShuffleReadExec::attributes),
                      field("partitioning", &ShuffleReadExec::partitioning));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
  Partitioning outputPartitioning() const override { return partitioning; }
};

struct LocalLimitExec final : PhysicalNode<LocalLimitExec, PhysicalKind::kLocalLimit> {
  int64_t limit = 0;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "LocalLimit";
  static constexpr auto fields() { return std::tuple(field("limit", &LocalLimitExec::limit), field("child", &LocalLimitExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  std::vector<ExprPtr> outputOrdering() const override { return child->outputOrdering(); }
};
/// The first `limit` rows (negative: all) after `offset`, in order of partition and sequence.
struct GlobalLimitExec final : PhysicalNode<GlobalLimitExec, PhysicalKind::kGlobalLimit> {
  int64_t limit = -1;
  int64_t offset = 0;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "GlobalLimit";
  static constexpr auto fields() {
    return std::tuple(field("limit", &GlobalLimitExec::limit), field("offset", &GlobalLimitExec::offset), field("child", &GlobalLimitExec::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
  std::vector<ExprPtr> outputOrdering() const override { return child->outputOrdering(); }
  std::vector<Distribution> requiredChildDistribution() const override;
  Partitioning outputPartitioning() const override;
};
struct CollectTailExec final : PhysicalNode<CollectTailExec, PhysicalKind::kCollectTail> {
  int64_t limit = 0;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "CollectTail";
  static constexpr auto fields() { return std::tuple(field("limit", &CollectTailExec::limit), field("child", &CollectTailExec::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
  Partitioning outputPartitioning() const override;
};

/// A subplan used in several places: nodes of one `id` run once, and each gives all its rows under attributes of its own.
struct SharedSubplanExec final : PhysicalNode<SharedSubplanExec, PhysicalKind::kSharedSubplan> {
  int64_t id = 0;
  std::vector<AttributePtr> attributes;  // in the child's column order
  PhysicalPlanPtr child;                 // the same pointer in every node of the id
  static constexpr const char* kName = "ReusedExchange";
  static constexpr auto fields() {
    return std::tuple(field("id", &SharedSubplanExec::id), field("output", &SharedSubplanExec::attributes), field("child", &SharedSubplanExec::child));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
  Partitioning outputPartitioning() const override { return {}; }
};

struct CollectMetricsExec final : PhysicalNode<CollectMetricsExec, PhysicalKind::kCollectMetrics> {
  std::string name;
  int64_t planId = 0;
  std::vector<ExprPtr> metrics;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "CollectMetrics";
  static constexpr auto fields() {
    return std::tuple(field("name", &CollectMetricsExec::name), field("planId", &CollectMetricsExec::planId), field("metrics", &CollectMetricsExec::metrics),
                      field("child", &CollectMetricsExec::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
  std::vector<ExprPtr> outputOrdering() const override { return child->outputOrdering(); }
};

/// Writes the child's rows through a BatchWrite that the session made and commits.
struct WriteFilesExec final : PhysicalNode<WriteFilesExec, PhysicalKind::kWriteFiles> {
  std::shared_ptr<connector::BatchWrite> write;
  PhysicalPlanPtr child;
  static constexpr const char* kName = "WriteFiles";
  static constexpr auto fields() { return std::tuple(field("child", &WriteFilesExec::child)); }
  std::vector<AttributePtr> output() const override { return {}; }
};

}  // namespace flint::plan
