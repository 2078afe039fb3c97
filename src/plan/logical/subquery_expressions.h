#pragma once

#include <vector>

#include "expr/expression.h"
#include "plan/logical/logical_plan.h"

/// Expressions that hold a plan. Before analysis `plan` is unresolved; after, correlated columns in it are OuterReferences.
/// `children()` gives expression fields only; rules that must see inside visit `plan` themselves.
namespace flint::plan {

struct ScalarSubquery final : expr::ExpressionNode<ScalarSubquery, expr::ExprKind::kScalarSubquery> {
  LogicalPlanPtr plan;
  std::vector<ExprPtr> outerAttributes;  // the attributes of the query around it that `plan` reads
  expr::ExprId id = 0;
  static constexpr auto fields() {
    return std::tuple(field("plan", &ScalarSubquery::plan), field("outerAttributes", &ScalarSubquery::outerAttributes), field("id", &ScalarSubquery::id));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

struct Exists final : expr::ExpressionNode<Exists, expr::ExprKind::kExists> {
  LogicalPlanPtr plan;
  std::vector<ExprPtr> outerAttributes;
  expr::ExprId id = 0;
  static constexpr auto fields() {
    return std::tuple(field("plan", &Exists::plan), field("outerAttributes", &Exists::outerAttributes), field("id", &Exists::id));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// (values) IN (plan): as many values as the plan has columns.
struct InSubquery final : expr::ExpressionNode<InSubquery, expr::ExprKind::kInSubquery> {
  std::vector<ExprPtr> values;
  LogicalPlanPtr plan;
  std::vector<ExprPtr> outerAttributes;
  expr::ExprId id = 0;
  static constexpr auto fields() {
    return std::tuple(field("values", &InSubquery::values), field("plan", &InSubquery::plan), field("outerAttributes", &InSubquery::outerAttributes),
                      field("id", &InSubquery::id));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// TABLE(t) PARTITION BY ... ORDER BY ... as an argument of a table function.
struct TableArgument final : expr::ExpressionNode<TableArgument, expr::ExprKind::kTableArgument> {
  LogicalPlanPtr plan;
  std::vector<ExprPtr> partitionBy;
  std::vector<ExprPtr> orderBy;  // SortOrders
  bool singlePartition = false;
  static constexpr auto fields() {
    return std::tuple(field("plan", &TableArgument::plan), field("partitionBy", &TableArgument::partitionBy), field("orderBy", &TableArgument::orderBy),
                      field("singlePartition", &TableArgument::singlePartition));
  }
  void derive();
  std::string sql() const override;
  std::string toString() const override;
};

/// The plan of a scalar, EXISTS or IN subquery; null pointer for any other expression.
const LogicalPlanPtr* subqueryPlan(const ExprPtr& expression);
/// The subquery expression with another plan; itself when `changed` is the plan it has.
ExprPtr withSubqueryPlan(const ExprPtr& expression, LogicalPlanPtr changed);

}  // namespace flint::plan
