#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "columnar/columnar_batch.h"
#include "expr/expression_evaluator.h"

namespace flint::sources {

/// The conjuncts of a scan, taken apart so that each needs as few columns decoded as possible.
///
/// Shape: a step is all conjuncts over one single column, or one conjunct over several; single columns come first.
/// Threads: immutable; each thread uses a `RowFilterState` of its own.
class RowFilter {
 public:
  struct Step {
    std::vector<int32_t> columns;
    std::vector<size_t> conjuncts;  // positions in `evaluator()`'s expressions
  };
  static Result<std::shared_ptr<const RowFilter>> make(std::vector<expr::ExprPtr> conjuncts, const expr::EvaluationOptions& options);
  const std::vector<Step>& steps() const { return steps_; }
  const expr::ExpressionEvaluator& evaluator() const { return *evaluator_; }

 private:
  std::vector<Step> steps_;
  std::shared_ptr<const expr::ExpressionEvaluator> evaluator_;
};

/// One thread's evaluation of a RowFilter. What a dictionary's entries evaluate to is kept as long as the dictionary stays the same.
///
/// Threads: confined to its owner.
class RowFilterState {
 public:
  explicit RowFilterState(const RowFilter& filter);
  /// Removes the rows that the step's conjuncts do not hold for. `columns` has the step's columns at their positions, others may be null
  /// pointers. `selection` null means all of [0, rows).
  Status apply(size_t step, const std::vector<columnar::VectorPtr>& columns, columnar::RowIndex rows, columnar::SelectionPtr& selection);
  /// Whether some entry of `dictionary` satisfies a step over one column, or a null does where there may be one.
  Result<bool> mayMatch(size_t step, const columnar::VectorPtr& dictionary, size_t numColumns, bool mayBeNull);

 private:
  // What the entries of the dictionary seen last evaluate to.
  struct Entries {
    columnar::VectorPtr dictionary;
    std::vector<uint8_t> passes;
    int nullPasses = -1;  // -1: not known yet
    bool any = false;
    bool all = false;
  };
  Status evaluateEntries(size_t step, const columnar::VectorPtr& dictionary, size_t numColumns);
  Result<bool> nullPasses(size_t step, const DataType& type, size_t numColumns);
  Result<columnar::SelectionPtr> evaluate(size_t step, columnar::ColumnarBatch batch) const;

  const RowFilter& filter_;
  const expr::ExpressionEvaluator::LocalPtr local_;
  std::vector<Entries> entries_;  // one a step
};

}  // namespace flint::sources
