#pragma once

#include "exec/operator.h"

namespace flint::exec {

/// Keeps a random part of the rows, the same one as Spark does for a seed; the runtime of `SampleExec` without replacement.
///
/// Invariant: one thread runs a partition, so that its generator sees its rows in order.
/// Threads: as StreamingOperator.
/// Source: behaves as org.apache.spark.util.random.BernoulliCellSampler.
class SampleOperator final : public StreamingOperator {
 public:
  SampleOperator(double lowerBound, double upperBound, int64_t seed) : lowerBound_(lowerBound), upperBound_(upperBound), seed_(seed) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  OrderNeed orderNeed() const override { return OrderNeed::kPartition; }

 private:
  class Local;
  const double lowerBound_;
  const double upperBound_;
  const int64_t seed_;
};

/// Keeps each row a random number of times, the same as Spark does for a seed; the runtime of `SampleExec` with replacement.
///
/// Invariant: one thread runs a partition, so that its generator sees its rows in order.
/// Threads: as StreamingOperator.
/// Source: behaves as org.apache.spark.util.random.PoissonSampler.
class ReplacingSampleOperator final : public StreamingOperator {
 public:
  ReplacingSampleOperator(double mean, int64_t seed) : mean_(mean), seed_(seed) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) override;
  OrderNeed orderNeed() const override { return OrderNeed::kPartition; }

 private:
  class Local;
  const double mean_;
  const int64_t seed_;
};

}  // namespace flint::exec
