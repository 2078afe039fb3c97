#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

/// Computes expressions over each row; the runtime of `ProjectExec`.
///
/// Invariant: where an expression depends on a row's place (rand, monotonically_increasing_id), the evaluator sees batches without selection whose
/// sequence is the number of rows before them in their partition; one thread runs a partition then.
/// Threads: as StreamingOperator.
class ProjectOperator final : public StreamingOperator {
 public:
  /// `expressions` are bound, without aliases.
  static Result<std::shared_ptr<ProjectOperator>> make(std::vector<expr::ExprPtr> expressions, const expr::EvaluationOptions& options);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  OrderNeed orderNeed() const override { return needsPlaces_ ? OrderNeed::kPartition : OrderNeed::kNone; }

 private:
  class Local;
  ProjectOperator(std::shared_ptr<const expr::ExpressionEvaluator> evaluator, std::vector<int32_t> ordinals, bool needsPlaces)
      : evaluator_(std::move(evaluator)), ordinals_(std::move(ordinals)), needsPlaces_(needsPlaces) {}

  const std::shared_ptr<const expr::ExpressionEvaluator> evaluator_;
  const std::vector<int32_t> ordinals_;  // not empty: every expression is a column of the input
  const bool needsPlaces_;
};

}  // namespace flint::exec
