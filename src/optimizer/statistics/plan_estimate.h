#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "expr/nodes.h"

namespace flint::optimizer {

/// What is believed of one column's values.
struct ColumnEstimate {
  double distinct = 1;        // at least 1
  double domain = 0;          // distinct values before filters on other columns; 0: as many as `distinct`
  bool isGuessed = false;     // nothing is known of the distinct values but that they are at most as many as rows
  double nullFraction = 0;    // 0 to 1
  std::optional<double> min;  // of numbers and times, as a number
  std::optional<double> max;
  double width = 8;           // bytes

  /// What the column's values are drawn from. Keys of two relations meet in it: filters leave each side a part of it at random.
  double domainSize() const { return domain > distinct ? domain : distinct; }
  /// Not more distinct values than rows; the domain stays.
  void reduceTo(double rows) {
    domain = domainSize();
    distinct = rows < 1 ? 1 : rows < distinct ? rows : distinct;
  }
};

/// What is believed of a plan's rows.
struct PlanEstimate {
  double rows = 1;  // at least 1, but for plans known to be empty
  double baseRows = 1;  // rows before filters: what the domains of keys refer to
  std::unordered_map<expr::ExprId, ColumnEstimate> columns;

  const ColumnEstimate* find(expr::ExprId id) const;
  /// The column's estimate, or one for a column nothing is known of.
  ColumnEstimate column(expr::ExprId id) const;
  /// Distinct values of an expression: of the column it is, or of the columns it reads.
  double distinctOf(const expr::ExprPtr& expression) const;
  /// As `distinctOf`, before filters: of the column it is, else as `distinctOf`.
  double domainOf(const expr::ExprPtr& expression) const;
  double rowWidth() const;
  /// Fewer rows: distinct counts shrink as when rows are taken at random.
  void scaleRows(double newRows);
};

/// What of a key column's values lies between bounds: those that a column it is compared with has, too.
struct KeyShare {
  double domain = 1;  // values of the domain that lie there
  double rows = 1;    // fraction of the rows
};
/// Bounds that are not known do not bound. Filters are believed to choose rows that find a partner, as queries ask for what there is.
KeyShare shareBetween(const ColumnEstimate& column, std::optional<double> low, std::optional<double> high);

/// A literal as a number, where its type has an order that numbers keep.
std::optional<double> asNumber(const Value& value, const DataType& type);

/// The fraction of rows, 0 to 1, for which the condition is true.
double selectivity(const expr::ExprPtr& condition, const PlanEstimate& input);
/// Narrows bounds and distinct counts of columns by what a true condition says, then scales the rows.
void applyFilter(const expr::ExprPtr& condition, PlanEstimate& estimate);

}  // namespace flint::optimizer
