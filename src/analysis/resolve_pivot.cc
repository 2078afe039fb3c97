// PIVOT and UNPIVOT, as aggregates and as an Expand.
#include <fmt/core.h>

#include <algorithm>

#include "analysis/attribute_ids.h"
#include "analysis/plan_resolver.h"
#include "analysis/set_operation_types.h"
#include "analysis/select_block.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

ExprPtr unaliased(const ExprPtr& expression) { return expr::withoutAlias(expression); }

}  // namespace

Result<ResolvedPlan> PlanResolver::resolvePivot(const plan::Pivot& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  auto block = std::make_shared<SelectBlock>();
  block->child = child.plan;
  block->scope = scopeOf(child);
  block->aggregates = true;
  block->origin = node.origin();
  const NameContext names = contextOf(block->scope, {child.plan});
  ExpressionResolver resolver(*this, names);
  ASSIGN_OR_RETURN(const ExprPtr pivot, resolver.resolveForPlan(node.pivotColumn));
  std::vector<std::pair<ExprPtr, std::string>> aggregates;  // and the written name
  for (const ExprPtr& aggregate : node.aggregates) {
    ASSIGN_OR_RETURN(const ExprPtr resolved, resolver.resolve(aggregate));
    const auto* alias = resolved->as<expr::Alias>();
    const std::string name = alias != nullptr ? alias->name : expr::columnName(resolved, options_.timeZone);
    const ExprPtr plain = unaliased(withoutReplaced(resolved));
    if (!plain->traits().hasAggregate) {
      return Error(condition::kMissingAggregation)
          .with("expression", expr::quotedExpression(plain))
          .with("expressionAnyValue", "\"any_value(" + expr::columnName(plain) + ")\"")
          .at(aggregate->origin())
          .as(ErrorFamily::kAnalysis);
    }
    aggregates.emplace_back(plain, name);
  }
  if (node.pivotValues.empty()) {
    return Error(condition::kUnsupportedFeaturePivotType).with("value", "").with("type", pivot->dataType().sql()).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  if (node.hasGroupBy) {
    for (const ExprPtr& key : node.groupBy) {
      ASSIGN_OR_RETURN(ExprPtr resolved, resolver.resolve(key));
      const ExprPtr plain = withoutReplaced(resolved);
      block->grouping.push_back(unaliased(plain));
      const bool named = plain->as<expr::Alias>() != nullptr || plain->as<expr::AttributeReference>() != nullptr;
      const auto* column = key->as<expr::UnresolvedAttribute>();
      const std::string name = column != nullptr ? column->nameParts.back() : expr::columnName(resolved, options_.timeZone);
      block->outputs.push_back(named ? plain : expr::alias(plain, name));
    }
  } else {
    // All columns that neither the pivot nor the aggregates read.
    std::vector<ExprPtr> read = {pivot};
    for (const auto& [aggregate, name] : aggregates) read.push_back(aggregate);
    for (const AttributePtr& column : child.plan->output()) {
      const bool used = std::any_of(read.begin(), read.end(), [&](const ExprPtr& each) {
        return tree::anyNode(each, [&](const ExprPtr& inner) {
          const auto* attribute = inner->as<expr::AttributeReference>();
          return attribute != nullptr && attribute->id == column->id;
        });
      });
      if (used) continue;
      block->grouping.push_back(column);
      block->outputs.push_back(column);
    }
  }
  for (const ExprPtr& written : node.pivotValues) {
    ASSIGN_OR_RETURN(const ExprPtr resolved, resolver.resolveForPlan(written));
    const auto* alias = resolved->as<expr::Alias>();
    ExprPtr value = unaliased(resolved);
    if (!value->foldable()) {
      return Error(condition::kNonLiteralPivotValues).with("expression", expr::quotedExpression(value)).at(written->origin()).as(ErrorFamily::kAnalysis);
    }
    if (!value->dataType().sameType(pivot->dataType()) && !implicitCast(value->dataType(), pivot->dataType(), options_.ansi)) {
      return Error(condition::kPivotValueDataTypeMismatch)
          .with("value", expr::columnName(value))
          .with("valueType", value->dataType().simpleString())
          .with("pivotType", pivot->dataType().simpleString())
          .at(written->origin())
          .as(ErrorFamily::kAnalysis);
    }
    value = castImplicitly(value, pivot->dataType(), options_);
    std::string prefix;
    if (alias != nullptr) {
      prefix = alias->name;
    } else {
      expr::Cast text;
      text.child = value;
      text.target = DataType::string();
      auto shown = expr::evaluateFoldable(expr::makeExpr(std::move(text)), options_);
      prefix = shown.isOk() && !shown.value().isNull() ? shown.value().asString() : "null";
    }
    expr::Comparison matches;
    matches.op = expr::ComparisonOp::kEqualNullSafe;
    matches.left = pivot;
    matches.right = value;
    const ExprPtr condition = expr::makeExpr(std::move(matches));
    for (const auto& [aggregate, name] : aggregates) {
      // Each aggregate sees only the rows of its value. What it gives without any is null in Spark, count included.
      const ExprPtr filtered = tree::transformUp(aggregate, [&](const ExprPtr& inner) -> ExprPtr {
        const auto* call = inner->as<expr::AggregateExpression>();
        if (call == nullptr) return inner;
        expr::AggregateExpression copy = *call;
        copy.filter = copy.filter == nullptr ? condition : expr::makeAnd(copy.filter, condition);
        return expr::makeExpr(std::move(copy), inner->origin());
      });
      ExprPtr output = filtered;
      if (!filtered->nullable() || filtered->as<expr::AggregateExpression>() == nullptr || !filtered->as<expr::AggregateExpression>()->binding->emptyResult.isNull()) {
        expr::UnresolvedFunction seen;
        seen.nameParts = {"count"};
        seen.arguments = {expr::literalInt(1)};
        seen.filter = condition;
        ASSIGN_OR_RETURN(const ExprPtr count, resolver.resolveForPlan(expr::makeExpr(std::move(seen))));
        expr::CaseWhen guarded;
        guarded.branches.emplace_back(expr::comparison(expr::ComparisonOp::kGreater, count, expr::literalLong(0)), filtered);
        output = expr::makeExpr(std::move(guarded));
      }
      const std::string columnName = aggregates.size() == 1 ? prefix : prefix + "_" + name;
      block->outputs.push_back(expr::alias(std::move(output), columnName));
    }
  }
  return finishBlock(std::move(block));
}

Result<ResolvedPlan> PlanResolver::resolveUnpivot(const plan::Unpivot& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan child, resolve(node.child));
  const auto scope = scopeOf(child);
  const NameContext names = contextOf(scope, {child.plan});
  ExpressionResolver resolver(*this, names);
  const std::vector<AttributePtr> columns = child.plan->output();
  const auto resolveColumns = [&](const std::vector<ExprPtr>& written) -> Result<std::vector<ExprPtr>> {
    std::vector<ExprPtr> out;
    for (const ExprPtr& each : written) {
      if (const auto* star = each->as<expr::UnresolvedStar>()) {
        ASSIGN_OR_RETURN(const std::vector<ExprPtr> all, resolver.expandStar(*star, each->origin()));
        out.insert(out.end(), all.begin(), all.end());
        continue;
      }
      ASSIGN_OR_RETURN(ExprPtr resolved, resolver.resolveForPlan(each));
      out.push_back(std::move(resolved));
    }
    return out;
  };
  std::vector<ExprPtr> ids;
  std::vector<std::vector<ExprPtr>> values;
  if (node.hasIds) {
    ASSIGN_OR_RETURN(ids, resolveColumns(node.ids));
  }
  if (node.hasValues) {
    for (const auto& set : node.values) {
      ASSIGN_OR_RETURN(std::vector<ExprPtr> resolved, resolveColumns(set));
      if (node.valueColumns.size() == 1 && resolved.size() > 1) {
        for (const ExprPtr& each : resolved) values.push_back({each});
      } else {
        values.push_back(std::move(resolved));
      }
    }
  }
  const auto isIn = [](const std::vector<ExprPtr>& list, const AttributePtr& column) {
    return std::any_of(list.begin(), list.end(), [&](const ExprPtr& each) { return semanticallyEqual(each, column); });
  };
  if (!node.hasIds) {
    for (const AttributePtr& column : columns) {
      if (std::none_of(values.begin(), values.end(), [&](const auto& set) { return isIn(set, column); })) ids.push_back(column);
    }
  }
  if (!node.hasValues) {
    for (const AttributePtr& column : columns) {
      if (!isIn(ids, column)) values.push_back({column});
    }
  }
  std::vector<std::string> expressions;
  const auto noteExpressions = [&](const std::vector<ExprPtr>& list) {
    for (const ExprPtr& each : list) {
      if (each->as<expr::AttributeReference>() == nullptr) expressions.push_back(expr::quotedExpression(each));
    }
  };
  noteExpressions(ids);
  const bool amongIds = !expressions.empty();
  for (const auto& set : values) noteExpressions(set);
  if (!expressions.empty()) {
    return Error(condition::kUnpivotRequiresAttributes)
        .with("given", amongIds ? "id" : "value")
        .with("empty", amongIds ? "value" : "id")
        .with("expressions", expr::joinTexts(expressions))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  if (values.empty()) return Error(condition::kUnpivotRequiresValueColumns).at(node.origin()).as(ErrorFamily::kAnalysis);
  const size_t width = node.valueColumns.size();
  for (const auto& set : values) {
    if (set.size() == width) continue;
    return Error(condition::kUnpivotValueSizeMismatch).with("names", std::to_string(width)).at(node.origin()).as(ErrorFamily::kAnalysis);
  }
  std::vector<DataType> types;
  for (size_t c = 0; c < width; ++c) {
    DataType type = values[0][c]->dataType();
    for (const auto& set : values) {
      const auto wider = commonTypeWithoutPromotion({type, set[c]->dataType()}, options_.ansi);
      if (!wider) {
        std::string all;
        for (const auto& each : values) all += (all.empty() ? "\"" : ", \"") + each[c]->dataType().sql() + "\" (" + expr::columnName(each[c]) + ")";
        return Error(condition::kUnpivotValueDataTypeMismatch).with("types", all).at(node.origin()).as(ErrorFamily::kAnalysis);
      }
      type = *wider;
    }
    types.push_back(type);
  }
  plan::Expand expand;
  std::vector<bool> nullable(width, false);
  for (size_t i = 0; i < values.size(); ++i) {
    std::vector<ExprPtr> projection;
    for (const ExprPtr& id : ids) projection.push_back(unaliased(id));
    std::string label;
    if (i < node.aliases.size() && !node.aliases[i].empty()) {
      label = node.aliases[i];
    } else {
      for (const ExprPtr& each : values[i]) label += (label.empty() ? "" : "_") + expr::toAttribute(each)->name;
    }
    projection.push_back(expr::literalString(label));
    for (size_t c = 0; c < width; ++c) {
      projection.push_back(castImplicitly(unaliased(values[i][c]), types[c], options_));
      nullable[c] = nullable[c] || projection.back()->nullable();
    }
    expand.projections.push_back(std::move(projection));
  }
  for (const ExprPtr& id : ids) {
    const AttributePtr attribute = expr::toAttribute(id);
    expand.attributes.push_back(expr::withNewId(attribute));
  }
  expand.attributes.push_back(expr::attribute(node.variableColumn, DataType::string(), false));
  const size_t firstValue = expand.attributes.size();
  for (size_t c = 0; c < width; ++c) expand.attributes.push_back(expr::attribute(node.valueColumns[c], types[c], nullable[c]));
  const std::vector<AttributePtr> output = expand.attributes;
  expand.child = child.plan;
  LogicalPlanPtr plan = plan::makePlan(std::move(expand), node.origin());
  if (!node.includeNulls) {
    ExprPtr anyValue;
    for (size_t c = 0; c < width; ++c) {
      ExprPtr present = expr::makeNode<expr::IsNotNull>(ExprPtr(output[firstValue + c]));
      anyValue = anyValue == nullptr ? present : expr::makeOr(anyValue, present);
    }
    plan::Filter filter;
    filter.condition = anyValue;
    filter.child = std::move(plan);
    plan = plan::makePlan(std::move(filter));
  }
  return ResolvedPlan{std::move(plan), {}, nullptr};
}

}  // namespace flint::analysis
