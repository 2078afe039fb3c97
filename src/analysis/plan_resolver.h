#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "analysis/dependencies.h"
#include "analysis/expression_resolver.h"
#include "analysis/scope.h"
#include "catalog/session_catalog.h"
#include "expr/scalar_function.h"
#include "plan/logical/relational.h"
#include "plan/logical/unresolved_plans.h"

namespace flint::expr {
struct PythonUdf;
}
namespace flint::plan {
struct ScriptTransformation;
struct UnresolvedPipe;
}

namespace flint::analysis {

struct SelectBlock;

/// A resolved plan and what names above it can mean besides its output.
struct ResolvedPlan {
  LogicalPlanPtr plan;
  std::vector<AttributePtr> hidden;    // columns it could give too, when asked (USING joins, metadata)
  std::shared_ptr<SelectBlock> block;  // the SELECT it is, while HAVING, QUALIFY and ORDER BY may still ask for more
  bool sealed = false;                 // the input of a pipe's step: nothing below its columns can be asked for
};

/// A WITH query that has been resolved.
struct CteDefinition {
  int64_t id = 0;
  LogicalPlanPtr plan;      // null while it is being resolved
  bool correlated = false;  // copied into its uses: it reads columns of a query around it, or its rows depend on how many are wanted
  // WITH RECURSIVE, while its step is resolved: its columns, and the first ids of those where it names itself.
  bool recursing = false;
  std::vector<AttributePtr> recursionColumns;
  std::vector<expr::ExprId> selfReferences;
};

/// Resolves plans bottom-up, one node after its children.
///
/// Threads: confined to its owner; one resolver a statement.
class PlanResolver {
 public:
  PlanResolver(catalog::SessionCatalog& catalog, const catalog::SQLConf& conf, const expr::EvaluationOptions& options)
      : catalog_(catalog), conf_(conf), options_(options) {}

  /// A whole statement: CTEs used more than once end in one WithCte at the root.
  Result<LogicalPlanPtr> resolveStatement(const LogicalPlanPtr& unresolved);
  /// A plan inside of a statement.
  Result<ResolvedPlan> resolve(const LogicalPlanPtr& unresolved);
  /// A subquery's plan; `frame` collects the columns it reads of the queries around.
  Result<LogicalPlanPtr> resolveSubquery(const LogicalPlanPtr& unresolved, SubqueryFrame& frame);

  const expr::EvaluationOptions& options() const { return options_; }
  const catalog::SQLConf& conf() const { return conf_; }
  catalog::SessionCatalog& catalog() { return catalog_; }
  SubqueryFrame* frame() const { return frame_; }
  const expr::WindowSpec* findWindow(const std::string& name) const;
  bool sameName(std::string_view a, std::string_view b) const;
  void noteIn(Dependencies* dependencies) { dependencies_ = dependencies; }
  Dependencies* dependencies() const { return dependencies_; }

  // resolve_sql_functions.cc
  /// The arguments of a call, one a parameter, cast to its type. Errors: WRONG_NUM_ARGS.*, those of named arguments.
  Result<std::vector<ExprPtr>> bindSqlArguments(const catalog::SqlFunction& function, std::vector<ExprPtr> arguments, const OriginPtr& origin);
  /// The body of a scalar SQL function with `arguments` in the place of its parameters, as its return type.
  Result<ExprPtr> sqlFunctionValue(const catalog::SqlFunction& function, const std::vector<ExprPtr>& arguments, const OriginPtr& origin);
  Result<ResolvedPlan> sqlFunctionRows(const catalog::SqlFunction& function, const std::vector<ExprPtr>& arguments, const OriginPtr& origin);
  void noteCall(const catalog::SqlFunction& function);

  // resolve_metric_views.cc
  /// The aggregate of a column that is a measure of a metric view; null for another.
  ExprPtr measureOf(expr::ExprId column) const;
  /// Errors: MISSING_ATTRIBUTES.* for a measure outside of MEASURE().
  Status requireNoMeasure(const ExprPtr& column) const;

