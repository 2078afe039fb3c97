#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/scope.h"
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "plan/logical/logical_plan.h"

namespace flint::catalog {
struct SqlFunction;
struct SqlVariable;
}

namespace flint::expr {
struct PythonUdf;
}

namespace flint::analysis {

using plan::LogicalPlanPtr;
class PlanResolver;

/// What names mean where an expression stands.
struct NameContext {
  /// The column's meaning, or null when there is none here. `insideAggregate`: within an aggregate function's arguments.
  std::function<Result<ExprPtr>(const expr::UnresolvedAttribute& column, bool insideAggregate)> find;
  /// What the column means where the meaning that `find` gives has not the part (a field, an element) that is asked of it; may be left out.
  std::function<Result<ExprPtr>(const expr::UnresolvedAttribute& column)> findOther;
  /// What `*` gives and suggestions are taken from; null where there are no columns.
  const Scope* scope = nullptr;
  /// Resolved plans in which columns with plan ids are looked for.
  std::vector<LogicalPlanPtr> inputs;
  bool outerAggregates = false;  // HAVING: aggregates of this query's columns may stand in its subqueries
};

/// One subquery being resolved: where its correlated columns come from, and which it uses.
struct SubqueryFrame {
  const NameContext* outer = nullptr;
  SubqueryFrame* parent = nullptr;
  bool isCall = false;  // the body of a table function: `outer` are its parameters, whose values are used as they are
  std::vector<ExprPtr> outerAttributes;  // AttributeReferences of the query around it, OuterReferences of queries further out
};

/// Resolves expressions bottom-up: names, functions, types and casts.
///
/// Threads: confined to its owner.
/// Errors: UNRESOLVED_COLUMN.*, UNRESOLVED_ROUTINE, DATATYPE_MISMATCH.* and the other conditions of Spark's analyzer, with origins.
class ExpressionResolver {
 public:
  ExpressionResolver(PlanResolver& plans, const NameContext& names) : plans_(plans), names_(names) {}

  /// A resolved expression whose calls still know how they were written (RuntimeReplaceable): for naming.
  Result<ExprPtr> resolve(const ExprPtr& expression);
  /// As `resolve`, ready for a plan.
  Result<ExprPtr> resolveForPlan(const ExprPtr& expression);
  Result<std::vector<ExprPtr>> resolveAllForPlan(const std::vector<ExprPtr>& expressions);
  /// As `resolveForPlan`, of type boolean. `clause` names the place in errors ("WHERE").
  Result<ExprPtr> resolveCondition(const ExprPtr& expression, const char* clause);

  /// The attributes that a star stands for. Errors: CANNOT_RESOLVE_STAR_EXPAND.
  Result<std::vector<ExprPtr>> expandStar(const expr::UnresolvedStar& star, const OriginPtr& origin);
  Result<std::vector<ExprPtr>> expandRegex(const expr::UnresolvedRegex& regex);
  /// The name that IDENTIFIER(`written`) means. Errors: NOT_A_CONSTANT_STRING.*, those of names.
  Result<NameParts> identifierParts(const ExprPtr& written, const OriginPtr& origin);

 private:
  // resolve_columns.cc
  Result<ExprPtr> resolveColumn(const expr::UnresolvedAttribute& column);
  Result<ExprPtr> resolveByPlanId(const expr::UnresolvedAttribute& column);
  Result<ExprPtr> findOuter(const expr::UnresolvedAttribute& column);
  Error unresolvedColumn(const expr::UnresolvedAttribute& column) const;
  Result<ExprPtr> resolveExtraction(const expr::UnresolvedExtractValue& node);  // expression_resolver.cc
  Result<ExprPtr> resolveUpdateFields(const expr::UpdateFields& update);
  Status dropExcepted(const expr::UnresolvedStar& star, const OriginPtr& origin, std::vector<ExprPtr>& columns);
  Result<ExprPtr> withoutField(const ExprPtr& structure, const NameParts& fields, const NameParts& written, const OriginPtr& origin);
  // resolve_functions.cc
  Result<ExprPtr> resolveFunction(const expr::UnresolvedFunction& call, bool overWindow);
  Result<std::vector<ExprPtr>> resolveArguments(const expr::UnresolvedFunction& call, const std::string& name);
  Result<std::vector<ExprPtr>> orderNamedArguments(const std::string& name, const std::vector<ExprPtr>& arguments,
                                                   const std::vector<std::string_view>& parameters, const OriginPtr& origin);
  // UNSUPPORTED_TIME_TYPE for TIME where spark.sql.timeType.enabled is off.
  Status checkTimeType(const DataType& type, const OriginPtr& origin) const;
  // What stands for a call, from what its function's `rewrite` gave.
  Result<ExprPtr> resolveReplacement(const expr::ScalarFunction& function, const std::string& name, const expr::UnresolvedFunction& call,
                                     const std::vector<ExprPtr>& arguments, const ExprPtr& rewritten);
  Result<ExprPtr> resolveScalar(const expr::ScalarFunction& function, const std::string& name, const expr::UnresolvedFunction& call,
                                std::vector<ExprPtr> arguments);
  Result<ExprPtr> resolveAggregate(const expr::AggregateFunction& function, const std::string& name, const expr::UnresolvedFunction& call);
  Result<ExprPtr> resolveWindowFunction(const expr::WindowFunction& function, const std::string& name, const expr::UnresolvedFunction& call);
  Result<ExprPtr> resolvePythonUdf(const expr::PythonUdf& udf);  // resolve_python.cc
  Result<ExprPtr> resolvePythonCall(const expr::PythonUdf& function, const expr::UnresolvedFunction& call);
  Result<ExprPtr> resolveGenerator(const expr::GeneratorFunction& function, const std::string& name, const expr::UnresolvedFunction& call);
  // resolve_sql_functions.cc
  Result<ExprPtr> resolveSqlFunction(const catalog::SqlFunction& function, const expr::UnresolvedFunction& call);
  Result<ExprPtr> resolveIdentifierClause(const expr::IdentifierClause& clause);
  // resolve_lambdas.cc
  Result<ExprPtr> resolveHigherOrder(const expr::ScalarFunction& function, const std::string& name, const expr::UnresolvedFunction& call);
  Result<ExprPtr> bindLambda(const expr::LambdaFunction& lambda, const std::vector<expr::LambdaParameter>& parameters, const OriginPtr& origin);
  const ExprPtr* findLambdaVariable(const std::string& name) const;
  // resolve_operators.cc: the functions that are nodes of their own; null when `name` is none of them
  Result<ExprPtr> resolveOperator(const std::string& name, const expr::UnresolvedFunction& call);
  Result<ExprPtr> resolveArithmetic(const std::string& symbol, std::vector<ExprPtr> arguments, const OriginPtr& origin);
  Result<ExprPtr> coerced(const ExprPtr& node);
  // resolve_windows.cc
  Result<ExprPtr> resolveWindow(const expr::UnresolvedWindow& window);
  // resolve_subqueries.cc
  Result<ExprPtr> resolveSubquery(const ExprPtr& subquery);

  const expr::EvaluationOptions& options() const;

  PlanResolver& plans_;
  const NameContext& names_;
  bool insideMeasure_ = false;  // the argument of MEASURE()
  bool usesOther_ = false;      // names mean what `findOther` gives
  int aggregateDepth_ = 0;
  int windowDepth_ = 0;
  std::vector<std::vector<ExprPtr>> lambdaVariables_;
};

/// RuntimeReplaceable nodes replaced, at any depth.
ExprPtr withoutReplaced(const ExprPtr& expression);

}  // namespace flint::analysis
