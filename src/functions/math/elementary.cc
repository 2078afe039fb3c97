// Functions of doubles: roots, powers, logarithms, angles.
#include <cmath>
#include <memory>

#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/math/strict_math.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

template <double (*Function)(double)>
void apply(const KernelArgs& args) {
  auto* out = args.result<double>().values();
  forEachValue<double>(args, [&](RowIndex row, double value) { out[row] = Function(value); });
}
template <double (*Function)(double, double)>
void applyPair(const KernelArgs& args) {
  auto* out = args.result<double>().values();
  forEachPair<double, double>(args, [&](RowIndex row, double a, double b) { out[row] = Function(a, b); });
}

// Logarithms are null outside of their domain.
template <double (*Function)(double), int Bound>
void applyLogarithm(const KernelArgs& args) {
  auto out = args.result<double>();
  forEachValue<double>(args, [&](RowIndex row, double value) {
    if (value <= Bound) {
      out.setNull(row);
    } else {
      out.set(row, Function(value));
    }
  });
}
void logarithmToBase(const KernelArgs& args) {
  auto out = args.result<double>();
  forEachPair<double, double>(args, [&](RowIndex row, double base, double value) {
    if (base <= 0 || value <= 0) {
      out.setNull(row);
    } else {
      out.set(row, strictLog(value) / strictLog(base));
    }
  });
}

double cotangent(double x) { return 1 / std::tan(x); }
double secant(double x) { return 1 / std::cos(x); }
double cosecant(double x) { return 1 / std::sin(x); }
double toDegrees(double x) { return x * (180.0 / M_PI); }
double toRadians(double x) { return x * (M_PI / 180.0); }
double signOf(double x) { return x > 0 ? 1.0 : x < 0 ? -1.0 : x; }
double log2Of(double x) { return strictLog(x) / strictLog(2.0); }
double powerOf(double a, double b) { return b != b || (std::abs(a) == 1 && std::isinf(b)) ? std::nan("") : strictPow(a, b); }
double hypotenuse(double a, double b) { return strictHypot(a, b); }
double arcTangent(double a, double b) { return strictAtan2(a + 0.0, b + 0.0); }

double piValue() { return M_PI; }
double eValue() { return M_E; }
template <double (*Value)()>
void constantValue(const KernelArgs& args) {
  args.resultBuffer().setVector(ColumnVector::constant(kDouble, flint::Value::floating(Value()), args.numRows()));
}

struct Entry {
  const char* name;
  const char* display;
  const char* usage;
  Kernel kernel;
};
constexpr Entry kUnary[] = {
    {"sqrt", "SQRT", "sqrt(expr) - The square root.", apply<std::sqrt>},
    {"cbrt", "CBRT", "cbrt(expr) - The cube root.", apply<strictCbrt>},
    {"exp", "EXP", "exp(expr) - e to the power of expr.", apply<strictExp>},
    {"expm1", "EXPM1", "expm1(expr) - exp(expr) - 1.", apply<strictExpm1>},
    {"sin", "SIN", "sin(expr) - The sine of an angle in radians.", apply<std::sin>},
    {"cos", "COS", "cos(expr) - The cosine of an angle in radians.", apply<std::cos>},
    {"tan", "TAN", "tan(expr) - The tangent of an angle in radians.", apply<std::tan>},
    {"cot", "COT", "cot(expr) - The cotangent of an angle in radians.", apply<cotangent>},
    {"sec", "SEC", "sec(expr) - The secant of an angle in radians.", apply<secant>},
    {"csc", "CSC", "csc(expr) - The cosecant of an angle in radians.", apply<cosecant>},
    {"asin", "ASIN", "asin(expr) - The inverse sine.", apply<strictAsin>},
    {"acos", "ACOS", "acos(expr) - The inverse cosine.", apply<strictAcos>},
    {"atan", "ATAN", "atan(expr) - The inverse tangent.", apply<strictAtan>},
    {"sinh", "SINH", "sinh(expr) - The hyperbolic sine.", apply<strictSinh>},
    {"cosh", "COSH", "cosh(expr) - The hyperbolic cosine.", apply<strictCosh>},
    {"tanh", "TANH", "tanh(expr) - The hyperbolic tangent.", apply<strictTanh>},
    {"asinh", "ASINH", "asinh(expr) - The inverse hyperbolic sine.", apply<strictAsinh>},
    {"acosh", "ACOSH", "acosh(expr) - The inverse hyperbolic cosine.", apply<strictAcosh>},
    {"atanh", "ATANH", "atanh(expr) - The inverse hyperbolic tangent.", apply<strictAtanh>},
    {"degrees", "DEGREES", "degrees(expr) - An angle in radians as degrees.", apply<toDegrees>},
    {"radians", "RADIANS", "radians(expr) - An angle in degrees as radians.", apply<toRadians>},
    {"signum", "SIGNUM", "signum(expr) - -1.0, 0.0 or 1.0 as expr is negative, 0 or positive.", apply<signOf>},
    {"sign", "", "sign(expr) - -1.0, 0.0 or 1.0 as expr is negative, 0 or positive.", apply<signOf>},
    {"ln", "", "ln(expr) - The natural logarithm.", applyLogarithm<strictLog, 0>},
    {"log10", "LOG10", "log10(expr) - The logarithm to base 10.", applyLogarithm<strictLog10, 0>},
    {"log2", "LOG2", "log2(expr) - The logarithm to base 2.", applyLogarithm<log2Of, 0>},
    {"log1p", "LOG1P", "log1p(expr) - log(1 + expr).", applyLogarithm<strictLog1p, -1>},
};
constexpr Entry kBinaryFunctions[] = {
    {"power", "POWER", "power(expr1, expr2) - expr1 to the power of expr2.", applyPair<powerOf>},
    {"pow", "", "pow(expr1, expr2) - expr1 to the power of expr2.", applyPair<powerOf>},
    {"atan2", "ATAN2", "atan2(exprY, exprX) - The angle of the point (exprX, exprY).", applyPair<arcTangent>},
    {"hypot", "HYPOT", "hypot(expr1, expr2) - The root of the sum of both squares.", applyPair<hypotenuse>},
};

