#pragma once

#include <memory>
#include <vector>

#include "exec/pipeline_builder.h"
#include "expr/expression_evaluator.h"
#include "plan/physical/script_transformation_node.h"

namespace flint::exec {

/// Runs a script over the rows of each partition; the runtime of `ScriptTransformationExec`.
///
/// Shape: a source around the pipeline below, whose rows it pulls: what a script still has to print holds back this thread's place in the order of rows.
/// A process for each partition that has rows.
/// Threads: as Source; each has a process of its own.
/// Errors: those of the script (see ScriptProcess), and of the pipeline.
class ScriptSource final : public Source {
 public:
  /// `input` has no sink.
  static Result<std::shared_ptr<ScriptSource>> make(std::shared_ptr<const plan::ScriptTransformationExec> node, Pipeline input, const expr::EvaluationOptions& options);
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override;
  int32_t maxThreads() const override { return oneThread_ ? 1 : source_->maxThreads(); }
  int32_t numPartitions() const override { return numPartitions_; }

 private:
  class Local;
  ScriptSource(std::shared_ptr<const plan::ScriptTransformationExec> node, Pipeline input, std::shared_ptr<const expr::ExpressionEvaluator> values)
      : node_(std::move(node)), input_(std::move(input)), values_(std::move(values)) {}

  const std::shared_ptr<const plan::ScriptTransformationExec> node_;
  const Pipeline input_;
  const std::shared_ptr<const expr::ExpressionEvaluator> values_;
  std::shared_ptr<Source> source_;
  int32_t numPartitions_ = 1;
  bool oneThread_ = false;
};

/// Lowers a ScriptTransformationExec.
Status lowerScript(const plan::PhysicalPlanPtr& plan, PipelineBuilder& builder);

}  // namespace flint::exec
