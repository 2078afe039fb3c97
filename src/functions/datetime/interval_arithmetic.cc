// + - * / between dates, timestamps and intervals.
#include <cmath>
#include <limits>
#include <memory>

#include "expr/nodes.h"
#include "functions/datetime/date_shift.h"
#include "functions/kernel_loops.h"
#include "functions/math/arithmetic.h"
#include "types/decimal.h"

namespace flint::functions {

using namespace expr;

namespace {

// What the kernels need to know: the zone of timestamps, and whether the interval is subtracted.
struct ShiftData {
  const TimeZone* zone = &TimeZone::utc();
  int sign = 1;
};

Error intervalOverflow(const char* function = nullptr) {
  if (function == nullptr) return Error(condition::kIntervalArithmeticOverflowWithoutSuggestion);
  return Error(condition::kIntervalArithmeticOverflowWithSuggestion).with("functionName", std::string("`") + function + "`");
}

void addDaysToDate(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t date, int32_t days) {
    out[row] = static_cast<int32_t>(static_cast<uint32_t>(date) + static_cast<uint32_t>(sign * static_cast<int64_t>(days)));
  });
}

void addMonthsToDate(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t date, int32_t months) {
    const int64_t shifted = addMonths(date, static_cast<int64_t>(months) * sign);
    out[row] = static_cast<int32_t>(shifted);
    if (out[row] != shifted) args.errors().set(row, arithmeticOverflow("integer overflow"));
  });
}

void addDayIntervalToDate(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int64_t>(args, [&](RowIndex row, int32_t date, int64_t micros) { out[row] = static_cast<int32_t>(date + sign * (micros / kMicrosPerDay)); });
}

void addCalendarIntervalToDate(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, CalendarInterval>(args, [&](RowIndex row, int32_t date, const CalendarInterval& interval) {
    const int64_t extraDays = interval.microseconds / kMicrosPerDay;
    if (args.ansi() && interval.microseconds != 0) {
      args.errors().set(row, Error(condition::kInvalidParameterValueDatetimeUnit)
                                 .with("parameter", "`interval`")
                                 .with("functionName", "`date_add`")
                                 .with("invalidValue", "a time of day"));
    }
    out[row] = static_cast<int32_t>(addMonths(date, static_cast<int64_t>(sign) * interval.months) + sign * (interval.days + extraDays));
  });
}

void addDayTimeToTimestamp(const KernelArgs& args) {
  const auto& data = args.data<ShiftData>();
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t timestamp, int64_t micros) {
    const int64_t days = micros / kMicrosPerDay;
    out[row] = addToTimestamp(timestamp, 0, data.sign * days, data.sign * (micros - days * kMicrosPerDay), *data.zone);
  });
}

void addMonthsToTimestamp(const KernelArgs& args) {
  const auto& data = args.data<ShiftData>();
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int32_t>(args, [&](RowIndex row, int64_t timestamp, int32_t months) {
    out[row] = addToTimestamp(timestamp, data.sign * months, 0, 0, *data.zone);
  });
}

void addCalendarIntervalToTimestamp(const KernelArgs& args) {
  const auto& data = args.data<ShiftData>();
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, CalendarInterval>(args, [&](RowIndex row, int64_t timestamp, const CalendarInterval& interval) {
    out[row] = addToTimestamp(timestamp, data.sign * interval.months, data.sign * interval.days, data.sign * interval.microseconds, *data.zone);
  });
}

void subtractDates(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t a, int32_t b) { out[row] = (static_cast<int64_t>(a) - b) * kMicrosPerDay; });
}

void subtractTimestamps(const KernelArgs& args) {
  const TimeZone& zone = *args.data<ShiftData>().zone;
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t a, int64_t b) { out[row] = zone.toLocal(a) - zone.toLocal(b); });
}

template <class T>
void addIntervals(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  T* out = args.result<T>().values();
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) {
    T sum;
    const bool overflow = sign > 0 ? __builtin_add_overflow(a, b, &sum) : __builtin_sub_overflow(a, b, &sum);
    if (overflow) args.errors().set(row, intervalOverflow(sign > 0 ? "try_add" : "try_subtract"));
    out[row] = sum;
  });
}

