// The TIME type: make_time, to_time, time_trunc, time_diff, time_from_* and time_to_*; and time_bucket.
#include <fmt/core.h>

#include <memory>
#include <optional>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "records/datetime_pattern.h"
#include "types/calendar.h"
#include "types/datetime_parser.h"
#include "types/decimal.h"
#include "types/time_zone.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

constexpr int64_t kNanosPerMicro = 1'000;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
constexpr int64_t kNanosPerDay = 86'400 * kNanosPerSecond;

const DataType kTime = DataType::time(6);

Error outOfBounds(std::string message) { return Error(condition::kDatetimeFieldOutOfBoundsWithoutSuggestion).with("rangeMessage", std::move(message)); }

void makeTime(const KernelArgs& args) {
  const auto hours = args.column<int32_t>(0);
  const auto minutes = args.column<int32_t>(1);
  const auto micros = args.column<int64_t>(2);  // seconds with six digits behind the point
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    if (hours[row] < 0 || hours[row] > 23) {
      args.errors().set(row, outOfBounds(fmt::format("Invalid value for HourOfDay (valid values 0 - 23): {}", hours[row])));
    } else if (minutes[row] < 0 || minutes[row] > 59) {
      args.errors().set(row, outOfBounds(fmt::format("Invalid value for MinuteOfHour (valid values 0 - 59): {}", minutes[row])));
    } else if (micros[row] < 0 || micros[row] >= kMicrosPerMinute) {
      args.errors().set(row, outOfBounds(fmt::format("Invalid value for SecondOfMinute (valid values 0 - 59): {}", floorDivide(micros[row], kMicrosPerSecond))));
    } else {
      out[row] = (hours[row] * kMicrosPerHour + minutes[row] * kMicrosPerMinute + micros[row]) * kNanosPerMicro;
    }
  }
}

// The nanoseconds of a text, cut to microseconds.
std::optional<int64_t> timeOf(std::string_view text, const std::string_view* pattern) {
  if (pattern == nullptr) {
    const auto nanos = parseTime(text);
    return nanos ? std::optional(*nanos - *nanos % kNanosPerMicro) : std::nullopt;
  }
  const auto micros = records::parseTimestampWithPattern(text, *pattern, nullptr);
  return micros ? std::optional(floorModulo(*micros, kMicrosPerDay) * kNanosPerMicro) : std::nullopt;
}

template <bool Tries>
void readTimes(const KernelArgs& args) {
  const bool hasPattern = args.count() == 2;
  const auto patterns = args.column<StringView>(hasPattern ? 1 : 0);
  auto* out = args.result<int64_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const std::string_view pattern = patterns[row].view();
    const auto nanos = timeOf(text.view(), hasPattern ? &pattern : nullptr);
    if (nanos) {
      out[row] = *nanos;
    } else if (Tries) {
      columnar::clearBit(args.resultBuffer().validity(), row);
    } else {
      args.errors().set(row, Error(condition::kCannotParseTime).with("input", "'" + text.str() + "'").with("format", hasPattern ? "'" + std::string(pattern) + "'" : "'HH:mm:ss.SSSSSS'"));
    }
  });
}

template <bool Tries>
Result<FunctionBinding> bindToTime(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  FunctionBinding binding;
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    if (!context.argumentTypes[i].isStringLike() && !context.argumentTypes[i].is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"STRING\"");
    binding.argumentTypes.push_back(kString);
  }
  binding.result = kTime;
  binding.kernel = readTimes<Tries>;
  binding.canRaise = !Tries;
  binding.nullableIfArgumentsAre = !Tries;
  return binding;
}

// With a null pattern, the text's type is kept.
template <bool Tries>
Result<ExprPtr> rewriteToTime(const BindContext& context) {
  if (context.arguments.size() == 2 && context.argumentTypes[1].is(TypeKind::kNull)) return literalNull(kString);
  if (!Tries) return ExprPtr();
  ASSIGN_OR_RETURN(ExprPtr made, makeFunctionCall("try_to_time", {context.arguments.begin(), context.arguments.end()}, context.options));
  std::vector<std::string> texts;
  for (const ExprPtr& argument : context.arguments) texts.push_back(columnName(argument, context.options.timeZone));
  RuntimeReplaceable replaced;
  replaced.text = fmt::format("try_to_time(to_time({}))", joinTexts(texts));
  replaced.replacement = std::move(made);
  return ExprPtr(makeExpr(std::move(replaced)));
}

