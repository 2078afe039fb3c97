// round, bround, ceil, floor, rint.
#include <cmath>
#include <limits>
#include <memory>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "functions/kernel_loops.h"
#include "functions/math/arithmetic.h"
#include "functions/types_of_arguments.h"
#include "types/decimal.h"
#include "types/number_text.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

enum class Rounding : uint8_t { kHalfUp, kHalfEven, kCeiling, kFloor };

struct RoundData {
  int32_t digits = 0;  // behind the point; negative: before it
  int fromScale = 0;
  int toScale = 0;
  int precision = 0;
};

template <Rounding How>
int128_t dropDigits(int128_t value, int digits) {
  if (digits <= 0) return value;
  if (digits > 38) return 0;
  const int128_t divisor = powerOfTen(digits);
  const int128_t quotient = value / divisor;
  const int128_t rest = value % divisor;
  const int128_t absolute = rest < 0 ? -rest : rest;
  const int sign = value < 0 ? -1 : 1;
  if constexpr (How == Rounding::kHalfUp) return absolute >= divisor - absolute ? quotient + sign : quotient;
  if constexpr (How == Rounding::kHalfEven) {
    const int128_t other = divisor - absolute;
    return absolute > other || (absolute == other && quotient % 2 != 0) ? quotient + sign : quotient;
  }
  if constexpr (How == Rounding::kCeiling) return rest > 0 ? quotient + 1 : quotient;
  return rest < 0 ? quotient - 1 : quotient;
}

// To digits before the point, keeping the type; digits behind it change nothing.
template <class T, Rounding How>
void roundInteger(const KernelArgs& args) {
  const auto& data = args.data<RoundData>();
  T* out = args.result<T>().values();
  const int drop = -data.digits;
  forEachValue<T>(args, [&](RowIndex row, T value) {
    const int128_t rounded = drop > 20 ? 0 : dropDigits<How>(value, drop) * powerOfTen(drop < 0 ? 0 : drop);
    if (rounded < std::numeric_limits<T>::min() || rounded > std::numeric_limits<T>::max()) args.errors().set(row, arithmeticOverflow("Overflow"));
    out[row] = static_cast<T>(rounded);
  });
}

// As Java's BigDecimal of the number's shortest text.
template <class T, Rounding How>
void roundFloat(const KernelArgs& args) {
  const int32_t digits = args.data<RoundData>().digits;
  T* out = args.result<T>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) {
    out[row] = value;
    if (!std::isfinite(value)) return;
    constexpr T kNoFraction = sizeof(T) == 8 ? static_cast<T>(9007199254740992.0) : static_cast<T>(16777216.0);
    if (digits >= 0 && std::abs(value) >= kNoFraction) return;
    if (digits < 0 && -digits > 38) {
      out[row] = 0;
      return;
    }
    // 20 digits behind the point hold every shortest text of a number this side of 2^53 that rounding to fewer can change.
    const int scale = digits > 20 ? 38 : 22;
    int128_t unscaled = 0;
    if (std::abs(value) >= static_cast<T>(1e15) || digits > 20) {
      if (digits > 20) return;
      if (parseDecimal(doubleText(static_cast<double>(value)), 38, 0, unscaled) != DecimalParse::kValue) return;
      out[row] = static_cast<T>(decimalToDouble(dropDigits<How>(unscaled, digits < 0 ? -digits : 0) * powerOfTen(digits < 0 ? -digits : 0), 0));
      return;
    }
    const std::string text = sizeof(T) == 8 ? doubleText(static_cast<double>(value)) : floatText(static_cast<float>(value));
    if (parseDecimal(text, 38, scale, unscaled) != DecimalParse::kValue) return;
    const int128_t rounded = dropDigits<How>(unscaled, scale - digits);
    out[row] = static_cast<T>(digits >= 0 ? decimalToDouble(rounded, digits) : decimalToDouble(rounded * powerOfTen(-digits), 0));
  });
}

template <class From, class To, Rounding How>
void roundDecimal(const KernelArgs& args) {
  const auto& data = args.data<RoundData>();
  To* out = args.result<To>().values();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    int128_t rounded = dropDigits<How>(value, data.fromScale - data.digits);
    if (data.digits < 0) rounded *= powerOfTen(-data.digits > 38 ? 38 : -data.digits);
    if (!fitsPrecision(rounded, data.precision)) {
      args.errors().set(row, Error(condition::kNumericValueOutOfRangeWithSuggestion)
                                 .with("value", decimalText(rounded, data.toScale))
                                 .with("precision", std::to_string(data.precision))
                                 .with("scale", std::to_string(data.toScale))
                                 .with("config", "\"spark.sql.ansi.enabled\""));
    }
    out[row] = static_cast<To>(rounded);
  });
}

