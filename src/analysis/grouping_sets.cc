// GROUPING SETS, ROLLUP and CUBE: an Expand below the Aggregate, and grouping() above it.
#include <algorithm>

#include "analysis/select_block.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/python_udf.h"
#include "plan/logical/relational.h"

namespace flint::analysis {
namespace {

std::string quotedList(const std::vector<ExprPtr>& expressions) {
  std::vector<std::string> texts;
  for (const ExprPtr& expression : expressions) texts.push_back(expr::columnName(expression));
  return "\"" + expr::joinTexts(texts) + "\"";
}

Result<ExprPtr> groupingFunction(const SelectBlock& block, const expr::FunctionCall& call, const expr::EvaluationOptions& options) {
  const ExprPtr self = expr::makeExpr(expr::FunctionCall(call), call.origin());
  if (block.groupingId == nullptr) return Error(condition::kUnsupportedGroupingExpression).at(call.origin()).as(ErrorFamily::kAnalysis);
  std::vector<ExprPtr> expressions;
  for (const auto& [expression, column] : block.groupingColumns) expressions.push_back(expression);
  if (call.name == "grouping_id") {
    bool matches = call.arguments.empty() || call.arguments.size() == expressions.size();
    for (size_t i = 0; matches && i < call.arguments.size(); ++i) matches = semanticallyEqual(call.arguments[i], expressions[i]);
    if (matches) return ExprPtr(block.groupingId);
    return Error(condition::kGroupingIdColumnMismatch)
        .with("groupingIdColumn", quotedList(call.arguments))
        .with("groupByColumns", quotedList(expressions))
        .at(call.origin())
        .as(ErrorFamily::kAnalysis);
  }
  for (size_t i = 0; i < expressions.size(); ++i) {
    // Above the SELECT's output the Expand's own column may be what the name means.
    if (!semanticallyEqual(call.arguments[0], expressions[i]) && !semanticallyEqual(call.arguments[0], block.groupingColumns[i].second)) continue;
    const auto shift = static_cast<int32_t>(expressions.size() - 1 - i);
    ASSIGN_OR_RETURN(const ExprPtr shifted, expr::makeFunctionCall("shiftright", {block.groupingId, expr::literalInt(shift)}, options));
    ASSIGN_OR_RETURN(const ExprPtr bit, expr::makeFunctionCall("&", {shifted, expr::literalLong(1)}, options));
    expr::Cast cast;
    cast.child = bit;
    cast.target = DataType::byte();
    cast.mode = expr::CastMode::kLegacy;
    return ExprPtr(expr::makeExpr(std::move(cast), call.origin()));
  }
  return Error(condition::kGroupingColumnMismatch)
      .with("grouping", expr::quotedExpression(call.arguments[0]))
      .with("groupingColumns", quotedList(expressions))
      .at(call.origin())
      .as(ErrorFamily::kAnalysis);
}

}  // namespace

Status expandGroupingSets(SelectBlock& block, const std::vector<ExprPtr>& expressions, const std::vector<std::vector<size_t>>& sets) {
  if (expressions.size() > 64) return Error(condition::kGroupingSizeLimitExceeded).with("maxSize", "64").at(block.origin).as(ErrorFamily::kAnalysis);
  const std::vector<AttributePtr> below = block.child->output();
  // Each grouping expression is a column of its own below the Expand, since the Expand makes it null in some copies.
  plan::Project project;
  for (const AttributePtr& column : below) project.projectList.push_back(column);
  std::vector<AttributePtr> inputs;
  std::vector<AttributePtr> outputs;
  for (size_t i = 0; i < expressions.size(); ++i) {
    const AttributePtr attribute = expr::toAttribute(expressions[i]);
    const std::string name = attribute != nullptr ? attribute->name : expr::columnName(expressions[i]);
    const ExprPtr named = expr::alias(expr::withoutAlias(expressions[i]), name);
    project.projectList.push_back(named);
    inputs.push_back(expr::toAttribute(named));
    const bool always = std::all_of(sets.begin(), sets.end(), [&](const auto& set) { return std::find(set.begin(), set.end(), i) != set.end(); });
    AttributePtr output = expr::withNewId(inputs.back());
    if (!always) output = expr::withNullability(output, true);
    if (attribute != nullptr) output = expr::withQualifier(output, attribute->qualifier);
    outputs.push_back(std::move(output));
  }
  project.child = block.child;
  const AttributePtr groupingId = expr::attribute("spark_grouping_id", DataType::bigint(), false);

  bool duplicates = false;
  for (size_t i = 0; i < sets.size(); ++i) duplicates = duplicates || std::find(sets.begin(), sets.begin() + static_cast<std::ptrdiff_t>(i), sets[i]) != sets.begin() + static_cast<std::ptrdiff_t>(i);
  const AttributePtr position = expr::attribute("_gen_grouping_pos", DataType::integer(), false);

  plan::Expand expand;
  for (size_t s = 0; s < sets.size(); ++s) {
    std::vector<ExprPtr> projection(below.begin(), below.end());
    int64_t id = 0;
    for (size_t i = 0; i < expressions.size(); ++i) {
      const bool present = std::find(sets[s].begin(), sets[s].end(), i) != sets[s].end();
      id = (id << 1) | (present ? 0 : 1);
      projection.push_back(present ? ExprPtr(inputs[i]) : expr::literalNull(inputs[i]->dataType()));
    }
    projection.push_back(expr::literalLong(id));
    if (duplicates) projection.push_back(expr::literalInt(static_cast<int32_t>(s)));
    expand.projections.push_back(std::move(projection));
  }
  expand.attributes = below;
  expand.attributes.insert(expand.attributes.end(), outputs.begin(), outputs.end());
  expand.attributes.push_back(groupingId);
  if (duplicates) expand.attributes.push_back(position);
  expand.child = plan::makePlan(std::move(project));
  block.child = plan::makePlan(std::move(expand));

  block.grouping.assign(outputs.begin(), outputs.end());
  block.grouping.push_back(groupingId);
  if (duplicates) block.grouping.push_back(position);
  block.groupingId = groupingId;
  block.groupingColumns.clear();
  for (size_t i = 0; i < expressions.size(); ++i) block.groupingColumns.emplace_back(expr::withoutAlias(expressions[i]), outputs[i]);
  return Status::ok();
}

Result<ExprPtr> replaceGrouping(const SelectBlock& block, const ExprPtr& expression, const expr::EvaluationOptions& options) {
  if (const auto* call = expression->as<expr::FunctionCall>(); call != nullptr && (call->name == "grouping" || call->name == "grouping_id")) {
    return groupingFunction(block, *call, options);
  }
  const auto replaceChild = [&](const ExprPtr& child) { return replaceGrouping(block, child, options); };
  if (const auto* window = expression->as<expr::WindowExpression>()) {
    expr::WindowExpression copy = *window;
    ASSIGN_OR_RETURN(copy.function, tree::mapChildren(window->function, replaceChild));
    for (ExprPtr& key : copy.spec.partitionBy) {
      ASSIGN_OR_RETURN(key, replaceChild(key));
    }
    for (ExprPtr& key : copy.spec.orderBy) {
      ASSIGN_OR_RETURN(key, replaceChild(key));
    }
    return ExprPtr(expr::makeExpr(std::move(copy), window->origin()));
  }
  if (expr::isAggregateCall(expression)) return expression;
  if (!block.groupingColumns.empty() && expression->as<expr::Alias>() == nullptr) {
    for (const auto& [grouping, column] : block.groupingColumns) {
      if (semanticallyEqual(grouping, expression)) return ExprPtr(column);
    }
  }
  return tree::mapChildren(expression, replaceChild);
}

}  // namespace flint::analysis
