#pragma once

#include <array>
#include <memory>
#include <vector>

#include "exec/pipeline_builder.h"
#include "exec/python/python_run.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

/// Gives pairs of groups with equal keys to a Python function; the runtime of `PythonMapExec` with two inputs.
///
/// Shape: the rows of both pipelines come sorted by their keys and are merged; a key that one side lacks has an empty group there.
/// Memory: holds the rows of the group at hand, until they are sent.
/// Threads: as Source; one thread reads both sides.
/// Errors: those of the worker (see pyworker::PythonTask), and of the pipelines.
class PythonCoGroupSource final : public Source {
 public:
  struct Side {
    std::shared_ptr<const PythonRun> run;
    std::vector<int32_t> keys;  // positions of the grouping columns
    Pipeline input;
    std::shared_ptr<const expr::ExpressionEvaluator> arguments;
  };
  explicit PythonCoGroupSource(std::array<Side, 2> sides) : sides_(std::move(sides)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override { return true; }
  int32_t maxThreads() const override { return 1; }

 private:
  class Local;
  std::array<Side, 2> sides_;
  std::array<std::shared_ptr<Source>, 2> sources_;
};

}  // namespace flint::exec