  std::shared_ptr<const Scope> scopeOf(const ResolvedPlan& input) const;
  std::shared_ptr<const Scope> scopeOf(const std::vector<AttributePtr>& columns) const;
  /// Names mean the columns of `scope`; `inputs` are the plans for columns with plan ids.
  NameContext contextOf(const std::shared_ptr<const Scope>& scope, std::vector<LogicalPlanPtr> inputs) const;

 private:
  Result<ResolvedPlan> dispatch(const LogicalPlanPtr& unresolved);
  // resolve_relations.cc
  Result<ResolvedPlan> resolveRelation(const plan::UnresolvedRelation& node);
  Status requireNoTimeTravel(const plan::UnresolvedRelation& node, const NameParts& name) const;
  Result<ResolvedPlan> resolveDataSource(const plan::UnresolvedDataSource& node);
  Result<ResolvedPlan> relationOf(const connector::TablePtr& table, const std::string& name, const std::vector<std::string>& qualifier);
  Result<ResolvedPlan> resolveView(const catalog::CatalogTable& view, const NameParts& name, const OriginPtr& origin);  // resolve_views.cc
  /// A resolver for what a view's text says, with the names of where it was made; `options` outlive it.
  PlanResolver viewBody(const catalog::CatalogTable& view, const expr::EvaluationOptions& options) const;
  Result<ResolvedPlan> resolveMetricView(const catalog::CatalogTable& view, const NameParts& name);  // resolve_metric_views.cc
  Result<ResolvedPlan> resolveInlineTable(const plan::UnresolvedInlineTable& node);
  Result<ResolvedPlan> resolveTableFunction(const plan::UnresolvedTableValuedFunction& node);
  Result<ResolvedPlan> resolveColumnAliases(const plan::UnresolvedColumnAliases& node);
  // resolve_ctes.cc
  Result<ResolvedPlan> resolveWith(const plan::UnresolvedWith& node);
  Result<ResolvedPlan> useCte(const CteDefinition& definition, const std::string& name);
  Status resolveDefinitions(const plan::UnresolvedWith& node);  // into the innermost scope
  /// The definition that a name means, under the name it was given; null when there is none.
  std::shared_ptr<CteDefinition> findCte(const std::string& name, std::string& itsName) const;
  // Errors: AMBIGUOUS_ALIAS_IN_NESTED_CTE where spark.sql.legacy.ctePrecedencePolicy forbids names of WITH clauses further out.
  Status requireOwnNames(const plan::UnresolvedWith& node) const;
  // Which of `ctes_` names are looked for in. By the legacy policy, inside of definitions and subqueries those around go before its own, and a
  // definition's own WITH does not see them.
  struct CteVisibility {
    size_t hidden = 0;      // these, the outermost, are not seen
    size_t outerFirst = 0;  // and those up to here go before the others
  };
  CteVisibility enterQuery(bool definition);  // gives what was in force before
  // resolve_recursion.cc
  bool refersTo(const LogicalPlanPtr& plan, const std::string& name) const;
  Result<ResolvedPlan> useSelf(CteDefinition& definition, const std::string& name);
  Result<LogicalPlanPtr> resolveRecursive(const std::string& name, const LogicalPlanPtr& body, int64_t levelLimit, const OriginPtr& origin);
  LogicalPlanPtr placeCtes(const LogicalPlanPtr& root) const;
  // resolve_select.cc
  Result<ResolvedPlan> resolveProject(const plan::Project& node);
  Result<ResolvedPlan> resolveAggregate(const plan::Aggregate& node);
  Result<ResolvedPlan> resolveHaving(const plan::UnresolvedHaving& node);
  Result<ResolvedPlan> resolveQualify(const plan::UnresolvedQualify& node);
  Result<ResolvedPlan> resolveSort(const plan::Sort& node);
  Result<ResolvedPlan> finishBlock(std::shared_ptr<SelectBlock> block);
  Result<std::vector<ExprPtr>> resolveSelectList(SelectBlock& block, const std::vector<ExprPtr>& items);
  Status resolveGrouping(SelectBlock& block, const std::vector<ExprPtr>& grouping);
  NameContext selectContext(const SelectBlock& block) const;
  // resolve_generators.cc
  Result<std::vector<ExprPtr>> extractGenerators(SelectBlock& block, std::vector<ExprPtr> items);
  Result<ResolvedPlan> generateAbove(const SelectBlock& block);
  Result<ResolvedPlan> resolvePipe(const plan::UnresolvedPipe& node);  // resolve_pipes.cc
  // resolve_unary.cc
  Result<ResolvedPlan> resolveFilter(const plan::Filter& node);
  Result<ResolvedPlan> resolveLimit(const LogicalPlanPtr& node, const ExprPtr& count, const char* name);
  Result<ResolvedPlan> resolveWithMissing(const ResolvedPlan& input, const std::vector<ExprPtr>& expressions, std::vector<ExprPtr>& resolved);
  Result<ResolvedPlan> resolveGeneric(const LogicalPlanPtr& node);
  Result<ResolvedPlan> resolveHint(const plan::UnresolvedHint& node);
  // resolve_python.cc
  Result<ResolvedPlan> resolvePython(const LogicalPlanPtr& node);
  /// A call of a table function; `input` are the rows that it is called for.
  Result<ResolvedPlan> resolvePythonTable(const expr::PythonUdf& function, const std::vector<ExprPtr>& arguments,
                                          const plan::UnresolvedTableValuedFunction& node, const ResolvedPlan& input);  // resolve_python_tables.cc
  Result<std::vector<ExprPtr>> resolvePythonKeys(const std::vector<ExprPtr>& keys, const ResolvedPlan& input);
  // resolve_joins.cc
  Result<ResolvedPlan> resolveJoin(const plan::Join& node);
  Result<ResolvedPlan> resolveLateralJoin(const plan::LateralJoin& node);
  Result<ResolvedPlan> resolveUsingJoin(const plan::UnresolvedUsingJoin& node);
  // resolve_set_operations.cc
  Result<ResolvedPlan> resolveUnion(const plan::Union& node);
  Result<ResolvedPlan> resolveByName(const plan::UnresolvedByName& node);
  Result<ResolvedPlan> resolveIntersectOrExcept(const LogicalPlanPtr& node);
  Status alignColumns(std::vector<LogicalPlanPtr>& inputs, const char* operatorName, const OriginPtr& origin);
  Result<ResolvedPlan> resolveScript(const plan::ScriptTransformation& node);  // resolve_script.cc
  // resolve_pivot.cc
  Result<ResolvedPlan> resolvePivot(const plan::Pivot& node);
  Result<ResolvedPlan> resolveUnpivot(const plan::Unpivot& node);