void addCalendarIntervals(const KernelArgs& args) {
  const int sign = args.data<ShiftData>().sign;
  auto* out = args.result<CalendarInterval>().values();
  forEachPair<CalendarInterval, CalendarInterval>(args, [&](RowIndex row, const CalendarInterval& a, const CalendarInterval& b) {
    CalendarInterval sum;
    const bool months = sign > 0 ? __builtin_add_overflow(a.months, b.months, &sum.months) : __builtin_sub_overflow(a.months, b.months, &sum.months);
    const bool days = sign > 0 ? __builtin_add_overflow(a.days, b.days, &sum.days) : __builtin_sub_overflow(a.days, b.days, &sum.days);
    const bool micros = sign > 0 ? __builtin_add_overflow(a.microseconds, b.microseconds, &sum.microseconds)
                                 : __builtin_sub_overflow(a.microseconds, b.microseconds, &sum.microseconds);
    if (months || days || micros) args.errors().set(row, arithmeticOverflow(micros ? "long overflow" : "integer overflow", sign > 0 ? "try_add" : "try_subtract"));
    out[row] = sum;
  });
}

// Rounded half up, as Java's RoundingMode.HALF_UP: away from zero.
template <class T>
void scaleInterval(const KernelArgs& args, bool divides) {
  T* out = args.result<T>().values();
  forEachPair<T, double>(args, [&](RowIndex row, T value, double factor) {
    out[row] = 0;
    if (divides && factor == 0) {
      args.errors().set(row, Error(condition::kIntervalDividedByZero));
      return;
    }
    const double scaled = std::round(divides ? static_cast<double>(value) / factor : static_cast<double>(value) * factor);
    if (!(std::abs(scaled) < static_cast<double>(std::numeric_limits<T>::max()))) {
      args.errors().set(row, intervalOverflow(divides ? "try_divide" : "try_multiply"));
    } else {
      out[row] = static_cast<T>(scaled);
    }
  });
}

// Whole factors are exact.
template <class T>
void multiplyIntervalExactly(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachPair<T, int64_t>(args, [&](RowIndex row, T value, int64_t factor) {
    int64_t product = 0;
    if (__builtin_mul_overflow(static_cast<int64_t>(value), factor, &product) || static_cast<T>(product) != product) {
      args.errors().set(row, intervalOverflow("try_multiply"));
    }
    out[row] = static_cast<T>(product);
  });
}
template <class T>
void divideIntervalExactly(const KernelArgs& args) {
  T* out = args.result<T>().values();
  forEachPair<T, int64_t>(args, [&](RowIndex row, T value, int64_t divisor) {
    out[row] = 0;
    if (divisor == 0) {
      args.errors().set(row, Error(condition::kIntervalDividedByZero));
      return;
    }
    const int128_t wide = value;
    int128_t quotient = wide / divisor;
    const int128_t rest = wide % divisor;
    const int128_t twice = (rest < 0 ? -rest : rest) * 2;
    if (twice >= (divisor < 0 ? -static_cast<int128_t>(divisor) : divisor)) quotient += (wide < 0) == (divisor < 0) ? 1 : -1;
    out[row] = static_cast<T>(quotient);
    if (out[row] != quotient) args.errors().set(row, intervalOverflow("try_divide"));
  });
}
template <class T>
void multiplyIntervalByDouble(const KernelArgs& args) { scaleInterval<T>(args, false); }
template <class T>
void divideIntervalByDouble(const KernelArgs& args) { scaleInterval<T>(args, true); }

template <class T>
void divideIntervals(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachPair<T, T>(args, [&](RowIndex row, T a, T b) {
    if (b == 0) args.errors().set(row, divideByZero());
    // The smallest by -1 keeps its bits.
    out[row] = b == 0 ? 0 : b == -1 ? static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a)) : static_cast<int64_t>(a) / b;
  });
}

template <class Whole>
Whole truncated(double value, bool& overflow) {
  // The limits of 64 bits are no doubles: the upper one is the first that is too large.
  constexpr double kLowest = static_cast<double>(std::numeric_limits<Whole>::min());
  if (value >= -kLowest || value < kLowest) {
    overflow = true;
    return value < 0 ? std::numeric_limits<Whole>::min() : std::numeric_limits<Whole>::max();
  }
  return value == value ? static_cast<Whole>(value) : Whole{0};
}

