// Timestamps from parts and by units: make_timestamp, timestampadd, timestampdiff, convert_timezone, make_interval kin.
#include <memory>
#include <optional>
#include <string>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/datetime/date_shift.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/time_zone.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

struct ZoneData {
  const TimeZone* zone = &TimeZone::utc();
};
std::shared_ptr<const void> zoneOf(const EvaluationOptions& options) {
  auto data = std::make_shared<ZoneData>();
  if (const TimeZone* zone = TimeZone::find(options.timeZone)) data->zone = zone;
  return data;
}

Error outOfBounds(std::string message) {
  return Error(condition::kDatetimeFieldOutOfBoundsWithSuggestion).with("rangeMessage", std::move(message)).with("ansiConfig", "\"spark.sql.ansi.enabled\"");
}

// Local microseconds of the parts; `seconds` has six digits behind the point.
std::optional<int64_t> localMicros(const KernelArgs& args, RowIndex row, int64_t seconds, std::optional<Error>& problem) {
  const auto part = [&](size_t i) { return args.column<int32_t>(i)[row]; };
  const int32_t month = part(1);
  const int32_t day = part(2);
  if (month < 1 || month > 12) {
    problem = outOfBounds("Invalid value for MonthOfYear (valid values 1 - 12): " + std::to_string(month));
  } else if (day < 1 || day > 31) {
    problem = outOfBounds("Invalid value for DayOfMonth (valid values 1 - 28/31): " + std::to_string(day));
  } else if (day > daysInMonth(part(0), month)) {
    problem = outOfBounds("Invalid date");
  } else if (part(3) < 0 || part(3) > 23) {
    problem = outOfBounds("Invalid value for HourOfDay (valid values 0 - 23): " + std::to_string(part(3)));
  } else if (part(4) < 0 || part(4) > 59) {
    problem = outOfBounds("Invalid value for MinuteOfHour (valid values 0 - 59): " + std::to_string(part(4)));
  } else if (seconds < 0 || seconds > 60 * kMicrosPerSecond) {
    if (seconds > 60 * kMicrosPerSecond && seconds < 61 * kMicrosPerSecond) {
      problem = Error(condition::kInvalidFractionOfSecond).with("secAndMicros", std::to_string(static_cast<double>(seconds) / 1e6));
    } else {
      problem = outOfBounds("Invalid value for SecondOfMinute (valid values 0 - 59): " + std::to_string(seconds / kMicrosPerSecond));
    }
  }
  if (problem) return std::nullopt;
  return daysFromCivil(part(0), month, day) * kMicrosPerDay + part(3) * kMicrosPerHour + part(4) * kMicrosPerMinute + seconds;
}

template <bool Local>
void makeTimestamp(const KernelArgs& args) {
  const auto seconds = args.column<int64_t>(5);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    std::optional<Error> problem;
    const auto local = localMicros(args, row, seconds[row], problem);
    out[row] = local.value_or(0);
    if (!local) {
      args.errors().set(row, std::move(*problem));
    } else if (!Local) {
      const TimeZone* zone = args.data<ZoneData>().zone;
      if (args.count() == 7) {
        const StringView name = args.column<StringView>(6)[row];
        zone = TimeZone::find(name.view());
        if (zone == nullptr) {
          args.errors().set(row, Error(condition::kInvalidTimezone).with("timeZone", "'" + name.str() + "'"));
          continue;
        }
      }
      out[row] = zone->toUtc(*local);
    }
  }
}

// A date, a time of its day, and a zone's name.
template <bool Local>
void joinDateAndTime(const KernelArgs& args) {
  const auto days = args.column<int32_t>(0);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const int64_t local = days[row] * kMicrosPerDay + (args.count() > 1 ? args.column<int64_t>(1)[row] / 1'000 : 0);
    const TimeZone* zone = args.data<ZoneData>().zone;
    if (!Local && args.count() == 3) {
      const StringView name = args.column<StringView>(2)[row];
      zone = TimeZone::find(name.view());
      if (zone == nullptr) {
        args.errors().set(row, Error(condition::kInvalidTimezone).with("timeZone", "'" + name.str() + "'"));
        continue;
      }
    }
    out[row] = Local ? local : zone->toUtc(local);
  }
}

