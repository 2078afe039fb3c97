#include <atomic>
#include <random>

#include "api/nodes.h"
#include "parser/sql_parser.h"
#include "session/dataframe_calls/attribute_names.h"
#include "session/dataframe_calls/dataframe_calls.h"
#include "session/dataframe_calls/dataframe_plans.h"

namespace flint::api {

using expr::ExprPtr;
using plan::LogicalPlanPtr;
using plan::makePlan;

sql::DataFrame dataFrame(SessionNodePtr session, LogicalPlanPtr plan) {
  static std::atomic<int64_t> ids{0};
  const int64_t id = ids.fetch_add(1);
  std::vector<int64_t> planIds = plan->planIds();
  planIds.push_back(id);
  plan = plan->withPlanIds(std::move(planIds));
  return sql::DataFrame(std::make_shared<const DataFrameNode>(DataFrameNode{std::move(session), std::move(plan), id}));
}

namespace {

// A DataFrame of a node over another's plan.
template <class Node>
sql::DataFrame over(const sql::DataFrame& frame, Node node) {
  node.child = frame.node()->plan;
  return dataFrame(frame.node()->session, makePlan(std::move(node)));
}

template <class Node>
sql::DataFrame ofTwo(const sql::DataFrame& left, const sql::DataFrame& right, Node node) {
  node.left = left.node()->plan;
  node.right = right.node()->plan;
  return dataFrame(left.node()->session, makePlan(std::move(node)));
}

sql::DataFrame calling(const sql::DataFrame& frame, session::DataFrameCallPtr call) {
  return dataFrame(frame.node()->session, session::dataFrameCall(std::move(call), frame.node()->plan));
}

Result<plan::JoinType> joinTypeOf(const std::string& how) {
  std::string word;
  for (const char c : how) {
    if (c != '_' && c != ' ') word += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  }
  if (word == "inner") return plan::JoinType::kInner;
  if (word == "cross") return plan::JoinType::kCross;
  if (word == "outer" || word == "full" || word == "fullouter") return plan::JoinType::kFullOuter;
  if (word == "left" || word == "leftouter") return plan::JoinType::kLeftOuter;
  if (word == "right" || word == "rightouter") return plan::JoinType::kRightOuter;
  if (word == "semi" || word == "leftsemi") return plan::JoinType::kLeftSemi;
  if (word == "anti" || word == "leftanti") return plan::JoinType::kLeftAnti;
  return Error(condition::kUnsupportedJoinType)
      .with("typ", how)
      .with("supported", "'inner', 'outer', 'full', 'left', 'right', 'left_semi', 'left_anti', 'cross'")
      .as(ErrorFamily::kAnalysis);
}

std::vector<ExprPtr> literalsOf(const std::vector<sql::Value>& values) {
  std::vector<ExprPtr> literals;
  for (const sql::Value& value : values) literals.push_back(checked(literalOf(value)));
  return literals;
}

sql::GroupedData grouped(const sql::DataFrame& frame, GroupNode::Kind kind, const std::vector<sql::Column>& columns) {
  return sql::GroupedData(std::make_shared<const GroupNode>(GroupNode{.frame = frame.node(), .kind = kind, .keys = expressionsOf(columns)}));
}

}  // namespace
}  // namespace flint::api