// Parts of months are dropped, parts of days become time.
template <bool Divides>
void scaleCalendarInterval(const KernelArgs& args) {
  auto* out = args.result<CalendarInterval>().values();
  forEachPair<CalendarInterval, double>(args, [&](RowIndex row, const CalendarInterval& value, double factor) {
    if (Divides && factor == 0) {
      out[row] = {};
      args.errors().set(row, Error(condition::kIntervalDividedByZero));
      return;
    }
    const auto scaled = [&](auto part) { return Divides ? static_cast<double>(part) / factor : static_cast<double>(part) * factor; };
    bool overflow = false;
    const double days = scaled(value.days);
    out[row].months = truncated<int32_t>(scaled(value.months), overflow);
    out[row].days = truncated<int32_t>(days, overflow);
    const double micros = scaled(value.microseconds) + static_cast<double>(kMicrosPerDay) * (days - static_cast<double>(out[row].days));
    out[row].microseconds = truncated<int64_t>(std::floor(micros + 0.5), overflow);
    if (overflow) args.errors().set(row, arithmeticOverflow("integer overflow", Divides ? "try_divide" : "try_multiply"));
  });
}

bool isDate(const DataType& type) { return type.is(TypeKind::kDate); }
bool isTimestamp(const DataType& type) { return type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz); }
bool isInterval(const DataType& type) { return type.isAnsiInterval() || type.is(TypeKind::kCalendarInterval); }

DataType mergedInterval(const DataType& a, const DataType& b) {
  const auto first = std::min(a.startField(), b.startField());
  const auto last = std::max(a.endField(), b.endField());
  return a.is(TypeKind::kYearMonthInterval) ? DataType::yearMonthInterval(first, last) : DataType::dayTimeInterval(first, last);
}

// One side is a date or timestamp, the other an interval or a number of days.
std::optional<FunctionBinding> bindShift(const DataType& moment, const DataType& amount) {
  FunctionBinding binding;
  binding.result = moment;
  binding.argumentTypes = {moment, amount};
  binding.takesNullRows = true;
  if (isDate(moment)) {
    if (amount.isIntegral()) {
      if (amount.is(TypeKind::kLong)) return std::nullopt;
      binding.argumentTypes[1] = DataType::integer();
      binding.kernel = addDaysToDate;
    } else if (amount.is(TypeKind::kYearMonthInterval)) {
      binding.kernel = addMonthsToDate;
      binding.canRaise = true;
    } else if (amount.is(TypeKind::kDayTimeInterval) && amount.endField() == IntervalField::kDay) {
      binding.kernel = addDayIntervalToDate;
    } else if (amount.is(TypeKind::kDayTimeInterval)) {
      binding.result = DataType::timestamp();
      binding.argumentTypes[0] = binding.result;
      binding.kernel = addDayTimeToTimestamp;
    } else if (amount.is(TypeKind::kCalendarInterval)) {
      binding.kernel = addCalendarIntervalToDate;
      binding.canRaise = true;
    }
  } else if (amount.is(TypeKind::kDayTimeInterval)) {
    binding.kernel = addDayTimeToTimestamp;
  } else if (amount.is(TypeKind::kYearMonthInterval)) {
    binding.kernel = addMonthsToTimestamp;
  } else if (amount.is(TypeKind::kCalendarInterval)) {
    binding.kernel = addCalendarIntervalToTimestamp;
  }
  if (binding.kernel == nullptr) return std::nullopt;
  return binding;
}

std::optional<FunctionBinding> bindScaling(ArithmeticOp op, const DataType& interval, const DataType& number) {
  if (interval.is(TypeKind::kCalendarInterval)) {
    FunctionBinding binding;
    binding.canRaise = true;
    binding.result = interval;
    binding.argumentTypes = {interval, DataType::float64()};
    binding.kernel = op == ArithmeticOp::kDivide ? scaleCalendarInterval<true> : scaleCalendarInterval<false>;
    binding.nullableIfArgumentsAre = false;
    return binding;
  }
  const bool months = interval.is(TypeKind::kYearMonthInterval);
  const bool divides = op == ArithmeticOp::kDivide;
  FunctionBinding binding;
  binding.canRaise = true;
  binding.takesNullRows = true;
  binding.result = months ? DataType::yearMonthInterval() : DataType::dayTimeInterval();
  if (number.isIntegral()) {
    binding.argumentTypes = {interval, DataType::bigint()};
    binding.kernel = months ? (divides ? divideIntervalExactly<int32_t> : multiplyIntervalExactly<int32_t>)
                            : (divides ? divideIntervalExactly<int64_t> : multiplyIntervalExactly<int64_t>);
  } else {
    binding.argumentTypes = {interval, DataType::float64()};
    binding.kernel = months ? (divides ? divideIntervalByDouble<int32_t> : multiplyIntervalByDouble<int32_t>)
                            : (divides ? divideIntervalByDouble<int64_t> : multiplyIntervalByDouble<int64_t>);
  }
  return binding;
}

