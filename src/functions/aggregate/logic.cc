#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/state_aggregator.h"

namespace flint::functions {
namespace {

// Folds values with an associative operator that has a neutral element only once a value was seen.
template <class T, class Fold>
struct Folded : NeverFails {
  using Input = T;
  using Output = T;
  struct State {
    T value;
    uint8_t seen;
  };
  Fold fold;
  void add(State& state, T value) const {
    state.value = state.seen != 0 ? fold(state.value, value) : value;
    state.seen = 1;
  }
  void merge(State& into, const State& from) const {
    if (from.seen != 0) add(into, from.value);
  }
  bool result(const State& state, T& out) const {
    out = state.value;
    return state.seen != 0;
  }
};

struct FoldAnd {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a & b);
  }
};
struct FoldOr {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a | b);
  }
};
struct FoldXor {
  template <class T>
  T operator()(T a, T b) const {
    return static_cast<T>(a ^ b);
  }
};

struct FoldProduct {
  double operator()(double a, double b) const { return a * b; }
};

Result<AggregateBinding> bindProduct(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.isNumeric() && !type.isStringLike() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"DOUBLE\"");
  AggregateBinding binding{.argumentTypes = {DataType::float64()}, .result = DataType::float64()};
  binding.aggregator = makeStateAggregator(Folded<double, FoldProduct>{}, binding.result);
  return binding;
}

template <class Fold>
Result<AggregateBinding> bindBoolean(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  const bool isText = type.isStringLike() && context.options.ansi;
  if (!type.is(TypeKind::kBoolean) && !type.is(TypeKind::kNull) && !isText) return unexpectedArgumentType(context, 0, "\"BOOLEAN\"");
  AggregateBinding binding{.argumentTypes = {DataType::boolean()}, .result = DataType::boolean(), .ignoresDuplicates = true};
  binding.aggregator = makeStateAggregator(Folded<uint8_t, Fold>{}, binding.result);
  return binding;
}

template <class Fold>
Result<AggregateBinding> bindBits(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType type = context.argumentTypes[0].is(TypeKind::kNull) ? DataType::integer() : context.argumentTypes[0];
  AggregateBinding binding{.argumentTypes = {type}, .result = type};
  switch (type.kind()) {
    case TypeKind::kByte: binding.aggregator = makeStateAggregator(Folded<int8_t, Fold>{}, type); return binding;
    case TypeKind::kShort: binding.aggregator = makeStateAggregator(Folded<int16_t, Fold>{}, type); return binding;
    case TypeKind::kInteger: binding.aggregator = makeStateAggregator(Folded<int32_t, Fold>{}, type); return binding;
    case TypeKind::kLong: binding.aggregator = makeStateAggregator(Folded<int64_t, Fold>{}, type); return binding;
    default: return unexpectedArgumentType(context, 0, "\"INTEGRAL\"");
  }
}

const AggregateFunction kBoolAnd = {
    .names = {"bool_and", "every"},
    .since = "3.0.0",
    .usage = "bool_and(expr) - True when all values are true.",
    .examples = {{.sql = "SELECT bool_and(col) FROM VALUES (true), (false), (true) AS tab(col)", .result = "false"}},
    .bind = bindBoolean<FoldAnd>,
};
const AggregateFunction kBoolOr = {
    .names = {"bool_or", "some", "any"},
    .since = "3.0.0",
    .usage = "bool_or(expr) - True when at least one value is true.",
    .examples = {{.sql = "SELECT bool_or(col) FROM VALUES (true), (false), (false) AS tab(col)", .result = "true"}},
    .bind = bindBoolean<FoldOr>,
};
const AggregateFunction kBitAnd = {
    .names = {"bit_and"},
    .since = "3.0.0",
    .usage = "bit_and(expr) - The bitwise AND of the values that are not NULL.",
    .examples = {{.sql = "SELECT bit_and(col) FROM VALUES (3), (5) AS tab(col)", .result = "1"}},
    .bind = bindBits<FoldAnd>,
};
const AggregateFunction kBitOr = {
    .names = {"bit_or"},
    .since = "3.0.0",
    .usage = "bit_or(expr) - The bitwise OR of the values that are not NULL.",
    .examples = {{.sql = "SELECT bit_or(col) FROM VALUES (3), (5) AS tab(col)", .result = "7"}},
    .bind = bindBits<FoldOr>,
};
const AggregateFunction kProduct = {
    .names = {"product"},
    .since = "3.2.0",
    .usage = "product(expr) - The product of the values that are not NULL.",
    .bind = bindProduct,
};
const AggregateFunction kBitXor = {
    .names = {"bit_xor"},
    .since = "3.0.0",
    .usage = "bit_xor(expr) - The bitwise XOR of the values that are not NULL.",
    .examples = {{.sql = "SELECT bit_xor(col) FROM VALUES (3), (5) AS tab(col)", .result = "6"}},
    .bind = bindBits<FoldXor>,
};

}  // namespace

void registerLogic(expr::FunctionRegistry& registry) {
  for (const AggregateFunction* function : {&kBoolAnd, &kBoolOr, &kBitAnd, &kBitOr, &kBitXor, &kProduct}) registry.add(*function);
}

}  // namespace flint::functions
