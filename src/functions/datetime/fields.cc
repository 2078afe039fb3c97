// Parts of dates, timestamps and intervals: year ... second, extract, date_part.
#include <fmt/core.h>

#include <memory>
#include <optional>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/time_zone.h"

namespace flint::functions {

using namespace expr;

namespace {

enum class Field : uint8_t { kYear, kYearOfWeek, kQuarter, kMonth, kWeek, kDay, kDayOfWeek, kDayOfWeekIso, kWeekday, kDayOfYear, kHour, kMinute, kSecond, kSecondFraction };

std::optional<Field> fieldOf(std::string_view name) {
  static constexpr std::pair<std::string_view, Field> kNames[] = {
      {"YEAR", Field::kYear}, {"Y", Field::kYear}, {"YEARS", Field::kYear}, {"YR", Field::kYear}, {"YRS", Field::kYear},
      {"YEAROFWEEK", Field::kYearOfWeek}, {"QUARTER", Field::kQuarter}, {"QTR", Field::kQuarter}, {"MONTH", Field::kMonth},
      {"MON", Field::kMonth}, {"MONS", Field::kMonth}, {"MONTHS", Field::kMonth}, {"WEEK", Field::kWeek}, {"W", Field::kWeek},
      {"WEEKS", Field::kWeek}, {"DAY", Field::kDay}, {"D", Field::kDay}, {"DAYS", Field::kDay}, {"DAYOFWEEK", Field::kDayOfWeek},
      {"DOW", Field::kDayOfWeek}, {"DAYOFWEEK_ISO", Field::kDayOfWeekIso}, {"DOW_ISO", Field::kDayOfWeekIso}, {"DOY", Field::kDayOfYear},
      {"HOUR", Field::kHour}, {"H", Field::kHour}, {"HOURS", Field::kHour}, {"HR", Field::kHour}, {"HRS", Field::kHour},
      {"MINUTE", Field::kMinute}, {"MIN", Field::kMinute}, {"M", Field::kMinute}, {"MINS", Field::kMinute}, {"MINUTES", Field::kMinute},
      {"SECOND", Field::kSecondFraction}, {"S", Field::kSecondFraction}, {"SEC", Field::kSecondFraction}, {"SECONDS", Field::kSecondFraction},
      {"SECS", Field::kSecondFraction}};
  std::string upper(name);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  for (const auto& [known, field] : kNames) {
    if (known == upper) return field;
  }
  return std::nullopt;
}

// The Monday of ISO week 1 of a year: the week that holds January 4.
int64_t firstIsoMonday(int64_t year) {
  const int64_t fourth = daysFromCivil(year, 1, 4);
  return fourth - (isoDayOfWeek(fourth) - 1);
}

int64_t isoYear(int64_t days) {
  const int64_t thursday = days - (isoDayOfWeek(days) - 1) + 3;
  return civilFromDays(thursday).year;
}

template <Field Which>
int32_t dateField(int64_t days) {
  if constexpr (Which == Field::kYear) return static_cast<int32_t>(civilFromDays(days).year);
  if constexpr (Which == Field::kYearOfWeek) return static_cast<int32_t>(isoYear(days));
  if constexpr (Which == Field::kQuarter) return (civilFromDays(days).month + 2) / 3;
  if constexpr (Which == Field::kMonth) return civilFromDays(days).month;
  if constexpr (Which == Field::kWeek) return static_cast<int32_t>((days - firstIsoMonday(isoYear(days))) / 7) + 1;
  if constexpr (Which == Field::kDay) return civilFromDays(days).day;
  if constexpr (Which == Field::kDayOfWeek) return isoDayOfWeek(days) % 7 + 1;
  if constexpr (Which == Field::kDayOfWeekIso) return isoDayOfWeek(days);
  if constexpr (Which == Field::kWeekday) return isoDayOfWeek(days) - 1;
  if constexpr (Which == Field::kDayOfYear) return static_cast<int32_t>(days - daysFromCivil(civilFromDays(days).year, 1, 1)) + 1;
  return 0;
}

template <Field Which>
void extractFromDate(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) { out[row] = dateField<Which>(days); });
}

struct ZoneData {
  const TimeZone* zone = &TimeZone::utc();
};

