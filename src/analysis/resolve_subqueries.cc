// Scalar subqueries, EXISTS and IN: the plan inside, and the columns it reads of the query around.
#include <fmt/core.h>

#include <algorithm>

#include "analysis/collation_coercion.h"
#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "analysis/same_structure.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "plan/logical/subquery_expressions.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

std::string typesText(const std::vector<DataType>& types) {
  std::string out;
  for (const DataType& type : types) out += (out.empty() ? "\"" : ", \"") + type.sql() + "\"";
  return out;
}

// The names of outer columns, as often as the plan reads them, from its root down.
void collectOuterNames(const LogicalPlanPtr& plan, std::vector<std::string>& names) {
  for (const ExprPtr& root : plan->expressions()) {
    if (root == nullptr) continue;
    tree::forEachNode(root, [&](const ExprPtr& node) {
      if (const auto* outer = node->as<expr::OuterReference>()) names.push_back(outer->attribute->name);
    });
  }
  for (const LogicalPlanPtr& child : plan->children()) collectOuterNames(child, names);
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveSubquery(const ExprPtr& subquery) {
  SubqueryFrame frame;
  frame.outer = &names_;
  frame.parent = plans_.frame();
  if (const auto* scalar = subquery->as<plan::ScalarSubquery>()) {
    if (scalar->id != 0) return subquery;
    plan::ScalarSubquery out = *scalar;
    ASSIGN_OR_RETURN(out.plan, plans_.resolveSubquery(scalar->plan, frame));
    const size_t width = out.plan->output().size();
    if (width != 1) {
      return Error(condition::kInvalidSubqueryExpressionScalarSubqueryReturnMoreThanOneOutputColumn)
          .with("number", std::to_string(width))
          .at(subquery->origin())
          .as(ErrorFamily::kAnalysis);
    }
    out.outerAttributes = std::move(frame.outerAttributes);
    out.id = expr::newExprId();
    std::vector<std::string> names;
    collectOuterNames(out.plan, names);
    const bool repeats = names.size() != out.outerAttributes.size();
    const ExprPtr made = expr::makeExpr(std::move(out), subquery->origin());
    if (!repeats) return made;
    // Its name lists every place where a column of the query around it is read.
    expr::RuntimeReplaceable named;
    named.text = "scalarsubquery(" + expr::joinTexts(names) + ")";
    named.replacement = made;
    return ExprPtr(expr::makeExpr(std::move(named), subquery->origin()));
  }
  if (const auto* exists = subquery->as<plan::Exists>()) {
    if (exists->id != 0) return subquery;
    plan::Exists out = *exists;
    ASSIGN_OR_RETURN(out.plan, plans_.resolveSubquery(exists->plan, frame));
    out.outerAttributes = std::move(frame.outerAttributes);
    out.id = expr::newExprId();
    return ExprPtr(expr::makeExpr(std::move(out), subquery->origin()));
  }
  const auto* in = subquery->as<plan::InSubquery>();
  if (in->id != 0) return subquery;
  plan::InSubquery out = *in;
  std::vector<ExprPtr> values;
  for (const ExprPtr& value : in->values) {
    ASSIGN_OR_RETURN(ExprPtr resolved, resolveForPlan(value));
    values.push_back(std::move(resolved));
  }
  ASSIGN_OR_RETURN(out.plan, plans_.resolveSubquery(in->plan, frame));
  std::vector<AttributePtr> columns = out.plan->output();
  // (a, b) IN (...) written as one struct value.
  if (values.size() == 1 && columns.size() > 1) {
    const auto* call = values[0]->as<expr::FunctionCall>();
    if (call != nullptr && call->name == "named_struct") {
      std::vector<ExprPtr> parts;
      for (size_t i = 1; i < call->arguments.size(); i += 2) parts.push_back(call->arguments[i]);
      values = std::move(parts);
    }
  }
  if (values.size() != columns.size()) {
    std::vector<std::string> left;
    std::vector<std::string> right;
    for (const ExprPtr& value : values) left.push_back(expr::quotedExpression(value));
    for (const AttributePtr& column : columns) right.push_back(expr::quotedExpression(column));
    return Error(condition::kDatatypeMismatchInSubqueryLengthMismatch)
        .with("sqlExpr", "\"" + expr::columnName(values[0]) + " IN (listquery())\"")
        .with("leftLength", std::to_string(values.size()))
        .with("leftColumns", "[" + expr::joinTexts(left) + "]")
        .with("rightLength", std::to_string(columns.size()))
        .with("rightColumns", "[" + expr::joinTexts(right) + "]")
        .at(subquery->origin())
        .as(ErrorFamily::kAnalysis);
  }
  std::vector<ExprPtr> casts;
  bool needsCast = false;
  for (size_t i = 0; i < values.size(); ++i) {
    const DataType left = values[i]->dataType();
    const DataType right = columns[i]->dataType();
    casts.push_back(columns[i]);
    const bool ofTexts = left.isStringLike() && right.isStringLike() && (left.collation() != 0 || right.collation() != 0);
    if (ofTexts && (values.size() == 1 || left.collation() == right.collation())) {
      // Both sides by the keys of the collation that they agree on.
      std::vector<ExprPtr> sides = {values[i], ExprPtr(columns[i])};
      RETURN_IF_ERROR(alignCollations(sides, false, subquery, options()));
      ASSIGN_OR_RETURN(values[i], comparedByCollation(sides[0], options()));
      ASSIGN_OR_RETURN(const ExprPtr key, comparedByCollation(sides[1], options()));
      casts.back() = expr::alias(key, columns[i]->name);
      needsCast = true;
      continue;
    }
    if (left.sameType(right)) continue;
    const auto common = ofTexts ? std::nullopt : sameStructure(left, right) ? std::optional(left) : findComparisonType(left, right, options().ansi);
    if (!common) {
      std::vector<DataType> leftTypes;
      std::vector<DataType> rightTypes;
      for (const ExprPtr& value : values) leftTypes.push_back(value->dataType());
      for (const AttributePtr& column : columns) rightTypes.push_back(column->dataType());
      return Error(condition::kDatatypeMismatchInSubqueryDataTypeMismatch)
          .with("sqlExpr", "\"" + expr::columnName(values[0]) + " IN (listquery())\"")
          .with("mismatchedColumns", expr::quotedExpression(values[i]) + ":" + left.sql() + ", " + expr::quotedExpression(columns[i]) + ":" + right.sql())
          .with("leftType", typesText(leftTypes))
          .with("rightType", typesText(rightTypes))
          .at(subquery->origin())
          .as(ErrorFamily::kAnalysis);
    }
    values[i] = castImplicitly(values[i], *common, options());
    if (!right.sameType(*common)) {
      casts.back() = expr::alias(castImplicitly(columns[i], *common, options()), columns[i]->name);
      needsCast = true;
    }
  }
  if (needsCast) {
    plan::Project project;
    project.projectList = std::move(casts);
    project.child = out.plan;
    out.plan = plan::makePlan(std::move(project));
  }
  out.values = std::move(values);
  out.outerAttributes = std::move(frame.outerAttributes);
  out.id = expr::newExprId();
  return ExprPtr(expr::makeExpr(std::move(out), subquery->origin()));
}

}  // namespace flint::analysis
