// Functions that are expression nodes of their own: logic, comparison, conditionals; and arithmetic with dates.
#include <fmt/core.h>

#include <optional>
#include <unordered_map>

#include "analysis/expression_resolver.h"
#include "analysis/plan_resolver.h"
#include "analysis/type_coercion_rules.h"
#include "base/condition.h"
#include "expr/expression_text.h"

namespace flint::analysis {
namespace {

using expr::ComparisonOp;

std::optional<ComparisonOp> comparisonNamed(const std::string& name) {
  static const std::unordered_map<std::string, ComparisonOp> kOperators = {
      {"=", ComparisonOp::kEqual},        {"==", ComparisonOp::kEqual},           {"!=", ComparisonOp::kNotEqual},
      {"<>", ComparisonOp::kNotEqual},    {"<", ComparisonOp::kLess},             {"<=", ComparisonOp::kLessOrEqual},
      {">", ComparisonOp::kGreater},      {">=", ComparisonOp::kGreaterOrEqual},  {"<=>", ComparisonOp::kEqualNullSafe}};
  const auto found = kOperators.find(name);
  return found == kOperators.end() ? std::nullopt : std::optional(found->second);
}

// Types whose name is a function that casts.
std::optional<DataType> castFunctionType(const std::string& name) {
  static const std::unordered_map<std::string, DataType> kTypes = {
      {"boolean", DataType::boolean()}, {"tinyint", DataType::byte()},     {"smallint", DataType::shortInt()}, {"int", DataType::integer()},
      {"bigint", DataType::bigint()},   {"float", DataType::float32()},    {"double", DataType::float64()},    {"decimal", DataType::decimal(10, 0)},
      {"date", DataType::date()},       {"timestamp", DataType::timestamp()}, {"binary", DataType::binary()},  {"string", DataType::string()}, {"time", DataType::time(6)}};
  const auto found = kTypes.find(name);
  return found == kTypes.end() ? std::nullopt : std::optional(found->second);
}

bool isArithmetic(const std::string& name) { return name == "+" || name == "-" || name == "*" || name == "/"; }

Error wrongCount(const std::string& name, const std::string& expected, size_t actual, const OriginPtr& origin) {
  return Error(condition::kWrongNumArgsWithoutSuggestion)
      .with("functionName", quoteIdentifier(name))
      .with("expectedNum", expected)
      .with("actualNum", std::to_string(actual))
      .with("docroot", "https://spark.apache.org/docs/latest")
      .at(origin)
      .as(ErrorFamily::kAnalysis);
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveOperator(const std::string& name, const expr::UnresolvedFunction& call) {
  const OriginPtr& origin = call.origin();
  const size_t count = call.arguments.size();
  const auto requireCount = [&](size_t expected) { return count == expected ? Status::ok() : Status(wrongCount(name, std::to_string(expected), count, origin)); };
  const auto made = [&](auto node) { return coerced(expr::makeExpr(std::move(node), origin)); };

  if (const auto op = comparisonNamed(name)) {
    RETURN_IF_ERROR(requireCount(2));
    expr::Comparison node;
    ASSIGN_OR_RETURN(node.left, resolve(call.arguments[0]));
    ASSIGN_OR_RETURN(node.right, resolve(call.arguments[1]));
    node.op = *op;
    return made(std::move(node));
  }
  if (name == "and" || name == "or") {
    RETURN_IF_ERROR(requireCount(2));
    ASSIGN_OR_RETURN(ExprPtr left, resolve(call.arguments[0]));
    ASSIGN_OR_RETURN(ExprPtr right, resolve(call.arguments[1]));
    const ExprPtr node = name == "and" ? expr::makeAnd(std::move(left), std::move(right)) : expr::makeOr(std::move(left), std::move(right));
    return coerced(node->withOrigin(origin));
  }
  if (name == "not" || name == "!") {
    RETURN_IF_ERROR(requireCount(1));
    ASSIGN_OR_RETURN(ExprPtr child, resolve(call.arguments[0]));
    return coerced(expr::makeNot(std::move(child))->withOrigin(origin));
  }
  if (name == "isnull" || name == "isnotnull") {
    RETURN_IF_ERROR(requireCount(1));
    ASSIGN_OR_RETURN(ExprPtr child, resolve(call.arguments[0]));
    if (name == "isnull") return ExprPtr(expr::makeNode<expr::IsNull>(std::move(child))->withOrigin(origin));
    return ExprPtr(expr::makeNode<expr::IsNotNull>(std::move(child))->withOrigin(origin));
  }
  if (name == "between" && count == 3) {
    std::vector<ExprPtr> arguments;
    std::vector<std::string> texts;
    for (const ExprPtr& argument : call.arguments) {
      ASSIGN_OR_RETURN(ExprPtr resolved, resolve(argument));
      texts.push_back(expr::columnName(resolved, options().timeZone));
      arguments.push_back(std::move(resolved));
    }
    expr::Comparison lower;
    lower.op = ComparisonOp::kGreaterOrEqual;
    lower.left = arguments[0];
    lower.right = arguments[1];
    expr::Comparison upper;
    upper.op = ComparisonOp::kLessOrEqual;
    upper.left = arguments[0];
    upper.right = arguments[2];
    ASSIGN_OR_RETURN(ExprPtr atLeast, made(std::move(lower)));
    ASSIGN_OR_RETURN(ExprPtr atMost, made(std::move(upper)));
    expr::RuntimeReplaceable replaced;
    replaced.text = fmt::format("between({})", expr::joinTexts(texts));
    replaced.replacement = expr::makeAnd(std::move(atLeast), std::move(atMost));
    return ExprPtr(expr::makeExpr(std::move(replaced), origin));
  }
  if (name == "in") {
    if (count < 2) return wrongCount(name, "> 1", count, origin);
    expr::In node;
    ASSIGN_OR_RETURN(node.value, resolve(call.arguments[0]));
    for (size_t i = 1; i < count; ++i) {
      ASSIGN_OR_RETURN(ExprPtr element, resolve(call.arguments[i]));
      node.list.push_back(std::move(element));
    }
    return made(std::move(node));
  }
  if (name == "if" || name == "iff") {
    RETURN_IF_ERROR(requireCount(3));
    expr::CaseWhen node;
    node.branches.resize(1);
    ASSIGN_OR_RETURN(node.branches[0].first, resolve(call.arguments[0]));
    ASSIGN_OR_RETURN(node.branches[0].second, resolve(call.arguments[1]));
    ASSIGN_OR_RETURN(node.elseValue, resolve(call.arguments[2]));
    node.writtenAsIf = true;
    return made(std::move(node));
  }
  if (name == "when" || name == "case_when" || name == "casewhen") {
    if (count < 2) return wrongCount(name, "> 1", count, origin);
    expr::CaseWhen node;
    for (size_t i = 0; i + 1 < count; i += 2) {
      ASSIGN_OR_RETURN(ExprPtr condition, resolve(call.arguments[i]));
      ASSIGN_OR_RETURN(ExprPtr value, resolve(call.arguments[i + 1]));
      node.branches.emplace_back(std::move(condition), std::move(value));
    }
    if (count % 2 == 1) {
      ASSIGN_OR_RETURN(node.elseValue, resolve(call.arguments.back()));
    }
    return made(std::move(node));
  }
  if (name == "coalesce") {
    expr::Coalesce node;
    ASSIGN_OR_RETURN(node.arguments, resolveArguments(call, name));
    for (ExprPtr& argument : node.arguments) argument = expr::withoutAlias(argument);
    return made(std::move(node));
  }
  if (name == "grouping" || name == "grouping_id") {
    ASSIGN_OR_RETURN(std::vector<ExprPtr> arguments, resolveArguments(call, name));
    if (name == "grouping") RETURN_IF_ERROR(requireCount(1));
    auto binding = std::make_shared<expr::FunctionBinding>();
    binding->result = name == "grouping" ? DataType::byte() : DataType::bigint();
    binding->nullable = false;
    expr::FunctionCall node;
    node.name = name;
    node.arguments = std::move(arguments);
    node.binding = std::move(binding);
    return ExprPtr(expr::makeExpr(std::move(node), origin));
  }
  if (name == "struct") {
    ASSIGN_OR_RETURN(const std::vector<ExprPtr> arguments, resolveArguments(call, name));
    std::vector<ExprPtr> fields;
    std::vector<std::string> texts;
    for (size_t i = 0; i < arguments.size(); ++i) {
      std::string field = fmt::format("col{}", i + 1);
      if (const AttributePtr attribute = expr::toAttribute(arguments[i])) {
        field = attribute->name;
      } else if (const auto* variable = arguments[i]->as<expr::LambdaVariable>()) {
        field = variable->name;
        if (i < count) {
          if (const auto* written = call.arguments[i]->as<expr::UnresolvedLambdaVariable>()) field = written->nameParts.back();
        }
      } else if (const auto* outer = arguments[i]->as<expr::OuterReference>()) {
        field = outer->attribute->name;
      } else if (const auto* part = arguments[i]->as<expr::GetStructField>()) {
        field = part->name;
      } else if (arguments.size() == count) {
        if (const auto* column = call.arguments[i]->as<expr::UnresolvedAttribute>()) field = column->nameParts.back();
      }
      fields.push_back(expr::literalString(field));
      fields.push_back(expr::withoutAlias(arguments[i]));
      texts.push_back(expr::columnName(fields.back(), options().timeZone));
      if (const auto* alias = arguments[i]->as<expr::Alias>()) texts.back() += " AS " + alias->name;
    }
    ASSIGN_OR_RETURN(const ExprPtr structure, expr::makeFunctionCall("named_struct", std::move(fields), options(), origin));
    expr::RuntimeReplaceable replaced;
    replaced.text = fmt::format("struct({})", expr::joinTexts(texts));
    replaced.replacement = structure;
    return ExprPtr(expr::makeExpr(std::move(replaced), origin));
  }
  if (const auto type = castFunctionType(name); type.has_value()) {
    RETURN_IF_ERROR(requireCount(1));
    expr::Cast node;
    ASSIGN_OR_RETURN(node.child, resolve(call.arguments[0]));
    node.target = *type;
    node.implicit = true;  // names leave it out
    return made(std::move(node));
  }
  if (isArithmetic(name) && count == 2) {
    ASSIGN_OR_RETURN(ExprPtr left, resolve(call.arguments[0]));
    ASSIGN_OR_RETURN(ExprPtr right, resolve(call.arguments[1]));
    return resolveArithmetic(name, {std::move(left), std::move(right)}, origin);
  }
  return ExprPtr();
}

namespace {

bool isDayTimeOrCalendar(const DataType& type) { return type.is(TypeKind::kDayTimeInterval) || type.is(TypeKind::kCalendarInterval); }
bool isInterval(const DataType& type) { return type.isAnsiInterval() || type.is(TypeKind::kCalendarInterval); }
bool isTimestamp(const DataType& type) { return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz); }
bool isDays(const DataType& type) { return type.isIntegral() && !type.is(TypeKind::kLong); }

/// What + - * / mean where a date, timestamp or interval is on one side only.
/// Source: keeps the behaviour of Spark's BinaryArithmeticWithDatetimeResolver.
class DatetimeArithmetic {
 public:
  DatetimeArithmetic(std::string symbol, ExprPtr left, ExprPtr right, const expr::EvaluationOptions& options, OriginPtr origin)
      : symbol_(std::move(symbol)), left_(std::move(left)), right_(std::move(right)), options_(options), origin_(std::move(origin)) {}

  /// Null where the operator has its usual meaning. Errors: DATATYPE_MISMATCH.*
  Result<ExprPtr> resolve() {
    const DataType& left = left_->dataType();
    const DataType& right = right_->dataType();
    if (symbol_ == "*" || symbol_ == "/") return scaled(left, right);
    if (symbol_ == "+" && isInterval(left) && !isInterval(right) && !right.is(TypeKind::kNull)) {
      std::swap(left_, right_);
      return shifted(left_->dataType(), right_->dataType());
    }
    return shifted(left, right);
  }

 private:
  std::string text(const ExprPtr& expression) const { return expr::columnName(expression, options_.timeZone); }

  Error unexpected(const ExprPtr& argument, int position, const char* required) const {
    return Error(condition::kDatatypeMismatchUnexpectedInputType)
        .with("sqlExpr", "\"" + text(left_) + " " + symbol_ + " " + text(right_) + "\"")
        .with("paramIndex", position == 0 ? "first" : "second")
        .with("requiredType", required)
        .with("inputSql", expr::quotedExpression(argument, options_.timeZone))
        .with("inputType", "\"" + argument->dataType().sql() + "\"")
        .at(origin_)
        .as(ErrorFamily::kAnalysis);
  }
  Error differentTypes() const {
    return Error(condition::kDatatypeMismatchBinaryOpDiffTypes)
        .with("sqlExpr", "\"(" + text(left_) + " " + symbol_ + " " + text(right_) + ")\"")
        .with("left", "\"" + left_->dataType().sql() + "\"")
        .with("right", "\"" + right_->dataType().sql() + "\"")
        .at(origin_)
        .as(ErrorFamily::kAnalysis);
  }
  ExprPtr shownAs(std::string shown, ExprPtr value) const {
    expr::RuntimeReplaceable out;
    out.text = std::move(shown);
    out.replacement = std::move(value);
    return expr::makeExpr(std::move(out), origin_);
  }
  Result<ExprPtr> called(ExprPtr left, ExprPtr right) const { return expr::makeFunctionCall(symbol_, {std::move(left), std::move(right)}, options_, origin_); }

  // The interval stands first; a text beside it is a number.
  Result<ExprPtr> scaled(const DataType& left, const DataType& right) {
    if (symbol_ == "/" && left.is(TypeKind::kNull) && isInterval(right)) return differentTypes();
    if (isInterval(right) && !isInterval(left) && symbol_ == "*") std::swap(left_, right_);
    if (!isInterval(left_->dataType()) || isInterval(right_->dataType())) return ExprPtr();
    if (right_->dataType().isStringLike() || right_->dataType().is(TypeKind::kNull)) right_ = castImplicitly(right_, DataType::float64(), options_);
    return called(left_, right_);
  }

  Result<ExprPtr> shifted(const DataType& left, const DataType& right) {
    const bool adds = symbol_ == "+";
    const bool leftIsDatetime = left.is(TypeKind::kDate) || isTimestamp(left) || left.is(TypeKind::kTime);
    if (left.is(TypeKind::kDate) && right.is(TypeKind::kDayTimeInterval) && right.sql() == "INTERVAL DAY") {
      ASSIGN_OR_RETURN(ExprPtr value, called(left_, right_));
      const std::string days = "extractansiintervaldays(" + text(right_) + ")";
      return shownAs("date_add(" + text(left_) + ", " + (adds ? days : "(- " + days + ")") + ")", std::move(value));
    }
    if (isDayTimeOrCalendar(right)) {
      const bool usual = leftIsDatetime || left.is(TypeKind::kNull) || left.sameType(right) || (left.is(TypeKind::kDayTimeInterval) && right.is(TypeKind::kDayTimeInterval));
      if (usual) return ExprPtr();
      if (!left.isStringLike()) return unexpected(left_, 0, "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"");
      ASSIGN_OR_RETURN(ExprPtr value, called(castImplicitly(left_, DataType::timestamp(), options_), right_));
      return shownAs(text(left_) + " " + symbol_ + " " + text(right_), castImplicitly(value, DataType::string(), options_));
    }
    if ((left.is(TypeKind::kYearMonthInterval) && right.isStringLike()) || (right.is(TypeKind::kYearMonthInterval) && left.isStringLike())) return differentTypes();
    if (adds && leftIsDatetime && right.is(TypeKind::kNull)) return nullDatetime(left_);
    if (adds && left.is(TypeKind::kNull) && (right.is(TypeKind::kDate) || isTimestamp(right))) return nullDatetime(right_);
    if (!adds && ((isTimestamp(left) && right.is(TypeKind::kTime)) || (isTimestamp(right) && left.is(TypeKind::kTime)))) {
      return unexpected(isTimestamp(left) ? right_ : left_, isTimestamp(left) ? 1 : 0, "\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\"");
    }
    if (left.is(TypeKind::kDate) && notDays(right, adds)) return unexpected(right_, 1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
    if (adds && right.is(TypeKind::kDate) && notDays(left, adds)) return unexpected(left_, 1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
    return ExprPtr();
  }

  // What cannot be a number of days beside a date.
  static bool notDays(const DataType& type, bool adds) {
    if (type.isStringLike()) return adds;
    return (type.isNumeric() && !isDays(type)) || type.is(TypeKind::kBoolean) || type.is(TypeKind::kBinary);
  }

  Result<ExprPtr> nullDatetime(const ExprPtr& datetime) const {
    const DataType type = datetime->dataType().is(TypeKind::kDate) ? DataType::timestamp() : datetime->dataType();
    return shownAs(text(datetime) + " + NULL", expr::literalNull(type));
  }

  const std::string symbol_;
  ExprPtr left_;
  ExprPtr right_;
  const expr::EvaluationOptions& options_;
  const OriginPtr origin_;
};

}  // namespace

namespace {

// The function that computes with decimals as the operator does, but cuts no scale.
const char* scaleKeeper(std::string_view symbol) {
  if (symbol == "+") return "add_keeping_scale";
  if (symbol == "-") return "subtract_keeping_scale";
  if (symbol == "*") return "multiply_keeping_scale";
  if (symbol == "/") return "divide_keeping_scale";
  return symbol == "%" ? "remainder_keeping_scale" : nullptr;
}

}  // namespace

Result<ExprPtr> ExpressionResolver::resolveArithmetic(const std::string& symbol, std::vector<ExprPtr> arguments, const OriginPtr& origin) {
  ASSIGN_OR_RETURN(ExprPtr special, DatetimeArithmetic(symbol, arguments[0], arguments[1], options(), origin).resolve());
  if (special != nullptr) return special;
  const DataType left = arguments[0]->dataType();
  const DataType right = arguments[1]->dataType();
  std::string name = symbol;
  if (symbol == "+" && left.is(TypeKind::kDate) && isDays(right)) {
    name = "date_add";
  } else if (symbol == "+" && isDays(left) && right.is(TypeKind::kDate)) {
    name = "date_add";
    std::swap(arguments[0], arguments[1]);
  } else if (symbol == "-" && left.is(TypeKind::kDate) && isDays(right)) {
    name = "date_sub";
  }
  const char* keeping = left.is(TypeKind::kDecimal) || right.is(TypeKind::kDecimal) ? scaleKeeper(symbol) : nullptr;
  if (keeping != nullptr && plans_.conf().getBoolean("spark.sql.decimalOperations.allowPrecisionLoss", true)) keeping = nullptr;
  const std::vector<ExprPtr> kept = keeping == nullptr ? std::vector<ExprPtr>() : arguments;
  auto made = expr::makeFunctionCall(name, std::move(arguments), options(), origin);
  if (made.isOk() && keeping != nullptr) {
    expr::RuntimeReplaceable replaced;
    replaced.text = expr::columnName(made.value(), options().timeZone);
    ASSIGN_OR_RETURN(replaced.replacement, expr::makeFunctionCall(keeping, kept, options(), origin));
    return ExprPtr(expr::makeExpr(std::move(replaced), origin));
  }
  if (made.isOk()) return made;
  Error error = made.error();
  return error.as(ErrorFamily::kAnalysis);
}

}  // namespace flint::analysis
