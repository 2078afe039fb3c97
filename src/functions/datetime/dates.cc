// Dates from dates: date_add, add_months, last_day, next_day, datediff, months_between, trunc, make_date.
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>

#include "expr/function_registry.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/time_zone.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

void addDays(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t date, int32_t days) { out[row] = static_cast<int32_t>(static_cast<uint32_t>(date) + static_cast<uint32_t>(days)); });
}
void subtractDays(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t date, int32_t days) { out[row] = static_cast<int32_t>(static_cast<uint32_t>(date) - static_cast<uint32_t>(days)); });
}
void countDays(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t end, int32_t start) { out[row] = static_cast<int32_t>(static_cast<uint32_t>(end) - static_cast<uint32_t>(start)); });
}
void addMonthsToDate(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, int32_t>(args, [&](RowIndex row, int32_t date, int32_t months) {
    const int64_t days = addMonths(date, months);
    out[row] = static_cast<int32_t>(days);
    if (out[row] != days) args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", "integer overflow").with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
  });
}
void lastDayOfMonth(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) {
    const CivilDate date = civilFromDays(days);
    out[row] = days + daysInMonth(date.year, date.month) - date.day;
  });
}

std::string upperCase(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

int32_t weekdayNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, int32_t> kNames[] = {
      {"MO", 1}, {"MON", 1}, {"MONDAY", 1}, {"TU", 2}, {"TUE", 2}, {"TUESDAY", 2}, {"WE", 3}, {"WED", 3}, {"WEDNESDAY", 3}, {"TH", 4}, {"THU", 4},
      {"THURSDAY", 4}, {"FR", 5}, {"FRI", 5}, {"FRIDAY", 5}, {"SA", 6}, {"SAT", 6}, {"SATURDAY", 6}, {"SU", 7}, {"SUN", 7}, {"SUNDAY", 7}};
  const std::string upper = upperCase(name);
  for (const auto& [known, number] : kNames) {
    if (known == upper) return number;
  }
  return 0;
}

void nextWeekday(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, StringView>(args, [&](RowIndex row, int32_t date, const StringView& name) {
    const int32_t day = weekdayNamed(name);
    if (day == 0) {
      args.errors().set(row, Error(condition::kIllegalDayOfWeek).with("string", name.str()));
      return;
    }
    out[row] = date + 1 + static_cast<int32_t>(floorModulo(day - isoDayOfWeek(date + 1), 7));
  });
}

struct ZoneData {
  const TimeZone* zone = &TimeZone::utc();
};

std::shared_ptr<const void> zoneOf(const EvaluationOptions& options) {
  auto data = std::make_shared<ZoneData>();
  if (const TimeZone* zone = TimeZone::find(options.timeZone)) data->zone = zone;
  return data;
}

// The seconds that have passed since the day began in the zone.
int64_t secondsOfDay(int64_t micros, int64_t day, const TimeZone& zone) { return floorDivide(micros - zone.toUtc(day * kMicrosPerDay), kMicrosPerSecond); }

