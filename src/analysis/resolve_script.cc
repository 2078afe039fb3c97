// SELECT TRANSFORM: values go to the script as texts, and come back as the types its columns are declared with.
#include "analysis/plan_resolver.h"
#include "expr/unresolved.h"
#include "plan/logical/script_transformation.h"
#include "types/type_json.h"

namespace flint::analysis {
namespace {

ExprPtr call(const char* function, std::vector<ExprPtr> arguments) {
  expr::UnresolvedFunction made;
  made.nameParts = {function};
  made.arguments = std::move(arguments);
  return expr::makeExpr(std::move(made));
}

ExprPtr cast(ExprPtr value, const DataType& type, expr::CastMode mode) {
  expr::Cast made;
  made.child = std::move(value);
  made.target = type;
  made.mode = mode;
  return expr::makeExpr(std::move(made));
}

bool isNested(const DataType& type) { return type.is(TypeKind::kArray) || type.is(TypeKind::kMap) || type.is(TypeKind::kStruct); }

ExprPtr textOf(const AttributePtr& column) {
  if (column->dataType().isStringLike()) return column;
  if (isNested(column->dataType())) return call("to_json", {column});
  return cast(column, DataType::string(), expr::CastMode::kLegacy);
}

// Only what Java's own parsers of numbers and booleans read; all else is null.
ExprPtr valueOf(const AttributePtr& text, const DataType& type) {
  if (type.isStringLike()) return text;
  if (isNested(type)) return call("from_json", {text, expr::literalString(type.sql())});
  ExprPtr value = cast(text, type, expr::CastMode::kTry);
  const char* pattern = type.is(TypeKind::kBoolean) ? "(?i)^(true|false)$" : type.isIntegral() ? "^[+-]?[0-9]+$" : nullptr;
  if (pattern == nullptr) return value;
  return call("if", {call("rlike", {text, expr::literalString(pattern)}), std::move(value), expr::literalNull(type)});
}

}  // namespace

Result<ResolvedPlan> PlanResolver::resolveScript(const plan::ScriptTransformation& node) {
  ASSIGN_OR_RETURN(const ResolvedPlan input, resolve(node.child));
  plan::ScriptTransformation made(node);
  const NameContext nothing;
  plan::Project texts;
  for (const AttributePtr& column : input.plan->output()) {
    ASSIGN_OR_RETURN(ExprPtr text, ExpressionResolver(*this, nothing).resolve(textOf(column)));
    texts.projectList.push_back(text == column ? ExprPtr(column) : expr::alias(std::move(text), column->name));
    made.inputs.push_back(expr::toAttribute(texts.projectList.back()));
  }
  texts.child = input.plan;
  made.child = plan::makePlan(std::move(texts));
  made.results.clear();
  plan::Project values;
  for (const AttributePtr& column : node.results) {
    const AttributePtr text = expr::attribute(column->name, DataType::string(), true);
    made.results.push_back(text);
    ASSIGN_OR_RETURN(ExprPtr value, ExpressionResolver(*this, nothing).resolve(valueOf(text, column->dataType())));
    values.projectList.push_back(value == text ? ExprPtr(text) : expr::alias(std::move(value), column->name));
  }
  values.child = plan::makePlan(std::move(made), node.origin());
  return ResolvedPlan{plan::makePlan(std::move(values), node.origin()), {}, nullptr};
}

}  // namespace flint::analysis