  // A metric view has no rows of its own. Errors: INTERNAL_ERROR for a SELECT of one that does not aggregate, as in Spark.
  Status requireAggregation(const SelectBlock& block) const;

  catalog::SessionCatalog& catalog_;
  const catalog::SQLConf& conf_;
  const expr::EvaluationOptions& options_;
  SubqueryFrame* frame_ = nullptr;
  std::vector<std::map<std::string, std::shared_ptr<CteDefinition>>> ctes_;  // innermost last
  std::vector<std::shared_ptr<CteDefinition>> definitions_;                  // in the order they were resolved
  std::vector<std::map<std::string, expr::WindowSpec>> windows_;
  std::unordered_map<const plan::LogicalPlan*, ResolvedPlan> resolved_;      // inputs of DataFrame calls, met again inside what they expand to
  std::vector<LogicalPlanPtr> kept_;                                         // keeps the keys of `resolved_` alive
  std::map<expr::ExprId, ExprPtr> measures_;                                 // of metric views, by the columns that stand for them
  std::set<expr::ExprId> metricColumns_;                                     // columns of metric views
  CteVisibility cteVisibility_;
  const plan::LogicalPlan* queryStart_ = nullptr;  // the plan of the definition or subquery being resolved
  int depth_ = 0;
  int viewDepth_ = 0;
  Dependencies* dependencies_ = nullptr;
  std::string viewDatabase_;  // inside of a persistent view's text: where names of one part are looked for

  friend class ExpressionResolver;
};

}  // namespace flint::analysis
