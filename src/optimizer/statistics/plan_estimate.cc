#include "optimizer/statistics/plan_estimate.h"

#include <algorithm>
#include <cmath>

namespace flint::optimizer {

const ColumnEstimate* PlanEstimate::find(expr::ExprId id) const {
  const auto at = columns.find(id);
  return at == columns.end() ? nullptr : &at->second;
}

ColumnEstimate PlanEstimate::column(expr::ExprId id) const {
  if (const ColumnEstimate* known = find(id)) return *known;
  ColumnEstimate out;
  out.distinct = std::max(1.0, rows * 0.5);
  out.isGuessed = true;
  return out;
}

double PlanEstimate::distinctOf(const expr::ExprPtr& expression) const {
  switch (expression->kind()) {
    case expr::ExprKind::kAttributeReference: return std::max(1.0, column(expression->as<expr::AttributeReference>()->id).distinct);
    case expr::ExprKind::kLiteral: return 1;
    case expr::ExprKind::kCaseWhen: {
      const auto& node = *expression->as<expr::CaseWhen>();
      double sum = node.elseValue == nullptr ? 1 : distinctOf(node.elseValue);
      for (const auto& branch : node.branches) sum += distinctOf(branch.second);
      return std::max(1.0, std::min(sum, rows));
    }
    case expr::ExprKind::kFunctionCall: {
      const std::string& name = expression->as<expr::FunctionCall>()->name;
      if (name == "month") return 12;
      if (name == "quarter") return 4;
      if (name == "year") return std::max(1.0, distinctOf(expression->children()[0]) / 365);
      break;
    }
    default: break;
  }
  double product = 1;
  for (const expr::ExprPtr& child : expression->children()) product *= distinctOf(child);
  return std::max(1.0, std::min(product, rows));
}

double PlanEstimate::domainOf(const expr::ExprPtr& expression) const {
  const auto* attribute = expression->as<expr::AttributeReference>();
  return attribute == nullptr ? distinctOf(expression) : std::max(1.0, column(attribute->id).domainSize());
}

double PlanEstimate::rowWidth() const {
  double width = 0;
  for (const auto& [id, column] : columns) width += column.width;
  return std::max(width, 4.0);
}

void PlanEstimate::scaleRows(double newRows) {
  newRows = std::max(newRows, 0.0);
  if (newRows < rows) {
    for (auto& [id, column] : columns) {
      column.domain = column.domainSize();
      if (column.distinct >= newRows && column.distinct >= rows) {
        column.distinct = newRows;
      } else if (column.distinct > 1) {
        // How many of the values are still seen when only some rows are left: each has rows/distinct chances.
        const double kept = newRows / rows;
        column.distinct *= 1 - std::pow(1 - std::min(kept, 1.0), rows / column.distinct);
      }
      column.distinct = std::max(1.0, std::min(column.distinct, newRows));
    }
  }
  rows = newRows;
}

KeyShare shareBetween(const ColumnEstimate& column, std::optional<double> low, std::optional<double> high) {
  const double domain = std::max(1.0, column.domainSize());
  if (!column.min || !column.max || *column.max <= *column.min) return {domain, 1};
  const double from = std::max(*column.min, low.value_or(*column.min));
  const double to = std::min(*column.max, high.value_or(*column.max));
  const double inside = std::max(1.0, domain * std::clamp((to - from) / (*column.max - *column.min), 0.0, 1.0));
  return {inside, std::min(1.0, inside / std::max(1.0, column.distinct))};
}

std::optional<double> asNumber(const Value& value, const DataType& type) {
  if (value.isNull()) return std::nullopt;
  switch (type.kind()) {
    case TypeKind::kBoolean: return value.asBoolean() ? 1.0 : 0.0;
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
    case TypeKind::kDate:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return static_cast<double>(value.asInteger());
    case TypeKind::kFloat:
    case TypeKind::kDouble: return value.asFloating();
    case TypeKind::kDecimal: return static_cast<double>(value.asDecimal()) / static_cast<double>(powerOfTen(type.scale()));
    default: return std::nullopt;
  }
}

}  // namespace flint::optimizer