template <Rounding How>
Kernel decimalKernel(const DataType& from, const DataType& to) {
  const bool wideFrom = from.physicalType() == PhysicalType::kInt128;
  const bool wideTo = to.physicalType() == PhysicalType::kInt128;
  if (wideFrom) return wideTo ? roundDecimal<int128_t, int128_t, How> : roundDecimal<int128_t, int64_t, How>;
  return wideTo ? roundDecimal<int64_t, int128_t, How> : roundDecimal<int64_t, int64_t, How>;
}

const std::vector<ErrorRule> kErrors = {{condition::kArithmeticOverflow, WithoutAnsi::kKeepValue},
                                        {condition::kNumericValueOutOfRangeWithSuggestion, WithoutAnsi::kNull}};

// The decimal that rounding to `digits` gives.
DataType roundedDecimal(const DataType& type, int32_t digits) {
  const int integral = type.precision() - type.scale();
  const int scale = std::min(std::max(digits, 0), type.scale());
  // One more digit for a carry; rounding before the point needs at least so many digits.
  return boundedDecimal(std::max(integral + 1, -digits + 1) + scale, scale);
}

template <Rounding How>
Result<FunctionBinding> bindRounded(const BindContext& context, int32_t digits, DataType type) {
  FunctionBinding binding;
  binding.takesNullRows = true;
  binding.errors = &kErrors;
  auto data = std::make_shared<RoundData>();
  data->digits = digits;
  binding.result = type;
  switch (type.kind()) {
    case TypeKind::kByte: binding.kernel = roundInteger<int8_t, How>; break;
    case TypeKind::kShort: binding.kernel = roundInteger<int16_t, How>; break;
    case TypeKind::kInteger: binding.kernel = roundInteger<int32_t, How>; break;
    case TypeKind::kLong: binding.kernel = roundInteger<int64_t, How>; break;
    case TypeKind::kFloat: binding.kernel = roundFloat<float, How>; break;
    case TypeKind::kDouble: binding.kernel = roundFloat<double, How>; break;
    case TypeKind::kDecimal:
      binding.result = roundedDecimal(type, digits);
      data->digits = std::min(digits, type.scale());
      data->fromScale = type.scale();
      data->toScale = binding.result.scale();
      data->precision = binding.result.precision();
      binding.kernel = decimalKernel<How>(type, binding.result);
      break;
    default: return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  }
  binding.canRaise = context.options.ansi && type.isIntegral() && digits < 0;
  binding.argumentTypes = {type};
  binding.data = std::move(data);
  return binding;
}

Result<int32_t> digitsOf(const BindContext& context) {
  if (context.argumentTypes.size() < 2) return 0;
  const Value* digits = context.constants[1];
  if (digits == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + callText(context) + "\"")
        .with("inputName", "`scale`")
        .with("inputType", "\"INT\"")
        .with("inputExpr", quotedExpression(context.arguments[1]));
  }
  const DataType& type = context.argumentTypes[1];
  if (type.isIntegral()) return digits->isNull() ? 0 : static_cast<int32_t>(digits->asInteger());
  if (!type.isNumeric() && !type.isStringLike() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "\"INT\"");
  const CastMode mode = context.options.ansi ? CastMode::kAnsi : CastMode::kLegacy;
  ASSIGN_OR_RETURN(const Value number, evaluateFoldable(makeNode<Cast>(context.arguments[1], kInt, mode, true), context.options));
  return number.isNull() ? 0 : static_cast<int32_t>(number.asInteger());
}

// ceil and floor take the number of digits as a whole number that is written there.
Status checkWrittenDigits(const BindContext& context) {
  const bool written = context.constants[1] != nullptr && !context.constants[1]->isNull() && context.argumentTypes[1].is(TypeKind::kInteger);
  if (written) return Status::ok();
  return Error(condition::kNonFoldableArgument)
      .with("funcName", quoteIdentifier(context.name))
      .with("paramName", "`scale`")
      .with("paramType", "\"INT\"");
}

DataType numericType(const BindContext& context) {
  const DataType& type = context.argumentTypes[0];
  return type.isStringLike() || type.is(TypeKind::kNull) ? kDouble : type;
}