std::optional<FunctionBinding> bindDifference(const DataType& a, const DataType& b) {
  FunctionBinding binding;
  binding.takesNullRows = true;
  if (isDate(a) && isDate(b)) {
    binding.argumentTypes = {a, b};
    binding.result = DataType::dayTimeInterval(IntervalField::kDay, IntervalField::kDay);
    binding.kernel = subtractDates;
    return binding;
  }
  const bool zoned = a.is(TypeKind::kTimestamp) || b.is(TypeKind::kTimestamp);
  const DataType common = zoned ? DataType::timestamp() : DataType::timestampNtz();
  binding.argumentTypes = {common, common};
  binding.result = DataType::dayTimeInterval();
  binding.kernel = subtractTimestamps;
  return binding;
}

constexpr int64_t kNanosPerDay = kMicrosPerDay * 1'000;

void addDayTimeToTime(const KernelArgs& args) {
  const int64_t sign = args.data<ShiftData>().sign;
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t nanos, int64_t micros) {
    const bool overflow = micros <= -kMicrosPerDay || micros >= kMicrosPerDay;
    out[row] = overflow ? 0 : nanos + sign * micros * 1'000;
    if (overflow || out[row] < 0 || out[row] >= kNanosPerDay) {
      args.errors().set(row, Error(condition::kDatetimeOverflow).with("operation", std::string(sign > 0 ? "add" : "subtract") + " an interval of " + std::to_string(micros) + " microseconds"));
    }
  });
}
void subtractTimes(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t a, int64_t b) { out[row] = (a - b) / 1'000; });
}

// The kernel takes (moment, amount); a call written the other way round exchanges its arguments first.
void swapped(const KernelArgs& args, Kernel kernel) {
  const VectorPtr arguments[] = {args.vector(1), args.vector(0)};
  RowErrors errors;
  Status failure;
  kernel(KernelArgs({.arguments = arguments, .active = args.activeRows(), .result = args.resultBuffer(), .errors = args.errors(), .data = &args.data<ShiftData>(),
                     .failure = &failure, .ansi = args.ansi()}));
}
template <Kernel Inner>
void exchanged(const KernelArgs& args) { swapped(args, Inner); }

Kernel exchangedKernel(Kernel kernel) {
  if (kernel == addDaysToDate) return exchanged<addDaysToDate>;
  if (kernel == addMonthsToDate) return exchanged<addMonthsToDate>;
  if (kernel == addDayIntervalToDate) return exchanged<addDayIntervalToDate>;
  if (kernel == addCalendarIntervalToDate) return exchanged<addCalendarIntervalToDate>;
  if (kernel == addDayTimeToTimestamp) return exchanged<addDayTimeToTimestamp>;
  if (kernel == addDayTimeToTime) return exchanged<addDayTimeToTime>;
  if (kernel == addMonthsToTimestamp) return exchanged<addMonthsToTimestamp>;
  if (kernel == addCalendarIntervalToTimestamp) return exchanged<addCalendarIntervalToTimestamp>;
  if (kernel == Kernel(scaleCalendarInterval<false>)) return exchanged<scaleCalendarInterval<false>>;
  if (kernel == Kernel(multiplyIntervalExactly<int32_t>)) return exchanged<multiplyIntervalExactly<int32_t>>;
  if (kernel == Kernel(multiplyIntervalExactly<int64_t>)) return exchanged<multiplyIntervalExactly<int64_t>>;
  if (kernel == Kernel(multiplyIntervalByDouble<int32_t>)) return exchanged<multiplyIntervalByDouble<int32_t>>;
  if (kernel == Kernel(multiplyIntervalByDouble<int64_t>)) return exchanged<multiplyIntervalByDouble<int64_t>>;
  return nullptr;
}

FunctionBinding inWrittenOrder(FunctionBinding binding, bool exchangedArguments) {
  if (!exchangedArguments) return binding;
  binding.kernel = exchangedKernel(binding.kernel);
  std::swap(binding.argumentTypes[0], binding.argumentTypes[1]);
  return binding;
}

