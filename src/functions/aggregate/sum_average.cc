#include <algorithm>
#include <cmath>
#include <limits>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/packed_int128.h"
#include "functions/aggregate/state_aggregator.h"
#include "functions/math/dense_arithmetic.h"
#include "types/int128.h"

namespace flint::functions {
namespace {

enum class Overflow : uint8_t { kRaise, kNull, kWrap };

template <class T>
struct SumIntegral {
  using Input = T;
  using Output = int64_t;
  struct State {
    int64_t sum;
    uint32_t seen;
    uint32_t overflowed;
  };
  Overflow overflow;
  const char* message = "long overflow";
  void add(State& state, T value) const {
    state.overflowed |= __builtin_add_overflow(state.sum, static_cast<int64_t>(value), &state.sum) ? 1U : 0U;
    state.seen = 1;
  }
  bool addMany(State& state, const T* values, const int32_t* indices, RowIndex count) const
    requires std::is_same_v<T, int64_t>
  {
    // Half of the range each for what is there and what comes: no order of adding overflows.
    constexpr int64_t kHalf = int64_t{1} << 62;
    int64_t sum;
    if (state.sum > kHalf || state.sum < -kHalf || !sumDense(values, indices, count, sum)) return false;
    state.sum += sum;
    state.seen = 1;
    return true;
  }
  void merge(State& into, const State& from) const {
    into.overflowed |= (__builtin_add_overflow(into.sum, from.sum, &into.sum) ? 1U : 0U) | from.overflowed;
    into.seen |= from.seen;
  }
  Status failure(const State& state) const {
    if (state.overflowed == 0 || overflow != Overflow::kRaise) return Status::ok();
    return aggregateOverflow(message, "try_sum");
  }
  bool result(const State& state, int64_t& out) const {
    out = state.sum;
    return state.seen != 0 && (state.overflowed == 0 || overflow == Overflow::kWrap);
  }
};

template <class T>
struct SumMonths {
  using Input = T;
  using Output = int32_t;
  using State = typename SumIntegral<T>::State;
  SumIntegral<T> base;
  void add(State& state, T value) const { base.add(state, value); }
  void merge(State& into, const State& from) const { base.merge(into, from); }
  Status failure(const State& state) const {
    if (static_cast<int32_t>(state.sum) == state.sum) return base.failure(state);
    return aggregateOverflow("integer overflow", "try_sum");
  }
  bool result(const State& state, int32_t& out) const {
    out = static_cast<int32_t>(state.sum);
    return state.seen != 0;
  }
};

template <class T>
struct SumFloating : NeverFails {
  using Input = T;
  using Output = double;
  struct State {
    double sum;
    uint64_t seen;
  };
  void add(State& state, T value) const {
    state.sum += static_cast<double>(value);
    state.seen = 1;
  }
  void merge(State& into, const State& from) const {
    into.sum += from.sum;
    into.seen |= from.seen;
  }
  bool result(const State& state, double& out) const {
    out = state.sum;
    return state.seen != 0;
  }
};

// Sums beyond 38 digits cannot come back into range unnoticed: 128 bits hold 39 digits, and each step is checked.
template <class T, class Out>
struct SumDecimal {
  using Input = T;
  using Output = Out;
  struct State {
    PackedInt128 sum;
    uint32_t seen;
    uint32_t overflowed;
  };
  Overflow overflow;
  int128_t limit;
  void add(State& state, T value) const {
    int128_t sum = state.sum.value();
    state.overflowed |= __builtin_add_overflow(sum, static_cast<int128_t>(value), &sum) ? 1U : 0U;
    state.sum.set(sum);
    state.seen = 1;
  }
  bool addMany(State& state, const T* values, const int32_t* indices, RowIndex count) const
    requires std::is_same_v<T, int64_t>
  {
    int64_t sum;
    if (!sumDense(values, indices, count, sum)) return false;
    add(state, sum);
    return true;
  }
  void merge(State& into, const State& from) const {
    int128_t sum = into.sum.value();
    into.overflowed |= (__builtin_add_overflow(sum, from.sum.value(), &sum) ? 1U : 0U) | from.overflowed;
    into.sum.set(sum);
    into.seen |= from.seen;
  }
  bool tooLarge(const State& state) const {
    const int128_t sum = state.sum.value();
    return state.overflowed != 0 || sum >= limit || sum <= -limit;
  }
  Status failure(const State& state) const {
    if (overflow != Overflow::kRaise || !tooLarge(state)) return Status::ok();
    return aggregateOverflow("Overflow in sum of decimals", "try_sum");
  }
  bool result(const State& state, Out& out) const {
    out = static_cast<Out>(state.sum.value());
    return state.seen != 0 && !tooLarge(state);
  }
};

template <class T>
struct AverageFloating : NeverFails {
  using Input = T;
  using Output = double;
  struct State {
    double sum;
    int64_t count;
  };
  void add(State& state, T value) const {
    state.sum += static_cast<double>(value);
    ++state.count;
  }
  void merge(State& into, const State& from) const {
    into.sum += from.sum;
    into.count += from.count;
  }
  bool result(const State& state, double& out) const {
    out = state.count == 0 ? 0 : state.sum / static_cast<double>(state.count);
    return state.count != 0;
  }
};

int128_t divideHalfUp(int128_t dividend, int128_t divisor) {
  const int128_t quotient = dividend / divisor;
  const int128_t rest = dividend % divisor;
  const int128_t twice = rest < 0 ? -2 * rest : 2 * rest;
  if (twice < divisor) return quotient;
  return dividend < 0 ? quotient - 1 : quotient + 1;
}

template <class T, class Out>
struct AverageDecimal {
  using Input = T;
  using Output = Out;
  struct State {
    PackedInt128 sum;
    uint64_t count : 63;
    uint64_t overflowed : 1;
  };
  Overflow overflow;
  int128_t sumLimit;
  int128_t scaleUp;  // from the input's scale to the result's
  int128_t resultLimit;
  void add(State& state, T value) const {
    int128_t sum = state.sum.value();
    if (__builtin_add_overflow(sum, static_cast<int128_t>(value), &sum)) state.overflowed = 1;
    state.sum.set(sum);
    ++state.count;
  }
  bool addMany(State& state, const T* values, const int32_t* indices, RowIndex count) const
    requires std::is_same_v<T, int64_t>
  {
    int64_t sum;
    if (!sumDense(values, indices, count, sum)) return false;
    add(state, sum);
    state.count += static_cast<uint64_t>(count) - 1;
    return true;
  }
  void merge(State& into, const State& from) const {
    int128_t sum = into.sum.value();
    if (__builtin_add_overflow(sum, from.sum.value(), &sum) || from.overflowed) into.overflowed = 1;
    into.sum.set(sum);
    into.count += from.count;
  }
  // The quotient, scaled; false when it cannot be had.
  bool divide(const State& state, int128_t& quotient) const {
    const int128_t sum = state.sum.value();
    if (state.overflowed || sum >= sumLimit || sum <= -sumLimit) return false;
    const auto count = static_cast<int128_t>(state.count);
    int128_t scaled;
    if (!__builtin_mul_overflow(sum, scaleUp, &scaled)) {
      quotient = divideHalfUp(scaled, count);
    } else {
      // Whole part and rest apart: the rest is below the count, so that it can be scaled.
      int128_t whole;
      if (__builtin_mul_overflow(sum / count, scaleUp, &whole)) return false;
      quotient = whole + divideHalfUp(sum % count * scaleUp, count);
    }
    return quotient < resultLimit && quotient > -resultLimit;
  }
  Status failure(const State& state) const {
    int128_t quotient;
    if (overflow != Overflow::kRaise || state.count == 0 || divide(state, quotient)) return Status::ok();
    return aggregateOverflow("Overflow in sum of decimals", "try_avg");
  }
  bool result(const State& state, Out& out) const {
    int128_t quotient = 0;
    const bool known = state.count != 0 && divide(state, quotient);
    out = static_cast<Out>(quotient);
    return known;
  }
};

// Averages of months and microseconds, rounded half up.
template <class T>
struct AverageInterval : NeverFails {
  using Input = T;
  using Output = T;
  struct State {
    PackedInt128 sum;
    int64_t count;
  };
  void add(State& state, T value) const {
    state.sum.set(state.sum.value() + value);
    ++state.count;
  }
  void merge(State& into, const State& from) const {
    into.sum.set(into.sum.value() + from.sum.value());
    into.count += from.count;
  }
  bool result(const State& state, T& out) const {
    out = state.count == 0 ? 0 : static_cast<T>(divideHalfUp(state.sum.value(), state.count));
    return state.count != 0;
  }
};

template <class T>
std::shared_ptr<const Aggregator> sumDecimal(const DataType& result, Overflow overflow) {
  const int128_t limit = powerOfTen(result.precision());
  if (result.physicalType() == PhysicalType::kInt64) return makeStateAggregator(SumDecimal<T, int64_t>{overflow, limit}, result);
  return makeStateAggregator(SumDecimal<T, int128_t>{overflow, limit}, result);
}

template <class T>
std::shared_ptr<const Aggregator> averageDecimal(const DataType& input, const DataType& result, Overflow overflow) {
  const int128_t sumLimit = powerOfTen(std::min(38, input.precision() + 10));
  const int128_t scaleUp = powerOfTen(result.scale() - input.scale());
  const int128_t limit = powerOfTen(result.precision());
  if (result.physicalType() == PhysicalType::kInt64) {
    return makeStateAggregator(AverageDecimal<T, int64_t>{overflow, sumLimit, scaleUp, limit}, result);
  }
  return makeStateAggregator(AverageDecimal<T, int128_t>{overflow, sumLimit, scaleUp, limit}, result);
}

Overflow overflowOf(const BindContext& context, std::string_view tolerant) {
  if (context.name == tolerant) return Overflow::kNull;
  return context.options.ansi ? Overflow::kRaise : Overflow::kNull;
}

// The type arithmetic works on: strings become doubles, as does NULL.
DataType numericInput(const DataType& type) {
  if (type.isStringLike() || type.is(TypeKind::kNull)) return DataType::float64();
  return type;
}

Result<AggregateBinding> bindSum(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType input = numericInput(context.argumentTypes[0]);
  Overflow overflow = overflowOf(context, "try_sum");
  AggregateBinding binding{.argumentTypes = {input}, .canRaise = overflow == Overflow::kRaise};
  switch (input.kind()) {
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong:
      if (overflow == Overflow::kNull && context.name != "try_sum") overflow = Overflow::kWrap;
      binding.result = DataType::bigint();
      if (input.is(TypeKind::kByte)) binding.aggregator = makeStateAggregator(SumIntegral<int8_t>{overflow}, binding.result);
      if (input.is(TypeKind::kShort)) binding.aggregator = makeStateAggregator(SumIntegral<int16_t>{overflow}, binding.result);
      if (input.is(TypeKind::kInteger)) binding.aggregator = makeStateAggregator(SumIntegral<int32_t>{overflow}, binding.result);
      if (input.is(TypeKind::kLong)) binding.aggregator = makeStateAggregator(SumIntegral<int64_t>{overflow}, binding.result);
      return binding;
    case TypeKind::kFloat:
      binding.result = DataType::float64();
      binding.canRaise = false;
      binding.aggregator = makeStateAggregator(SumFloating<float>{}, binding.result);
      return binding;
    case TypeKind::kDouble:
      binding.result = DataType::float64();
      binding.canRaise = false;
      binding.aggregator = makeStateAggregator(SumFloating<double>{}, binding.result);
      return binding;
    case TypeKind::kDecimal:
      binding.result = DataType::decimal(std::min(38, input.precision() + 10), input.scale());
      binding.aggregator = input.physicalType() == PhysicalType::kInt64 ? sumDecimal<int64_t>(binding.result, overflow)
                                                                        : sumDecimal<int128_t>(binding.result, overflow);
      return binding;
    case TypeKind::kYearMonthInterval:
      binding.result = DataType::yearMonthInterval(input.startField(), input.endField());
      binding.aggregator = makeStateAggregator(SumMonths<int32_t>{{overflow, "integer overflow"}}, binding.result);
      return binding;
    case TypeKind::kDayTimeInterval:
      binding.result = DataType::dayTimeInterval(input.startField(), input.endField());
      binding.aggregator = makeStateAggregator(SumIntegral<int64_t>{overflow}, binding.result);
      return binding;
    default: return unexpectedArgumentType(context, 0, "\"NUMERIC\" or \"ANSI INTERVAL\"");
  }
}

Result<AggregateBinding> bindAverage(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType input = numericInput(context.argumentTypes[0]);
  const Overflow overflow = overflowOf(context, "try_avg");
  AggregateBinding binding{.argumentTypes = {input}, .result = DataType::float64()};
  switch (input.kind()) {
    case TypeKind::kByte: binding.aggregator = makeStateAggregator(AverageFloating<int8_t>{}, binding.result); return binding;
    case TypeKind::kShort: binding.aggregator = makeStateAggregator(AverageFloating<int16_t>{}, binding.result); return binding;
    case TypeKind::kInteger: binding.aggregator = makeStateAggregator(AverageFloating<int32_t>{}, binding.result); return binding;
    case TypeKind::kLong: binding.aggregator = makeStateAggregator(AverageFloating<int64_t>{}, binding.result); return binding;
    case TypeKind::kFloat: binding.aggregator = makeStateAggregator(AverageFloating<float>{}, binding.result); return binding;
    case TypeKind::kDouble: binding.aggregator = makeStateAggregator(AverageFloating<double>{}, binding.result); return binding;
    case TypeKind::kDecimal:
      binding.result = DataType::decimal(std::min(38, input.precision() + 4), std::min(38, input.scale() + 4));
      binding.canRaise = overflow == Overflow::kRaise;
      binding.aggregator = input.physicalType() == PhysicalType::kInt64 ? averageDecimal<int64_t>(input, binding.result, overflow)
                                                                        : averageDecimal<int128_t>(input, binding.result, overflow);
      return binding;
    case TypeKind::kYearMonthInterval:
      binding.result = DataType::yearMonthInterval();
      binding.aggregator = makeStateAggregator(AverageInterval<int32_t>{}, binding.result);
      return binding;
    case TypeKind::kDayTimeInterval:
      binding.result = DataType::dayTimeInterval();
      binding.aggregator = makeStateAggregator(AverageInterval<int64_t>{}, binding.result);
      return binding;
    default: return unexpectedArgumentType(context, 0, "\"NUMERIC\" or \"ANSI INTERVAL\"");
  }
}

const AggregateFunction kSum = {
    .names = {"sum"},
    .since = "1.0.0",
    .usage = "sum(expr) - The sum of the values that are not NULL.",
    .examples = {{.sql = "SELECT sum(col) FROM VALUES (5), (10), (15) AS tab(col)", .result = "30"}},
    .bind = bindSum,
};
const AggregateFunction kTrySum = {
    .names = {"try_sum"},
    .since = "3.3.0",
    .usage = "try_sum(expr) - The sum of the values that are not NULL, or NULL where it overflows.",
    .examples = {{.sql = "SELECT try_sum(col) FROM VALUES (9223372036854775807L), (1L) AS tab(col)", .result = "NULL"}},
    .bind = bindSum,
};
const AggregateFunction kAverage = {
    .names = {"avg", "mean"},
    .since = "1.0.0",
    .usage = "avg(expr) - The mean of the values that are not NULL.",
    .examples = {{.sql = "SELECT avg(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "2.0"}},
    .bind = bindAverage,
};
const AggregateFunction kTryAverage = {
    .names = {"try_avg"},
    .since = "3.3.0",
    .usage = "try_avg(expr) - The mean of the values that are not NULL, or NULL where their sum overflows.",
    .examples = {{.sql = "SELECT try_avg(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "2.0"}},
    .bind = bindAverage,
};

}  // namespace

void registerSumAndAverage(expr::FunctionRegistry& registry) {
  registry.add(kSum);
  registry.add(kTrySum);
  registry.add(kAverage);
  registry.add(kTryAverage);
}

}  // namespace flint::functions
