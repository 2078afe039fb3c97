#pragma once

#include <memory>
#include <vector>

#include "columnar/columnar_batch.h"
#include "expr/expression.h"
#include "expr/scalar_function.h"

namespace flint::expr {

class EvaluationNode;

/// Runs bound expressions over batches: kernels on vectors, common subexpressions once, dictionary and constant inputs once per entry,
/// AND/OR/CASE/COALESCE by selection, row errors raised only for rows that are really evaluated.
///
/// Shape: expressions contain BoundReferences (see `bindReferences`), no aggregates, windows, generators or subqueries.
/// Threads: immutable after `make`; each thread uses a `Local` of its own.
class ExpressionEvaluator {
 public:
  /// What one thread keeps between batches (random generators, caches).
  class Local;
  struct LocalDeleter {
    void operator()(Local* local) const;
  };
  using LocalPtr = std::unique_ptr<Local, LocalDeleter>;

  static Result<std::shared_ptr<const ExpressionEvaluator>> make(std::vector<ExprPtr> expressions, const EvaluationOptions& options);
  ~ExpressionEvaluator();

  LocalPtr makeLocal() const;
  /// One vector an expression, `batch.numRows()` rows long; only rows in the batch's selection hold values.
  Result<std::vector<columnar::VectorPtr>> evaluate(Local& local, const columnar::ColumnarBatch& batch) const;
  Result<columnar::VectorPtr> evaluateOne(Local& local, const columnar::ColumnarBatch& batch, size_t expression) const;
  /// The rows of the batch for which the boolean `expression` is true; null means all that were selected.
  /// Conjuncts run one after the other, each on the rows the earlier ones left.
  Result<columnar::SelectionPtr> filter(Local& local, const columnar::ColumnarBatch& batch, size_t expression = 0) const;
  const std::vector<ExprPtr>& expressions() const { return expressions_; }

 private:
  explicit ExpressionEvaluator(std::vector<ExprPtr> expressions);

  std::vector<ExprPtr> expressions_;
  std::vector<std::unique_ptr<EvaluationNode>> nodes_;
  std::vector<const EvaluationNode*> roots_;                    // one an expression
  std::vector<std::vector<const EvaluationNode*>> conjuncts_;   // of boolean expressions, in the order `filter` runs them
};

/// Attributes replaced by positions in `input` (by id). Errors: INTERNAL_ERROR for one that is not there.
Result<ExprPtr> bindReferences(const ExprPtr& expression, const std::vector<std::shared_ptr<const struct AttributeReference>>& input);

/// Computes a foldable expression: a literal's value. Errors: those of the expression.
Result<Value> evaluateFoldable(const ExprPtr& expression, const EvaluationOptions& options);

}  // namespace flint::expr
