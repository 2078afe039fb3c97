#pragma once

#include <memory>
#include <vector>

#include "exec/pipeline_builder.h"
#include "exec/python/python_run.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

/// Runs Python functions over the rows of a pipeline; the runtime of `PythonMapExec` with one input.
///
/// Shape: it is a source around the pipeline below, whose rows it pulls: what a worker still has to answer holds back this thread's place in the order of
/// rows. Scalar functions: each batch of the input again, with the results; aggregates: the keys and results of groups; others: what the functions give.
/// Rows are sent in Arrow batches of `maxRecordsPerBatch`. A function that sees an iterator gets one for each partition.
/// Memory: holds the rows that are with the worker.
/// Threads: as Source; each has a worker of its own. Grouped rows are read by one thread, in order.
/// Errors: those of the worker (see pyworker::PythonTask), and of the pipeline.
class PythonMapSource final : public Source {
 public:
  /// `input` has no sink. `keys` are positions of the grouping columns in it, `passed` those of what stands beside the rows of a table function.
  static Result<std::shared_ptr<PythonMapSource>> make(std::shared_ptr<const plan::PythonMapExec> node, std::shared_ptr<const PythonRun> run,
                                                       std::vector<int32_t> keys, std::vector<int32_t> passed, Pipeline input,
                                                       const expr::EvaluationOptions& options);
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override;
  int32_t maxThreads() const override { return oneThread_ ? 1 : source_->maxThreads(); }
  int32_t numPartitions() const override { return numPartitions_; }

 private:
  class Local;
  PythonMapSource(std::shared_ptr<const plan::PythonMapExec> node, std::shared_ptr<const PythonRun> run, std::vector<int32_t> keys, std::vector<int32_t> passed,
                  Pipeline input, std::shared_ptr<const expr::ExpressionEvaluator> arguments)
      : node_(std::move(node)), run_(std::move(run)), keys_(std::move(keys)), passed_(std::move(passed)), input_(std::move(input)), arguments_(std::move(arguments)) {}

  const std::shared_ptr<const plan::PythonMapExec> node_;
  const std::shared_ptr<const PythonRun> run_;
  const std::vector<int32_t> keys_;
  const std::vector<int32_t> passed_;
  const Pipeline input_;
  const std::shared_ptr<const expr::ExpressionEvaluator> arguments_;
  std::shared_ptr<Source> source_;
  int32_t numPartitions_ = 1;
  bool oneThread_ = false;
};

}  // namespace flint::exec
