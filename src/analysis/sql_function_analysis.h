#pragma once

#include "analysis/dependencies.h"
#include "base/status.h"
#include "catalog/session_catalog.h"
#include "catalog/sql_conf.h"
#include "expr/scalar_function.h"
#include "parser/sql_parser.h"

namespace flint::analysis {

/// Checks the body and defaults of a SQL function that is about to be made, and fills in what CREATE FUNCTION left open: its return type or columns.
/// `dependencies` gets what it uses. Errors: of the body; USER_DEFINED_FUNCTIONS.*, DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION.
Status analyzeSqlFunction(catalog::SqlFunction& function, bool returnsGiven, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                          const expr::EvaluationOptions& options, Dependencies& dependencies);

/// What a query uses.
Result<plan::LogicalPlanPtr> analyzeNoting(const plan::LogicalPlanPtr& query, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                                           const expr::EvaluationOptions& options, Dependencies& dependencies);

/// A value for a variable or parameter: constant once the plan's settings are known. Errors: of the expression.
Result<plan::ExprPtr> resolveValue(const plan::ExprPtr& expression, catalog::SessionCatalog& catalog, const catalog::SQLConf& conf,
                                   const expr::EvaluationOptions& options);

/// The options that `settings` of another session mean, over `options`.
expr::EvaluationOptions optionsUnder(const std::map<std::string, std::string>& settings, expr::EvaluationOptions options);

/// How text is read under `options`: that of a view. (resolve_views.cc)
parser::ParserOptions parsingUnder(const expr::EvaluationOptions& options);

/// Function calls by name in `expression` that mean SQL functions, where a plan node cannot have them. Errors: UNSUPPORTED_SQL_UDF_USAGE.
Status rejectSqlFunctions(const plan::ExprPtr& expression, const catalog::SessionCatalog& catalog, const char* nodeName);

}  // namespace flint::analysis
