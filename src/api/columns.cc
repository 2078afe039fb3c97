#include <algorithm>

#include "api/nodes.h"
#include "expr/expression_text.h"
#include "parser/sql_parser.h"
#include "session/dataframe_calls/attribute_names.h"

namespace flint::api {

using expr::ExprPtr;

sql::Column column(ExprPtr expression) { return sql::Column(std::make_shared<const ColumnNode>(ColumnNode{std::move(expression)})); }

std::vector<ExprPtr> expressionsOf(const std::vector<sql::Column>& columns) {
  std::vector<ExprPtr> expressions;
  for (const sql::Column& one : columns) expressions.push_back(one.node()->expression);
  return expressions;
}

std::vector<ExprPtr> sortOrders(const std::vector<sql::Column>& columns) {
  std::vector<ExprPtr> orders;
  for (ExprPtr& one : expressionsOf(columns)) orders.push_back(one->as<expr::SortOrder>() != nullptr ? std::move(one) : expr::sortOrder(std::move(one)));
  return orders;
}

namespace {

Result<ExprPtr> namedColumn(const std::string& name) {
  if (name == "*" || name.ends_with(".*")) {
    expr::UnresolvedStar star;
    if (name.size() > 1) {
      ASSIGN_OR_RETURN(star.target, session::parseAttributeName(name.substr(0, name.size() - 2)));
    }
    return expr::makeExpr(std::move(star));
  }
  return session::columnByName(name);
}

template <class Node>
ExprPtr unary(const sql::Column& child) {
  Node node;
  node.child = child.node()->expression;
  return expr::makeExpr(std::move(node));
}

ExprPtr cast(const sql::Column& child, const std::string& type, expr::CastMode mode) {
  expr::Cast node;
  node.child = child.node()->expression;
  node.target = checked(parser::parseDataType(type));
  node.mode = mode;
  return expr::makeExpr(std::move(node));
}

sql::Column calling(const char* name, std::vector<ExprPtr> arguments) { return column(expr::call(name, std::move(arguments))); }

std::vector<ExprPtr> operandsOf(const std::vector<sql::Operand>& operands) {
  std::vector<ExprPtr> expressions;
  for (const sql::Operand& one : operands) expressions.push_back(one.column().node()->expression);
  return expressions;
}

ExprPtr sorted(const sql::Column& child, bool ascending, bool nullsFirst) { return expr::sortOrder(child.node()->expression, ascending, nullsFirst); }

// One side of a frame: an offset from the current row, unbounded at the ends of the numbers.
void setBound(int64_t offset, expr::FrameBound& bound, ExprPtr& distance, bool isRows) {
  const auto literal = [&](int64_t number) {
    return isRows && std::in_range<int32_t>(number) ? expr::literalInt(static_cast<int32_t>(number)) : expr::literalLong(number);
  };
  distance = nullptr;
  if (offset == sql::Window::unboundedPreceding) {
    bound = expr::FrameBound::kUnboundedPreceding;
  } else if (offset == sql::Window::unboundedFollowing) {
    bound = expr::FrameBound::kUnboundedFollowing;
  } else if (offset == 0) {
    bound = expr::FrameBound::kCurrentRow;
  } else {
    bound = offset < 0 ? expr::FrameBound::kPreceding : expr::FrameBound::kFollowing;
    distance = literal(offset < 0 ? -offset : offset);
  }
}

sql::WindowSpec framed(const sql::WindowSpec& window, expr::FrameKind kind, int64_t start, int64_t end) {
  auto node = std::make_shared<WindowNode>(*window.node());
  node->spec.hasFrame = true;
  node->spec.frameKind = kind;
  setBound(start, node->spec.lower, node->spec.lowerOffset, kind == expr::FrameKind::kRows);
  setBound(end, node->spec.upper, node->spec.upperOffset, kind == expr::FrameKind::kRows);
  return sql::WindowSpec(std::move(node));
}

}  // namespace
}  // namespace flint::api