Result<FunctionBinding> bindLog(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.size(), kDouble);
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.isNumeric() && !type.isStringLike() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"DOUBLE\"");
  }
  binding.result = kDouble;
  binding.nullableIfArgumentsAre = false;
  binding.kernel = context.argumentTypes.size() == 2 ? logarithmToBase : applyLogarithm<strictLog, 0>;
  return binding;
}

void factorialOf(const KernelArgs& args) {
  auto out = args.result<int64_t>();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t value) {
    if (value < 0 || value > 20) return out.setNull(row);
    int64_t product = 1;
    for (int32_t i = 2; i <= value; ++i) product *= i;
    out.set(row, product);
  });
}

// An interval's months or microseconds, or a number.
double magnitudeOf(const KernelArgs& args, size_t argument, RowIndex row) {
  const DataType& type = args.type(argument);
  if (type.is(TypeKind::kYearMonthInterval)) return args.column<int32_t>(argument)[row];
  if (type.is(TypeKind::kDayTimeInterval)) return static_cast<double>(args.column<int64_t>(argument)[row]);
  return args.column<double>(argument)[row];
}

void bucketOf(const KernelArgs& args) {
  const auto count = args.column<int64_t>(3);
  auto out = args.result<int64_t>();
  for (const RowIndex row : args.activeRows()) {
    const double x = magnitudeOf(args, 0, row);
    const double from = magnitudeOf(args, 1, row);
    const double to = magnitudeOf(args, 2, row);
    const int64_t buckets = count[row];
    const bool bad = buckets <= 0 || buckets == INT64_MAX || x != x || from == to || !std::isfinite(from) || !std::isfinite(to);
    if (bad) {
      out.setNull(row);
      continue;
    }
    const bool before = from < to ? x < from : x > from;
    const bool behind = from < to ? x >= to : x <= to;
    out.set(row, before ? 0 : behind ? buckets + 1 : static_cast<int64_t>(static_cast<double>(buckets) * (x - from) / (to - from)) + 1);
  }
}

void signOfInterval(const KernelArgs& args) {
  auto out = args.result<double>();
  for (const RowIndex row : args.activeRows()) out.set(row, signOf(magnitudeOf(args, 0, row)));
}
Result<FunctionBinding> bindSign(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  FunctionBinding binding;
  binding.result = kDouble;
  if (type.isAnsiInterval()) {
    binding.argumentTypes = {type};
    binding.kernel = signOfInterval;
    return binding;
  }
  if (!implicitCast(type, kDouble, context.options.ansi)) return unexpectedArgumentType(context, 0, "(\"DOUBLE\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")");
  binding.argumentTypes = {kDouble};
  binding.kernel = apply<signOf>;
  binding.takesNullRows = true;
  return binding;
}