template <bool Local, bool Tries>
Result<FunctionBinding> bindMakeTimestamp(const BindContext& context) {
  FunctionBinding binding;
  const size_t count = context.argumentTypes.size();
  if (count >= (Local ? 2 : 1) && count <= (Local ? 2 : 3)) {
    const DataType types[] = {kDate, DataType::time(6), kString};
    for (size_t i = 0; i < count; ++i) {
      const DataType& type = context.argumentTypes[i];
      const bool accepted = type.is(TypeKind::kNull) || (i == 2 ? type.isStringLike() : type.is(types[i].kind()));
      if (!accepted) return unexpectedArgumentType(context, i, "\"" + types[i].sql() + "\"");
      binding.argumentTypes.push_back(types[i]);
    }
    binding.result = Local ? kTimestampNtz : kTimestamp;
    binding.kernel = joinDateAndTime<Local>;
    binding.canRaise = count == 3 && !Tries;
    binding.errorsAreNull = Tries;
    binding.nullableIfArgumentsAre = !Tries;
    binding.data = zoneOf(context.options);
    return binding;
  }
  RETURN_IF_ERROR(checkArgumentCount(context, 6, Local ? 6 : 7));
  binding.argumentTypes = {kInt, kInt, kInt, kInt, kInt, DataType::decimal(16, 6), kString};
  binding.argumentTypes.resize(context.argumentTypes.size());
  binding.result = Local ? kTimestampNtz : kTimestamp;
  binding.kernel = makeTimestamp<Local>;
  binding.canRaise = !Tries;
  binding.errorsAreNull = Tries;
  binding.nullableIfArgumentsAre = !Tries && context.options.ansi;
  binding.data = zoneOf(context.options);
  return binding;
}

// Some forms are shown as the function that they are built of.
Result<ExprPtr> rewriteMakeTimestamp(const BindContext& context) {
  const size_t count = context.arguments.size();
  const bool fromDate = count >= 2 && count <= 3;
  std::string shown;
  if (context.name.ends_with("_ltz") && fromDate) shown = "make_timestamp";
  if (context.name == "try_make_timestamp_ntz" && fromDate) shown = "try_make_timestamp_ntz(make_timestamp_ntz";
  if (context.name == "try_make_timestamp" && count == 7) shown = context.name;
  if (shown.empty()) return ExprPtr();
  std::vector<std::string> texts;
  for (const ExprPtr& argument : context.arguments) texts.push_back(columnName(argument, context.options.timeZone));
  if (count == 7) texts.pop_back();
  RuntimeReplaceable replaced;
  replaced.text = shown + "(" + joinTexts(texts) + (context.name == "try_make_timestamp_ntz" ? "))" : ")");
  ASSIGN_OR_RETURN(replaced.replacement, makeFunctionCall(std::string(context.name), {context.arguments.begin(), context.arguments.end()}, context.options));
  return ExprPtr(makeExpr(std::move(replaced)));
}

// Without a source zone, the session's.
Result<ExprPtr> rewriteConvertTimezone(const BindContext& context) {
  if (context.arguments.size() != 2) return ExprPtr();
  RuntimeReplaceable replaced;
  replaced.replacement = call("convert_timezone", {call("current_timezone", {}), context.arguments[0], context.arguments[1]});
  return ExprPtr(makeExpr(std::move(replaced)));
}

enum class Unit : uint8_t { kMicrosecond, kMillisecond, kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };
std::optional<Unit> unitNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, Unit> kNames[] = {
      {"MICROSECOND", Unit::kMicrosecond}, {"MILLISECOND", Unit::kMillisecond}, {"SECOND", Unit::kSecond}, {"MINUTE", Unit::kMinute}, {"HOUR", Unit::kHour},
      {"DAY", Unit::kDay}, {"DAYOFYEAR", Unit::kDay}, {"WEEK", Unit::kWeek}, {"MONTH", Unit::kMonth}, {"QUARTER", Unit::kQuarter}, {"YEAR", Unit::kYear}};
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (const auto& [known, unit] : kNames) {
    if (known == upper) return unit;
  }
  return std::nullopt;
}