// Nanoseconds of a unit's name; nothing for an unknown one.
std::optional<int64_t> unitOf(std::string_view name) {
  static constexpr std::pair<std::string_view, int64_t> kUnits[] = {
      {"HOUR", 3'600 * kNanosPerSecond}, {"MINUTE", 60 * kNanosPerSecond}, {"SECOND", kNanosPerSecond}, {"MILLISECOND", 1'000'000}, {"MICROSECOND", kNanosPerMicro}};
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (const auto& [known, nanos] : kUnits) {
    if (known == upper) return nanos;
  }
  return std::nullopt;
}
Error badUnit(const StringView& name, const char* function) {
  return Error(condition::kInvalidParameterValueTimeUnit).with("functionName", function).with("parameter", "`unit`").with("invalidValue", "'" + name.str() + "'");
}

void truncateTimes(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachPair<StringView, int64_t>(args, [&](RowIndex row, const StringView& name, int64_t nanos) {
    const auto unit = unitOf(name.view());
    if (!unit) return args.errors().set(row, badUnit(name, "`time_trunc`"));
    out[row] = nanos - nanos % *unit;
  });
}
void subtractTimes(const KernelArgs& args) {
  const auto ends = args.column<int64_t>(2);
  auto* out = args.result<int64_t>().values();
  forEachPair<StringView, int64_t>(args, [&](RowIndex row, const StringView& name, int64_t start) {
    const auto unit = unitOf(name.view());
    if (!unit) return args.errors().set(row, badUnit(name, "`time_diff`"));
    out[row] = (ends[row] - start) / *unit;
  });
}
Result<FunctionBinding> bindTruncate(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  FunctionBinding binding;
  if (!implicitCast(context.argumentTypes[0], kString, context.options.ansi)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  const bool isTime = context.argumentTypes[1].is(TypeKind::kTime);
  if (!isTime && !context.argumentTypes[1].is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "\"TIME\"");
  binding.result = isTime ? context.argumentTypes[1] : kTime;
  binding.argumentTypes = {kString, binding.result};
  binding.kernel = truncateTimes;
  binding.canRaise = true;
  return binding;
}
Result<FunctionBinding> bindSubtract(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  FunctionBinding binding;
  if (!implicitCast(context.argumentTypes[0], kString, context.options.ansi)) return unexpectedArgumentType(context, 0, "\"STRING\"");
  binding.argumentTypes = {kString};
  for (size_t i = 1; i < 3; ++i) {
    const bool isTime = context.argumentTypes[i].is(TypeKind::kTime);
    if (!isTime && !context.argumentTypes[i].is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"TIME\"");
    binding.argumentTypes.push_back(isTime ? context.argumentTypes[i] : kTime);
  }
  binding.result = kBigint;
  binding.kernel = subtractTimes;
  binding.canRaise = true;
  return binding;
}

// A count of units, each of `Unit` nanoseconds, since midnight.
template <int64_t Unit, class T>
void timesFromUnits(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<T>(args, [&](RowIndex row, T value) {
    const double nanos = static_cast<double>(value) * static_cast<double>(Unit);
    if (!(nanos >= 0 && nanos < static_cast<double>(kNanosPerDay))) {
      return args.errors().set(row, outOfBounds(fmt::format("Invalid value for SecondOfDay (valid values 0 - 86399): {}", value)));
    }
    out[row] = static_cast<int64_t>(std::is_floating_point_v<T> ? static_cast<T>(nanos) : value * Unit) / kNanosPerMicro * kNanosPerMicro;
  });
}
void timesFromDecimals(const KernelArgs& args) {
  const int scale = args.type(0).scale();
  const bool isSmall = args.type(0).precision() <= 18;
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const int128_t value = isSmall ? args.column<int64_t>(0)[row] : args.column<int128_t>(0)[row];
    const int128_t whole = value / powerOfTen(scale);
    if (value < 0 || whole >= 86'400) {
      args.errors().set(row, outOfBounds(fmt::format("Invalid value for SecondOfDay (valid values 0 - 86399): {}", toString(whole))));
      continue;
    }
    const int128_t fraction = value % powerOfTen(scale);
    const int128_t micros = scale > 6 ? fraction / powerOfTen(scale - 6) : fraction * powerOfTen(6 - scale);
    out[row] = static_cast<int64_t>(whole * kMicrosPerSecond + micros) * kNanosPerMicro;
  }
}

template <int64_t Unit>
Result<FunctionBinding> bindFromUnits(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  FunctionBinding binding;
  binding.result = kTime;
  binding.canRaise = true;
  binding.argumentTypes = {kBigint};
  binding.kernel = timesFromUnits<Unit, int64_t>;
  if (type.isIntegral() || type.is(TypeKind::kNull)) return binding;
  if (Unit != kNanosPerSecond || !type.isNumeric()) return unexpectedArgumentType(context, 0, Unit == kNanosPerSecond ? "\"NUMERIC\"" : "\"INTEGRAL\"");
  const bool isDecimal = type.is(TypeKind::kDecimal);
  binding.argumentTypes = {isDecimal ? type : kDouble};
  binding.kernel = isDecimal ? timesFromDecimals : timesFromUnits<Unit, double>;
  return binding;
}

template <int64_t Unit>
void unitsOfTimes(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t nanos) { out[row] = nanos / Unit; });
}
template <int64_t Unit>
Result<FunctionBinding> bindToUnits(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  FunctionBinding binding;
  const bool isTime = context.argumentTypes[0].is(TypeKind::kTime);
  if (!isTime && !context.argumentTypes[0].is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"TIME\"");
  binding.argumentTypes = {isTime ? context.argumentTypes[0] : kTime};
  // Seconds keep their fraction: microseconds are the unscaled decimal.
  binding.result = Unit == kNanosPerSecond ? DataType::decimal(14, 6) : kBigint;
  binding.kernel = unitsOfTimes<Unit == kNanosPerSecond ? kNanosPerMicro : Unit>;
  return binding;
}

