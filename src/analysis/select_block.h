#pragma once

#include <memory>
#include <vector>

#include "analysis/attribute_ids.h"
#include "analysis/scope.h"

namespace flint::analysis {

/// A SELECT while it is put together: HAVING, QUALIFY and ORDER BY may add to it before its plan is made.
///
/// Shape: all expressions are resolved against `child`'s columns, and may read earlier outputs by their ids (lateral aliases). The plan is
/// Aggregate, Filter (HAVING), Windows, Projects; only the parts that are needed.
/// Threads: confined to its resolver.
struct SelectBlock {
  LogicalPlanPtr child;
  std::shared_ptr<const Scope> scope;  // of the child
  bool aggregates = false;             // GROUP BY, HAVING or an aggregate function
  std::vector<ExprPtr> grouping;
  std::vector<ExprPtr> outputs;        // attributes and aliases
  std::vector<expr::ExprId> repeats;   // outputs that only give a column again, under an id of their own
  std::vector<std::pair<ExprPtr, ExprPtr>> normalized;  // expressions that are grouped by in another form, and what stands for them above
  std::vector<ExprPtr> having;
  std::vector<ExprPtr> qualify;
  std::vector<int64_t> planIds;
  OriginPtr origin;

  // GROUPING SETS: what the Expand below gives for each grouping expression.
  std::vector<std::pair<ExprPtr, AttributePtr>> groupingColumns;
  AttributePtr groupingId;

  /// The plan, giving `outputs` and then `extras` (named expressions as outputs are).
  /// Errors: MISSING_AGGREGATION, MISSING_GROUP_BY.
  Result<LogicalPlanPtr> build(const std::vector<ExprPtr>& extras = {}) const;
  std::vector<AttributePtr> outputAttributes() const;
  /// The outputs that names can mean: without `repeats`.
  std::vector<AttributePtr> namedOutputs() const;
  /// The output with this expression, or null.
  AttributePtr outputOf(const ExprPtr& expression) const;
  bool isGrouping(const ExprPtr& expression) const;
  /// Whether the column is a grouping expression or stands inside of one.
  bool isInGrouping(const ExprPtr& column) const;
};

/// `grouping` holds GroupingAnalytics: puts an Expand below the block, and makes its grouping the Expand's columns. `sets` are indexes into
/// `expressions`.
Status expandGroupingSets(SelectBlock& block, const std::vector<ExprPtr>& expressions, const std::vector<std::vector<size_t>>& sets);
/// Grouping expressions replaced by the Expand's columns, grouping() and grouping_id() by bits of its id; outside of aggregate functions.
/// Errors: UNSUPPORTED_GROUPING_EXPRESSION, GROUPING_COLUMN_MISMATCH, GROUPING_ID_COLUMN_MISMATCH.
Result<ExprPtr> replaceGrouping(const SelectBlock& block, const ExprPtr& expression, const expr::EvaluationOptions& options);

/// Named expressions over `child`, some with window functions, some reading others of them: Windows and Projects that compute them in order.
/// `filter`, when given, is one of `items` that must be true.
LogicalPlanPtr projectInLevels(const std::vector<ExprPtr>& items, const std::vector<AttributePtr>& wanted, LogicalPlanPtr child, const AttributePtr& filter);

}  // namespace flint::analysis
