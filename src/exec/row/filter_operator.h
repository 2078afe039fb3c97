#pragma once

#include <memory>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

/// Keeps the rows for which a condition is true; the runtime of `FilterExec`.
///
/// Shape: the input's columns with a smaller selection.
/// Threads: as StreamingOperator.
class FilterOperator final : public StreamingOperator {
 public:
  /// `condition` is bound.
  static Result<std::shared_ptr<FilterOperator>> make(expr::ExprPtr condition, const expr::EvaluationOptions& options);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  OrderNeed orderNeed() const override { return needsPlaces_ ? OrderNeed::kPartition : OrderNeed::kNone; }

 private:
  class Local;
  FilterOperator(std::shared_ptr<const expr::ExpressionEvaluator> evaluator, bool needsPlaces) : evaluator_(std::move(evaluator)), needsPlaces_(needsPlaces) {}

  const std::shared_ptr<const expr::ExpressionEvaluator> evaluator_;
  const bool needsPlaces_;  // as ProjectOperator's
};

}  // namespace flint::exec
