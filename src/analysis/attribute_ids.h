#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "plan/logical/logical_plan.h"

/// Attribute ids: renumbering plans, comparing expressions by them, and making plans give more columns.
namespace flint::analysis {

using expr::AttributePtr;
using expr::ExprPtr;
using plan::LogicalPlanPtr;
using IdMap = std::unordered_map<expr::ExprId, expr::ExprId>;

/// A copy of `plan` in which every column it makes has a new id; so have its CTEs. Columns of queries around it (OuterReferences) stay.
LogicalPlanPtr withNewIds(const LogicalPlanPtr& plan);
/// As `withNewIds`, telling which id became which.
LogicalPlanPtr withNewIds(const LogicalPlanPtr& plan, IdMap& renamed);
/// A copy of `plan` with the given ids replaced wherever they stand.
LogicalPlanPtr withIds(const LogicalPlanPtr& plan, const IdMap& renamed);
/// `expression` with attributes replaced by id, those of queries inside (OuterReferences) included.
ExprPtr replaceAttributes(const ExprPtr& expression, const std::function<ExprPtr(const expr::AttributeReference&)>& replacement);

/// Names, qualifiers and other decoration of attributes taken away: equal forms compute the same value.
ExprPtr canonicalForm(const ExprPtr& expression);
bool semanticallyEqual(const ExprPtr& a, const ExprPtr& b);

/// Attributes read by the expressions (subqueries' outer ones included) that `plan` does not give.
std::vector<AttributePtr> missingAttributes(const std::vector<ExprPtr>& expressions, const LogicalPlanPtr& plan);
/// `plan` changed to give `wanted` too, as far as nodes below it can pass them on. Its other columns keep their order.
LogicalPlanPtr exposing(const LogicalPlanPtr& plan, const std::vector<AttributePtr>& wanted);
/// Project of `columns` over `plan`; `plan` itself when it gives just these.
LogicalPlanPtr projected(const LogicalPlanPtr& plan, const std::vector<AttributePtr>& columns);

}  // namespace flint::analysis
