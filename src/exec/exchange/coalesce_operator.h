#pragma once

#include "exec/operator.h"

namespace flint::exec {

/// Joins neighbouring partitions into fewer; the runtime of `CoalesceExec`.
///
/// Shape: of n partitions, group i of k holds those from i*n/k to (i+1)*n/k, as Spark groups partitions without a place.
/// Threads: as StreamingOperator.
class CoalesceOperator final : public StreamingOperator {
 public:
  explicit CoalesceOperator(int32_t numPartitions) : wanted_(numPartitions) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  int32_t start(int32_t numPartitions) override;
  bool retags() const override { return true; }
  std::pair<int32_t, int64_t> retag(int32_t partition, int64_t sequence) const override;

 private:
  class Local;
  const int32_t wanted_;
  int32_t inputs_ = 1;   // set by `start`
  int32_t outputs_ = 1;
};

}  // namespace flint::exec