double monthsBetween(int64_t a, int64_t b, bool round, const TimeZone& zone) {
  const int64_t dayA = floorDivide(zone.toLocal(a), kMicrosPerDay);
  const int64_t dayB = floorDivide(zone.toLocal(b), kMicrosPerDay);
  const CivilDate x = civilFromDays(dayA);
  const CivilDate y = civilFromDays(dayB);
  const auto months = static_cast<double>((x.year - y.year) * 12 + x.month - y.month);
  const bool lastX = x.day == daysInMonth(x.year, x.month);
  const bool lastY = y.day == daysInMonth(y.year, y.month);
  if (x.day == y.day || (lastX && lastY)) return months;
  const int64_t seconds = (x.day - y.day) * int64_t{86'400} + secondsOfDay(a, dayA, zone) - secondsOfDay(b, dayB, zone);
  const double difference = months + static_cast<double>(seconds) / (31.0 * 86'400);
  return round ? std::round(difference * 1e8) / 1e8 : difference;
}

void countMonths(const KernelArgs& args) {
  const TimeZone& zone = *args.data<ZoneData>().zone;
  const auto a = args.column<int64_t>(0);
  const auto b = args.column<int64_t>(1);
  const auto round = args.column<uint8_t>(2);
  auto* out = args.result<double>().values();
  for (const RowIndex row : args.activeRows()) out[row] = monthsBetween(a[row], b[row], round[row] != 0, zone);
}

Result<FunctionBinding> bindMonthsBetween(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  FunctionBinding binding;
  binding.argumentTypes = {kTimestamp, kTimestamp, kBoolean};
  for (size_t i = 0; i < 2; ++i) {
    if (!implicitCast(context.argumentTypes[i], kTimestamp, context.options.ansi)) return unexpectedArgumentType(context, i, "\"TIMESTAMP\"");
  }
  binding.result = kDouble;
  binding.kernel = countMonths;
  binding.data = zoneOf(context.options);
  return binding;
}

enum class Unit : uint8_t { kMicrosecond, kMillisecond, kSecond, kMinute, kHour, kDay, kWeek, kMonth, kQuarter, kYear };
std::optional<Unit> unitNamed(std::string_view name) {
  static constexpr std::pair<std::string_view, Unit> kNames[] = {
      {"MICROSECOND", Unit::kMicrosecond}, {"MILLISECOND", Unit::kMillisecond}, {"SECOND", Unit::kSecond}, {"MINUTE", Unit::kMinute}, {"HOUR", Unit::kHour},
      {"DAY", Unit::kDay}, {"DD", Unit::kDay}, {"WEEK", Unit::kWeek}, {"MON", Unit::kMonth}, {"MONTH", Unit::kMonth}, {"MM", Unit::kMonth},
      {"QUARTER", Unit::kQuarter}, {"YEAR", Unit::kYear}, {"YYYY", Unit::kYear}, {"YY", Unit::kYear}};
  const std::string upper = upperCase(name);
  for (const auto& [known, unit] : kNames) {
    if (known == upper) return unit;
  }
  return std::nullopt;
}

int64_t truncateDay(int64_t days, Unit unit) {
  if (unit == Unit::kDay) return days;
  if (unit == Unit::kWeek) return days - (isoDayOfWeek(days) - 1);
  const CivilDate date = civilFromDays(days);
  switch (unit) {
    case Unit::kMonth: return days - date.day + 1;
    case Unit::kQuarter: return daysFromCivil(date.year, (date.month - 1) / 3 * 3 + 1, 1);
    case Unit::kYear: return daysFromCivil(date.year, 1, 1);
    default: return days;
  }
}

void truncateDate(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<int32_t, StringView>(args, [&](RowIndex row, int32_t days, const StringView& name) {
    const auto unit = unitNamed(name);
    if (!unit || *unit < Unit::kWeek) {
      columnar::clearBit(args.resultBuffer().validity(), row);
    } else {
      out[row] = static_cast<int32_t>(truncateDay(days, *unit));
    }
  });
}

int64_t truncateLocal(int64_t local, Unit unit) {
  switch (unit) {
    case Unit::kMicrosecond: return local;
    case Unit::kMillisecond: return local - floorModulo(local, 1'000);
    case Unit::kSecond: return local - floorModulo(local, kMicrosPerSecond);
    case Unit::kMinute: return local - floorModulo(local, kMicrosPerMinute);
    case Unit::kHour: return local - floorModulo(local, kMicrosPerHour);
    default: return truncateDay(floorDivide(local, kMicrosPerDay), unit) * kMicrosPerDay;
  }
}

void truncateTimestamp(const KernelArgs& args) {
  const TimeZone& zone = *args.data<ZoneData>().zone;
  auto* out = args.result<int64_t>().values();
  if (const auto names = args.column<StringView>(0); names.isConstant() && zone.isFixed()) {
    if (const auto unit = unitNamed(names[0])) {
      const int64_t offset = zone.toLocal(0);
      forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = truncateLocal(micros + offset, *unit) - offset; }, 1);
      return;
    }
  }
  std::string knownName;
  std::optional<Unit> unit;
  forEachPair<StringView, int64_t>(args, [&](RowIndex row, const StringView& name, int64_t micros) {
    if (name.view() != knownName) {
      knownName = name.str();
      unit = unitNamed(knownName);
    }
    if (!unit) {
      columnar::clearBit(args.resultBuffer().validity(), row);
    } else if (*unit <= Unit::kMinute) {
      const int64_t offset = zone.toLocal(micros) - micros;
      out[row] = truncateLocal(micros + offset, *unit) - offset;
    } else {
      out[row] = zone.toUtc(truncateLocal(zone.toLocal(micros), *unit));
    }
  });
}

Result<FunctionBinding> bindDateTrunc(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  FunctionBinding binding;
  for (size_t i = 0; i < 2; ++i) {
    const DataType& wanted = i == 0 ? kString : kTimestamp;
    if (!implicitCast(context.argumentTypes[i], wanted, context.options.ansi)) return unexpectedArgumentType(context, i, "\"" + wanted.sql() + "\"");
  }
  binding.result = kTimestamp;
  binding.argumentTypes = {kString, kTimestamp};
  binding.kernel = truncateTimestamp;
  binding.nullableIfArgumentsAre = false;
  binding.data = zoneOf(context.options);
  return binding;
}

Error fieldOutOfBounds(std::string range) {
  return Error(condition::kDatetimeFieldOutOfBoundsWithSuggestion).with("rangeMessage", std::move(range)).with("ansiConfig", "\"spark.sql.ansi.enabled\"");
}

void makeDate(const KernelArgs& args) {
  const auto year = args.column<int32_t>(0);
  const auto month = args.column<int32_t>(1);
  const auto day = args.column<int32_t>(2);
  auto* out = args.result<int32_t>().values();
  for (const RowIndex row : args.activeRows()) {
    out[row] = 0;
    if (month[row] < 1 || month[row] > 12) {
      args.errors().set(row, fieldOutOfBounds("Invalid value for MonthOfYear (valid values 1 - 12): " + std::to_string(month[row])));
    } else if (day[row] < 1 || day[row] > 31) {
      args.errors().set(row, fieldOutOfBounds("Invalid value for DayOfMonth (valid values 1 - 28/31): " + std::to_string(day[row])));
    } else if (day[row] > daysInMonth(year[row], month[row])) {
      args.errors().set(row, fieldOutOfBounds("Invalid date"));
    } else {
      out[row] = static_cast<int32_t>(daysFromCivil(year[row], month[row], day[row]));
    }
  }
}

void dateFromEpochDay(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), kDate)); }
void epochDayOfDate(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::withType(args.vector(0), kInt)); }