// TIME with an interval of days and time, and the interval between two times.
std::optional<FunctionBinding> bindTime(ArithmeticOp op, const DataType& a, const DataType& b) {
  FunctionBinding binding;
  binding.argumentTypes = {a, b};
  if (op == ArithmeticOp::kSubtract && a.is(TypeKind::kTime) && b.is(TypeKind::kTime)) {
    binding.result = DataType::dayTimeInterval(IntervalField::kHour, IntervalField::kSecond);
    binding.kernel = subtractTimes;
    return binding;
  }
  const bool additive = op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract;
  if (!additive || !a.is(TypeKind::kTime) || !b.is(TypeKind::kDayTimeInterval)) return std::nullopt;
  binding.result = a;
  binding.kernel = addDayTimeToTime;
  binding.canRaise = true;
  return binding;
}

std::optional<FunctionBinding> bindTypes(ArithmeticOp op, const DataType& a, const DataType& b) {
  if (a.is(TypeKind::kTime)) return bindTime(op, a, b);
  if (b.is(TypeKind::kTime) && op == ArithmeticOp::kAdd) {
    auto binding = bindTime(op, b, a);
    if (!binding) return std::nullopt;
    return inWrittenOrder(std::move(*binding), true);
  }
  const bool additive = op == ArithmeticOp::kAdd || op == ArithmeticOp::kSubtract;
  const auto isMoment = [](const DataType& type) { return isDate(type) || isTimestamp(type); };
  if (additive && isMoment(a) && (isInterval(b) || b.isIntegral())) return bindShift(a, b);
  if (op == ArithmeticOp::kAdd && isMoment(b) && (isInterval(a) || a.isIntegral())) {
    auto binding = bindShift(b, a);
    if (!binding) return std::nullopt;
    return inWrittenOrder(std::move(*binding), true);
  }
  if (op == ArithmeticOp::kSubtract && isMoment(a) && isMoment(b)) return bindDifference(a, b);
  FunctionBinding binding;
  binding.canRaise = true;
  binding.takesNullRows = true;
  if (additive && a.kind() == b.kind() && isInterval(a)) {
    if (a.is(TypeKind::kCalendarInterval)) {
      binding.argumentTypes = {a, a};
      binding.result = a;
      binding.kernel = addCalendarIntervals;
    } else {
      binding.result = mergedInterval(a, b);
      binding.argumentTypes = {binding.result, binding.result};
      binding.kernel = a.is(TypeKind::kYearMonthInterval) ? addIntervals<int32_t> : addIntervals<int64_t>;
    }
    return binding;
  }
  if (op == ArithmeticOp::kMultiply && isInterval(a) && b.isNumeric()) return bindScaling(op, a, b);
  if (op == ArithmeticOp::kMultiply && isInterval(b) && a.isNumeric()) return inWrittenOrder(*bindScaling(op, b, a), true);
  if (op == ArithmeticOp::kDivide && isInterval(a) && b.isNumeric()) return bindScaling(op, a, b);
  if (op == ArithmeticOp::kIntegralDivide && a.isAnsiInterval() && a.kind() == b.kind()) {
    binding.argumentTypes = {a, b};
    binding.result = DataType::bigint();
    binding.kernel = a.is(TypeKind::kYearMonthInterval) ? divideIntervals<int32_t> : divideIntervals<int64_t>;
    return binding;
  }
  return std::nullopt;
}

// Whether the operator stands for a function of its own, which says what it takes, for these types that it does not take.
bool isFunctionOfMoments(ArithmeticOp op, const DataType& a, const DataType& b) {
  const auto isDuration = [](const DataType& type) { return type.is(TypeKind::kDayTimeInterval) || type.is(TypeKind::kCalendarInterval); };
  switch (op) {
    case ArithmeticOp::kAdd: return isDuration(a) || isDuration(b) || isDate(a) || isDate(b);
    case ArithmeticOp::kSubtract: return isDuration(b) || isTimestamp(a) || isTimestamp(b) || isDate(a) || isDate(b);
    case ArithmeticOp::kMultiply: return isInterval(a) || isInterval(b);
    case ArithmeticOp::kDivide: return isInterval(a);
    case ArithmeticOp::kIntegralDivide:
    case ArithmeticOp::kRemainder:
    case ArithmeticOp::kPositiveModulo: return false;
  }
  return false;
}

