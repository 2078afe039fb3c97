#include "api/nodes.h"
#include "session/dataframe_calls/attribute_names.h"
#include "session/dataframe_calls/dataframe_plans.h"
#include "session/query_execution.h"

namespace flint::sql {

using api::checked;
using api::GroupNode;
using expr::ExprPtr;
using plan::makePlan;

DataFrame GroupedData::agg(const std::vector<Column>& aggregates) const {
  const plan::LogicalPlanPtr& child = node_->frame->plan;
  const std::vector<ExprPtr> given = api::expressionsOf(aggregates);
  if (node_->pivot != nullptr) {
    plan::Pivot node;
    node.groupBy = node_->keys;
    node.hasGroupBy = true;
    node.pivotColumn = node_->pivot;
    node.pivotValues = node_->pivotValues;
    node.aggregates = given;
    node.child = child;
    return api::dataFrame(node_->frame->session, makePlan(std::move(node)));
  }
  plan::Aggregate node;
  node.child = child;
  node.aggregates = node_->keys;
  node.aggregates.insert(node.aggregates.end(), given.begin(), given.end());
  std::vector<ExprPtr> keys;
  for (const ExprPtr& key : node_->keys) keys.push_back(expr::withoutAlias(key));
  if (node_->kind == GroupNode::Kind::kGroupBy) {
    node.grouping = std::move(keys);
  } else {
    expr::GroupingAnalytics analytics;
    analytics.form = node_->kind == GroupNode::Kind::kCube ? expr::GroupingAnalytics::Form::kCube : expr::GroupingAnalytics::Form::kRollup;
    for (ExprPtr& key : keys) analytics.sets.push_back({std::move(key)});
    node.grouping = {expr::makeExpr(std::move(analytics))};
  }
  return api::dataFrame(node_->frame->session, makePlan(std::move(node)));
}

DataFrame GroupedData::count() const { return agg(api::column(expr::call("count", {expr::literalInt(1)})).alias("count")); }

DataFrame GroupedData::aggregated(const std::string& function, const std::vector<std::string>& names) const {
  std::vector<Column> aggregates;
  if (names.empty()) {
    const DataType schema = checked(session::QueryExecution(node_->frame->session->session, node_->frame->plan).schema());
    for (const StructField& field : schema.fields()) {
      const auto isKey = [&](const ExprPtr& key) {
        const auto* name = key->as<expr::UnresolvedAttribute>();
        return name != nullptr && name->nameParts.back() == field.name;
      };
      const bool grouped = std::any_of(node_->keys.begin(), node_->keys.end(), isKey);
      if (field.type.isNumeric() && !grouped) aggregates.push_back(api::column(expr::call(function, {session::columnNamed(field.name)})));
    }
  }
  for (const std::string& name : names) aggregates.push_back(functions::call_function(function, {Column(name)}));
  return agg(aggregates);
}

GroupedData GroupedData::pivot(const Column& column, const std::vector<Value>& values) const {
  auto node = std::make_shared<GroupNode>(*node_);
  node->pivot = column.node()->expression;
  node->pivotValues.clear();
  for (const Value& value : values) node->pivotValues.push_back(checked(api::literalOf(value)));
  if (values.empty()) {
    const auto collect = [&](const plan::LogicalPlanPtr& plan, StructFields& schema) -> Result<std::vector<columnar::ColumnarBatch>> {
      session::QueryExecution query(node_->frame->session->session, plan);
      ASSIGN_OR_RETURN(const DataType type, query.schema());
      schema = type.fields();
      return query.collect();
    };
    node->pivotValues = checked(session::pivotValues(node_->frame->plan, node->pivot, collect, node_->frame->session->session->conf().getInteger("spark.sql.pivotMaxValues", 10'000)));
  }
  return GroupedData(std::move(node));
}

}  // namespace flint::sql
