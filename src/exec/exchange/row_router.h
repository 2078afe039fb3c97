#pragma once

#include <memory>
#include <vector>

#include "exec/operator.h"
#include "exec/task_context.h"
#include "expr/expression_evaluator.h"
#include "expr/nodes.h"
#include "plan/physical/partitioning.h"

namespace flint::exec {

/// Decides the partition of each row: Spark's murmur3 for hash, a row's number for round robin, its value for direct.
///
/// Threads: immutable; each thread uses a Local of its own.
/// Errors: those of the keys' expressions.
class RowRouter {
 public:
  /// `input` are the attributes of the rows. Range partitioning is not decided row by row: see RangeBounds.
  static Result<std::shared_ptr<const RowRouter>> make(const plan::Partitioning& partitioning, const std::vector<expr::AttributePtr>& input,
                                                       const expr::EvaluationOptions& options);

  using LocalPtr = expr::ExpressionEvaluator::LocalPtr;
  LocalPtr makeLocal() const { return keys_->makeLocal(); }
  int32_t numPartitions() const { return numPartitions_; }
  bool isRange() const { return kind_ == plan::Partitioning::Kind::kRange; }
  const std::vector<expr::ExprPtr>& order() const { return order_; }

  /// The keys of the batch's rows, as vectors of `numRows()`.
  Result<std::vector<columnar::VectorPtr>> keys(expr::ExpressionEvaluator::Local& local, const ColumnarBatch& batch) const;
  /// One partition an active row. `firstRow` is the number of the batch's first row among all, for round robin.
  Result<std::vector<int32_t>> route(expr::ExpressionEvaluator::Local& local, const ColumnarBatch& batch, int64_t firstRow) const;

 private:
  RowRouter(plan::Partitioning::Kind kind, int32_t numPartitions, std::vector<expr::ExprPtr> order, std::shared_ptr<const expr::ExpressionEvaluator> keys)
      : kind_(kind), numPartitions_(numPartitions), order_(std::move(order)), keys_(std::move(keys)) {}

  const plan::Partitioning::Kind kind_;
  const int32_t numPartitions_;
  const std::vector<expr::ExprPtr> order_;  // kRange: the SortOrders
  const std::shared_ptr<const expr::ExpressionEvaluator> keys_;
};

/// The upper bounds of range partitions, chosen from a sample of keys.
///
/// Invariant: bounds rise strictly; partition i takes the rows up to and including bound i, the last one the rest.
/// Threads: immutable once made.
class RangeBounds {
 public:
  struct Row {
    std::shared_ptr<const std::vector<columnar::VectorPtr>> keys;
    columnar::RowIndex row;
  };
  RangeBounds(const std::vector<expr::ExprPtr>& order, std::vector<Row> sample, int32_t numPartitions);
  int32_t partitionOf(const Row& row) const;

 private:
  int compare(const Row& a, const Row& b) const;
  struct Direction {
    bool ascending;
    bool nullsFirst;
  };
  std::vector<Direction> directions_;
  std::vector<Row> bounds_;
};

}  // namespace flint::exec
