#pragma once

#include <memory>

#include "exec/join/join_build.h"
#include "exec/operator.h"

namespace flint::exec {

/// Looks up the rows of a join's probe side in the build side's table; the runtime of the hash joins, of every join type.
///
/// Shape: where a probe row has one match at most, a batch gives one batch of the same columns with fewer rows selected and the build side's
/// columns as dictionaries; else batches of pairs. The order of probe rows is kept. Build rows come last, from the last thread's flush.
/// Threads: as StreamingOperator.
class HashJoinProbe final : public StreamingOperator {
 public:
  HashJoinProbe(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  Result<Progress> flush(LocalState& local, ColumnarBatch& out) override;

 private:
  struct Local;

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
};

}  // namespace flint::exec
