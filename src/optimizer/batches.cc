#include "optimizer/rules/rules.h"

namespace flint::optimizer {
namespace {

const ExpressionRules kExpressionRules = {
    {"SimplifyCasts", simplifyCasts},
    {"ConstantFolding", constantFolding},
    {"NullPropagation", nullPropagation},
    {"UnwrapCastInBinaryComparison", unwrapCastInComparison},
    {"OptimizeIn", optimizeIn},
    {"SimplifyConditionals", simplifyConditionals},
    {"BooleanSimplification", booleanSimplification},
};

}  // namespace

const std::vector<Batch>& batches() {
  static const std::vector<Batch> all = {
      {"Normalization",
       1,
       {
           PlanRule{"EliminateSubqueryAliases", eliminateSubqueryAliases},
           PlanRule{"ReplaceSetOperations", replaceSetOperations},
           PlanRule{"PullOutGroupingExpressions", pullOutGroupingExpressions},
           // Before subqueries become joins: these copy parts of the query, which must not hold definitions.
           PlanRule{"InlineCTE", inlineCte},
           PlanRule{"RewriteSubquery", rewriteSubqueries},
       }},
      {"Operator Optimization",
       3,
       {
           kExpressionRules,
           // Empty relations and projections that are gone let conditions fall further in the next run.
           PlanRule{"PushDownPredicates", pushDownPredicates},
           PlanRule{"PropagateEmptyRelation", propagateEmptyRelations},
           PlanRule{"ColumnPruning", pruneColumns},
           PlanRule{"CollapseProject", collapseProjects},
       }},
      {"Shared Work",
       1,
       {
           // Conditions have come as far as the uses of shared definitions: from there they go on into the definitions.
           PlanRule{"PushdownPredicatesAndPruneColumnsForCTEDef", pushDownCtePredicates},
           PlanRule{"MergeSubplans", mergeScalarSubqueries},
           kExpressionRules,
           PlanRule{"PushDownPredicates", pushDownPredicates},
           kExpressionRules,
           PlanRule{"PushDownPredicates", pushDownPredicates},
           PlanRule{"PropagateEmptyRelation", propagateEmptyRelations},
           PlanRule{"ColumnPruning", pruneColumns},
           PlanRule{"CollapseProject", collapseProjects},
       }},
      {"Join Reorder",
       1,
       {
           // Before it: the inputs' conditions and columns are settled, so that estimates are of what will run.
           PlanRule{"CostBasedJoinReorder", reorderJoins},
           PlanRule{"PushDownPredicates", pushDownPredicates},
           PlanRule{"ColumnPruning", pruneColumns},
           PlanRule{"CollapseProject", collapseProjects},
       }},
      {"Finish",
       1,
       {
           PlanRule{"EliminateSorts", eliminateSorts},
           PlanRule{"LimitPushDown", pushDownLimits},
           PlanRule{"PlanPythonDataSourceScan", planPythonDataSources},
           // Behind all that moves conditions and columns: what is left of them decides which rows and columns go to a worker.
           PlanRule{"ExtractPythonUDFs", extractPythonUdfs},
           // When all plans are settled: what is equal now will run alike.
           PlanRule{"ReuseSubplans", shareEqualSubplans},
           PlanRule{"OptimizeSubqueries", optimizeSubqueries},
       }},
  };
  return all;
}

}  // namespace flint::optimizer
