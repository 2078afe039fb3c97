#pragma once

#include <memory>

#include "exec/join/join_build.h"
#include "exec/operator.h"

namespace flint::exec {

/// Looks up the rows of a join's probe side in the build side's table; the runtime of the hash joins, of every join type.
///
/// Shape: where a probe row has one match at most, a batch gives one batch of the same columns with fewer rows selected and the build side's
/// columns as dictionaries; else batches of pairs. The order of probe rows is kept. Build rows come last, from the last thread's flush.
/// When the build side was spilled, probe rows go to disk too, and all rows come from the threads' flushes, once the last one has read its input.
/// Threads: as StreamingOperator.
class HashJoinProbe final : public StreamingOperator {
 public:
  HashJoinProbe(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  Result<Progress> flush(LocalState& local, ColumnarBatch& out) override;
  bool flushes() const override { return build_->spilled != nullptr || build_->shape.buildOutput != BuildOutput::kNothing; }
  int32_t start(int32_t numPartitions) override;

  /// After `process` is done with a batch: whether its i-th active row had a match.
  bool hasMatch(const LocalState& local, columnar::RowIndex i) const;
  /// What rows of the probe side give by themselves once it is known which had a match (one flag a row); false: nothing.
  bool decide(const ColumnarBatch& in, const uint8_t* hasMatch, ColumnarBatch& out) const;

 private:
  struct Local;

  // Writes the batch to the join's partitions.
  Result<Progress> spill(Local& local, const ColumnarBatch& in) const;
  Result<Progress> flushSpilled(Local& local, ColumnarBatch& out) const;

  Status findMatches(Local& local, const ColumnarBatch& in) const;
  // True when every probe row gives one row at most, so that no pairs need to be made.
  bool isOneStep() const;
  Result<bool> oneStep(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const;
  Status filterHeads(Local& local, const ColumnarBatch& in) const;
  bool emitMatches(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const;
  Result<bool> nextPairs(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const;
  // Rows of the batch that the probe output decides by `hasMatch` alone.
  template <class HasMatch>
  bool emitDecided(const ColumnarBatch& in, HasMatch&& hasMatch, ColumnarBatch& out) const;

  const std::shared_ptr<JoinBuild> build_;
  const std::shared_ptr<const expr::ExpressionEvaluator> keys_;
  const std::shared_ptr<TaskContext> task_;
  int32_t lastPartition_ = 0;
};

}  // namespace flint::exec