template <Field Which>
void extractFromTimestamp(const KernelArgs& args) {
  const TimeZone& zone = *args.data<ZoneData>().zone;
  constexpr bool kIsTime = Which == Field::kHour || Which == Field::kMinute || Which == Field::kSecond;
  if constexpr (Which == Field::kSecondFraction) {
    auto* out = args.result<int64_t>().values();
    forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) { out[row] = floorModulo(zone.toLocal(micros), kMicrosPerMinute); });
  } else {
    auto* out = args.result<int32_t>().values();
    forEachValue<int64_t>(args, [&](RowIndex row, int64_t micros) {
      const int64_t local = zone.toLocal(micros);
      if constexpr (kIsTime) {
        const int64_t time = floorModulo(local, kMicrosPerDay);
        out[row] = static_cast<int32_t>(Which == Field::kHour ? time / kMicrosPerHour : Which == Field::kMinute ? time / kMicrosPerMinute % 60 : time / kMicrosPerSecond % 60);
      } else {
        out[row] = dateField<Which>(floorDivide(local, kMicrosPerDay));
      }
    });
  }
}

template <class T, int64_t Unit, int64_t Modulo>
void extractFromInterval(const KernelArgs& args) {
  T* out = args.result<T>().values();
  using Source = std::conditional_t<Unit <= 12, int32_t, int64_t>;
  forEachValue<Source>(args, [&](RowIndex row, Source value) {
    const int64_t whole = Unit == 0 ? value : value / (Unit == 0 ? 1 : Unit);
    out[row] = static_cast<T>(Modulo == 0 ? whole : whole % (Modulo == 0 ? 1 : Modulo));
  });
}
void extractIntervalSeconds(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t value) { out[row] = value % kMicrosPerMinute; });
}

template <Field Which>
void extractFromCalendarInterval(const KernelArgs& args) {
  forEachValue<CalendarInterval>(args, [&](RowIndex row, const CalendarInterval& value) {
    const int64_t micros = value.microseconds;
    if constexpr (Which == Field::kYear) args.result<int32_t>().set(row, value.months / 12);
    if constexpr (Which == Field::kDay) args.result<int32_t>().set(row, value.days);
    if constexpr (Which == Field::kMonth) args.result<int8_t>().set(row, static_cast<int8_t>(value.months % 12));
    if constexpr (Which == Field::kQuarter) args.result<int8_t>().set(row, static_cast<int8_t>(value.months % 12 / 3 + 1));
    if constexpr (Which == Field::kHour) args.result<int8_t>().set(row, static_cast<int8_t>(micros / kMicrosPerHour));
    if constexpr (Which == Field::kMinute) args.result<int8_t>().set(row, static_cast<int8_t>(micros / kMicrosPerMinute % 60));
    if constexpr (Which == Field::kSecondFraction) args.result<int64_t>().set(row, micros % kMicrosPerMinute);
  });
}

// Parts of a TIME, whose nanoseconds count from midnight.
template <Field Which>
void extractFromTime(const KernelArgs& args) {
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t nanos) {
    const int64_t micros = nanos / 1'000;
    if constexpr (Which == Field::kHour) args.result<int32_t>().set(row, static_cast<int32_t>(micros / kMicrosPerHour));
    if constexpr (Which == Field::kMinute) args.result<int32_t>().set(row, static_cast<int32_t>(micros / kMicrosPerMinute % 60));
    if constexpr (Which == Field::kSecond) args.result<int32_t>().set(row, static_cast<int32_t>(micros / kMicrosPerSecond % 60));
    if constexpr (Which == Field::kSecondFraction) args.result<int64_t>().set(row, micros % kMicrosPerMinute);
  });
}
Kernel timeKernel(Field field) {
  switch (field) {
    case Field::kHour: return extractFromTime<Field::kHour>;
    case Field::kMinute: return extractFromTime<Field::kMinute>;
    case Field::kSecond: return extractFromTime<Field::kSecond>;
    case Field::kSecondFraction: return extractFromTime<Field::kSecondFraction>;
    default: return nullptr;
  }
}

struct FieldKernels {
  Field field;
  Kernel fromDate;
  Kernel fromTimestamp;
};
template <Field Which>
constexpr FieldKernels kernelsOf() {
  return {Which, Which < Field::kHour ? Kernel(extractFromDate<Which>) : nullptr, extractFromTimestamp<Which>};
}
constexpr FieldKernels kFieldKernels[] = {
    kernelsOf<Field::kYear>(), kernelsOf<Field::kYearOfWeek>(), kernelsOf<Field::kQuarter>(), kernelsOf<Field::kMonth>(), kernelsOf<Field::kWeek>(),
    kernelsOf<Field::kDay>(), kernelsOf<Field::kDayOfWeek>(), kernelsOf<Field::kDayOfWeekIso>(), kernelsOf<Field::kWeekday>(),
    kernelsOf<Field::kDayOfYear>(), kernelsOf<Field::kHour>(), kernelsOf<Field::kMinute>(), kernelsOf<Field::kSecond>(), kernelsOf<Field::kSecondFraction>()};

