#include "session/dataframe_calls/dataframe_plans.h"

#include <algorithm>
#include <limits>

#include "session/dataframe_calls/attribute_names.h"

namespace flint::session {

using plan::LogicalPlanPtr;
using plan::makePlan;

namespace {

class PrintedColumns final : public plan::DataFrameCall {
 public:
  explicit PrintedColumns(std::shared_ptr<StructFields> columns) : columns_(std::move(columns)) {}
  std::string name() const override { return "show"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    plan::Project node;
    if (columns_ != nullptr) columns_->clear();
    for (const plan::AttributePtr& column : child->output()) {
      if (columns_ != nullptr) columns_->push_back({column->name, column->type, column->nullableColumn});
      if (column->type.isStringLike() || column->type.is(TypeKind::kBinary)) {
        node.projectList.push_back(column);
        continue;
      }
      node.projectList.push_back(expr::alias(expr::call("to_pretty_string", {column}), column->name));
    }
    node.child = child;
    return makePlan(std::move(node));
  }

 private:
  const std::shared_ptr<StructFields> columns_;
};

}  // namespace

LogicalPlanPtr localRelation(const StructFields& fields, std::vector<columnar::ColumnarBatch> batches) {
  plan::LocalRelation node;
  for (const StructField& field : fields) {
    expr::AttributeReference attribute;
    attribute.name = field.name;
    attribute.type = field.type;
    attribute.nullableColumn = field.nullable;
    attribute.id = expr::newExprId();
    attribute.metadata = field.metadata;
    node.attributes.push_back(expr::makeExpr(std::move(attribute)));
  }
  node.batches = std::make_shared<const std::vector<columnar::ColumnarBatch>>(std::move(batches));
  return makePlan(std::move(node));
}

LogicalPlanPtr dataFrameCall(std::shared_ptr<const plan::DataFrameCall> call, LogicalPlanPtr child) {
  plan::UnresolvedDataFrameCall node;
  node.call = std::move(call);
  node.child = std::move(child);
  return makePlan(std::move(node));
}

LogicalPlanPtr printedColumns(LogicalPlanPtr child, std::shared_ptr<StructFields> columns) {
  return dataFrameCall(std::make_shared<PrintedColumns>(std::move(columns)), std::move(child));
}

void appendPrinted(std::string& out, const columnar::ColumnVector& column, columnar::RowIndex row, std::string_view null) {
  if (column.isNull(row)) {
    out += null;
    return;
  }
  const columnar::ColumnVector& base = column.isFlat() ? column : *column.base();
  if (base.physicalType() != PhysicalType::kString) return;  // a column of type NULL: all of it is null
  const std::string_view text = base.values<columnar::StringView>()[column.baseRow(row)].view();
  if (!column.type().is(TypeKind::kBinary)) {
    out += text;
    return;
  }
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '[';
  for (size_t i = 0; i < text.size(); ++i) {
    if (i > 0) out += ' ';
    out += kHex[static_cast<unsigned char>(text[i]) >> 4];
    out += kHex[static_cast<unsigned char>(text[i]) & 15];
  }
  out += ']';
}

Result<ShownRows> shownRows(const LogicalPlanPtr& plan, int32_t numRows, const CollectRows& collect) {
  // Limiting comes first: what is not shown is not printed.
  plan::Limit limit;
  const int32_t shownLimit = std::clamp(numRows, 0, std::numeric_limits<int32_t>::max() - 15);
  limit.count = expr::literalInt(shownLimit + 1);
  limit.child = plan;
  StructFields schema;
  ASSIGN_OR_RETURN(const auto batches, collect(printedColumns(makePlan(std::move(limit))), schema));
  ShownRows shown;
  for (const StructField& field : schema) shown.names.push_back(field.name);
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const columnar::RowIndex row : batch.activeRows()) {
      if (static_cast<int32_t>(shown.rows.size()) == shownLimit) {
        shown.hasMore = true;
        return shown;
      }
      std::vector<std::string>& cells = shown.rows.emplace_back();
      for (const columnar::VectorPtr& column : batch.columns()) appendPrinted(cells.emplace_back(), *column, row);
    }
  }
  return shown;
}

Result<std::vector<expr::ExprPtr>> pivotValues(const LogicalPlanPtr& child, const expr::ExprPtr& column, const CollectRows& collect, int64_t most) {
  plan::Aggregate distinct;
  distinct.grouping = {expr::withoutAlias(column)};
  distinct.aggregates = {expr::alias(column, "pivot_value")};
  distinct.child = child;
  plan::Sort sort;
  sort.order = {expr::sortOrder(columnNamed("pivot_value"))};
  sort.child = makePlan(std::move(distinct));
  plan::Limit limit;
  limit.count = expr::literalInt(static_cast<int32_t>(std::min<int64_t>(most, std::numeric_limits<int32_t>::max() - 1) + 1));
  limit.child = makePlan(std::move(sort));
  StructFields schema;
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, collect(makePlan(std::move(limit)), schema));
  std::vector<expr::ExprPtr> values;
  for (const columnar::ColumnarBatch& batch : batches) {
    for (const columnar::RowIndex row : batch.activeRows()) values.push_back(expr::literal(batch.column(0)->valueAt(row), schema[0].type));
  }
  if (static_cast<int64_t>(values.size()) > most) {
    return Error(condition::kConnectInvalidPlanAssertionFailure)
        .with("message", "the pivot column has more than " + std::to_string(most) + " distinct values, the most that spark.sql.pivotMaxValues allows")
        .as(ErrorFamily::kSqlConnect);
  }
  return values;
}

}  // namespace flint::session
