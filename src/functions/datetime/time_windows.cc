// Windows of time that rows are grouped by: window, session_window, window_time. The analyzer puts them below the SELECT they stand in.
#include <memory>
#include <optional>

#include "base/legacy_conditions.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/collection/list_rows.h"
#include "functions/datetime/date_shift.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/datetime_parser.h"
#include "types/time_zone.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

constexpr int64_t kMostWindowsOfARow = 1'000'000;

struct WindowData {
  int64_t duration = 0;
  int64_t slide = 0;
  int64_t start = 0;
};

DataType windowType(const DataType& moment) { return DataType::structType({{"start", moment, true}, {"end", moment, true}}); }

void appendWindow(VectorBuilder& builder, int64_t start, int64_t end) {
  builder.child(0).appendFixed(start);
  builder.child(1).appendFixed(end);
  builder.appendStruct();
}

int64_t lastStart(int64_t moment, const WindowData& data) { return moment - floorModulo(moment - data.start, data.slide); }

void tumblingWindows(const KernelArgs& args) {
  const auto& data = args.data<WindowData>();
  const auto moments = args.column<int64_t>(0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const int64_t start = lastStart(moments[row], data);
    appendWindow(builder, start, start + data.duration);
  });
}

void slidingWindows(const KernelArgs& args) {
  const auto& data = args.data<WindowData>();
  const auto moments = args.column<int64_t>(0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    int32_t count = 0;
    for (int64_t start = lastStart(moments[row], data); start + data.duration > moments[row]; start -= data.slide) {
      appendWindow(builder.child(0), start, start + data.duration);
      ++count;
    }
    builder.appendList(count);
  });
}

Error wrongMoment(const BindContext& context) {
  return unexpectedArgumentType(context, 0,
                                "(\"(TIMESTAMP OR TIMESTAMP WITHOUT TIME ZONE)\" or \"STRUCT<start: TIMESTAMP, end: TIMESTAMP>\" or "
                                "\"STRUCT<start: TIMESTAMP_NTZ, end: TIMESTAMP_NTZ>\")");
}

// The type of moments that the first argument is cast to.
Result<DataType> momentType(const BindContext& context) {
  const DataType& type = context.argumentTypes[0];
  if (type.is(TypeKind::kTimestamp) || type.is(TypeKind::kTimestampNtz)) return type;
  if (type.isStringLike() || type.is(TypeKind::kDate) || type.is(TypeKind::kNull)) return kTimestamp;
  return wrongMoment(context);
}

// A constant length: microseconds, or the text of an interval without months.
Result<int64_t> microsOf(const BindContext& context, size_t argument) {
  const Value* constant = context.constants[argument];
  const DataType& type = context.argumentTypes[argument];
  if (constant == nullptr || constant->isNull() || !(type.is(TypeKind::kInteger) || type.is(TypeKind::kLong) || type.isStringLike())) return Error(condition::kLegacyErrorTemp1207);
  if (!type.isStringLike()) return constant->asInteger();
  const auto interval = parseCalendarInterval(constant->asString());
  if (!interval) return Error(condition::kCannotParseInterval).with("intervalString", "'" + constant->asString() + "'");
  if (interval->months != 0) return Error(condition::kLegacyErrorTemp3231).with("interval", constant->asString());
  int64_t micros = 0;
  const bool overflows = __builtin_mul_overflow(static_cast<int64_t>(interval->days), kMicrosPerDay, &micros) || __builtin_add_overflow(micros, interval->microseconds, &micros);
  if (overflows) return Error(condition::kCannotParseInterval).with("intervalString", "'" + constant->asString() + "'");
  return micros;
}

std::string windowText(const BindContext& context, const WindowData& data) {
  return "\"window(" + columnName(context.arguments[0]) + ", " + std::to_string(data.duration) + ", " + std::to_string(data.slide) + ", " + std::to_string(data.start) + ")\"";
}
Error violation(const BindContext& context, const WindowData& data, const char* left, int64_t leftValue, const char* constraint, const char* right, int64_t rightValue) {
  return Error(condition::kDatatypeMismatchParameterConstraintViolation)
      .with("sqlExpr", windowText(context, data))
      .with("leftExprName", std::string("`") + left + "`")
      .with("leftExprValue", std::to_string(leftValue) + "L")
      .with("constraint", constraint)
      .with("rightExprName", std::string("`") + right + "`")
      .with("rightExprValue", std::to_string(rightValue) + "L");
}
Status requirePositive(const BindContext& context, const WindowData& data, const char* name, int64_t value) {
  if (value > 0) return Status::ok();
  return Error(condition::kDatatypeMismatchValueOutOfRange)
      .with("sqlExpr", windowText(context, data))
      .with("exprName", std::string("`") + name + "`")
      .with("valueRange", "(0, 9223372036854775807]")
      .with("currentValue", std::to_string(value) + "L");
}