// ---- time_bucket --------------------------------------------------------------------------------------------------

struct BucketData {
  const TimeZone* zone = &TimeZone::utc();
};

void bucketByMonths(const KernelArgs& args) {
  const TimeZone& zone = *args.data<BucketData>().zone;
  auto* out = args.result<int64_t>().values();
  forEachPair<int32_t, int64_t>(args, [&](RowIndex row, int32_t months, int64_t moment) {
    if (months <= 0) return columnar::clearBit(args.resultBuffer().validity(), row);
    const int64_t origin = zone.toLocal(args.count() == 3 ? args.column<int64_t>(2)[row] : zone.toUtc(0));
    const int64_t local = zone.toLocal(moment);
    const CivilDate from = civilFromDays(floorDivide(origin, kMicrosPerDay));
    const CivilDate at = civilFromDays(floorDivide(local, kMicrosPerDay));
    int64_t steps = floorDivide((at.year - from.year) * 12 + at.month - from.month, months);
    const auto startOf = [&](int64_t step) { return addMonths(floorDivide(origin, kMicrosPerDay), step * months) * kMicrosPerDay + floorModulo(origin, kMicrosPerDay); };
    while (startOf(steps) > local) --steps;
    while (startOf(steps + 1) <= local) ++steps;
    out[row] = zone.toUtc(startOf(steps));
  });
}
void bucketByMicros(const KernelArgs& args) {
  const TimeZone& zone = *args.data<BucketData>().zone;
  auto* out = args.result<int64_t>().values();
  forEachPair<int64_t, int64_t>(args, [&](RowIndex row, int64_t width, int64_t moment) {
    if (width <= 0) return columnar::clearBit(args.resultBuffer().validity(), row);
    const int64_t origin = args.count() == 3 ? args.column<int64_t>(2)[row] : zone.toUtc(0);
    out[row] = moment - floorModulo(moment - origin, width);
  });
}