// The days are an INT or narrower, or text: any with ANSI rules, without them a constant.
Result<FunctionBinding> bindShiftOfDate(const BindContext& context, Kernel kernel) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (!implicitCast(context.argumentTypes[0], kDate, context.options.ansi)) return unexpectedArgumentType(context, 0, "\"DATE\"");
  const DataType& days = context.argumentTypes[1];
  const bool isText = days.isStringLike();
  const bool taken = days.is(TypeKind::kNull) || (days.isIntegral() && !days.is(TypeKind::kLong)) || (isText && (context.options.ansi || context.arguments[1]->foldable()));
  if (!taken) return unexpectedArgumentType(context, 1, "(\"INT\" or \"SMALLINT\" or \"TINYINT\")");
  if (isText && !context.options.ansi && context.constants[1] != nullptr && !context.constants[1]->isNull()) {
    std::string text = context.constants[1]->asString();
    int32_t parsed = 0;
    const size_t start = text.find_first_not_of(" \t\n\r");
    const size_t last = text.find_last_not_of(" \t\n\r");
    const char* first = start == std::string::npos ? text.data() : text.data() + start + (text[start] == '+' ? 1 : 0);
    const char* end = start == std::string::npos ? text.data() : text.data() + last + 1;
    const auto [stop, problem] = std::from_chars(first, end, parsed);
    if (problem != std::errc() || stop != end) {
      return Error(condition::kSecondFunctionArgumentNotInteger).with("functionName", std::string(context.name));
    }
  }
  FunctionBinding binding;
  binding.argumentTypes = {kDate, kInt};
  binding.result = kDate;
  binding.kernel = kernel;
  binding.takesNullRows = true;
  return binding;
}
Result<FunctionBinding> bindDateAdd(const BindContext& context) { return bindShiftOfDate(context, addDays); }
Result<FunctionBinding> bindDateSub(const BindContext& context) { return bindShiftOfDate(context, subtractDays); }

// dateadd is shown as date_add.
Result<ExprPtr> rewriteDateAdd(const BindContext& context) {
  if (context.name == "date_add") return ExprPtr();
  RuntimeReplaceable replaced;
  replaced.replacement = call("date_add", {context.arguments.begin(), context.arguments.end()});
  return ExprPtr(makeExpr(std::move(replaced)));
}

}  // namespace

