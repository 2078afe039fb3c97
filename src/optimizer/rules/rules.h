#pragma once

#include "optimizer/rule.h"

/// Every rule; each is in a file of its name.
namespace flint::optimizer {

using plan::LogicalPlanPtr;
using expr::ExprPtr;

// Normalization: once, before anything else.
Result<LogicalPlanPtr> eliminateSubqueryAliases(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> inlineCte(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> replaceSetOperations(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> pullOutGroupingExpressions(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> rewriteSubqueries(const LogicalPlanPtr& root, OptimizerContext& context);

// Operators.
Result<LogicalPlanPtr> pushDownPredicates(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> pushDownCtePredicates(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> pruneColumns(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> collapseProjects(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> propagateEmptyRelations(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> pushDownLimits(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> eliminateSorts(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> mergeScalarSubqueries(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> shareEqualSubplans(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> reorderJoins(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> planPythonDataSources(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> extractPythonUdfs(const LogicalPlanPtr& root, OptimizerContext& context);
Result<LogicalPlanPtr> optimizeSubqueries(const LogicalPlanPtr& root, OptimizerContext& context);

// Expressions.
ExprPtr constantFolding(const ExprPtr& node, OptimizerContext& context);
ExprPtr booleanSimplification(const ExprPtr& node, OptimizerContext& context);
ExprPtr simplifyConditionals(const ExprPtr& node, OptimizerContext& context);
ExprPtr nullPropagation(const ExprPtr& node, OptimizerContext& context);
ExprPtr optimizeIn(const ExprPtr& node, OptimizerContext& context);
ExprPtr unwrapCastInComparison(const ExprPtr& node, OptimizerContext& context);
ExprPtr simplifyCasts(const ExprPtr& node, OptimizerContext& context);

}  // namespace flint::optimizer
