#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

/// Gives each batch once per projection; the runtime of `ExpandExec`.
///
/// Threads: as StreamingOperator.
class ExpandOperator final : public StreamingOperator {
 public:
  /// `projections` are bound, without aliases.
  static Result<std::shared_ptr<ExpandOperator>> make(std::vector<std::vector<expr::ExprPtr>> projections, const expr::EvaluationOptions& options);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;

 private:
  class Local;
  explicit ExpandOperator(std::vector<std::shared_ptr<const expr::ExpressionEvaluator>> evaluators) : evaluators_(std::move(evaluators)) {}
  const std::vector<std::shared_ptr<const expr::ExpressionEvaluator>> evaluators_;  // one a projection
};

}  // namespace flint::exec