Result<FunctionBinding> bindBucket(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  const DataType& width = context.argumentTypes[0];
  if (!width.isAnsiInterval()) return unexpectedArgumentType(context, 0, "(\"INTERVAL DAY TO SECOND\" or \"INTERVAL YEAR TO MONTH\")");
  FunctionBinding binding;
  binding.result = context.argumentTypes[1].is(TypeKind::kTimestampNtz) ? kTimestampNtz : kTimestamp;
  binding.argumentTypes = {width};
  for (size_t i = 1; i < context.argumentTypes.size(); ++i) {
    if (context.argumentTypes[i].isStringLike() || !implicitCast(context.argumentTypes[i], binding.result, context.options.ansi)) return unexpectedArgumentType(context, i, "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\")");
    binding.argumentTypes.push_back(binding.result);
  }
  auto data = std::make_shared<BucketData>();
  const TimeZone* zone = TimeZone::find(context.options.timeZone);
  if (binding.result.is(TypeKind::kTimestamp) && zone != nullptr) data->zone = zone;
  binding.data = std::move(data);
  binding.kernel = width.is(TypeKind::kYearMonthInterval) ? bucketByMonths : bucketByMicros;
  return binding;
}

// Without an origin, buckets are counted from the beginning of 1970.
Result<ExprPtr> rewriteBucket(const BindContext& context) {
  if (context.arguments.size() != 2) return ExprPtr();
  const bool isLocal = context.argumentTypes[1].is(TypeKind::kTimestampNtz);
  const TimeZone* zone = TimeZone::find(context.options.timeZone);
  const int64_t origin = isLocal || zone == nullptr ? 0 : zone->toUtc(0);
  RuntimeReplaceable replaced;
  replaced.replacement = call("time_bucket", {context.arguments[0], context.arguments[1], literal(Value::integer(origin), isLocal ? kTimestampNtz : kTimestamp)});
  return ExprPtr(makeExpr(std::move(replaced)));
}

}  // namespace

void registerTimes(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"make_time"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "make_time(hour, minute, second) - The time of the parts.",
       .errors = {{condition::kDatetimeFieldOutOfBoundsWithoutSuggestion}}, .overloads = {{.arguments = {kInt, kInt, DataType::decimal(16, 6)}, .result = kTime, .kernel = makeTime}}},
      {.names = {"to_time"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "to_time(str[, format]) - The time that a text stands for.", .bind = bindToTime<false>, .rewrite = rewriteToTime<false>},
      {.names = {"try_to_time"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "try_to_time(str[, format]) - As to_time, but NULL for a text of another form.", .bind = bindToTime<true>, .rewrite = rewriteToTime<true>},
      {.names = {"time_trunc"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "time_trunc(unit, time) - The time cut to the unit.", .bind = bindTruncate},
      {.names = {"time_diff"}, .group = Group::kDatetime, .since = "4.1.0", .usage = "time_diff(unit, start, end) - The whole units from start to end.", .bind = bindSubtract},
      {.names = {"time_from_seconds"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_from_seconds(seconds) - The time that many seconds after midnight.", .bind = bindFromUnits<kNanosPerSecond>},
      {.names = {"time_from_millis"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_from_millis(millis) - The time that many milliseconds after midnight.", .bind = bindFromUnits<1'000'000>},
      {.names = {"time_from_micros"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_from_micros(micros) - The time that many microseconds after midnight.", .bind = bindFromUnits<kNanosPerMicro>},
      {.names = {"time_to_seconds"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_to_seconds(time) - The seconds since midnight.", .bind = bindToUnits<kNanosPerSecond>},
      {.names = {"time_to_millis"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_to_millis(time) - The whole milliseconds since midnight.", .bind = bindToUnits<1'000'000>},
      {.names = {"time_to_micros"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_to_micros(time) - The microseconds since midnight.", .bind = bindToUnits<kNanosPerMicro>},
      {.names = {"time_bucket"}, .group = Group::kDatetime, .since = "4.2.0", .usage = "time_bucket(width, moment[, origin]) - The start of the bucket of that width which holds the moment.",
       .nulls = NullRule::kNullIfAnyNull, .bind = bindBucket, .rewrite = rewriteBucket},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
