#pragma once

#include <memory>
#include <vector>

#include "exec/pipeline_builder.h"

namespace flint::exec {

/// Gives the rows of several pipelines, one after the other by partition; the runtime of `UnionExec`. The streaming operators of its inputs run inside it.
///
/// Invariant: input i's partitions come behind those of the inputs before it.
/// Threads: as Source.
class UnionSource final : public Source {
 public:
  /// Inputs have no sink yet.
  explicit UnionSource(std::vector<Pipeline> inputs);
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  bool givePartitionsWhole() override;
  int32_t maxThreads() const override;
  int32_t numPartitions() const override;

 private:
  class Local;
  Status openInput(Local& local);

  std::vector<Pipeline> inputs_;
  std::vector<std::shared_ptr<Source>> sources_;
  std::vector<std::shared_ptr<TaskContext>> tasks_;  // by input: its own partition
  std::vector<bool> covers_;                         // by input: whether the task reads any of it
  std::vector<int32_t> firstPartition_;
  std::vector<int32_t> numPartitionsOf_;
  int32_t numPartitions_ = 0;
  bool oneThread_ = false;  // an input's operators need it
};

/// Whether only one thread may run the operators, and the sink where there is one, over the started source. Where whole partitions are enough for them,
/// the source is told to give those.
bool needsOneThread(Source& source, const std::vector<std::shared_ptr<StreamingOperator>>& operators, const Sink* sink);

/// The source of a pipeline, started as its operators are, and the partitions of the pipeline's rows.
struct StartedSource {
  std::shared_ptr<Source> source;
  int32_t numPartitions = 1;
};
/// Errors: those of `makeSource` and `start`.
Result<StartedSource> startSource(const Pipeline& pipeline, TaskContext& task);

}  // namespace flint::exec