namespace flint::sql {

using api::checked;
using api::column;
using expr::ExprPtr;

Column::Column(const char* name) : Column(std::string(name)) {}
Column::Column(const std::string& name) : node_(std::make_shared<const api::ColumnNode>(api::ColumnNode{checked(api::namedColumn(name))})) {}

Column Column::alias(const std::string& name) const { return column(expr::alias(node_->expression, name)); }
Column Column::cast(const std::string& type) const { return column(api::cast(*this, type, expr::CastMode::kAnsi)); }
Column Column::tryCast(const std::string& type) const { return column(api::cast(*this, type, expr::CastMode::kTry)); }

Column Column::isNull() const { return column(api::unary<expr::IsNull>(*this)); }
Column Column::isNotNull() const { return column(api::unary<expr::IsNotNull>(*this)); }
Column Column::isNaN() const { return api::calling("isnan", {node_->expression}); }
Column Column::eqNullSafe(const Operand& other) const { return binaryOperation("<=>", *this, other); }
Column Column::between(const Operand& lower, const Operand& upper) const { return binaryOperation(">=", *this, lower) && binaryOperation("<=", *this, upper); }

Column Column::isin(const std::vector<Operand>& values) const {
  expr::In node;
  node.value = node_->expression;
  node.list = api::operandsOf(values);
  return column(expr::makeExpr(std::move(node)));
}

Column Column::like(const std::string& pattern) const { return api::calling("like", {node_->expression, expr::literalString(pattern)}); }
Column Column::ilike(const std::string& pattern) const { return api::calling("ilike", {node_->expression, expr::literalString(pattern)}); }
Column Column::rlike(const std::string& pattern) const { return api::calling("rlike", {node_->expression, expr::literalString(pattern)}); }
Column Column::contains(const Operand& text) const { return api::calling("contains", {node_->expression, text.column().node()->expression}); }
Column Column::startsWith(const Operand& text) const { return api::calling("startswith", {node_->expression, text.column().node()->expression}); }
Column Column::endsWith(const Operand& text) const { return api::calling("endswith", {node_->expression, text.column().node()->expression}); }
Column Column::substr(const Operand& start, const Operand& length) const {
  return api::calling("substr", {node_->expression, start.column().node()->expression, length.column().node()->expression});
}

Column Column::getItem(const Operand& key) const {
  expr::UnresolvedExtractValue node;
  node.child = node_->expression;
  node.extraction = key.column().node()->expression;
  return column(expr::makeExpr(std::move(node)));
}

Column Column::getField(const std::string& name) const {
  Column inner = *this;
  for (std::string& part : checked(session::parseAttributeName(name))) inner = inner.getItem(std::move(part));
  return inner;
}

Column Column::withField(const std::string& name, const Operand& value) const {
  expr::UpdateFields node;
  node.child = node_->expression;
  node.path = checked(session::parseAttributeName(name));
  node.value = value.column().node()->expression;
  return column(expr::makeExpr(std::move(node)));
}

Column Column::when(const Column& condition, const Operand& value) const {
  const auto* branches = node_->expression->as<expr::CaseWhen>();
  if (branches == nullptr || branches->elseValue != nullptr) {
    api::raise(Error(condition::kUnsupportedCallWithoutSuggestion).with("methodName", "when").with("className", "Column").as(ErrorFamily::kIllegalArgument));
  }
  expr::CaseWhen node = *branches;
  node.branches.emplace_back(condition.node()->expression, value.column().node()->expression);
  return column(expr::makeExpr(std::move(node)));
}

Column Column::otherwise(const Operand& value) const {
  const auto* branches = node_->expression->as<expr::CaseWhen>();
  if (branches == nullptr || branches->elseValue != nullptr) {
    api::raise(Error(condition::kUnsupportedCallWithoutSuggestion).with("methodName", "otherwise").with("className", "Column").as(ErrorFamily::kIllegalArgument));
  }
  expr::CaseWhen node = *branches;
  node.elseValue = value.column().node()->expression;
  return column(expr::makeExpr(std::move(node)));
}

Column Column::asc() const { return column(api::sorted(*this, true, true)); }
Column Column::asc_nulls_last() const { return column(api::sorted(*this, true, false)); }
Column Column::desc() const { return column(api::sorted(*this, false, false)); }
Column Column::desc_nulls_first() const { return column(api::sorted(*this, false, true)); }

Column Column::over(const WindowSpec& window) const {
  expr::UnresolvedWindow node;
  node.function = node_->expression;
  node.spec = window.node()->spec;
  return column(expr::makeExpr(std::move(node)));
}

std::string Column::toString() const { return node_->expression->sql(); }

Operand::Operand(const Value& value) : column_(api::column(checked(api::literalOf(value)))) {}

Column binaryOperation(const char* symbol, const Operand& left, const Operand& right) {
  const ExprPtr& a = left.column().node()->expression;
  const ExprPtr& b = right.column().node()->expression;
  const std::string_view name = symbol;
  if (name == "and") return column(expr::makeAnd(a, b));
  if (name == "or") return column(expr::makeOr(a, b));
  using enum expr::ComparisonOp;
  for (const auto op : {kEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kEqualNullSafe}) {
    if (name == expr::symbolOf(op)) return column(expr::comparison(op, a, b));
  }
  return api::calling(symbol, {a, b});
}

Column operator-(const Column& operand) { return api::calling("negative", {operand.node()->expression}); }
Column operator!(const Column& operand) { return column(expr::makeNot(operand.node()->expression)); }

WindowSpec Window::all() { return WindowSpec(std::make_shared<const api::WindowNode>()); }

WindowSpec WindowSpec::partitionBy(const std::vector<Column>& columns) const {
  auto node = std::make_shared<api::WindowNode>(*node_);
  node->spec.partitionBy = api::expressionsOf(columns);
  return WindowSpec(std::move(node));
}

WindowSpec WindowSpec::orderBy(const std::vector<Column>& columns) const {
  auto node = std::make_shared<api::WindowNode>(*node_);
  node->spec.orderBy = api::sortOrders(columns);
  return WindowSpec(std::move(node));
}

WindowSpec WindowSpec::rowsBetween(int64_t start, int64_t end) const { return api::framed(*this, expr::FrameKind::kRows, start, end); }
WindowSpec WindowSpec::rangeBetween(int64_t start, int64_t end) const { return api::framed(*this, expr::FrameKind::kRange, start, end); }

namespace functions {

Column expr(const std::string& sql) { return column(checked(parser::parseExpression(sql))); }

Column call_function(const std::string& name, const std::vector<Operand>& arguments) {
  ::flint::expr::UnresolvedFunction node;
  node.nameParts = checked(parser::parseIdentifier(name));
  node.arguments = api::operandsOf(arguments);
  return column(::flint::expr::makeExpr(std::move(node)));
}

Column call_distinct(const std::string& name, const std::vector<Operand>& arguments) {
  ::flint::expr::UnresolvedFunction node;
  node.nameParts = {name};
  node.arguments = api::operandsOf(arguments);
  node.distinct = true;
  return column(::flint::expr::makeExpr(std::move(node)));
}

Column when(const Column& condition, const Operand& value) {
  ::flint::expr::CaseWhen node;
  node.branches.emplace_back(condition.node()->expression, value.column().node()->expression);
  return column(::flint::expr::makeExpr(std::move(node)));
}

}  // namespace functions
}  // namespace flint::sql
