// Random numbers and texts within bounds: uniform, randstr.
#include <cstdlib>
#include <memory>
#include <random>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/math/xor_shift.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

Error notFoldable(const BindContext& context, size_t argument, const char* name) {
  return Error(condition::kDatatypeMismatchNonFoldableInput)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("inputName", name)
      .with("inputType", "\"" + context.argumentTypes[argument].sql() + "\"")
      .with("inputExpr", quotedExpression(context.arguments[argument], context.options.timeZone));
}

// min + (max - min) * rand(seed), as the wider of the bounds' types.
Result<ExprPtr> rewriteUniform(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  static constexpr const char* kNames[] = {"`min`", "`max`", "`seed`"};
  for (size_t i = 0; i < context.arguments.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    const bool accepted = type.is(TypeKind::kNull) || (i < 2 ? type.isNumeric() : type.is(TypeKind::kInteger) || type.is(TypeKind::kLong));
    if (!accepted) return unexpectedArgumentType(context, i, i < 2 ? "integer or floating-point" : "integer");
    if (context.constants[i] == nullptr) return notFoldable(context, i, kNames[i]);
  }
  const DataType& low = context.argumentTypes[0];
  const DataType& high = context.argumentTypes[1];
  std::optional<DataType> type;
  if (low.is(TypeKind::kNull) || high.is(TypeKind::kNull)) {
    type = kDouble;
  } else if (low.is(TypeKind::kDecimal) && high.is(TypeKind::kDecimal)) {
    type = low.precision() > high.precision() ? low : high;
  } else if (low.is(TypeKind::kDecimal) || high.is(TypeKind::kDecimal)) {
    type = low.isIntegral() ? std::optional(high) : high.isIntegral() ? std::optional(low) : std::nullopt;
  } else {
    type = findTightestCommonType(low, high, false);
  }
  const auto asDouble = [](const ExprPtr& value) { return ExprPtr(makeNode<Cast>(value, kDouble, CastMode::kAnsi, true)); };
  std::vector<ExprPtr> seed;
  if (context.arguments.size() == 3) seed.push_back(context.arguments[2]);
  const ExprPtr least = asDouble(context.arguments[0]);
  const ExprPtr spread = call("-", {asDouble(context.arguments[1]), least});
  const ExprPtr chosen = call("+", {least, call("*", {spread, call("rand", seed)})});
  return ExprPtr(makeNode<Cast>(chosen, type.value_or(kDouble), CastMode::kAnsi, true));
}

struct RandomTextData {
  int64_t seed = 0;
  int32_t length = 0;
};

void randomTexts(const KernelArgs& args) {
  const auto& data = args.data<RandomTextData>();
  if (args.state() == nullptr) args.state() = std::make_shared<XorShift>(data.seed + args.partition());
  auto& random = *static_cast<XorShift*>(args.state().get());
  static constexpr char kPool[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  auto out = args.result<StringView>();
  std::string text(static_cast<size_t>(data.length), '\0');
  for (const RowIndex row : args.activeRows()) {
    for (char& c : text) c = kPool[std::abs(random.next(32) % 62)];
    out.set(row, text);
  }
}

Result<FunctionBinding> bindRandomText(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  static constexpr const char* kNames[] = {"`length`", "`seed`"};
  FunctionBinding binding;
  auto data = std::make_shared<RandomTextData>();
  for (size_t i = 0; i < context.arguments.size(); ++i) {
    const DataType& type = context.argumentTypes[i];
    const bool accepted = i == 0 ? type.isIntegral() && !type.is(TypeKind::kLong) : type.is(TypeKind::kInteger) || type.is(TypeKind::kLong);
    if (!accepted) return unexpectedArgumentType(context, i, i == 0 ? "INT or SMALLINT" : "INT or BIGINT");
    if (context.constants[i] == nullptr) return notFoldable(context, i, kNames[i]);
    binding.argumentTypes.push_back(type);
  }
  const auto valueOf = [&](size_t i) { return context.constants[i]->isNull() ? 0 : context.constants[i]->asInteger(); };
  data->length = static_cast<int32_t>(valueOf(0));
  if (data->length < 0) {
    return Error(condition::kInvalidParameterValueLength).with("parameter", "`length`").with("functionName", "`randstr`").with("length", std::to_string(data->length));
  }
  data->seed = context.arguments.size() == 2 ? valueOf(1) : static_cast<int64_t>(std::random_device{}());
  binding.result = kString;
  binding.nullable = false;
  binding.kernel = randomTexts;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerRandom(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"uniform"}, .group = Group::kMath, .since = "4.0.0", .usage = "uniform(min, max[, seed]) - Random numbers from min to max, evenly spread.",
       .examples = {{.sql = "SELECT uniform(10, 20, 0) >= 10", .result = "true"}}, .deterministic = false, .rewrite = rewriteUniform, .parameterNames = {"min", "max", "seed"}},
      {.names = {"randstr"}, .group = Group::kString, .since = "4.0.0", .usage = "randstr(length[, seed]) - Random texts of digits and letters.",
       .examples = {{.sql = "SELECT randstr(3, 0)", .result = "ceV"}}, .nulls = NullRule::kHandledByKernel, .deterministic = false, .bind = bindRandomText, .parameterNames = {"length", "seed"}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