// Binds one field of a date or timestamp, which is argument number `source`.
FunctionBinding bindMoment(Field field, DataType type, const BindContext& context, size_t source) {
  const FieldKernels& kernels = kFieldKernels[static_cast<size_t>(field)];
  FunctionBinding binding;
  if (type.is(TypeKind::kDate) && kernels.fromDate == nullptr) type = DataType::timestamp();
  if (!type.isDatetime()) type = kernels.fromDate != nullptr ? DataType::date() : DataType::timestamp();
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.argumentTypes[source] = type;
  binding.result = field == Field::kSecondFraction ? DataType::decimal(8, 6) : DataType::integer();
  binding.kernel = type.is(TypeKind::kDate) ? kernels.fromDate : kernels.fromTimestamp;
  binding.takesNullRows = true;
  auto data = std::make_shared<ZoneData>();
  if (type.is(TypeKind::kTimestamp)) {
    if (const TimeZone* zone = TimeZone::find(context.options.timeZone)) data->zone = zone;
  }
  binding.data = std::move(data);
  return binding;
}

template <Field Which>
Result<FunctionBinding> bindField(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (type.is(TypeKind::kTime) && timeKernel(Which) != nullptr) {
    FunctionBinding binding;
    binding.argumentTypes = {type};
    binding.result = kInt;
    binding.kernel = timeKernel(Which);
    return binding;
  }
  const bool accepted = type.isDatetime() || type.isStringLike() || type.is(TypeKind::kNull);
  if (!accepted) return unexpectedArgumentType(context, 0, Which < Field::kHour ? "\"DATE\"" : "\"TIMESTAMP\"");
  // Fields of the day are those of a date: a timestamp is cast to it.
  if (Which < Field::kHour && !type.is(TypeKind::kTimestampNtz)) return bindMoment(Which, type.is(TypeKind::kTimestamp) ? type : DataType::date(), context, 0);
  return bindMoment(Which, type, context, 0);
}

struct IntervalField {
  Kernel kernel = nullptr;
  DataType result;
};
IntervalField yearMonthField(Field field) {
  if (field == Field::kYear) return {extractFromInterval<int32_t, 12, 0>, kInt};
  if (field == Field::kMonth) return {extractFromInterval<int8_t, 1, 12>, kTinyint};
  return {};
}
IntervalField dayTimeField(Field field) {
  switch (field) {
    case Field::kDay: return {extractFromInterval<int32_t, kMicrosPerDay, 0>, kInt};
    case Field::kHour: return {extractFromInterval<int8_t, kMicrosPerHour, 24>, kTinyint};
    case Field::kMinute: return {extractFromInterval<int8_t, kMicrosPerMinute, 60>, kTinyint};
    case Field::kSecondFraction: return {extractIntervalSeconds, DataType::decimal(8, 6)};
    default: return {};
  }
}
IntervalField calendarField(Field field) {
  switch (field) {
    case Field::kYear: return {extractFromCalendarInterval<Field::kYear>, kInt};
    case Field::kQuarter: return {extractFromCalendarInterval<Field::kQuarter>, kTinyint};
    case Field::kMonth: return {extractFromCalendarInterval<Field::kMonth>, kTinyint};
    case Field::kDay: return {extractFromCalendarInterval<Field::kDay>, kInt};
    case Field::kHour: return {extractFromCalendarInterval<Field::kHour>, kTinyint};
    case Field::kMinute: return {extractFromCalendarInterval<Field::kMinute>, kTinyint};
    case Field::kSecondFraction: return {extractFromCalendarInterval<Field::kSecondFraction>, DataType::decimal(8, 6)};
    default: return {};
  }
}


struct ExtractData : ZoneData {
  Kernel kernel = nullptr;
};
void extractField(const KernelArgs& args) {
  const auto& data = args.data<ExtractData>();
  const VectorPtr arguments[] = {args.vector(1)};
  Status failure;
  data.kernel(KernelArgs({.arguments = arguments, .active = args.activeRows(), .result = args.resultBuffer(), .errors = args.errors(),
                          .data = static_cast<const ZoneData*>(&data), .failure = &failure}));
}

void noField(const KernelArgs& args) { args.resultBuffer().setVector(ColumnVector::nulls(kDouble, args.numRows())); }