Result<FunctionBinding> bindBucket(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 4, 4));
  FunctionBinding binding;
  binding.result = kBigint;
  binding.kernel = bucketOf;
  const DataType& type = context.argumentTypes[0];
  std::string all;
  bool mixed = false;
  for (size_t i = 0; i < 3; ++i) {
    const DataType& other = context.argumentTypes[i];
    mixed = mixed || (type.isAnsiInterval() || other.isAnsiInterval() ? !other.is(type.kind()) && !other.is(TypeKind::kNull) : false);
    all += (i == 0 ? "\"" : " or \"") + other.sql() + "\"";
  }
  if (mixed) {
    return Error(condition::kDatatypeMismatchDataDiffTypes).with("sqlExpr", "\"" + callText(context) + "\"").with("functionName", "`width_bucket`").with("dataType", "(" + all + ")");
  }
  for (size_t i = 0; i < 4; ++i) {
    const DataType wanted = i == 3 ? kBigint : type.isAnsiInterval() ? type : kDouble;
    const bool sameKind = type.isAnsiInterval() && i < 3 && context.argumentTypes[i].is(type.kind());
    if (!sameKind && !implicitCast(context.argumentTypes[i], wanted, context.options.ansi)) return unexpectedArgumentType(context, i, "\"" + wanted.sql() + "\"");
    binding.argumentTypes.push_back(sameKind ? context.argumentTypes[i] : wanted);
  }
  return binding;
}

}  // namespace

void registerElementary(FunctionRegistry& registry) {
  static const std::vector<ScalarFunction> kFunctions = [] {
    std::vector<ScalarFunction> functions;
    for (const Entry& entry : kUnary) {
      ScalarFunction function;
      function.names = {entry.name};
      function.group = Group::kMath;
      function.since = "1.4.0";
      function.usage = entry.usage;
      function.display = entry.display;
      if (entry.kernel == apply<signOf>) {
        function.bind = bindSign;
      } else {
        function.overloads = {{.arguments = {kDouble}, .result = kDouble, .kernel = entry.kernel, .takesNullRows = true}};
      }
      functions.push_back(std::move(function));
    }
    for (const Entry& entry : kBinaryFunctions) {
      ScalarFunction function;
      function.names = {entry.name};
      function.group = Group::kMath;
      function.since = "1.4.0";
      function.usage = entry.usage;
      function.display = entry.display;
      function.overloads = {{.arguments = {kDouble, kDouble}, .result = kDouble, .kernel = entry.kernel, .takesNullRows = true}};
      functions.push_back(std::move(function));
    }
    functions.push_back({.names = {"log"}, .group = Group::kMath, .since = "1.4.0", .usage = "log(base, expr) - The logarithm to base; the natural one without it.",
                         .examples = {{.sql = "SELECT log(10, 100)", .result = "2.0"}}, .bind = bindLog, .display = "LOG"});
    functions.push_back({.names = {"pi"}, .group = Group::kMath, .since = "1.5.0", .usage = "pi() - The ratio of a circle's circumference to its diameter.", .nullable = false,
                         .overloads = {{.arguments = {}, .result = kDouble, .kernel = constantValue<piValue>}}, .display = "PI"});
    functions.push_back({.names = {"e"}, .group = Group::kMath, .since = "1.5.0", .usage = "e() - The base of the natural logarithm.", .nullable = false,
                         .overloads = {{.arguments = {}, .result = kDouble, .kernel = constantValue<eValue>}}, .display = "E"});
    functions.push_back({.names = {"factorial"}, .group = Group::kMath, .since = "1.5.0", .usage = "factorial(expr) - The factorial of 0 to 20, NULL for others.",
                         .examples = {{.sql = "SELECT factorial(5)", .result = "120"}}, .overloads = {{.arguments = {kInt}, .result = kBigint, .kernel = factorialOf}}});
    functions.push_back({.names = {"width_bucket"}, .group = Group::kMath, .since = "3.1.0", .usage = "width_bucket(value, min, max, num_bucket) - The number of the equally wide bucket that value lies in.",
                         .examples = {{.sql = "SELECT width_bucket(5.3, 0.2, 10.6, 5)", .result = "3"}},
                         .bind = bindBucket});
    return functions;
  }();
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
