#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"
#include "expr/nodes.h"

namespace flint::exec {

/// Joins each row with the rows that a generator makes of it; the runtime of `GenerateExec`.
///
/// Shape: the required input columns as dictionaries over the input, then the generator's.
/// Threads: as StreamingOperator.
class GenerateOperator final : public StreamingOperator {
 public:
  /// `generator`'s arguments are bound; `required` are positions in the input.
  static Result<std::shared_ptr<GenerateOperator>> make(std::shared_ptr<const expr::GeneratorCall> generator, std::vector<int32_t> required,
                                                        std::vector<DataType> outputTypes, bool outer, const expr::EvaluationOptions& options);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;

 private:
  class Local;
  GenerateOperator(std::shared_ptr<const expr::GeneratorCall> generator, std::shared_ptr<const expr::ExpressionEvaluator> arguments,
                   std::vector<int32_t> required, std::vector<DataType> outputTypes, bool outer)
      : generator_(std::move(generator)), arguments_(std::move(arguments)), required_(std::move(required)), outputTypes_(std::move(outputTypes)), outer_(outer) {}

  const std::shared_ptr<const expr::GeneratorCall> generator_;
  const std::shared_ptr<const expr::ExpressionEvaluator> arguments_;
  const std::vector<int32_t> required_;
  const std::vector<DataType> outputTypes_;
  const bool outer_;
};

}  // namespace flint::exec
