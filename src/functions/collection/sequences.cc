// sequence: numbers, dates and times from a first to a last one, in steps.
#include <algorithm>
#include <memory>
#include <optional>

#include "base/legacy_conditions.h"
#include "functions/collection/list_rows.h"
#include "functions/result_limit.h"
#include "functions/datetime/date_shift.h"
#include "functions/types_of_arguments.h"
#include "types/calendar.h"
#include "types/time_zone.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

// The most elements an array may have.
constexpr int64_t kMaxElements = 2'147'483'632;

Error badBoundaries() { return internalError("the boundaries and the step of sequence do not fit together"); }
Error tooLong(int128_t count) {
  return Error(condition::kCollectionSizeLimitExceededParameter)
      .with("numberOfElements", toString(count))
      .with("maxRoundedArrayLength", std::to_string(kMaxElements))
      .with("functionName", "`sequence`")
      .with("parameter", "`count`");
}

// The number of elements; nothing when the step leads away from the end, which `problem` then tells.
std::optional<int64_t> countOf(int64_t start, int64_t stop, int64_t step, std::optional<Error>& problem) {
  const bool bad = (step > 0 && start > stop) || (step < 0 && start < stop) || (step == 0 && start != stop);
  const int128_t count = bad || step == 0 ? 1 : (static_cast<int128_t>(stop) - start) / step + 1;
  if (bad) problem = badBoundaries();
  if (!bad && count > kMaxElements) problem = tooLong(count);
  return problem ? std::nullopt : std::optional(static_cast<int64_t>(count));
}

template <class T>
void countUp(const KernelArgs& args) {
  const auto start = args.column<T>(0);
  const auto stop = args.column<T>(1);
  const bool hasStep = args.count() > 2;
  ResultLimit limit(args);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const int64_t step = hasStep ? args.column<T>(2)[row] : start[row] <= stop[row] ? 1 : -1;
    std::optional<Error> problem;
    const auto count = countOf(start[row], stop[row], step, problem);
    if (!count) {
      args.errors().set(row, std::move(*problem));
      return builder.appendNull();
    }
    if (!limit.fits(*count, sizeof(T))) return builder.appendNull();
    for (int64_t i = 0; i < *count; ++i) builder.child(0).appendFixed(static_cast<T>(start[row] + i * step));
    builder.appendList(static_cast<int32_t>(*count));
  });
}

struct MomentData {
  const TimeZone* zone = &TimeZone::utc();
};

// Dates (T = int32_t) and times in microseconds.
template <class T>
class MomentSteps {
 public:
  explicit MomentSteps(const KernelArgs& args) : args_(args), zone_(*args.data<MomentData>().zone), limit_(args) {}

  CalendarInterval stepAt(RowIndex row, bool upwards) const {
    if (args_.count() < 3) return {.months = 0, .days = upwards ? 1 : -1, .microseconds = 0};
    const DataType& type = args_.type(2);
    if (type.is(TypeKind::kYearMonthInterval)) return {.months = args_.column<int32_t>(2)[row], .days = 0, .microseconds = 0};
    if (type.is(TypeKind::kCalendarInterval)) return args_.column<CalendarInterval>(2)[row];
    const int64_t micros = args_.column<int64_t>(2)[row];
    if (sizeof(T) == 4 && micros % kMicrosPerDay == 0) return {.months = 0, .days = static_cast<int32_t>(micros / kMicrosPerDay), .microseconds = 0};
    return {.months = 0, .days = 0, .microseconds = micros};
  }
  int64_t at(T start, const CalendarInterval& step, int64_t index) const {
    const int64_t from = sizeof(T) == 4 ? start * kMicrosPerDay : start;
    return addToTimestamp(from, static_cast<int32_t>(step.months * index), step.days * index, step.microseconds * index, zone_);
  }
  void append(RowIndex row, T start, T stop, VectorBuilder& builder) {
    const CalendarInterval step = stepAt(row, start <= stop);
    const int64_t last = sizeof(T) == 4 ? stop * kMicrosPerDay : stop;
    const int128_t size = static_cast<int128_t>(step.months) * 28 * kMicrosPerDay + static_cast<int128_t>(step.days) * kMicrosPerDay + step.microseconds;
    const bool dayless = sizeof(T) == 4 && step.months == 0 && step.microseconds % kMicrosPerDay != 0;
    const bool bad = dayless || (size == 0 && start != stop) || (size > 0 && start > stop) || (size < 0 && start < stop);
    const int128_t about = size == 0 || bad ? 1 : (static_cast<int128_t>(last) - (sizeof(T) == 4 ? start * kMicrosPerDay : start)) / size + 1;
    if (bad || about > kMaxElements) {
      args_.errors().set(row, dayless ? Error(condition::kLegacyErrorTemp3242).with("dt", args_.type(2).simpleString()) : bad ? badBoundaries() : tooLong(about));
      return builder.appendNull();
    }
    if (!limit_.fits(static_cast<int64_t>(about), sizeof(T))) return builder.appendNull();
    int32_t count = 0;
    // Months have at least 28 days, so `about` is no less than the count; it also ends steps whose parts have different signs.
    for (int64_t moment = at(start, step, 0); count < about && (size >= 0 ? moment <= last : moment >= last); moment = at(start, step, count)) {
      builder.child(0).appendFixed(static_cast<T>(sizeof(T) == 4 ? floorDivide(moment, kMicrosPerDay) : moment));
      ++count;
      if (size == 0) break;
    }
    builder.appendList(count);
  }