namespace flint::sql {

using api::checked;
using api::dataFrame;
using expr::ExprPtr;

Column DataFrame::col(const std::string& name) const {
  if (name == "*") {
    expr::UnresolvedStar star;
    star.planId = node_->planId;
    return api::column(expr::makeExpr(std::move(star)));
  }
  expr::UnresolvedAttribute attribute;
  attribute.nameParts = checked(session::parseAttributeName(name));
  attribute.planId = node_->planId;
  return api::column(expr::makeExpr(std::move(attribute)));
}

DataFrame DataFrame::select(const std::vector<Column>& columns) const {
  plan::Project node;
  node.projectList = api::expressionsOf(columns);
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::selectExpr(const std::vector<std::string>& expressions) const {
  plan::Project node;
  const parser::ParserOptions options = node_->session->session->parserOptions();
  for (const std::string& text : expressions) node.projectList.push_back(checked(parser::parseExpression(text, options)));
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::withColumn(const std::string& name, const Operand& value) const { return withColumns({{name, value.column()}}); }

DataFrame DataFrame::withColumns(const std::vector<std::pair<std::string, Column>>& columns) const {
  std::vector<ExprPtr> aliases;
  for (const auto& [name, column] : columns) aliases.push_back(expr::alias(column.node()->expression, name));
  return api::calling(*this, session::makeWithColumns(std::move(aliases), node_->session->caseSensitive()));
}

DataFrame DataFrame::withColumnRenamed(const std::string& from, const std::string& to) const {
  return api::calling(*this, session::makeWithColumnsRenamed({{from, to}}, node_->session->caseSensitive()));
}

DataFrame DataFrame::drop(const std::vector<std::string>& names) const {
  return api::calling(*this, session::makeDrop(names, {}, node_->session->caseSensitive()));
}

DataFrame DataFrame::toDF(const std::vector<std::string>& names) const {
  plan::UnresolvedColumnAliases node;
  node.names = names;
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::alias(const std::string& name) const {
  plan::SubqueryAlias node;
  node.alias = {name};
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::filter(const Column& condition) const {
  plan::Filter node;
  node.condition = condition.node()->expression;
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::filter(const std::string& condition) const {
  return filter(api::column(checked(parser::parseExpression(condition, node_->session->session->parserOptions()))));
}

DataFrame DataFrame::orderBy(const std::vector<Column>& columns) const {
  plan::Sort node;
  node.order = api::sortOrders(columns);
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::sortWithinPartitions(const std::vector<Column>& columns) const {
  plan::Sort node;
  node.order = api::sortOrders(columns);
  node.global = false;
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::limit(int32_t count) const {
  plan::Limit node;
  node.count = expr::literalInt(count);
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::offset(int32_t count) const {
  plan::Offset node;
  node.count = expr::literalInt(count);
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::distinct() const { return api::over(*this, plan::Distinct()); }

DataFrame DataFrame::dropDuplicates(const std::vector<std::string>& columns) const {
  return api::calling(*this, session::makeDropDuplicates(columns, node_->session->caseSensitive()));
}

DataFrame DataFrame::sample(double fraction, std::optional<int64_t> seed, bool withReplacement) const {
  plan::Sample node;
  node.upperBound = fraction;
  node.withReplacement = withReplacement;
  node.seed = seed.has_value() ? *seed : static_cast<int64_t>(std::random_device()());
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::repartition(int32_t numPartitions, const std::vector<Column>& columns) const {
  if (!columns.empty()) {
    plan::RepartitionByExpression node;
    node.partitionBy = api::expressionsOf(columns);
    node.numPartitions = numPartitions;
    return api::over(*this, std::move(node));
  }
  plan::Repartition node;
  node.numPartitions = numPartitions;
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::coalesce(int32_t numPartitions) const {
  plan::Repartition node;
  node.numPartitions = numPartitions;
  node.shuffle = false;
  return api::over(*this, std::move(node));
}

DataFrame DataFrame::hint(const std::string& name) const {
  plan::UnresolvedHint node;
  node.name = name;
  return api::over(*this, std::move(node));
}

DataFrameNaFunctions DataFrame::na() const { return DataFrameNaFunctions(*this); }

GroupedData DataFrame::groupBy(const std::vector<Column>& columns) const { return api::grouped(*this, api::GroupNode::Kind::kGroupBy, columns); }
GroupedData DataFrame::rollup(const std::vector<Column>& columns) const { return api::grouped(*this, api::GroupNode::Kind::kRollup, columns); }
GroupedData DataFrame::cube(const std::vector<Column>& columns) const { return api::grouped(*this, api::GroupNode::Kind::kCube, columns); }

DataFrame DataFrame::joinOn(const DataFrame& right, const Column& condition, const std::string& how) const {
  plan::Join node;
  node.type = checked(api::joinTypeOf(how));
  node.condition = condition.node()->expression;
  return api::ofTwo(*this, right, std::move(node));
}

DataFrame DataFrame::join(const DataFrame& right, const std::vector<std::string>& usingColumns, const std::string& how) const {
  plan::UnresolvedUsingJoin node;
  node.type = checked(api::joinTypeOf(how));
  node.columns = usingColumns;
  return api::ofTwo(*this, right, std::move(node));
}

DataFrame DataFrame::crossJoin(const DataFrame& right) const {
  plan::Join node;
  node.type = plan::JoinType::kCross;
  return api::ofTwo(*this, right, std::move(node));
}

DataFrame DataFrame::unionAll(const DataFrame& other) const {
  plan::Union node;
  node.inputs = {node_->plan, other.node_->plan};
  return dataFrame(node_->session, plan::makePlan(std::move(node)));
}

DataFrame DataFrame::unionByName(const DataFrame& other, bool allowMissingColumns) const {
  plan::UnresolvedByName node;
  node.allowMissingColumns = allowMissingColumns;
  return api::ofTwo(*this, other, std::move(node));
}

DataFrame DataFrame::intersect(const DataFrame& other) const { return api::ofTwo(*this, other, plan::Intersect()); }
DataFrame DataFrame::except(const DataFrame& other) const { return api::ofTwo(*this, other, plan::Except()); }

DataFrame DataFrame::intersectAll(const DataFrame& other) const {
  plan::Intersect node;
  node.isAll = true;
  return api::ofTwo(*this, other, std::move(node));
}

DataFrame DataFrame::exceptAll(const DataFrame& other) const {
  plan::Except node;
  node.isAll = true;
  return api::ofTwo(*this, other, std::move(node));
}

DataFrame DataFrameNaFunctions::fillAll(const Value& value, const std::vector<std::string>& columns) const {
  return api::calling(frame_, session::makeFillNa(columns, api::literalsOf({value}), frame_.node()->session->caseSensitive()));
}

DataFrame DataFrameNaFunctions::fill(const std::vector<std::pair<std::string, Value>>& valueOfColumn) const {
  std::vector<std::string> columns;
  std::vector<Value> values;
  for (const auto& [column, value] : valueOfColumn) {
    columns.push_back(column);
    values.push_back(value);
  }
  if (columns.empty()) return frame_;
  return api::calling(frame_, session::makeFillNa(std::move(columns), api::literalsOf(values), frame_.node()->session->caseSensitive()));
}

DataFrame DataFrameNaFunctions::drop(const std::string& how, const std::vector<std::string>& columns) const {
  std::optional<int32_t> minNonNulls;
  if (how == "all") minNonNulls = 1;
  return api::calling(frame_, session::makeDropNa(columns, minNonNulls, frame_.node()->session->caseSensitive()));
}

DataFrame DataFrameNaFunctions::dropBelow(int32_t minNonNulls, const std::vector<std::string>& columns) const {
  return api::calling(frame_, session::makeDropNa(columns, minNonNulls, frame_.node()->session->caseSensitive()));
}

DataFrame DataFrameNaFunctions::replace(const std::vector<std::pair<Value, Value>>& replacements, const std::vector<std::string>& columns) const {
  std::vector<std::pair<ExprPtr, ExprPtr>> literals;
  for (const auto& [from, to] : replacements) literals.emplace_back(checked(api::literalOf(from)), checked(api::literalOf(to)));
  return api::calling(frame_, session::makeReplace(columns, std::move(literals), frame_.node()->session->caseSensitive()));
}

}  // namespace flint::sql
