#pragma once

#include <string>
#include <vector>

#include "catalog/sql_conf.h"
#include "expr/python_udf.h"
#include "expr/scalar_function.h"
#include "plan/logical/subquery_expressions.h"

namespace flint::analysis {

/// What a table function's `analyze` said about a call.
struct PythonAnalysis {
  DataType schema;
  std::string pickled;  // the AnalyzeResult
  // What it asks of the table that is an argument.
  bool singlePartition = false;
  std::vector<plan::ExprPtr> partitionBy;  // unresolved
  std::vector<plan::ExprPtr> orderBy;
  std::vector<plan::ExprPtr> select;  // empty: all columns
  bool asksForTable() const { return singlePartition || !partitionBy.empty() || !orderBy.empty() || !select.empty(); }
};

/// Runs `analyze` in a Python worker. `tables`: which arguments are tables. Errors: TABLE_VALUED_FUNCTION_FAILED_TO_ANALYZE_IN_PYTHON.
Result<PythonAnalysis> analyzeInPython(const expr::PythonUdf& call, const std::vector<int32_t>& tables, const catalog::SQLConf& conf, const expr::EvaluationOptions& options);

}  // namespace flint::analysis
