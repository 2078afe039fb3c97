#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "columnar/columnar_batch.h"
#include "plan/logical/unresolved_plans.h"
#include "session/show_string.h"
#include "types/data_type.h"

/// Plans that every door makes alike of a DataFrame's calls.
namespace flint::session {

/// Rows that the plan itself holds.
plan::LogicalPlanPtr localRelation(const StructFields& fields, std::vector<columnar::ColumnarBatch> batches);

/// The node that asks the analyzer to expand `call` over `child`.
plan::LogicalPlanPtr dataFrameCall(std::shared_ptr<const plan::DataFrameCall> call, plan::LogicalPlanPtr child);

/// The child's rows with every column as the text that `show` prints; binary columns stay, for `appendPrinted` to show as numbers.
/// `columns`, where given, is set to the child's columns when the plan is analyzed.
plan::LogicalPlanPtr printedColumns(plan::LogicalPlanPtr child, std::shared_ptr<StructFields> columns = nullptr);
/// Appends a cell of `printedColumns`; a null gives `null`.
void appendPrinted(std::string& out, const columnar::ColumnVector& column, columnar::RowIndex row, std::string_view null = "NULL");

/// Runs a plan for its rows; its columns go to `schema`.
using CollectRows = std::function<Result<std::vector<columnar::ColumnarBatch>>(const plan::LogicalPlanPtr& plan, StructFields& schema)>;
/// The first rows as `show` prints them.
Result<ShownRows> shownRows(const plan::LogicalPlanPtr& plan, int32_t numRows, const CollectRows& collect);
/// The distinct values of a pivot's column, sorted, as literals. Errors: of the query, and where there are more than `most` (spark.sql.pivotMaxValues).
Result<std::vector<expr::ExprPtr>> pivotValues(const plan::LogicalPlanPtr& child, const expr::ExprPtr& column, const CollectRows& collect, int64_t most);

}  // namespace flint::session