int64_t microsOf(Unit unit) {
  switch (unit) {
    case Unit::kMillisecond: return 1'000;
    case Unit::kSecond: return kMicrosPerSecond;
    case Unit::kMinute: return kMicrosPerMinute;
    case Unit::kHour: return kMicrosPerHour;
    case Unit::kDay: return kMicrosPerDay;
    case Unit::kWeek: return 7 * kMicrosPerDay;
    default: return 1;
  }
}
int32_t monthsOf(Unit unit) { return unit == Unit::kYear ? 12 : unit == Unit::kQuarter ? 3 : 1; }

struct UnitData : ZoneData {
  Unit unit = Unit::kDay;
};

void addUnits(const KernelArgs& args) {
  const auto& data = args.data<UnitData>();
  const auto amounts = args.column<int64_t>(1);
  const auto moments = args.column<int64_t>(2);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const int64_t amount = amounts[row];
    int64_t micros = 0;
    bool overflow = false;
    if (data.unit >= Unit::kMonth) {
      overflow = amount > 12 * 600'000 || amount < -12 * 600'000;
      out[row] = overflow ? 0 : addToTimestamp(moments[row], static_cast<int32_t>(amount) * monthsOf(data.unit), 0, 0, *data.zone);
    } else if (data.unit >= Unit::kDay) {
      overflow = amount > 300'000'000 || amount < -300'000'000;
      out[row] = overflow ? 0 : addToTimestamp(moments[row], 0, amount * (data.unit == Unit::kWeek ? 7 : 1), 0, *data.zone);
    } else {
      overflow = __builtin_mul_overflow(amount, microsOf(data.unit), &micros) || __builtin_add_overflow(moments[row], micros, &out[row]);
    }
    if (overflow) args.errors().set(row, Error(condition::kDatetimeOverflow).with("operation", "add " + std::to_string(amount) + " units"));
  }
}

int64_t monthsBetween(int64_t from, int64_t to) {
  const int64_t fromDay = floorDivide(from, kMicrosPerDay);
  const int64_t toDay = floorDivide(to, kMicrosPerDay);
  const CivilDate a = civilFromDays(fromDay);
  const CivilDate b = civilFromDays(toDay);
  int64_t months = (b.year - a.year) * 12 + b.month - a.month;
  const int64_t restA = a.day * kMicrosPerDay + (from - fromDay * kMicrosPerDay);
  const int64_t restB = b.day * kMicrosPerDay + (to - toDay * kMicrosPerDay);
  if (months > 0 && restB < restA) --months;
  if (months < 0 && restB > restA) ++months;
  return months;
}

void countUnits(const KernelArgs& args) {
  const auto& data = args.data<UnitData>();
  const auto from = args.column<int64_t>(1);
  const auto to = args.column<int64_t>(2);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const int64_t a = data.zone->toLocal(from[row]);
    const int64_t b = data.zone->toLocal(to[row]);
    if (data.unit >= Unit::kMonth) {
      out[row] = monthsBetween(a, b) / monthsOf(data.unit);
    } else {
      out[row] = (b - a) / microsOf(data.unit);
    }
  }
}