// Without ANSI rules, text is taken as a date that another is subtracted from, and as no other moment.
bool isTextNoMoment(ArithmeticOp op, const DataType& a, const DataType& b, bool ansi) {
  if (ansi || op != ArithmeticOp::kSubtract) return false;
  return (a.isStringLike() && isTimestamp(b)) || (b.isStringLike() && (isDate(a) || isTimestamp(a)));
}

// These fail with ANSI rules and without.
const std::vector<ErrorRule> kDatetimeErrors = {{condition::kDivideByZero, WithoutAnsi::kNull}};
// Calendar intervals give way without ANSI rules.
const std::vector<ErrorRule> kCalendarIntervalErrors = {{condition::kArithmeticOverflow, WithoutAnsi::kKeepValue}, {condition::kIntervalDividedByZero, WithoutAnsi::kNull}};

}  // namespace

std::optional<Result<FunctionBinding>> bindDatetimeArithmetic(ArithmeticOp op, const BindContext& context) {
  DataType a = context.argumentTypes[0];
  DataType b = context.argumentTypes[1];
  const auto concerns = [](const DataType& type) { return isDate(type) || isTimestamp(type) || isInterval(type) || type.is(TypeKind::kTime); };
  if (!concerns(a) && !concerns(b)) return std::nullopt;
  const bool timeAndText = (a.is(TypeKind::kTime) && b.isStringLike()) || (b.is(TypeKind::kTime) && a.isStringLike());
  if (timeAndText && !context.options.ansi) return std::nullopt;
  // Text beside a moment or an interval is a moment.
  if (a.isStringLike()) a = isInterval(b) || isTimestamp(b) ? DataType::timestamp() : b;
  if (b.isStringLike()) b = isInterval(a) || isTimestamp(a) ? DataType::timestamp() : a;
  if (a.is(TypeKind::kNull)) a = op == ArithmeticOp::kMultiply || op == ArithmeticOp::kDivide ? DataType::integer() : b;
  if (b.is(TypeKind::kNull)) b = op == ArithmeticOp::kMultiply || op == ArithmeticOp::kDivide ? DataType::integer() : a;
  auto binding = isTextNoMoment(op, context.argumentTypes[0], context.argumentTypes[1], context.options.ansi) ? std::nullopt : bindTypes(op, a, b);
  if (!binding) {
    const bool isFunction = isFunctionOfMoments(op, context.argumentTypes[0], context.argumentTypes[1]) && !a.is(TypeKind::kTime) && !b.is(TypeKind::kTime);
    if (!isFunction) return std::nullopt;
    return Result<FunctionBinding>(unexpectedArgumentType(context, 0, "(\"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"NUMERIC\")"));
  }
  binding->errors = binding->result.is(TypeKind::kCalendarInterval) ? &kCalendarIntervalErrors : &kDatetimeErrors;
  auto data = std::make_shared<ShiftData>();
  data->sign = op == ArithmeticOp::kSubtract ? -1 : 1;
  const bool zoned = binding->argumentTypes[0].is(TypeKind::kTimestamp) || binding->argumentTypes[1].is(TypeKind::kTimestamp);
  if (zoned) {
    if (const TimeZone* zone = TimeZone::find(context.options.timeZone)) data->zone = zone;
  }
  binding->data = std::move(data);
  return Result<FunctionBinding>(std::move(*binding));
}

Result<ExprPtr> rewriteTriedText(const BindContext& context) {
  if (context.arguments.size() != 2) return ExprPtr();
  const size_t text = context.argumentTypes[0].isStringLike() ? 0 : 1;
  const DataType& other = context.argumentTypes[1 - text];
  if (!context.argumentTypes[text].isStringLike() || !isInterval(other)) return ExprPtr();
  const bool scales = context.name == "try_multiply" || context.name == "try_divide";
  if (scales ? context.name == "try_divide" && text == 0 : other.is(TypeKind::kYearMonthInterval)) return ExprPtr();
  std::vector<ExprPtr> arguments(context.arguments.begin(), context.arguments.end());
  arguments[text] = makeNode<Cast>(arguments[text], scales ? DataType::float64() : DataType::timestamp(), CastMode::kTry, true);
  ASSIGN_OR_RETURN(ExprPtr made, makeFunctionCall(std::string(context.name), std::move(arguments), context.options));
  return scales ? made : ExprPtr(makeNode<Cast>(std::move(made), DataType::string(), CastMode::kAnsi, true));
}

}  // namespace flint::functions
