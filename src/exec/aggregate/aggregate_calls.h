#pragma once

#include <memory>
#include <vector>

#include "columnar/columnar_batch.h"
#include "exec/aggregate/group_table.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {

/// What a HashAggregateExec computes, bound to its input: key and argument expressions, aggregators, result expressions.
///
/// Shape: `input` evaluates the keys first, then what the calls need; `Call::arguments` and `filter` are positions in its result.
/// Threads: immutable.
struct AggregateCalls {
  struct Call {
    std::shared_ptr<const expr::Aggregator> aggregator;
    bool merges = false;            // its input is encoded states
    std::vector<size_t> arguments;  // of `merges`: the encoded state's columns
    int filter = -1;                // position of a boolean; -1: none
    DataType result;
  };
  size_t numKeys = 0;
  std::vector<DataType> keyTypes;
  std::vector<bool> keyNullable;
  std::vector<Call> calls;
  std::shared_ptr<const expr::ExpressionEvaluator> input;
  std::shared_ptr<const expr::ExpressionEvaluator> results;  // over keys, then the calls' values; null where states are given
  bool orderSensitive = false;

  /// `merges` says which calls read states (`stateAttributes`, in order); empty: all where the mode takes states, none else. `inOrder`: rows have to come in
  /// order whatever the calls say.
  static Result<std::shared_ptr<const AggregateCalls>> make(const plan::HashAggregateExec& node, const expr::EvaluationOptions& options,
                                                            const std::vector<bool>& merges = {}, bool inOrder = false);
  std::vector<std::shared_ptr<const expr::Aggregator>> aggregators() const;

  /// Adds rows to groups: `groups[i]` is the group of the i-th active row. `columns` is what `input` gave.
  Status update(const GroupStates& states, std::byte* const* groups, const std::vector<columnar::VectorPtr>& columns,
                const columnar::ActiveRows& active, expr::StateArena& arena) const;
  /// Adds all active rows to one group.
  Status updateOne(const GroupStates& states, std::byte* group, const std::vector<columnar::VectorPtr>& columns,
                   const columnar::ActiveRows& active, expr::StateArena& arena) const;
  /// The node's output columns for groups whose key columns are `keys`.
  Result<std::vector<columnar::VectorPtr>> finish(const GroupStates& states, std::span<const std::byte* const> groups,
                                                  std::vector<columnar::VectorPtr> keys, expr::ExpressionEvaluator::Local* results) const;
  /// Encoded states, as kPartial and kPartialMerge give them.
  Status encode(const GroupStates& states, std::span<const std::byte* const> groups, std::vector<columnar::VectorPtr>& columns) const;
};

}  // namespace flint::exec
