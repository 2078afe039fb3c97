#pragma once

#include <vector>

#include "plan/logical/logical_plan.h"

namespace flint::plan {

enum class PipeOperator : uint8_t { kInput, kExtend, kSet, kAggregate };

/// One step of a pipe, `child |> operator`, whose meaning needs the columns of its input. `kInput` only hides what is below those columns.
struct UnresolvedPipe final : LogicalNode<UnresolvedPipe, LogicalKind::kUnresolvedPipe> {
  PipeOperator op = PipeOperator::kInput;
  std::vector<ExprPtr> items;     // EXTEND, SET: named expressions; AGGREGATE: the aggregates
  std::vector<ExprPtr> grouping;  // AGGREGATE: named expressions; integers are positions in the input
  LogicalPlanPtr child;
  static constexpr const char* kName = "UnresolvedPipe";
  static constexpr auto fields() {
    return std::tuple(field("op", &UnresolvedPipe::op), field("items", &UnresolvedPipe::items), field("grouping", &UnresolvedPipe::grouping),
                      field("child", &UnresolvedPipe::child));
  }
  std::vector<AttributePtr> output() const override { return {}; }
};

}  // namespace flint::plan
