#include <algorithm>
#include <charconv>
#include <cmath>

#include "session/dataframe_calls/attribute_names.h"
#include "session/dataframe_calls/column_lookup.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::session {
namespace {

using expr::AttributePtr;
using plan::makePlan;

ExprPtr castTo(ExprPtr value, const DataType& type) {
  expr::Cast node;
  node.child = std::move(value);
  node.target = type;
  return expr::makeExpr(std::move(node));
}

Error invalidCall(std::string why) {
  return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", std::move(why)).as(ErrorFamily::kSqlConnect);
}

// "25%" → 0.25; nothing for other names. Errors: a number that is no percentage.
std::optional<double> percentage(const std::string& statistic) {
  if (!statistic.ends_with('%')) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(statistic.data(), statistic.data() + statistic.size() - 1, value);
  if (error != std::errc() || end != statistic.data() + statistic.size() - 1 || value < 0 || value > 100) return std::nan("");
  return value / 100;
}

/// One row a statistic, one column of texts for each number or text column. Source: Spark's StatFunctions.summary.
class Summary final : public plan::DataFrameCall {
 public:
  Summary(std::vector<std::string> columns, std::vector<std::string> statistics, bool caseSensitive)
      : columns_(std::move(columns)), statistics_(std::move(statistics)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "summary"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    std::vector<AttributePtr> columns = child->output();
    if (!columns_.empty()) {
      ASSIGN_OR_RETURN(columns, columnsNamed(columns, columns_, caseSensitive_));
    }
    std::erase_if(columns, [](const AttributePtr& column) { return !column->type.isNumeric() && !column->type.isStringLike(); });

    // All statistics in one row of one aggregation, then one output row each.
    plan::Aggregate aggregate;
    aggregate.child = child;
    std::vector<std::vector<ExprPtr>> rows;
    for (const std::string& statistic : statistics_) {
      std::vector<ExprPtr> row = {expr::literalString(statistic)};
      for (size_t i = 0; i < columns.size(); ++i) {
        ASSIGN_OR_RETURN(ExprPtr value, valueOf(statistic, columns[i]));
        const std::string column = statistic + "#" + std::to_string(i);
        aggregate.aggregates.push_back(expr::alias(castTo(std::move(value), DataType::string()), column));
        row.push_back(columnNamed(column));
      }
      rows.push_back(std::move(row));
    }
    LogicalPlanPtr input = makePlan(plan::OneRowRelation());
    if (!columns.empty()) input = makePlan(std::move(aggregate));

    std::vector<std::string> names = {"summary"};
    for (const AttributePtr& column : columns) names.push_back(column->name);
    std::vector<ExprPtr> stacked = {expr::literalInt(static_cast<int32_t>(rows.size()))};
    for (std::vector<ExprPtr>& row : rows) stacked.insert(stacked.end(), row.begin(), row.end());
    expr::MultiAlias named;
    named.child = expr::call("stack", std::move(stacked));
    named.names = std::move(names);
    plan::Project project;
    project.projectList = {expr::makeExpr(std::move(named))};
    project.child = std::move(input);
    return makePlan(std::move(project));
  }

 private:
  static Result<ExprPtr> valueOf(const std::string& statistic, const AttributePtr& column) {
    const bool isText = column->type.isStringLike();
    const auto number = [&]() -> ExprPtr {
      if (!isText) return column;
      expr::Cast node;
      node.child = column;
      node.target = DataType::float64();
      node.mode = expr::CastMode::kTry;
      return expr::makeExpr(std::move(node));
    };
    if (const auto fraction = percentage(statistic)) {
      if (std::isnan(*fraction)) return invalidCall("Percentiles must be in the range [0, 1]");
      return expr::call("percentile_approx", {number(), expr::literal(Value::floating(*fraction), DataType::float64())});
    }
    if (statistic == "count" || statistic == "min" || statistic == "max") return expr::call(statistic, {column});
    if (statistic == "mean" || statistic == "stddev") return expr::call(statistic == "mean" ? "avg" : "stddev", {number()});
    if (statistic == "approx_count_distinct") return expr::call(statistic, {column});
    if (statistic == "count_distinct") {
      expr::UnresolvedFunction node;
      node.nameParts = {"count"};
      node.arguments = {column};
      node.distinct = true;
      return expr::makeExpr(std::move(node));
    }
    return invalidCall(statistic + " is not a recognised statistic");
  }

  const std::vector<std::string> columns_;
  const std::vector<std::string> statistics_;
  const bool caseSensitive_;
};

class ApproxQuantile final : public plan::DataFrameCall {
 public:
  ApproxQuantile(std::vector<std::string> columns, std::vector<double> probabilities, double relativeError)
      : columns_(std::move(columns)), probabilities_(std::move(probabilities)), relativeError_(relativeError) {}
  std::string name() const override { return "approxQuantile"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    Value::List fractions;
    for (const double probability : probabilities_) fractions.push_back(Value::floating(probability));
    const ExprPtr wanted = expr::literal(Value::list(std::move(fractions)), DataType::array(DataType::float64(), false));
    constexpr double kFinest = 2'147'483'647;
    const double accuracy = relativeError_ <= 1 / kFinest ? kFinest : std::ceil(1 / relativeError_);
    std::vector<ExprPtr> results;
    ASSIGN_OR_RETURN(const std::vector<AttributePtr> columns, columnsNamed(child->output(), columns_, false));
    for (const AttributePtr& column : columns) {
      if (!column->type.isNumeric()) return invalidCall("Quantile calculation for column " + column->name + " with data type " + column->type.simpleString() + " is not supported.");
      expr::Coalesce orNone;
      orNone.arguments = {expr::call("percentile_approx", {castTo(column, DataType::float64()), wanted, expr::literalInt(static_cast<int32_t>(accuracy))}),
                          expr::literal(Value::list({}), DataType::array(DataType::float64(), true))};
      results.push_back(expr::makeExpr(std::move(orNone)));
    }
    plan::Aggregate node;
    node.aggregates = {expr::alias(expr::call("array", std::move(results)), "approx_quantile")};
    node.child = child;
    return makePlan(std::move(node));
  }

 private:
  const std::vector<std::string> columns_;
  const std::vector<double> probabilities_;
  const double relativeError_;
};

}  // namespace

DataFrameCallPtr makeSummary(std::vector<std::string> statistics) {
  if (statistics.empty()) statistics = {"count", "mean", "stddev", "min", "25%", "50%", "75%", "max"};
  return std::make_shared<Summary>(std::vector<std::string>(), std::move(statistics), false);
}
DataFrameCallPtr makeDescribe(std::vector<std::string> columns, bool caseSensitive) {
  return std::make_shared<Summary>(std::move(columns), std::vector<std::string>{"count", "mean", "stddev", "min", "max"}, caseSensitive);
}
DataFrameCallPtr makeApproxQuantile(std::vector<std::string> columns, std::vector<double> probabilities, double relativeError) {
  return std::make_shared<ApproxQuantile>(std::move(columns), std::move(probabilities), relativeError);
}

}  // namespace flint::session
