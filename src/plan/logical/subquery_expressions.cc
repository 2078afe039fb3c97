#include "plan/logical/subquery_expressions.h"

#include <fmt/core.h>

#include <algorithm>

#include "expr/expression_node_impl.h"
#include "expr/expression_text.h"

namespace flint::plan {
namespace {

// "[a#1, b#2]"
std::string attributeList(const std::vector<ExprPtr>& attributes) {
  std::string out = "[";
  for (size_t i = 0; i < attributes.size(); ++i) out += (i == 0 ? "" : ", ") + attributes[i]->toString();
  return out + "]";
}

std::string sqlList(const std::vector<ExprPtr>& expressions) {
  std::string out;
  for (size_t i = 0; i < expressions.size(); ++i) out += (i == 0 ? "" : ", ") + expr::columnName(expressions[i]);
  return out;
}

}  // namespace

void ScalarSubquery::derive() {
  traits_.hasSubquery = true;
  traits_.foldable = false;
  traits_.canRaise = true;
  traits_.resolved = traits_.resolved && plan->resolved();
  if (traits_.resolved) {
    const std::vector<AttributePtr> columns = plan->output();
    if (!columns.empty()) type_ = columns[0]->type;
  }
  nullable_ = true;
}
std::string ScalarSubquery::sql() const { return fmt::format("scalarsubquery({})", sqlList(outerAttributes)); }
std::string ScalarSubquery::toString() const { return fmt::format("scalar-subquery#{} {}", id, attributeList(outerAttributes)); }

void Exists::derive() {
  traits_.hasSubquery = true;
  traits_.foldable = false;
  traits_.resolved = traits_.resolved && plan->resolved();
  type_ = DataType::boolean();
  nullable_ = false;
}
std::string Exists::sql() const { return fmt::format("exists({})", sqlList(outerAttributes)); }
std::string Exists::toString() const { return fmt::format("exists#{} {}", id, attributeList(outerAttributes)); }

void InSubquery::derive() {
  traits_.hasSubquery = true;
  traits_.foldable = false;
  type_ = DataType::boolean();
  nullable_ = true;
  traits_.resolved = traits_.resolved && plan->resolved() && plan->output().size() == values.size();
}
std::string InSubquery::sql() const {
  const bool named = std::all_of(values.begin(), values.end(), [](const ExprPtr& each) { return each->resolved(); });
  std::string value = values.size() == 1 ? values[0]->sql() : named ? "" : fmt::format("named_struct({})", sqlList(values));
  if (values.size() != 1 && named) {
    // The fields of the row on the left are called as its values, or col1, col2, ...
    for (size_t i = 0; i < values.size(); ++i) {
      const auto* column = values[i]->as<expr::AttributeReference>();
      const std::string name = column != nullptr ? column->name : values[i]->as<expr::Literal>() != nullptr ? expr::columnName(values[i]) : fmt::format("col{}", i + 1);
      value += fmt::format("{}'{}', {}", i == 0 ? "" : ", ", name, expr::columnName(values[i]));
    }
    value = fmt::format("named_struct({})", value);
  }
  return fmt::format("({} IN (listquery({})))", value, sqlList(outerAttributes));
}
std::string InSubquery::toString() const {
  std::string value = values.size() == 1 ? values[0]->toString() : "";
  if (values.size() != 1) {
    for (const ExprPtr& each : values) value += (value.empty() ? "named_struct(" : ", ") + each->toString();
    value += ")";
  }
  return fmt::format("{} IN (list#{} {})", value, id, attributeList(outerAttributes));
}

void TableArgument::derive() {
  traits_.hasSubquery = true;
  traits_.foldable = false;
  traits_.resolved = false;
}
std::string TableArgument::sql() const { return "table-argument()"; }
std::string TableArgument::toString() const { return "table-argument"; }

const LogicalPlanPtr* subqueryPlan(const ExprPtr& expression) {
  if (const auto* scalar = expression->as<ScalarSubquery>()) return &scalar->plan;
  if (const auto* exists = expression->as<Exists>()) return &exists->plan;
  if (const auto* in = expression->as<InSubquery>()) return &in->plan;
  return nullptr;
}

ExprPtr withSubqueryPlan(const ExprPtr& expression, LogicalPlanPtr changed) {
  const auto rebuilt = [&](const auto& node) -> ExprPtr {
    if (changed == node.plan) return expression;
    auto copy = node;
    copy.plan = std::move(changed);
    return expr::makeExpr(std::move(copy), expression->origin());
  };
  if (const auto* scalar = expression->as<ScalarSubquery>()) return rebuilt(*scalar);
  if (const auto* exists = expression->as<Exists>()) return rebuilt(*exists);
  if (const auto* in = expression->as<InSubquery>()) return rebuilt(*in);
  return expression;
}

}  // namespace flint::plan

template class flint::expr::ExpressionNode<flint::plan::ScalarSubquery, flint::expr::ExprKind::kScalarSubquery>;
template class flint::expr::ExpressionNode<flint::plan::Exists, flint::expr::ExprKind::kExists>;
template class flint::expr::ExpressionNode<flint::plan::InSubquery, flint::expr::ExprKind::kInSubquery>;
template class flint::expr::ExpressionNode<flint::plan::TableArgument, flint::expr::ExprKind::kTableArgument>;