template <bool Adds>
Result<FunctionBinding> bindUnits(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 3, 3));
  const Value* name = context.constants[0];
  const auto unit = name == nullptr || name->isNull() || !context.argumentTypes[0].isStringLike() ? std::nullopt : unitNamed(name->asString());
  if (!unit && (context.arguments.empty() || context.arguments[0]->as<Literal>() == nullptr || !context.argumentTypes[0].isStringLike())) {
    // The grammar knows the functions by their units.
    return Error(condition::kUnresolvedRoutine)
        .with("routineName", quoteIdentifier(context.name))
        .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`.`" + context.options.currentDatabase + "`]");
  }
  if (!unit) {
    return Error(condition::kInvalidParameterValueDatetimeUnit)
        .with("parameter", "`unit`")
        .with("functionName", "`" + std::string(context.name) + "`")
        .with("invalidValue", name == nullptr || name->isNull() || !context.argumentTypes[0].isStringLike() ? "another expression" : "'" + name->asString() + "'");
  }
  const DataType& moment = context.argumentTypes[2];
  for (size_t i = Adds ? 2 : 1; i < 3; ++i) {
    const DataType& type = context.argumentTypes[i];
    if (!type.isStringLike() && !type.is(TypeKind::kNull) && !type.isDatetime()) return unexpectedArgumentType(context, i, "\"TIMESTAMP\"");
  }
  FunctionBinding binding;
  const bool local = moment.is(TypeKind::kTimestampNtz) && Adds;
  binding.result = Adds ? (local ? kTimestampNtz : kTimestamp) : kBigint;
  const DataType type = local ? kTimestampNtz : kTimestamp;
  binding.argumentTypes = {kString, Adds ? kBigint : type, type};
  binding.kernel = Adds ? addUnits : countUnits;
  binding.canRaise = Adds;
  auto data = std::make_shared<UnitData>();
  data->unit = *unit;
  if (const TimeZone* zone = TimeZone::find(context.options.timeZone); zone != nullptr && !local) data->zone = zone;
  binding.data = std::move(data);
  return binding;
}

void convertZones(const KernelArgs& args) {
  const auto source = args.column<StringView>(0);
  const auto target = args.column<StringView>(1);
  const auto moments = args.column<int64_t>(2);
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const TimeZone* from = TimeZone::find(source[row].view());
    const TimeZone* to = TimeZone::find(target[row].view());
    out[row] = 0;
    if (from == nullptr || to == nullptr) {
      args.errors().set(row, Error(condition::kInvalidTimezone).with("timeZone", "'" + (from == nullptr ? source[row] : target[row]).str() + "'"));
    } else {
      out[row] = to->toLocal(from->toUtc(moments[row]));
    }
  }
}

void makeYearMonthInterval(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t years, int32_t months) {
    const int64_t total = static_cast<int64_t>(years) * 12 + months;
    out[row] = static_cast<int32_t>(total);
    if (out[row] != total) args.errors().set(row, Error(condition::kIntervalArithmeticOverflowWithoutSuggestion));
  });
}
void makeDayTimeInterval(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  for (const RowIndex row : args.activeRows()) {
    const auto part = [&](size_t i) { return static_cast<int128_t>(args.column<int32_t>(i)[row]); };
    const int128_t total = part(0) * kMicrosPerDay + part(1) * kMicrosPerHour + part(2) * kMicrosPerMinute + args.column<int64_t>(3)[row];
    out[row] = static_cast<int64_t>(total);
    if (out[row] != total) args.errors().set(row, Error(condition::kIntervalArithmeticOverflowWithoutSuggestion));
  }
}
void makeCalendarInterval(const KernelArgs& args) {
  auto* out = args.result<CalendarInterval>().values();
  for (const RowIndex row : args.activeRows()) {
    const auto part = [&](size_t i) { return static_cast<int64_t>(args.column<int32_t>(i)[row]); };
    const int64_t months = part(0) * 12 + part(1);
    const int64_t days = part(2) * 7 + part(3);
    const int128_t micros = static_cast<int128_t>(part(4)) * kMicrosPerHour + part(5) * kMicrosPerMinute + args.column<int64_t>(6)[row];
    out[row] = {static_cast<int32_t>(months), static_cast<int32_t>(days), static_cast<int64_t>(micros)};
    if (out[row].months != months || out[row].days != days || out[row].microseconds != micros) {
      args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", "integer overflow").with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
    }
  }
}

Result<FunctionBinding> bindTryInterval(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 7, 7));
  FunctionBinding binding;
  binding.argumentTypes = {kInt, kInt, kInt, kInt, kInt, kInt, DataType::decimal(18, 6)};
  for (size_t i = 0; i < 7; ++i) {
    if (!implicitCast(context.argumentTypes[i], binding.argumentTypes[i], context.options.ansi)) return unexpectedArgumentType(context, i, "\"" + binding.argumentTypes[i].sql() + "\"");
  }
  binding.result = DataType::calendarInterval();
  binding.kernel = makeCalendarInterval;
  binding.errorsAreNull = true;
  binding.nullableIfArgumentsAre = false;
  return binding;
}

const DataType kSeconds = DataType::decimal(18, 6);
const DefaultArgument kZero = {DataType::integer(), Value::integer(0)};
const DefaultArgument kZeroSeconds = {DataType::decimal(18, 6), Value::decimal(0)};

}  // namespace

void registerTimestamps(FunctionRegistry& registry) {
  static const std::vector<ErrorRule> kPartErrors = {{condition::kDatetimeFieldOutOfBoundsWithSuggestion, WithoutAnsi::kNull}, {condition::kInvalidFractionOfSecond, WithoutAnsi::kNull}};
  static const std::vector<ErrorRule> kIntervalErrors = {{condition::kIntervalArithmeticOverflowWithoutSuggestion}, {condition::kArithmeticOverflow, WithoutAnsi::kNull}};
  static const ScalarFunction kFunctions[] = {
      {.names = {"make_timestamp", "make_timestamp_ltz"}, .group = Group::kDatetime, .since = "3.0.0", .usage = "make_timestamp(year, month, day, hour, min, sec[, timezone]) - The time of the parts.", .errors = kPartErrors, .bind = bindMakeTimestamp<false, false>, .rewrite = rewriteMakeTimestamp},
      {.names = {"try_make_timestamp", "try_make_timestamp_ltz"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "try_make_timestamp(year, month, day, hour, min, sec[, timezone]) - The time of the parts, NULL when they make none.", .bind = bindMakeTimestamp<false, true>, .rewrite = rewriteMakeTimestamp},
      {.names = {"make_timestamp_ntz"}, .group = Group::kDatetime, .since = "3.4.0", .usage = "make_timestamp_ntz(year, month, day, hour, min, sec) - The local time of the parts.", .errors = kPartErrors, .bind = bindMakeTimestamp<true, false>, .rewrite = rewriteMakeTimestamp},
      {.names = {"try_make_timestamp_ntz"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "try_make_timestamp_ntz(year, month, day, hour, min, sec) - The local time of the parts, NULL when they make none.", .bind = bindMakeTimestamp<true, true>, .rewrite = rewriteMakeTimestamp},
      {.names = {"timestampadd"}, .group = Group::kDatetime, .since = "3.3.0", .usage = "timestampadd(unit, count, timestamp) - The time so many units later.", .bind = bindUnits<true>},
      {.names = {"timestampdiff"}, .group = Group::kDatetime, .since = "3.3.0", .usage = "timestampdiff(unit, start, end) - The whole units between.", .bind = bindUnits<false>},
      {.names = {"convert_timezone"}, .group = Group::kDatetime, .since = "3.4.0", .usage = "convert_timezone(sourceTz, targetTz, sourceTs) - A local time of one zone as that of another.", .errors = {{condition::kInvalidTimezone}},
       .overloads = {{.arguments = {kString, kString, kTimestampNtz}, .result = kTimestampNtz, .kernel = convertZones}}, .rewrite = rewriteConvertTimezone},
      {.names = {"make_ym_interval"}, .group = Group::kDatetime, .since = "3.2.0", .usage = "make_ym_interval([years[, months]]) - The interval of years and months.", .errors = kIntervalErrors,
       .overloads = {{.arguments = {kInt, kInt}, .result = DataType::yearMonthInterval(), .kernel = makeYearMonthInterval}}, .defaults = {kZero, kZero}, .maxArguments = 2},
      {.names = {"make_dt_interval"}, .group = Group::kDatetime, .since = "3.2.0", .usage = "make_dt_interval([days[, hours[, mins[, secs]]]]) - The interval of days and time.", .errors = kIntervalErrors,
       .overloads = {{.arguments = {kInt, kInt, kInt, kSeconds}, .result = DataType::dayTimeInterval(), .kernel = makeDayTimeInterval}}, .defaults = {kZero, kZero, kZero, kZeroSeconds}, .maxArguments = 4},
      {.names = {"make_interval"}, .group = Group::kDatetime, .since = "3.0.0", .usage = "make_interval([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]]) - The calendar's interval of the parts.", .errors = kIntervalErrors,
       .overloads = {{.arguments = {kInt, kInt, kInt, kInt, kInt, kInt, kSeconds}, .result = DataType::calendarInterval(), .kernel = makeCalendarInterval}}, .defaults = {kZero, kZero, kZero, kZero, kZero, kZero, kZeroSeconds}, .maxArguments = 7},
      {.names = {"try_make_interval"}, .group = Group::kDatetime, .since = "4.0.0", .usage = "try_make_interval([years[, months[, weeks[, days[, hours[, mins[, secs]]]]]]]) - As make_interval, but NULL for what is too large.",
       .bind = bindTryInterval, .defaults = {kZero, kZero, kZero, kZero, kZero, kZero, kZeroSeconds}, .maxArguments = 7},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
