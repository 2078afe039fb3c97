#pragma once

#include <vector>

#include "plan/logical/relational.h"
#include "plan/physical/physical_plan.h"

/// Physical joins. Names are Spark's.
namespace flint::plan {

/// Which child the hash table is made of.
enum class BuildSide : uint8_t { kLeft, kRight };

/// Equi-join with a hash table; `condition` is the residual. Every JoinType but kCross.
struct ShuffledHashJoinExec final : PhysicalNode<ShuffledHashJoinExec, PhysicalKind::kShuffledHashJoin> {
  std::vector<ExprPtr> leftKeys;
  std::vector<ExprPtr> rightKeys;
  JoinType type = JoinType::kInner;
  BuildSide buildSide = BuildSide::kRight;
  ExprPtr condition;
  AttributePtr exists;
  std::vector<int64_t> dynamicFilterIds;  // one a key; 0: none wanted
  PhysicalPlanPtr left;
  PhysicalPlanPtr right;
  static constexpr const char* kName = "ShuffledHashJoin";
  static constexpr auto fields() {
    return std::tuple(field("leftKeys", &ShuffledHashJoinExec::leftKeys), field("rightKeys", &ShuffledHashJoinExec::rightKeys),
                      field("type", &ShuffledHashJoinExec::type), field("buildSide", &ShuffledHashJoinExec::buildSide),
                      field("condition", &ShuffledHashJoinExec::condition), field("exists", &ShuffledHashJoinExec::exists),
                      field("dynamicFilterIds", &ShuffledHashJoinExec::dynamicFilterIds), field("left", &ShuffledHashJoinExec::left),
                      field("right", &ShuffledHashJoinExec::right));
  }
  std::vector<AttributePtr> output() const override;
  Partitioning outputPartitioning() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
};
struct BroadcastHashJoinExec final : PhysicalNode<BroadcastHashJoinExec, PhysicalKind::kBroadcastHashJoin> {
  std::vector<ExprPtr> leftKeys;
  std::vector<ExprPtr> rightKeys;
  JoinType type = JoinType::kInner;
  BuildSide buildSide = BuildSide::kRight;
  ExprPtr condition;
  AttributePtr exists;
  std::vector<int64_t> dynamicFilterIds;
  PhysicalPlanPtr left;
  PhysicalPlanPtr right;
  static constexpr const char* kName = "BroadcastHashJoin";
  static constexpr auto fields() {
    return std::tuple(field("leftKeys", &BroadcastHashJoinExec::leftKeys), field("rightKeys", &BroadcastHashJoinExec::rightKeys),
                      field("type", &BroadcastHashJoinExec::type), field("buildSide", &BroadcastHashJoinExec::buildSide),
                      field("condition", &BroadcastHashJoinExec::condition), field("exists", &BroadcastHashJoinExec::exists),
                      field("dynamicFilterIds", &BroadcastHashJoinExec::dynamicFilterIds), field("left", &BroadcastHashJoinExec::left),
                      field("right", &BroadcastHashJoinExec::right));
  }
  std::vector<AttributePtr> output() const override;
  Partitioning outputPartitioning() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
};
/// Any join condition; every JoinType.
struct BroadcastNestedLoopJoinExec final : PhysicalNode<BroadcastNestedLoopJoinExec, PhysicalKind::kBroadcastNestedLoopJoin> {
  JoinType type = JoinType::kInner;
  BuildSide buildSide = BuildSide::kRight;
  ExprPtr condition;
  AttributePtr exists;
  PhysicalPlanPtr left;
  PhysicalPlanPtr right;
  static constexpr const char* kName = "BroadcastNestedLoopJoin";
  static constexpr auto fields() {
    return std::tuple(field("type", &BroadcastNestedLoopJoinExec::type), field("buildSide", &BroadcastNestedLoopJoinExec::buildSide),
                      field("condition", &BroadcastNestedLoopJoinExec::condition), field("exists", &BroadcastNestedLoopJoinExec::exists),
                      field("left", &BroadcastNestedLoopJoinExec::left), field("right", &BroadcastNestedLoopJoinExec::right));
  }
  std::vector<AttributePtr> output() const override;
  Partitioning outputPartitioning() const override;
  std::vector<Distribution> requiredChildDistribution() const override;
};

}  // namespace flint::plan