 private:
  const KernelArgs& args_;
  const TimeZone& zone_;
  ResultLimit limit_;
};

template <class T>
void stepThroughTime(const KernelArgs& args) {
  MomentSteps<T> steps(args);
  const auto start = args.column<T>(0);
  const auto stop = args.column<T>(1);
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) { steps.append(row, start[row], stop[row], builder); });
}

Error wrongTypes(const BindContext& context) {
  return Error(condition::kDatatypeMismatchSequenceWrongInputTypes)
      .with("sqlExpr", "\"" + callText(context) + "\"")
      .with("functionName", "`sequence`")
      .with("startType", "(\"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"DATE\")")
      .with("stepType", "(\"INTERVAL\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")")
      .with("otherStartType", "\"INTEGRAL\"");
}

Result<FunctionBinding> bindSequence(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  const bool hasStep = context.argumentTypes.size() == 3;
  auto common = findWiderCommonType(context.argumentTypes.first(2), context.options.ansi);
  if (common && common->is(TypeKind::kNull) && !hasStep) return wrongTypes(context);
  if (common && common->is(TypeKind::kNull)) common = context.argumentTypes[2].isIntegral() ? context.argumentTypes[2] : kInt;
  if (!common) return wrongTypes(context);
  FunctionBinding binding;
  binding.canRaise = true;
  if (common->isIntegral()) {
    if (hasStep && !context.argumentTypes[2].isIntegral() && !context.argumentTypes[2].is(TypeKind::kNull)) return wrongTypes(context);
    if (hasStep) common = findWiderTypeForTwo(*common, context.argumentTypes[2], context.options.ansi);
    binding.argumentTypes.assign(context.argumentTypes.size(), *common);
    binding.result = DataType::array(*common, false);
    switch (common->kind()) {
      case TypeKind::kByte: binding.kernel = countUp<int8_t>; break;
      case TypeKind::kShort: binding.kernel = countUp<int16_t>; break;
      case TypeKind::kInteger: binding.kernel = countUp<int32_t>; break;
      default: binding.kernel = countUp<int64_t>; break;
    }
    return binding;
  }
  if (!common->isDatetime()) return wrongTypes(context);
  DataType step = hasStep ? context.argumentTypes[2] : DataType::calendarInterval();
  if (step.is(TypeKind::kNull)) step = DataType::calendarInterval();
  if (!step.isAnsiInterval() && !step.is(TypeKind::kCalendarInterval)) return wrongTypes(context);
  binding.argumentTypes = {*common, *common};
  if (hasStep) binding.argumentTypes.push_back(step);
  binding.result = DataType::array(*common, false);
  binding.kernel = common->is(TypeKind::kDate) ? stepThroughTime<int32_t> : stepThroughTime<int64_t>;
  auto data = std::make_shared<MomentData>();
  const TimeZone* zone = TimeZone::find(context.options.timeZone);
  if (common->is(TypeKind::kTimestamp) && zone != nullptr) data->zone = zone;
  binding.data = std::move(data);
  return binding;
}

}  // namespace

void registerSequences(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"sequence"}, .group = Group::kArray, .since = "2.4.0", .usage = "sequence(start, stop[, step]) - The numbers, dates or times from start to stop.",
       .examples = {{.sql = "SELECT sequence(1, 5)", .result = "[1,2,3,4,5]"}}, .bind = bindSequence},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