Result<FunctionBinding> bindExtract(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const Value* name = context.constants[0];
  if (name == nullptr) {
    return Error(condition::kNonFoldableArgument).with("funcName", quoteIdentifier(context.name)).with("paramName", "`field`").with("paramType", "\"STRING\"");
  }
  if (name->isNull()) {
    FunctionBinding nothing;
    nothing.argumentTypes = {kString, context.argumentTypes[1]};
    nothing.result = kDouble;
    nothing.kernel = noField;
    return nothing;
  }
  if (!context.argumentTypes[0].isStringLike()) {
    return Error(condition::kNonFoldableArgument).with("funcName", quoteIdentifier(context.name)).with("paramName", "`field`").with("paramType", "\"STRING\"");
  }
  const DataType& type = context.argumentTypes[1];
  FunctionBinding binding;
  const auto field = name->isNull() ? std::optional(Field::kYear) : fieldOf(name->asString());
  auto data = std::make_shared<ExtractData>();
  if (field && (type.isAnsiInterval() || type.is(TypeKind::kCalendarInterval))) {
    const IntervalField part = type.is(TypeKind::kYearMonthInterval) ? yearMonthField(*field) : type.is(TypeKind::kDayTimeInterval) ? dayTimeField(*field) : calendarField(*field);
    binding.argumentTypes = {kString, type};
    binding.result = part.result;
    data->kernel = part.kernel;
  } else if (field && type.is(TypeKind::kTime)) {
    binding.argumentTypes = {kString, type};
    binding.result = *field == Field::kSecondFraction ? DataType::decimal(8, 6) : kInt;
    data->kernel = timeKernel(*field);
  } else if (field) {
    binding = bindMoment(*field, type, context, 1);
    data->kernel = binding.kernel;
    data->zone = static_cast<const ZoneData*>(binding.data.get())->zone;
  }
  if (data->kernel == nullptr) {
    return Error(condition::kInvalidExtractField)
        .with("field", "`" + (name->isNull() ? std::string("null") : name->asString()) + "`")
        .with("expr", quotedExpression(context.arguments[1]));
  }
  binding.kernel = extractField;
  binding.takesNullRows = true;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerDatetimeFields(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"year"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "year(date) - The year.", .examples = {{.sql = "SELECT year('2016-07-30')", .result = "2016"}}, .bind = bindField<Field::kYear>},
      {.names = {"quarter"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "quarter(date) - The quarter, 1 to 4.", .examples = {{.sql = "SELECT quarter('2016-08-31')", .result = "3"}}, .bind = bindField<Field::kQuarter>},
      {.names = {"month"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "month(date) - The month, 1 to 12.", .examples = {{.sql = "SELECT month('2016-07-30')", .result = "7"}}, .bind = bindField<Field::kMonth>},
      {.names = {"weekofyear"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "weekofyear(date) - The week of the ISO calendar.", .examples = {{.sql = "SELECT weekofyear('2008-02-20')", .result = "8"}}, .bind = bindField<Field::kWeek>},
      {.names = {"day", "dayofmonth"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "day(date) - The day of the month.", .examples = {{.sql = "SELECT day('2009-07-30')", .result = "30"}}, .bind = bindField<Field::kDay>},
      {.names = {"dayofweek"}, .group = Group::kDatetime, .since = "2.3.0", .usage = "dayofweek(date) - The day of the week, 1 (Sunday) to 7.", .examples = {{.sql = "SELECT dayofweek('2009-07-30')", .result = "5"}}, .bind = bindField<Field::kDayOfWeek>},
      {.names = {"weekday"}, .group = Group::kDatetime, .since = "2.4.0", .usage = "weekday(date) - The day of the week, 0 (Monday) to 6.", .examples = {{.sql = "SELECT weekday('2009-07-30')", .result = "3"}}, .bind = bindField<Field::kWeekday>},
      {.names = {"dayofyear"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "dayofyear(date) - The day of the year.", .examples = {{.sql = "SELECT dayofyear('2016-04-09')", .result = "100"}}, .bind = bindField<Field::kDayOfYear>},
      {.names = {"hour"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "hour(timestamp) - The hour.", .examples = {{.sql = "SELECT hour('2009-07-30 12:58:59')", .result = "12"}}, .bind = bindField<Field::kHour>},
      {.names = {"minute"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "minute(timestamp) - The minute.", .examples = {{.sql = "SELECT minute('2009-07-30 12:58:59')", .result = "58"}}, .bind = bindField<Field::kMinute>},
      {.names = {"second"}, .group = Group::kDatetime, .since = "1.5.0", .usage = "second(timestamp) - The whole second.", .examples = {{.sql = "SELECT second('2009-07-30 12:58:59')", .result = "59"}}, .bind = bindField<Field::kSecond>},
      {.names = {"extract"}, .group = Group::kDatetime, .since = "3.0.0", .usage = "extract(field FROM source) - A part of a date, timestamp or interval.", .examples = {{.sql = "SELECT extract(YEAR FROM TIMESTAMP '2019-08-12 01:00:00.123456')", .result = "2019"}}, .bind = bindExtract},
      {.names = {"date_part", "datepart"}, .group = Group::kDatetime, .since = "3.0.0", .usage = "date_part(field, source) - A part of a date, timestamp or interval.", .examples = {{.sql = "SELECT date_part('YEAR', TIMESTAMP '2019-08-12 01:00:00.123456')", .result = "2019"}}, .bind = bindExtract},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
