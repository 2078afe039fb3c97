#pragma once

#include <string>
#include <vector>

#include "plan/logical/leaf_relations.h"
#include "plan/logical/logical_plan.h"

/// Resolved relational nodes.
namespace flint::plan {

struct Project final : LogicalNode<Project, LogicalKind::kProject> {
  std::vector<ExprPtr> projectList;  // attributes and aliases
  LogicalPlanPtr child;
  static constexpr const char* kName = "Project";
  static constexpr auto fields() { return std::tuple(field("projectList", &Project::projectList), field("child", &Project::child)); }
  std::vector<AttributePtr> output() const override;
};

struct Filter final : LogicalNode<Filter, LogicalKind::kFilter> {
  ExprPtr condition;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Filter";
  static constexpr auto fields() { return std::tuple(field("condition", &Filter::condition), field("child", &Filter::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

/// kNullAwareAnti: NOT IN, where a null on either side removes rows as SQL says. kExistence: every left row, with whether it had a match.
enum class JoinType : uint8_t { kInner, kCross, kLeftOuter, kRightOuter, kFullOuter, kLeftSemi, kLeftAnti, kNullAwareAnti, kExistence };
const char* joinTypeName(JoinType type);  // "Inner", "LeftOuter" ...
enum class JoinHint : uint8_t { kNone, kBroadcast, kShuffleMerge, kShuffleHash, kShuffleReplicateNestedLoop, kNoBroadcastHash, kPreferShuffleHash };

struct Join final : LogicalNode<Join, LogicalKind::kJoin> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  JoinType type = JoinType::kInner;
  ExprPtr condition;  // null pointer: none
  JoinHint leftHint = JoinHint::kNone;
  JoinHint rightHint = JoinHint::kNone;
  AttributePtr exists;  // kExistence only
  static constexpr const char* kName = "Join";
  static constexpr auto fields() {
    return std::tuple(field("left", &Join::left), field("right", &Join::right), field("type", &Join::type), field("condition", &Join::condition),
                      field("leftHint", &Join::leftHint), field("rightHint", &Join::rightHint), field("exists", &Join::exists));
  }
  std::vector<AttributePtr> output() const override;
};

/// For every left row the right side, which reads left columns through OuterReferences.
struct LateralJoin final : LogicalNode<LateralJoin, LogicalKind::kLateralJoin> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  JoinType type = JoinType::kInner;
  ExprPtr condition;
  static constexpr const char* kName = "LateralJoin";
  static constexpr auto fields() {
    return std::tuple(field("left", &LateralJoin::left), field("right", &LateralJoin::right), field("type", &LateralJoin::type),
                      field("condition", &LateralJoin::condition));
  }
  std::vector<AttributePtr> output() const override;
};

struct Aggregate final : LogicalNode<Aggregate, LogicalKind::kAggregate> {
  std::vector<ExprPtr> grouping;
  std::vector<ExprPtr> aggregates;  // output: attributes and aliases over grouping expressions and AggregateExpressions
  LogicalPlanPtr child;
  static constexpr const char* kName = "Aggregate";
  static constexpr auto fields() {
    return std::tuple(field("grouping", &Aggregate::grouping), field("aggregates", &Aggregate::aggregates), field("child", &Aggregate::child));
  }
  std::vector<AttributePtr> output() const override;
};

/// Every input row once per projection (grouping sets, several DISTINCT aggregates).
struct Expand final : LogicalNode<Expand, LogicalKind::kExpand> {
  std::vector<std::vector<ExprPtr>> projections;
  std::vector<AttributePtr> attributes;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Expand";
  static constexpr auto fields() {
    return std::tuple(field("projections", &Expand::projections), field("output", &Expand::attributes), field("child", &Expand::child));
  }
  std::vector<AttributePtr> output() const override { return attributes; }
};

/// The child's columns, then one for each window expression; all of one partitioning and order.
struct Window final : LogicalNode<Window, LogicalKind::kWindow> {
  std::vector<ExprPtr> windowExpressions;  // aliases of WindowExpressions
  std::vector<ExprPtr> partitionBy;
  std::vector<ExprPtr> orderBy;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Window";
  static constexpr auto fields() {
    return std::tuple(field("windowExpressions", &Window::windowExpressions), field("partitionBy", &Window::partitionBy),
                      field("orderBy", &Window::orderBy), field("child", &Window::child));
  }
  std::vector<AttributePtr> output() const override;
};

struct Sort final : LogicalNode<Sort, LogicalKind::kSort> {
  std::vector<ExprPtr> order;  // SortOrders
  bool global = true;          // false: within each partition
  LogicalPlanPtr child;
  static constexpr const char* kName = "Sort";
  static constexpr auto fields() { return std::tuple(field("order", &Sort::order), field("global", &Sort::global), field("child", &Sort::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

/// The first rows. `count` folds to a non-negative int after analysis.
struct Limit final : LogicalNode<Limit, LogicalKind::kLimit> {
  ExprPtr count;
  LogicalPlanPtr child;
  static constexpr const char* kName = "GlobalLimit";
  static constexpr auto fields() { return std::tuple(field("count", &Limit::count), field("child", &Limit::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
struct Offset final : LogicalNode<Offset, LogicalKind::kOffset> {
  ExprPtr count;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Offset";
  static constexpr auto fields() { return std::tuple(field("count", &Offset::count), field("child", &Offset::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
struct Tail final : LogicalNode<Tail, LogicalKind::kTail> {
  ExprPtr count;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Tail";
  static constexpr auto fields() { return std::tuple(field("count", &Tail::count), field("child", &Tail::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

struct Distinct final : LogicalNode<Distinct, LogicalKind::kDistinct> {
  LogicalPlanPtr child;
  static constexpr const char* kName = "Distinct";
  static constexpr auto fields() { return std::tuple(field("child", &Distinct::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
/// One row (the first) for each value of the keys.
struct Deduplicate final : LogicalNode<Deduplicate, LogicalKind::kDeduplicate> {
  std::vector<AttributePtr> keys;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Deduplicate";
  static constexpr auto fields() { return std::tuple(field("keys", &Deduplicate::keys), field("child", &Deduplicate::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

/// UNION ALL of children of equal types; `attributes` are ids of its own.
struct Union final : LogicalNode<Union, LogicalKind::kUnion> {
  std::vector<LogicalPlanPtr> inputs;
  std::vector<AttributePtr> attributes;
  static constexpr const char* kName = "Union";
  static constexpr auto fields() { return std::tuple(field("inputs", &Union::inputs), field("output", &Union::attributes)); }
  std::vector<AttributePtr> output() const override { return attributes; }
};
struct Intersect final : LogicalNode<Intersect, LogicalKind::kIntersect> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  bool isAll = false;
  static constexpr const char* kName = "Intersect";
  static constexpr auto fields() { return std::tuple(field("left", &Intersect::left), field("right", &Intersect::right), field("isAll", &Intersect::isAll)); }
  std::vector<AttributePtr> output() const override;
};
struct Except final : LogicalNode<Except, LogicalKind::kExcept> {
  LogicalPlanPtr left;
  LogicalPlanPtr right;
  bool isAll = false;
  static constexpr const char* kName = "Except";
  static constexpr auto fields() { return std::tuple(field("left", &Except::left), field("right", &Except::right), field("isAll", &Except::isAll)); }
  std::vector<AttributePtr> output() const override { return left->output(); }
};

/// The child's rows, each joined with the rows its generator makes.
struct Generate final : LogicalNode<Generate, LogicalKind::kGenerate> {
  ExprPtr generator;  // GeneratorCall
  bool outer = false;
  std::vector<AttributePtr> generatorOutput;
  std::vector<AttributePtr> required;  // of the child's output, what is passed on
  LogicalPlanPtr child;
  static constexpr const char* kName = "Generate";
  static constexpr auto fields() {
    return std::tuple(field("generator", &Generate::generator), field("outer", &Generate::outer), field("generatorOutput", &Generate::generatorOutput),
                      field("required", &Generate::required), field("child", &Generate::child));
  }
  std::vector<AttributePtr> output() const override;
};

struct Sample final : LogicalNode<Sample, LogicalKind::kSample> {
  double lowerBound = 0;
  double upperBound = 1;
  bool withReplacement = false;
  int64_t seed = 0;
  LogicalPlanPtr child;
  static constexpr const char* kName = "Sample";
  static constexpr auto fields() {
    return std::tuple(field("lowerBound", &Sample::lowerBound), field("upperBound", &Sample::upperBound),
                      field("withReplacement", &Sample::withReplacement), field("seed", &Sample::seed), field("child", &Sample::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

struct Repartition final : LogicalNode<Repartition, LogicalKind::kRepartition> {
  int32_t numPartitions = 0;
  bool shuffle = true;  // false: coalesce
  LogicalPlanPtr child;
  static constexpr const char* kName = "Repartition";
  static constexpr auto fields() {
    return std::tuple(field("numPartitions", &Repartition::numPartitions), field("shuffle", &Repartition::shuffle), field("child", &Repartition::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
/// By hash, or by range when `expressions` are SortOrders; numPartitions 0: the default.
struct RepartitionByExpression final : LogicalNode<RepartitionByExpression, LogicalKind::kRepartitionByExpression> {
  std::vector<ExprPtr> partitionBy;
  int32_t numPartitions = 0;
  bool direct = false;  // the value is the partition id
  LogicalPlanPtr child;
  static constexpr const char* kName = "RepartitionByExpression";
  static constexpr auto fields() {
    return std::tuple(field("partitionBy", &RepartitionByExpression::partitionBy), field("numPartitions", &RepartitionByExpression::numPartitions),
                      field("direct", &RepartitionByExpression::direct), field("child", &RepartitionByExpression::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

struct SubqueryAlias final : LogicalNode<SubqueryAlias, LogicalKind::kSubqueryAlias> {
  std::vector<std::string> alias;  // the last part is the name; others its catalog and database
  LogicalPlanPtr child;
  static constexpr const char* kName = "SubqueryAlias";
  static constexpr auto fields() { return std::tuple(field("alias", &SubqueryAlias::alias), field("child", &SubqueryAlias::child)); }
  std::vector<AttributePtr> output() const override;  // the child's, qualified by the alias
};

/// A CTE's definition, under WithCte. Ids are unique in the process.
struct CteRelationDef final : LogicalNode<CteRelationDef, LogicalKind::kCteRelationDef> {
  LogicalPlanPtr child;
  int64_t id = 0;
  bool recursive = false;
  static constexpr const char* kName = "CTERelationDef";
  static constexpr auto fields() {
    return std::tuple(field("child", &CteRelationDef::child), field("id", &CteRelationDef::id), field("recursive", &CteRelationDef::recursive));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};
struct WithCte final : LogicalNode<WithCte, LogicalKind::kWithCte> {
  std::vector<LogicalPlanPtr> definitions;  // CteRelationDefs; a later one may use an earlier
  LogicalPlanPtr child;
  static constexpr const char* kName = "WithCTE";
  static constexpr auto fields() { return std::tuple(field("definitions", &WithCte::definitions), field("child", &WithCte::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

/// A hint for the joins above.
struct ResolvedHint final : LogicalNode<ResolvedHint, LogicalKind::kResolvedHint> {
  JoinHint hint = JoinHint::kNone;
  LogicalPlanPtr child;
  static constexpr const char* kName = "ResolvedHint";
  static constexpr auto fields() { return std::tuple(field("hint", &ResolvedHint::hint), field("child", &ResolvedHint::child)); }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

/// Computes named aggregates over the rows that pass (`observe`).
struct CollectMetrics final : LogicalNode<CollectMetrics, LogicalKind::kCollectMetrics> {
  std::string name;
  std::vector<ExprPtr> metrics;  // named aggregate expressions
  int64_t planId = 0;
  LogicalPlanPtr child;
  static constexpr const char* kName = "CollectMetrics";
  static constexpr auto fields() {
    return std::tuple(field("name", &CollectMetrics::name), field("metrics", &CollectMetrics::metrics), field("planId", &CollectMetrics::planId),
                      field("child", &CollectMetrics::child));
  }
  std::vector<AttributePtr> output() const override { return child->output(); }
};

}  // namespace flint::plan
