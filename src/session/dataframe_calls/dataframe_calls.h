#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/logical/unresolved_plans.h"

/// The DataFrame methods whose meaning follows from the child's columns. Names are compared without case unless `caseSensitive`.
namespace flint::session {

using DataFrameCallPtr = std::shared_ptr<const plan::DataFrameCall>;
using expr::ExprPtr;
using plan::LogicalPlanPtr;

// column_calls.cc
DataFrameCallPtr makeDrop(std::vector<std::string> names, std::vector<ExprPtr> columns, bool caseSensitive);
/// Each of `columns` is an Alias: a column to replace, where there is one of its name, or to append.
DataFrameCallPtr makeWithColumns(std::vector<ExprPtr> columns, bool caseSensitive);
DataFrameCallPtr makeWithColumnsRenamed(std::vector<std::pair<std::string, std::string>> renames, bool caseSensitive);
DataFrameCallPtr makeToSchema(StructFields fields, bool caseSensitive);
DataFrameCallPtr makeSortWithinPartitionsByAll();
/// No names: all columns.
DataFrameCallPtr makeDropDuplicates(std::vector<std::string> names, bool caseSensitive);
/// The columns, and `column`: a struct of them all, or the first of them.
DataFrameCallPtr makeWithRow(std::string column, bool isStruct);
DataFrameCallPtr makeWithWatermark(std::string column, std::string delay, bool caseSensitive);
DataFrameCallPtr makeDropDuplicatesWithinWatermark();

// null_calls.cc
/// One value for all of `columns` (none: every column whose type fits), or as many values as columns.
DataFrameCallPtr makeFillNa(std::vector<std::string> columns, std::vector<ExprPtr> values, bool caseSensitive);
/// Keeps rows with at least `minNonNulls` values (absent: all) in `columns` that are neither null nor NaN.
DataFrameCallPtr makeDropNa(std::vector<std::string> columns, std::optional<int32_t> minNonNulls, bool caseSensitive);
DataFrameCallPtr makeReplace(std::vector<std::string> columns, std::vector<std::pair<ExprPtr, ExprPtr>> replacements, bool caseSensitive);

// statistics_calls.cc
DataFrameCallPtr makeSummary(std::vector<std::string> statistics);
DataFrameCallPtr makeDescribe(std::vector<std::string> columns, bool caseSensitive);
DataFrameCallPtr makeApproxQuantile(std::vector<std::string> columns, std::vector<double> probabilities, double relativeError);

}  // namespace flint::session
