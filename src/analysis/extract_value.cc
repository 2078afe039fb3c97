#include "analysis/extract_value.h"

#include "analysis/scope.h"
#include "base/condition.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"

namespace flint::analysis {
namespace {

// The position of the field named so.
Result<int32_t> findField(const StructFields& fields, const std::string& name, const expr::EvaluationOptions& options, const OriginPtr& origin) {
  int32_t found = -1;
  int count = 0;
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool same = options.caseSensitive ? fields[i].name == name : lowerCase(fields[i].name) == lowerCase(name);
    if (!same) continue;
    if (found < 0) found = static_cast<int32_t>(i);
    ++count;
  }
  if (count == 1) return found;
  if (count > 1) {
    return Error(condition::kAmbiguousReferenceToFields).with("field", quoteIdentifier(name)).with("count", std::to_string(count)).at(origin).as(ErrorFamily::kAnalysis);
  }
  std::string all;
  for (const StructField& field : fields) all += (all.empty() ? "" : ", ") + quoteIdentifier(field.name);
  return Error(condition::kFieldNotFound).with("fieldName", quoteIdentifier(name)).with("fields", all).at(origin).as(ErrorFamily::kAnalysis);
}

}  // namespace

Result<ExprPtr> extractValue(const ExprPtr& child, const ExprPtr& extraction, const expr::EvaluationOptions& options, const OriginPtr& origin) {
  const DataType& type = child->dataType();
  const Value* key = expr::literalValue(extraction);
  const bool isName = key != nullptr && !key->isNull() && extraction->dataType().isStringLike();
  const bool arrayOfStructs = type.is(TypeKind::kArray) && type.elementType().is(TypeKind::kStruct);
  if (type.is(TypeKind::kStruct) || (arrayOfStructs && isName)) {
    if (!isName) {
      return Error(condition::kInvalidExtractFieldType).with("extraction", expr::quotedExpression(extraction)).at(origin).as(ErrorFamily::kAnalysis);
    }
    const StructFields& fields = type.is(TypeKind::kStruct) ? type.fields() : type.elementType().fields();
    ASSIGN_OR_RETURN(const int32_t ordinal, findField(fields, key->asString(), options, origin));
    const std::string& name = key->asString();
    if (type.is(TypeKind::kStruct)) {
      expr::GetStructField node;
      node.child = child;
      node.ordinal = ordinal;
      node.name = name;
      return ExprPtr(expr::makeExpr(std::move(node), origin));
    }
    return expr::makeFunctionCall("get_array_struct_fields", {child, expr::literalString(name), expr::literalInt(ordinal)}, options, origin);
  }
  if (type.is(TypeKind::kArray) || type.is(TypeKind::kMap)) return expr::makeFunctionCall("element_of", {child, extraction}, options, origin);
  return Error(condition::kInvalidExtractBaseFieldType)
      .with("base", expr::quotedExpression(child))
      .with("other", "\"" + type.sql() + "\"")
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