template <Rounding How>
Result<FunctionBinding> bindRound(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  ASSIGN_OR_RETURN(const int32_t digits, digitsOf(context));
  ASSIGN_OR_RETURN(FunctionBinding binding, bindRounded<How>(context, digits, numericType(context)));
  if (context.argumentTypes.size() == 2) binding.argumentTypes.push_back(kInt);
  return binding;
}

template <Rounding How>
void roundDoubleToLong(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<double>(args, [&](RowIndex row, double value) {
    const double whole = How == Rounding::kCeiling ? std::ceil(value) : std::floor(value);
    out[row] = std::isnan(whole) ? 0 : whole >= 9.2233720368547758e18 ? INT64_MAX : whole <= -9.2233720368547758e18 ? INT64_MIN : static_cast<int64_t>(whole);
  });
}
void widenToLong(const KernelArgs& args) { args.resultBuffer().setVector(args.vector(0)); }

template <Rounding How>
Result<FunctionBinding> bindCeilOrFloor(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  DataType type = numericType(context);
  FunctionBinding binding;
  binding.takesNullRows = true;
  if (context.argumentTypes.size() == 2) {
    // Given digits, the number is taken as a decimal.
    RETURN_IF_ERROR(checkWrittenDigits(context));
    ASSIGN_OR_RETURN(const int32_t digits, digitsOf(context));
    if (!type.is(TypeKind::kDecimal)) type = decimalForType(type);
    ASSIGN_OR_RETURN(binding, bindRounded<How>(context, digits, type));
    binding.argumentTypes.push_back(kInt);
    return binding;
  }
  if (type.is(TypeKind::kDecimal)) {
    ASSIGN_OR_RETURN(binding, bindRounded<How>(context, 0, type));
    if (type.scale() == 0) {
      binding.result = type;
      binding.kernel = widenToLong;
      return binding;
    }
    return binding;
  }
  binding.result = kBigint;
  if (type.isIntegral()) {
    binding.argumentTypes = {kBigint};
    binding.kernel = widenToLong;
  } else if (type.isFloating()) {
    binding.argumentTypes = {kDouble};
    binding.kernel = roundDoubleToLong<How>;
  } else {
    return unexpectedArgumentType(context, 0, "(\"DOUBLE\" or \"DECIMAL\" or \"BIGINT\")");
  }
  return binding;
}

void roundToEven(const KernelArgs& args) {
  auto* out = args.result<double>().values();
  forEachValue<double>(args, [&](RowIndex row, double value) { out[row] = std::nearbyint(value); });
}

}  // namespace

void registerRounding(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"round"}, .group = Group::kMath, .since = "1.5.0", .usage = "round(expr[, d]) - expr rounded to d digits behind the point, halves away from zero.",
       .examples = {{.sql = "SELECT round(2.5, 0)", .result = "3"}}, .bind = bindRound<Rounding::kHalfUp>, .defaults = {{kInt, Value::integer(0)}}, .maxArguments = 2},
      {.names = {"bround"}, .group = Group::kMath, .since = "2.0.0", .usage = "bround(expr[, d]) - expr rounded to d digits behind the point, halves to the even digit.",
       .examples = {{.sql = "SELECT bround(2.5, 0)", .result = "2"}}, .bind = bindRound<Rounding::kHalfEven>, .defaults = {{kInt, Value::integer(0)}}, .maxArguments = 2},
      {.names = {"ceil", "ceiling"}, .group = Group::kMath, .since = "3.3.0", .usage = "ceil(expr[, scale]) - The smallest number not below expr.",
       .examples = {{.sql = "SELECT ceil(-0.1)", .result = "0"}}, .bind = bindCeilOrFloor<Rounding::kCeiling>, .display = "CEIL"},
      {.names = {"floor"}, .group = Group::kMath, .since = "3.3.0", .usage = "floor(expr[, scale]) - The largest number not above expr.",
       .examples = {{.sql = "SELECT floor(-0.1)", .result = "-1"}}, .bind = bindCeilOrFloor<Rounding::kFloor>, .display = "FLOOR"},
      {.names = {"rint"}, .group = Group::kMath, .since = "1.4.0", .usage = "rint(expr) - The nearest whole double, halves to the even one.",
       .examples = {{.sql = "SELECT rint(12.3456)", .result = "12.0"}}, .overloads = {{.arguments = {kDouble}, .result = kDouble, .kernel = roundToEven, .takesNullRows = true}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
