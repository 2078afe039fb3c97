#include "analysis/type_coercion_rules.h"

#include <fmt/core.h>

#include <algorithm>

#include "analysis/char_lengths.h"
#include "analysis/collation_coercion.h"
#include "analysis/same_structure.h"
#include "base/condition.h"
#include "expr/cast/variant_casts.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "types/collation.h"
#include "types/decimal.h"
#include "types/type_coercion.h"

namespace flint::analysis {
namespace {

using expr::ExprPtr;
using expr::EvaluationOptions;

std::string quotedType(const DataType& type) { return "\"" + type.sql() + "\""; }

std::string textOf(const ExprPtr& expression, const EvaluationOptions& options) { return expr::quotedExpression(expression, options.timeZone); }

template <class Node>
ExprPtr copyOf(const Node& node) {
  return expr::makeExpr(Node(node), node.origin());
}

std::string typeList(const std::vector<DataType>& types) {
  std::string out;
  for (const DataType& type : types) out += (out.empty() ? "" : ", ") + quotedType(type);
  return "[" + out + "]";
}

Error dataDiffTypes(const ExprPtr& node, const char* function, const std::vector<DataType>& types, const EvaluationOptions& options) {
  return Error(condition::kDatatypeMismatchDataDiffTypes)
      .with("sqlExpr", textOf(node, options))
      .with("functionName", quoteIdentifier(function))
      .with("dataType", typeList(types))
      .at(node->origin())
      .as(ErrorFamily::kAnalysis);
}

// Digits of an integer literal: the decimal type it is taken as beside a decimal.
DataType literalDecimal(int64_t value) {
  int digits = 1;
  for (uint64_t rest = value < 0 ? 0 - static_cast<uint64_t>(value) : static_cast<uint64_t>(value); rest >= 10; rest /= 10) ++digits;
  return DataType::decimal(digits, 0);
}

// An integer literal beside a decimal is the decimal of its own digits.
ExprPtr decimalLiteral(const ExprPtr& expression, const DataType& other) {
  if (!other.is(TypeKind::kDecimal) || !expression->dataType().isIntegral()) return expression;
  const auto* literal = expression->as<expr::Literal>();
  if (literal == nullptr || literal->value.isNull()) return expression;
  const int64_t value = literal->value.asInteger();
  return expr::literal(Value::decimal(value), literalDecimal(value))->withOrigin(expression->origin());
}

bool isMapInside(const DataType& type) {
  if (type.is(TypeKind::kMap)) return true;
  for (const DataType& child : type.childTypes()) {
    if (isMapInside(child)) return true;
  }
  return false;
}

Result<DataType> commonBranchType(const ExprPtr& node, const char* function, const std::vector<DataType>& types, const EvaluationOptions& options) {
  bool same = true;
  for (const DataType& type : types) same = same && type.sameType(types[0]);
  if (same) {
    // Equal but for nullability: the looser one.
    auto wider = findWiderCommonType(types, options.ansi);
    return wider ? *wider : types[0];
  }
  if (auto wider = findWiderCommonType(types, options.ansi)) return *wider;
  return dataDiffTypes(node, function, types, options);
}

}  // namespace

ExprPtr castImplicitly(const ExprPtr& expression, const DataType& type, const EvaluationOptions& options) {
  if (expression->dataType().sameType(type)) return expression;
  expr::Cast cast;
  cast.child = expression;
  cast.target = type;
  cast.mode = options.ansi ? expr::CastMode::kAnsi : expr::CastMode::kLegacy;
  cast.implicit = true;
  return expr::makeExpr(std::move(cast), expression->origin());
}

Result<ExprPtr> comparedByCollation(const ExprPtr& value, const EvaluationOptions& options) {
  if (!hasCollations(value->dataType())) return value;
  if (hasIndeterminateCollation(value->dataType())) {
    return Error(condition::kIndeterminateCollationInExpression).with("expr", expr::quotedExpression(value)).at(value->origin()).as(ErrorFamily::kAnalysis);
  }
  return expr::makeFunctionCall("collation_key", {value}, options, value->origin());
}

namespace {

// n for a column declared as CHAR(n), else 0.
int charLength(const ExprPtr& expression) {
  const auto* outer = expression->as<expr::OuterReference>();
  const auto* column = outer != nullptr ? outer->attribute.get() : expression->as<expr::AttributeReference>();
  if (column == nullptr || column->metadata.empty() || !column->type.is(TypeKind::kString)) return 0;
  const DataType declared = declaredType(column->metadata, column->type);
  return declared.is(TypeKind::kChar) ? declared.length() : 0;
}

// Filled up with spaces; names of columns show it as it was.
Result<ExprPtr> filledUp(const ExprPtr& value, int length, const EvaluationOptions& options) {
  expr::RuntimeReplaceable padded;
  padded.text = expr::columnName(value, options.timeZone);
  ASSIGN_OR_RETURN(padded.replacement, expr::makeFunctionCall("read_side_padding", {value, expr::literalInt(length)}, options, value->origin()));
  return ExprPtr(expr::makeExpr(std::move(padded), value->origin()));
}

int numCharacters(const ExprPtr& value) {
  const auto* literal = value->as<expr::Literal>();
  if (literal == nullptr || literal->value.isNull()) return 0;
  const std::string text = literal->value.asString();
  return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// CHAR columns are compared with spaces filled up on the shorter side, with constants and with each other.
Status fillUpChars(ExprPtr& left, ExprPtr& right, const EvaluationOptions& options) {
  const int leftLength = charLength(left);
  const int rightLength = charLength(right);
  const auto isText = [](const ExprPtr& value) { return value->foldable() && value->dataType().is(TypeKind::kString); };
  if (leftLength > 0 && isText(right)) {
    if (const int longer = numCharacters(right); longer > leftLength) {
      ASSIGN_OR_RETURN(left, filledUp(left, longer, options));
    } else {
      ASSIGN_OR_RETURN(right, filledUp(right, leftLength, options));
    }
  } else if (rightLength > 0 && isText(left)) {
    return fillUpChars(right, left, options);
  } else if (leftLength > 0 && rightLength > leftLength) {
    ASSIGN_OR_RETURN(left, filledUp(left, rightLength, options));
  } else if (rightLength > 0 && leftLength > rightLength) {
    ASSIGN_OR_RETURN(right, filledUp(right, leftLength, options));
  }
  return Status::ok();
}

}  // namespace

namespace {

// A whole number compared with a constant decimal is compared with the whole number beside that: `i > 1.5` is `i > 1`.
std::optional<expr::Comparison> comparedWithWhole(const expr::Comparison& node) {
  using enum expr::ComparisonOp;
  const bool isRight = node.left->dataType().isIntegral();
  const ExprPtr& constant = isRight ? node.right : node.left;
  const ExprPtr& number = isRight ? node.left : node.right;
  const auto* literal = constant->as<expr::Literal>();
  const bool orders = node.op == kLess || node.op == kLessOrEqual || node.op == kGreater || node.op == kGreaterOrEqual;
  if (!orders || literal == nullptr || literal->value.isNull() || !constant->dataType().is(TypeKind::kDecimal) || !number->dataType().isIntegral()) return std::nullopt;
  const bool above = node.op == kGreater || node.op == kLessOrEqual;  // of the constant on the right
  const int128_t unscaled = literal->value.asDecimal();
  const int128_t scale = powerOfTen(constant->dataType().scale());
  int128_t whole = unscaled / scale;
  const bool exact = whole * scale == unscaled;
  if (!exact && unscaled < 0) --whole;             // rounded down
  if (!exact && above != isRight) ++whole;         // rounded up
  if (whole != static_cast<int64_t>(whole)) return std::nullopt;
  const auto small = static_cast<int64_t>(whole);
  const bool fits = number->dataType().is(TypeKind::kInteger) && small == static_cast<int32_t>(small);
  const ExprPtr rounded = expr::literal(Value::integer(small), fits ? DataType::integer() : DataType::bigint())->withOrigin(constant->origin());
  expr::Comparison out = node;
  (isRight ? out.right : out.left) = rounded;
  return out;
}

}  // namespace

Result<ExprPtr> coerceComparison(const expr::Comparison& written, const EvaluationOptions& options) {
  const auto whole = comparedWithWhole(written);
  const expr::Comparison& node = whole ? *whole : written;
  ExprPtr left = decimalLiteral(node.left, node.right->dataType());
  ExprPtr right = decimalLiteral(node.right, node.left->dataType());
  RETURN_IF_ERROR(fillUpChars(left, right, options));
  std::vector<ExprPtr> sides = {left, right};
  RETURN_IF_ERROR(alignCollations(sides, false, copyOf(node), options));
  left = sides[0];
  right = sides[1];
  const bool equality = node.op == expr::ComparisonOp::kEqual || node.op == expr::ComparisonOp::kNotEqual || node.op == expr::ComparisonOp::kEqualNullSafe;
  if (!left->dataType().sameType(right->dataType())) {
    const auto common = findComparisonType(left->dataType(), right->dataType(), options.ansi);
    // A truth value beside a number is 1 or 0 where they are equal or not, but in no order.
    const auto isTruth = [](const ExprPtr& a, const ExprPtr& b) { return a->dataType().is(TypeKind::kBoolean) && b->dataType().isNumeric(); };
    if (!common || (!equality && (isTruth(left, right) || isTruth(right, left)))) {
      return Error(condition::kDatatypeMismatchBinaryOpDiffTypes)
          .with("sqlExpr", textOf(copyOf(node), options))
          .with("left", quotedType(left->dataType()))
          .with("right", quotedType(right->dataType()))
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
    left = castImplicitly(left, *common, options);
    right = castImplicitly(right, *common, options);
  }
  const DataType& type = left->dataType();
  const bool comparable = equality ? !isMapInside(type) && !type.is(TypeKind::kVariant) : type.isOrderable();
  if (!comparable && !type.is(TypeKind::kNull)) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", textOf(copyOf(node), options))
        .with("functionName", quoteIdentifier(expr::symbolOf(node.op)))
        .with("dataType", quotedType(type))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  expr::Comparison out = node;
  ASSIGN_OR_RETURN(out.left, comparedByCollation(left, options));
  ASSIGN_OR_RETURN(out.right, comparedByCollation(right, options));
  return ExprPtr(expr::makeExpr(std::move(out), node.origin()));
}

Result<ExprPtr> coerceLogic(const ExprPtr& node, const EvaluationOptions& options) {
  std::vector<ExprPtr> children = node->children();
  bool anyText = false;
  bool anyBoolean = false;
  for (const ExprPtr& child : children) {
    anyText = anyText || child->dataType().isStringLike();
    anyBoolean = anyBoolean || child->dataType().is(TypeKind::kBoolean);
  }
  // Text is a condition with ANSI rules only, and beside one.
  const bool takesText = options.ansi && (anyBoolean || children.size() == 1);
  size_t wrong = children.size();
  for (size_t i = children.size(); i-- > 0;) {
    const DataType& type = children[i]->dataType();
    const bool takesNull = type.is(TypeKind::kNull) && (!anyText || takesText);
    if (!type.is(TypeKind::kBoolean) && !takesNull && !(type.isStringLike() && takesText)) wrong = i;
  }
  if (wrong == children.size()) {
    for (ExprPtr& child : children) child = castImplicitly(child, DataType::boolean(), options);
    return node->withNewChildren(std::move(children));
  }
  const DataType& type = children[wrong]->dataType();
  if (children.size() == 1) {
    return Error(condition::kDatatypeMismatchUnexpectedInputType)
        .with("sqlExpr", textOf(node, options))
        .with("paramIndex", "first")
        .with("requiredType", "\"BOOLEAN\"")
        .with("inputSql", textOf(children[wrong], options))
        .with("inputType", quotedType(type))
        .at(node->origin())
        .as(ErrorFamily::kAnalysis);
  }
  const DataType& left = children[0]->dataType();
  const DataType& right = children[1]->dataType();
  const bool promoted = anyText && options.ansi && findWiderTypeForTwo(left, right, true).has_value();
  if (!promoted && !left.sameType(right)) {
    return Error(condition::kDatatypeMismatchBinaryOpDiffTypes)
        .with("sqlExpr", textOf(node, options))
        .with("left", quotedType(left))
        .with("right", quotedType(right))
        .at(node->origin())
        .as(ErrorFamily::kAnalysis);
  }
  return Error(condition::kDatatypeMismatchBinaryOpWrongType)
      .with("sqlExpr", textOf(node, options))
      .with("inputType", "\"BOOLEAN\"")
      .with("actualDataType", quotedType(promoted ? *findWiderTypeForTwo(left, right, true) : type))
      .at(node->origin())
      .as(ErrorFamily::kAnalysis);
}

Result<ExprPtr> coerceCaseWhen(const expr::CaseWhen& node, const EvaluationOptions& options) {
  expr::CaseWhen out = node;
  std::vector<DataType> types;
  int index = 0;
  for (auto& [when, value] : out.branches) {
    ++index;
    if (when->dataType().is(TypeKind::kNull) && node.writtenAsIf) when = castImplicitly(when, DataType::boolean(), options);
    if (!when->dataType().is(TypeKind::kBoolean)) {
      return Error(condition::kDatatypeMismatchUnexpectedInputType)
          .with("sqlExpr", textOf(copyOf(node), options))
          .with("paramIndex", node.writtenAsIf || index == 1 ? "first" : std::to_string(index))
          .with("requiredType", "\"BOOLEAN\"")
          .with("inputSql", textOf(when, options))
          .with("inputType", quotedType(when->dataType()))
          .at(node.origin())
          .as(ErrorFamily::kAnalysis);
    }
  }
  std::vector<ExprPtr> values;
  for (const auto& branch : out.branches) values.push_back(branch.second);
  if (out.elseValue != nullptr) values.push_back(out.elseValue);
  RETURN_IF_ERROR(alignCollations(values, true, copyOf(node), options));
  for (size_t i = 0; i < out.branches.size(); ++i) out.branches[i].second = values[i];
  if (out.elseValue != nullptr) out.elseValue = values.back();
  for (const ExprPtr& value : values) types.push_back(value->dataType());
  ASSIGN_OR_RETURN(const DataType common, commonBranchType(copyOf(node), node.writtenAsIf ? "if" : "casewhen", types, options));
  for (auto& [when, value] : out.branches) value = castImplicitly(value, common, options);
  if (out.elseValue != nullptr) out.elseValue = castImplicitly(out.elseValue, common, options);
  return ExprPtr(expr::makeExpr(std::move(out), node.origin()));
}

Result<ExprPtr> coerceCoalesce(const expr::Coalesce& node, const EvaluationOptions& options) {
  if (node.arguments.empty()) {
    return Error(condition::kWrongNumArgsWithoutSuggestion)
        .with("functionName", "`coalesce`")
        .with("expectedNum", "> 0")
        .with("actualNum", "0")
        .with("docroot", "https://spark.apache.org/docs/latest")
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  expr::Coalesce out = node;
  RETURN_IF_ERROR(alignCollations(out.arguments, true, copyOf(node), options));
  std::vector<DataType> types;
  for (const ExprPtr& argument : out.arguments) types.push_back(argument->dataType());
  ASSIGN_OR_RETURN(const DataType common, commonBranchType(copyOf(node), "coalesce", types, options));
  for (ExprPtr& argument : out.arguments) argument = castImplicitly(argument, common, options);
  return ExprPtr(expr::makeExpr(std::move(out), node.origin()));
}

bool sameStructure(const DataType& a, const DataType& b) {
  if (!a.isNested() || !b.isNested() || a.kind() != b.kind()) return a.sameType(b);
  const std::vector<DataType> left = a.childTypes();
  const std::vector<DataType> right = b.childTypes();
  return std::equal(left.begin(), left.end(), right.begin(), right.end(), sameStructure);
}

Result<ExprPtr> coerceIn(const expr::In& node, const EvaluationOptions& options) {
  expr::In out = node;
  for (ExprPtr& element : out.list) {
    element = decimalLiteral(element, node.value->dataType());
    RETURN_IF_ERROR(fillUpChars(out.value, element, options));
  }
  std::vector<ExprPtr> compared = out.list;
  compared.push_back(out.value);
  RETURN_IF_ERROR(alignCollations(compared, false, copyOf(node), options));
  out.value = compared.back();
  compared.pop_back();
  out.list = std::move(compared);
  std::vector<DataType> types = {out.value->dataType()};
  for (const ExprPtr& element : out.list) types.push_back(element->dataType());
  bool same = true;
  for (const DataType& type : types) same = same && type.sameType(types[0]);
  if (!same) {
    // Rows whose fields only are called otherwise compare as they are.
    const bool alike = std::all_of(types.begin(), types.end(), [&](const DataType& type) { return sameStructure(type, types[0]); });
    const auto common = alike ? std::optional(types[0]) : findWiderCommonType(types, options.ansi);
    if (!common) return dataDiffTypes(copyOf(node), "in", types, options);
    out.value = castImplicitly(out.value, *common, options);
    for (ExprPtr& element : out.list) element = castImplicitly(element, *common, options);
  }
  if (hasCollations(out.value->dataType())) {
    ASSIGN_OR_RETURN(out.value, comparedByCollation(out.value, options));
    for (ExprPtr& element : out.list) {
      ASSIGN_OR_RETURN(element, comparedByCollation(element, options));
    }
  }
  if (isMapInside(out.value->dataType())) {
    return Error(condition::kDatatypeMismatchInvalidOrderingType)
        .with("sqlExpr", textOf(copyOf(node), options))
        .with("functionName", "`in`")
        .with("dataType", quotedType(out.value->dataType()))
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  return ExprPtr(expr::makeExpr(std::move(out), node.origin()));
}

Status checkCast(const expr::Cast& node, const EvaluationOptions& options) {
  // Written casts follow the session's mode.
  const expr::CastMode mode = node.mode == expr::CastMode::kAnsi && !options.ansi ? expr::CastMode::kLegacy : node.mode;
  const DataType& from = node.child->dataType();
  const bool ofVariant = from.is(TypeKind::kVariant) || node.target.is(TypeKind::kVariant);
  if (ofVariant ? from == node.target || expr::canCastVariant(from, node.target) : canCast(from, node.target, mode != expr::CastMode::kLegacy)) {
    return Status::ok();
  }
  const bool toDate = from.isNumeric() && node.target.is(TypeKind::kDate);
  if (mode != expr::CastMode::kLegacy && (toDate || (from.is(TypeKind::kDate) && node.target.isNumeric()))) {
    return Error(condition::kDatatypeMismatchCastWithFuncSuggestion)
        .with("sqlExpr", textOf(copyOf(node), options))
        .with("srcType", quotedType(from))
        .with("targetType", quotedType(node.target))
        .with("functionNames", toDate ? "`DATE_FROM_UNIX_DATE`" : "`UNIX_DATE`")
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  const bool onlyLegacy = !ofVariant && mode != expr::CastMode::kLegacy && canCast(from, node.target, false);
  if (onlyLegacy && mode == expr::CastMode::kAnsi) {
    return Error(condition::kDatatypeMismatchCastWithConfSuggestion)
        .with("sqlExpr", textOf(copyOf(node), options))
        .with("srcType", quotedType(from))
        .with("targetType", quotedType(node.target))
        .with("config", "\"spark.sql.ansi.enabled\"")
        .with("configVal", "'false'")
        .at(node.origin())
        .as(ErrorFamily::kAnalysis);
  }
  return Error(condition::kDatatypeMismatchCastWithoutSuggestion)
      .with("sqlExpr", textOf(copyOf(node), options))
      .with("srcType", quotedType(from))
      .with("targetType", quotedType(node.target))
      .at(node.origin())
      .as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