template <bool kSliding>
Result<FunctionBinding> bindWindow(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 4));
  WindowData data;
  ASSIGN_OR_RETURN(data.duration, microsOf(context, 1));
  data.slide = data.duration;
  if (context.arguments.size() > 2) {
    ASSIGN_OR_RETURN(data.slide, microsOf(context, 2));
  }
  if (context.arguments.size() > 3) {
    ASSIGN_OR_RETURN(data.start, microsOf(context, 3));
  }
  ASSIGN_OR_RETURN(const DataType moment, momentType(context));
  RETURN_IF_ERROR(requirePositive(context, data, "window_duration", data.duration));
  RETURN_IF_ERROR(requirePositive(context, data, "slide_duration", data.slide));
  if (data.slide > data.duration) return violation(context, data, "slide_duration", data.slide, "<=", "window_duration", data.duration);
  if (data.start <= -data.slide || data.start >= data.slide) return violation(context, data, "abs(start_time)", data.start < 0 ? -data.start : data.start, "<", "slide_duration", data.slide);
  if (data.duration / data.slide > kMostWindowsOfARow || (!kSliding && data.slide < data.duration)) {
    return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "windows of time that overlap, outside of a SELECT list and GROUP BY");
  }
  FunctionBinding binding;
  binding.argumentTypes = {moment};
  for (size_t i = 1; i < context.argumentTypes.size(); ++i) binding.argumentTypes.push_back(context.argumentTypes[i]);
  binding.result = kSliding ? DataType::array(windowType(moment), false) : windowType(moment);
  binding.kernel = kSliding ? slidingWindows : tumblingWindows;
  binding.data = std::make_shared<const WindowData>(data);
  return binding;
}

// ---- session_window -------------------------------------------------------------------------------------------------

struct SessionData {
  const TimeZone* zone = &TimeZone::utc();
  bool gapIsText = false;
};

void sessionsOfOne(const KernelArgs& args) {
  const auto& data = args.data<SessionData>();
  const auto moments = args.column<int64_t>(0);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const auto gap = data.gapIsText ? parseCalendarInterval(args.column<StringView>(1)[row].view()) : std::optional(args.column<CalendarInterval>(1)[row]);
    if (!gap) return builder.appendNull();
    appendWindow(builder, moments[row], addToTimestamp(moments[row], gap->months, gap->days, gap->microseconds, *data.zone));
  });
}

Result<FunctionBinding> bindSession(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  ASSIGN_OR_RETURN(const DataType moment, momentType(context));
  const DataType& gap = context.argumentTypes[1];
  if (!gap.isStringLike() && !gap.is(TypeKind::kCalendarInterval)) return Error(condition::kLegacyErrorTemp1040).with("dt", gap.simpleString());
  auto data = std::make_shared<SessionData>();
  data->gapIsText = gap.isStringLike();
  const TimeZone* zone = TimeZone::find(context.options.timeZone);
  if (zone != nullptr && moment.is(TypeKind::kTimestamp)) data->zone = zone;
  FunctionBinding binding;
  binding.argumentTypes = {moment, gap};
  binding.result = windowType(moment);
  binding.nullableIfArgumentsAre = false;
  binding.kernel = sessionsOfOne;
  binding.data = std::move(data);
  return binding;
}

// ---- window_time ----------------------------------------------------------------------------------------------------

void lastMoments(const KernelArgs& args) {
  const columnar::ColumnVector& windows = *args.vector(0);
  const columnar::ColumnVector& base = windows.isFlat() ? windows : *windows.base();
  const VectorReader<int64_t> ends(*base.children()[1]);
  auto out = args.result<int64_t>();
  for (const RowIndex row : args.activeRows()) {
    const RowIndex at = windows.baseRow(row);
    if (ends.isNull(at)) {
      out.setNull(row);
    } else {
      out.set(row, ends[at] - 1);
    }
  }
}

Result<FunctionBinding> bindWindowTime(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  const bool isWindow = type.is(TypeKind::kStruct) && type.fields().size() == 2 && type.fields()[1].type.sameType(type.fields()[0].type) &&
                        (type.fields()[1].type.is(TypeKind::kTimestamp) || type.fields()[1].type.is(TypeKind::kTimestampNtz));
  if (!isWindow) return unexpectedArgumentType(context, 0, "\"STRUCT\"");
  FunctionBinding binding;
  binding.argumentTypes = {type};
  binding.result = type.fields()[1].type;
  binding.kernel = lastMoments;
  return binding;
}

}  // namespace

void registerTimeWindows(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"window"}, .group = Group::kDatetime, .since = "2.0.0",
       .usage = "window(time_column, window_duration[, slide_duration[, start_time]]) - The windows of time that hold the moment, as rows of the SELECT.",
       .examples = {{.sql = "SELECT window.end FROM VALUES (TIMESTAMP'2021-01-01 00:04:30') AS tab(b) GROUP BY window(b, '5 minutes')", .result = "2021-01-01 00:05:00"}}, .bind = bindWindow<false>},
      {.names = {"tumbling_window"}, .group = Group::kInternal, .since = "2.0.0", .usage = "tumbling_window(time_column, window_duration) - The one window that holds the moment.", .bind = bindWindow<false>},
      {.names = {"sliding_windows"}, .group = Group::kInternal, .since = "2.0.0", .usage = "sliding_windows(time_column, window_duration, slide_duration[, start_time]) - All windows that hold the moment.", .bind = bindWindow<true>},
      {.names = {"session_window"}, .group = Group::kDatetime, .since = "3.2.0",
       .usage = "session_window(time_column, gap_duration) - The session that holds the moment: moments less than a gap apart share one.",
       .examples = {{.sql = "SELECT count(*) FROM VALUES (TIMESTAMP'2021-01-01 00:00:00'), (TIMESTAMP'2021-01-01 00:04:30') AS tab(b) GROUP BY session_window(b, '5 minutes')", .result = "2"}}, .bind = bindSession},
      {.names = {"window_time"}, .group = Group::kDatetime, .since = "3.4.0", .usage = "window_time(window_column) - The last moment of a window.",
       .examples = {{.sql = "SELECT window_time(window(TIMESTAMP'2021-01-01 00:04:30', '5 minutes'))", .result = "2021-01-01 00:04:59.999999"}}, .bind = bindWindowTime},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
