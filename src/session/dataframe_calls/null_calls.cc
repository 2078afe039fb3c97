#include <algorithm>

#include "session/dataframe_calls/attribute_names.h"
#include "session/dataframe_calls/column_lookup.h"
#include "session/dataframe_calls/dataframe_calls.h"

namespace flint::session {
namespace {

using expr::AttributePtr;
using plan::makePlan;

ExprPtr castTo(ExprPtr value, const DataType& type) {
  if (value->dataType() == type) return value;
  expr::Cast node;
  node.child = std::move(value);
  node.target = type;
  return expr::makeExpr(std::move(node));
}

// Numbers go to numbers of any type, texts to texts, booleans to booleans.
bool sameFamily(const DataType& value, const DataType& column) {
  if (value.isNumeric()) return column.isNumeric();
  if (value.isStringLike()) return column.isStringLike();
  return value.is(TypeKind::kBoolean) && column.is(TypeKind::kBoolean);
}

LogicalPlanPtr project(std::vector<ExprPtr> columns, const LogicalPlanPtr& child) {
  plan::Project node;
  node.projectList = std::move(columns);
  node.child = child;
  return makePlan(std::move(node));
}

class FillNa final : public plan::DataFrameCall {
 public:
  FillNa(std::vector<std::string> columns, std::vector<ExprPtr> values, bool caseSensitive)
      : columns_(std::move(columns)), values_(std::move(values)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "fillna"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<AttributePtr> output = child->output();
    std::vector<ExprPtr> fills(output.size());
    const auto fill = [&](const AttributePtr& column, const ExprPtr& value) {
      const size_t at = static_cast<size_t>(std::find(output.begin(), output.end(), column) - output.begin());
      fills[at] = value;
    };
    if (columns_.empty()) {
      for (const AttributePtr& column : output) fill(column, values_[0]);
    }
    for (size_t i = 0; i < columns_.size(); ++i) {
      ASSIGN_OR_RETURN(const std::vector<AttributePtr> found, columnsNamed(output, {columns_[i]}, caseSensitive_));
      for (const AttributePtr& column : found) fill(column, values_.size() == 1 ? values_[0] : values_[i]);
    }
    std::vector<ExprPtr> list;
    for (size_t i = 0; i < output.size(); ++i) {
      const AttributePtr& column = output[i];
      if (fills[i] == nullptr || !sameFamily(fills[i]->dataType(), column->type)) {
        list.push_back(column);
        continue;
      }
      ExprPtr value = column;
      if (column->type.isFloating()) value = expr::call("nanvl", {value, expr::literalNull(column->type)});
      expr::Coalesce node;
      node.arguments = {std::move(value), castTo(fills[i], column->type)};
      list.push_back(expr::alias(expr::makeExpr(std::move(node)), column->name));
    }
    return project(std::move(list), child);
  }

 private:
  const std::vector<std::string> columns_;
  const std::vector<ExprPtr> values_;
  const bool caseSensitive_;
};

class DropNa final : public plan::DataFrameCall {
 public:
  DropNa(std::vector<std::string> columns, std::optional<int32_t> minNonNulls, bool caseSensitive)
      : columns_(std::move(columns)), minNonNulls_(minNonNulls), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "dropna"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    std::vector<AttributePtr> columns = child->output();
    if (!columns_.empty()) {
      ASSIGN_OR_RETURN(columns, columnsNamed(columns, columns_, caseSensitive_));
    }
    const int32_t wanted = minNonNulls_.value_or(static_cast<int32_t>(columns.size()));
    if (wanted <= 0) return child;
    plan::Filter node;
    node.child = child;
    if (wanted == static_cast<int32_t>(columns.size())) {
      std::vector<ExprPtr> conjuncts;
      for (const AttributePtr& column : columns) conjuncts.push_back(hasValue(column));
      node.condition = expr::conjunction(conjuncts);
    } else {
      ExprPtr count;
      for (const AttributePtr& column : columns) {
        expr::CaseWhen one;
        one.branches.emplace_back(hasValue(column), expr::literalInt(1));
        one.elseValue = expr::literalInt(0);
        ExprPtr counted = expr::makeExpr(std::move(one));
        count = count == nullptr ? std::move(counted) : expr::call("+", {std::move(count), std::move(counted)});
      }
      node.condition = expr::comparison(expr::ComparisonOp::kGreaterOrEqual, std::move(count), expr::literalInt(wanted));
    }
    return makePlan(std::move(node));
  }

 private:
  static ExprPtr hasValue(const AttributePtr& column) {
    expr::IsNotNull notNull;
    notNull.child = column;
    ExprPtr test = expr::makeExpr(std::move(notNull));
    if (!column->type.isFloating()) return test;
    return expr::makeAnd(std::move(test), expr::makeNot(expr::call("isnan", {column})));
  }

  const std::vector<std::string> columns_;
  const std::optional<int32_t> minNonNulls_;
  const bool caseSensitive_;
};

class Replace final : public plan::DataFrameCall {
 public:
  Replace(std::vector<std::string> columns, std::vector<std::pair<ExprPtr, ExprPtr>> replacements, bool caseSensitive)
      : columns_(std::move(columns)), replacements_(std::move(replacements)), caseSensitive_(caseSensitive) {}
  std::string name() const override { return "replace"; }

  Result<LogicalPlanPtr> expand(const LogicalPlanPtr& child) const override {
    const std::vector<AttributePtr> output = child->output();
    std::vector<AttributePtr> columns = output;
    if (!columns_.empty()) {
      ASSIGN_OR_RETURN(columns, columnsNamed(output, columns_, caseSensitive_));
    }
    std::vector<ExprPtr> list;
    for (const AttributePtr& column : output) {
      const bool meant = std::find(columns.begin(), columns.end(), column) != columns.end();
      expr::CaseWhen node;
      for (const auto& [from, to] : replacements_) {
        if (!meant || !sameFamily(from->dataType(), column->type)) continue;
        node.branches.emplace_back(expr::comparison(expr::ComparisonOp::kEqual, column, castTo(from, column->type)), castTo(to, column->type));
      }
      if (node.branches.empty()) {
        list.push_back(column);
        continue;
      }
      node.elseValue = column;
      list.push_back(expr::alias(expr::makeExpr(std::move(node)), column->name));
    }
    return project(std::move(list), child);
  }

 private:
  const std::vector<std::string> columns_;
  const std::vector<std::pair<ExprPtr, ExprPtr>> replacements_;
  const bool caseSensitive_;
};

}  // namespace

DataFrameCallPtr makeFillNa(std::vector<std::string> columns, std::vector<ExprPtr> values, bool caseSensitive) {
  return std::make_shared<FillNa>(std::move(columns), std::move(values), caseSensitive);
}
DataFrameCallPtr makeDropNa(std::vector<std::string> columns, std::optional<int32_t> minNonNulls, bool caseSensitive) {
  return std::make_shared<DropNa>(std::move(columns), minNonNulls, caseSensitive);
}
DataFrameCallPtr makeReplace(std::vector<std::string> columns, std::vector<std::pair<ExprPtr, ExprPtr>> replacements, bool caseSensitive) {
  return std::make_shared<Replace>(std::move(columns), std::move(replacements), caseSensitive);
}

}  // namespace flint::session