void registerDates(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"date_add", "dateadd"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "date_add(start_date, num_days) - The date num_days later.",
       .examples = {{.sql = "SELECT date_add('2016-07-30', 1)", .result = "2016-07-31"}},
       .bind = bindDateAdd, .rewrite = rewriteDateAdd},
      {.names = {"date_sub"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "date_sub(start_date, num_days) - The date num_days before.",
       .examples = {{.sql = "SELECT date_sub('2016-07-30', 1)", .result = "2016-07-29"}},
       .bind = bindDateSub},
      {.names = {"datediff", "date_diff"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "datediff(endDate, startDate) - The number of days between.",
       .examples = {{.sql = "SELECT datediff('2009-07-31', '2009-07-30')", .result = "1"}},
       .overloads = {{.arguments = {kDate, kDate}, .result = kInt, .kernel = countDays, .takesNullRows = true}}},
      {.names = {"add_months"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "add_months(start_date, num_months) - The date num_months later, at most the last of its month.",
       .examples = {{.sql = "SELECT add_months('2016-08-31', 1)", .result = "2016-09-30"}},
       .errors = {{condition::kArithmeticOverflow}}, .overloads = {{.arguments = {kDate, kInt}, .result = kDate, .kernel = addMonthsToDate}}},
      {.names = {"last_day"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "last_day(date) - The last day of the date's month.",
       .examples = {{.sql = "SELECT last_day('2009-01-12')", .result = "2009-01-31"}},
       .overloads = {{.arguments = {kDate}, .result = kDate, .kernel = lastDayOfMonth, .takesNullRows = true}}},
      {.names = {"next_day"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "next_day(start_date, day_of_week) - The first later date with that weekday.",
       .examples = {{.sql = "SELECT next_day('2015-01-14', 'TU')", .result = "2015-01-20"}},
       .errors = {{condition::kIllegalDayOfWeek, WithoutAnsi::kNull}},
       .overloads = {{.arguments = {kDate, kString}, .result = kDate, .kernel = nextWeekday}}},
      {.names = {"months_between"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "months_between(timestamp1, timestamp2[, roundOff]) - The months between, by 31-day months for the rest.",
       .examples = {{.sql = "SELECT months_between('1997-02-28 10:30:00', '1996-10-30')", .result = "3.94959677"}},
       .bind = bindMonthsBetween, .defaults = {{kBoolean, Value::boolean(true)}}, .maxArguments = 3},
      {.names = {"trunc"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "trunc(date, fmt) - The first day of the date's week, month, quarter or year.",
       .examples = {{.sql = "SELECT trunc('2019-08-04', 'week')", .result = "2019-07-29"}},
       .overloads = {{.arguments = {kDate, kString}, .result = kDate, .kernel = truncateDate}}},
      {.names = {"date_trunc"}, .group = Group::kDatetime, .since = "2.3.0", .usage = "date_trunc(fmt, ts) - The begin of the unit that ts lies in.",
       .examples = {{.sql = "SELECT date_trunc('YEAR', '2015-03-05T09:32:05.359')", .result = "2015-01-01 00:00:00"}}, .bind = bindDateTrunc},
      {.names = {"make_date"}, .group = Group::kDatetime, .since = "3.0.0", .usage = "make_date(year, month, day) - The date.",
       .examples = {{.sql = "SELECT make_date(2013, 7, 15)", .result = "2013-07-15"}},
       .errors = {{condition::kDatetimeFieldOutOfBoundsWithSuggestion, WithoutAnsi::kNull}},
       .overloads = {{.arguments = {kInt, kInt, kInt}, .result = kDate, .kernel = makeDate}}},
      {.names = {"date_from_unix_date"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "date_from_unix_date(days) - The date so many days behind 1970-01-01.",
       .examples = {{.sql = "SELECT date_from_unix_date(1)", .result = "1970-01-02"}}, .overloads = {{.arguments = {kInt}, .result = kDate, .kernel = dateFromEpochDay}}},
      {.names = {"unix_date"}, .group = Group::kDatetime, .since = "3.1.0", .usage = "unix_date(date) - The days since 1970-01-01.",
       .examples = {{.sql = "SELECT unix_date(DATE '1970-01-02')", .result = "1"}}, .overloads = {{.arguments = {kDate}, .result = kInt, .kernel = epochDayOfDate}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
