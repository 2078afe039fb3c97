#include <algorithm>
#include <cmath>
#include <optional>

#include "expr/cast/number_parser.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/aggregate/quantile_summary.h"

namespace flint::functions {
namespace {

enum class Choice : uint8_t {
  kInterpolated,  // between the two neighbours
  kDiscrete,      // the first value whose share of rows reaches the percentage
};

double numberAt(const ColumnVector& vector, RowIndex row) {
  const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  switch (base.physicalType()) {
    case PhysicalType::kInt8: return base.values<int8_t>()[at];
    case PhysicalType::kInt16: return base.values<int16_t>()[at];
    case PhysicalType::kInt32: return base.values<int32_t>()[at];
    case PhysicalType::kInt64: return static_cast<double>(base.values<int64_t>()[at]);
    case PhysicalType::kInt128: return static_cast<double>(base.values<int128_t>()[at]);
    case PhysicalType::kFloat: return static_cast<double>(base.values<float>()[at]);
    default: return base.values<double>()[at];
  }
}

// The limits of 64 bits where the double is beyond them.
int64_t saturated(double value) {
  if (value >= 9223372036854775807.0) return INT64_MAX;
  if (value <= -9223372036854775808.0) return INT64_MIN;
  return static_cast<int64_t>(value);
}

void appendNumber(double value, VectorBuilder& result) {
  switch (result.type().physicalType()) {
    case PhysicalType::kInt8: return result.appendFixed(static_cast<int8_t>(value));
    case PhysicalType::kInt16: return result.appendFixed(static_cast<int16_t>(value));
    case PhysicalType::kInt32: return result.appendFixed(static_cast<int32_t>(value));
    case PhysicalType::kInt64: return result.appendFixed(saturated(value));
    case PhysicalType::kInt128: return result.appendFixed(static_cast<int128_t>(value));
    case PhysicalType::kFloat: return result.appendFixed(static_cast<float>(value));
    default: return result.appendFixed(value);
  }
}

constexpr size_t kMostSummarized = 50'000;  // percentiles of more values are exact: Spark's summary of these depends on the order they come in
constexpr size_t kMostSelections = 8;  // percentiles found one by one; more are read off sorted values

// Keeps every value, with its frequency where one is given.
struct Percentiles {
  struct Object {
    std::vector<double> values;
    std::vector<int64_t> frequencies;  // one a value, where an argument gives them
  };
  std::vector<double> percentages;
  bool givesArray;
  Choice choice;
  size_t valueArgument;
  int frequencyArgument;  // -1: none
  bool descending = false;
  double relativeError = 0;  // of approximate percentiles

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>((object.values.capacity() + object.frequencies.capacity()) * sizeof(double)); }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    const ColumnVector& values = *arguments[valueArgument];
    if (values.isNull(row)) return;
    if (frequencyArgument >= 0) {
      const ColumnVector& frequencies = *arguments[static_cast<size_t>(frequencyArgument)];
      if (frequencies.isNull(row)) return;
      const auto frequency = static_cast<int64_t>(numberAt(frequencies, row));
      if (frequency <= 0) return;
      object.frequencies.push_back(frequency);
    }
    object.values.push_back(numberAt(values, row));
  }
  void addAll(Object& object, std::span<const VectorPtr> arguments, const ActiveRows& active) const {
    const ColumnVector& values = *arguments[valueArgument];
    if (frequencyArgument < 0 && active.isAll() && values.isFlat() && !values.mayHaveNulls() && values.physicalType() == PhysicalType::kDouble) {
      object.values.insert(object.values.end(), values.values<double>(), values.values<double>() + values.size());
      return;
    }
    for (RowIndex i = 0; i < active.count(); ++i) add(object, arguments, active[i]);
  }
  void merge(Object& into, const Object& from) const {
    into.values.insert(into.values.end(), from.values.begin(), from.values.end());
    into.frequencies.insert(into.frequencies.end(), from.frequencies.begin(), from.frequencies.end());
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.values.size());
    for (const double value : object.values) out.writeFixed(value);
    for (const int64_t frequency : object.frequencies) out.writeInt(frequency);
  }
  void decode(Object& object, ByteReader& in) const {
    const size_t count = in.readCount();
    for (size_t i = 0; i < count; ++i) object.values.push_back(in.readFixed<double>());
    for (size_t i = 0; i < count && frequencyArgument >= 0; ++i) object.frequencies.push_back(in.readInt());
  }
  // NaN is above all numbers.
  static bool isBefore(double a, double b) { return a < b || (b != b && a == a); }
  // The percentile of `total` values, of which `at` gives one by its place in their order.
  template <class At>
  double valueAt(At&& at, int64_t total, double percentage) const {
    if (choice == Choice::kDiscrete) {
      return at(std::max<int64_t>(0, static_cast<int64_t>(std::ceil(percentage * static_cast<double>(total))) - 1));
    }
    const double position = static_cast<double>(total - 1) * percentage;
    const double lower = std::floor(position);
    const double upper = std::ceil(position);
    const double low = at(static_cast<int64_t>(lower));
    if (lower == upper) return low;
    const double high = at(static_cast<int64_t>(upper));
    return low == high ? low : (upper - position) * low + (position - lower) * high;
  }
  double valueOf(const std::vector<std::pair<double, int64_t>>& sorted, int64_t total, double percentage) const {
    const auto at = [&](int64_t place) {
      int64_t seen = 0;
      for (const auto& [value, frequency] : sorted) {
        seen += frequency;
        if (place < seen) return value;
      }
      return sorted.back().first;
    };
    return valueAt(at, total, percentage);
  }
  // The percentiles of values that each count once, without sorting all of them.
  Status select(const Object& object, VectorBuilder& result) const {
    std::vector<double> values = object.values;
    const auto last = static_cast<int64_t>(values.size()) - 1;
    const bool hasNan = std::find_if(values.begin(), values.end(), [](double value) { return value != value; }) != values.end();
    int64_t before = -1;
    const auto at = [&](int64_t place) {
      place = std::clamp<int64_t>(place, 0, last);
      if (descending) place = last - place;
      // The neighbour above the place found last is the least of what is behind it.
      if (before >= 0 && place == before + 1 && !hasNan) {
        std::iter_swap(values.begin() + place, std::min_element(values.begin() + place, values.end()));
      } else if (place != before) {
        if (hasNan) {
          std::nth_element(values.begin(), values.begin() + place, values.end(), isBefore);
        } else {
          std::nth_element(values.begin(), values.begin() + place, values.end());
        }
      }
      before = place;
      return values[static_cast<size_t>(place)];
    };
    for (const double percentage : percentages) appendNumber(valueAt(at, last + 1, percentage), givesArray ? result.child(0) : result);
    if (givesArray) result.appendList(static_cast<int32_t>(percentages.size()));
    return Status::ok();
  }
  Status summarize(const Object& object, VectorBuilder& result) const {
    std::vector<double> values = object.values;
    std::sort(values.begin(), values.end(), isBefore);
    const QuantileSummary summary(values, relativeError);
    for (const double percentage : percentages) appendNumber(summary.valueAt(percentage), givesArray ? result.child(0) : result);
    if (givesArray) result.appendList(static_cast<int32_t>(percentages.size()));
    return Status::ok();
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr || object->values.empty()) {
      result.appendNull();
      return Status::ok();
    }
    if (relativeError > 0 && object->values.size() <= kMostSummarized) return summarize(*object, result);
    if (frequencyArgument < 0 && percentages.size() <= kMostSelections) return select(*object, result);
    std::vector<std::pair<double, int64_t>> sorted;
    sorted.reserve(object->values.size());
    for (size_t i = 0; i < object->values.size(); ++i) sorted.emplace_back(object->values[i], object->frequencies.empty() ? 1 : object->frequencies[i]);
    std::sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return isBefore(a.first, b.first); });
    if (descending) std::reverse(sorted.begin(), sorted.end());
    int64_t total = 0;
    for (const auto& [value, frequency] : sorted) {
      total += frequency;
    }
    for (const double percentage : percentages) appendNumber(valueOf(sorted, total, percentage), givesArray ? result.child(0) : result);
    if (givesArray) result.appendList(static_cast<int32_t>(percentages.size()));
    return Status::ok();
  }
};

// The percentages of a constant argument: a number between 0 and 1, or an array of such.
Result<std::vector<double>> percentagesOf(const BindContext& context, size_t argument, bool& givesArray) {
  const DataType& type = context.argumentTypes[argument];
  givesArray = type.is(TypeKind::kArray);
  const DataType& element = givesArray ? type.elementType() : type;
  const bool isNumber = element.isNumeric() || element.is(TypeKind::kNull) || (element.isStringLike() && !givesArray);
  if (!isNumber) return unexpectedArgumentType(context, argument, "\"DOUBLE\"");
  const Value* value = context.constants[argument];
  std::optional<Value> parsed;
  if (value != nullptr && !value->isNull() && element.isStringLike()) {
    const auto number = expr::parseDouble(value->asString());
    if (!number && context.options.ansi) {
      return Error(condition::kCastInvalidInput)
          .with("expression", "'" + value->asString() + "'")
          .with("sourceType", "\"STRING\"")
          .with("targetType", "\"DOUBLE\"")
          .with("ansiConfig", "\"spark.sql.ansi.enabled\"");
    }
    parsed = number ? Value::floating(*number) : Value();
    value = &*parsed;
  }
  if (value == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + expr::callText(context) + "\"")
        .with("inputName", "`percentage`")
        .with("inputType", "\"DOUBLE\"")
        .with("inputExpr", expr::quotedExpression(context.arguments[argument]));
  }
  if (value->isNull()) return Error(condition::kDatatypeMismatchUnexpectedNull).with("sqlExpr", "\"" + expr::callText(context) + "\"").with("exprName", "`percentage`");
  std::vector<double> percentages;
  const auto add = [&](const Value& one) -> Status {
    if (one.isNull()) return unexpectedArgumentType(context, argument, "\"DOUBLE\"");
    double number = 0;
    if (element.is(TypeKind::kDecimal)) {
      number = static_cast<double>(one.asDecimal()) / static_cast<double>(powerOfTen(element.scale()));
    } else {
      number = element.isFloating() || element.isStringLike() ? one.asFloating() : static_cast<double>(one.asInteger());
    }
    if (!(number >= 0 && number <= 1)) {
      return Error(condition::kDatatypeMismatchValueOutOfRange)
          .with("sqlExpr", "\"" + expr::callText(context) + "\"")
          .with("exprName", "percentage")
          .with("valueRange", "[0.0, 1.0]")
          .with("currentValue", std::to_string(number));
    }
    percentages.push_back(number);
    return Status::ok();
  };
  if (!givesArray) {
    RETURN_IF_ERROR(add(*value));
  } else {
    for (const Value& one : value->asList()) RETURN_IF_ERROR(add(one));
  }
  return percentages;
}

Result<AggregateBinding> finishBinding(const BindContext& context, Percentiles percentiles, const DataType& number) {
  AggregateBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  const DataType& input = context.argumentTypes[percentiles.valueArgument];
  const bool approximate = context.name == "percentile_approx" || context.name == "approx_percentile";
  if (input.isStringLike() || input.is(TypeKind::kNull)) {
    binding.argumentTypes[percentiles.valueArgument] = DataType::float64();
  } else if (input.is(TypeKind::kDecimal) && number.is(TypeKind::kDouble)) {
    binding.argumentTypes[percentiles.valueArgument] = DataType::float64();
  } else if (!input.isNumeric() && !(approximate && input.isDatetime()) && !input.isAnsiInterval()) {
    return unexpectedArgumentType(context, percentiles.valueArgument, "\"NUMERIC\" or \"ANSI INTERVAL\"");
  }
  DataType single = number;
  if (input.is(TypeKind::kYearMonthInterval) && !approximate) single = DataType::yearMonthInterval();
  if (input.is(TypeKind::kDayTimeInterval) && !approximate) single = DataType::dayTimeInterval();
  binding.result = percentiles.givesArray ? DataType::array(single, false) : single;
  binding.aggregator = makeObjectAggregator(std::move(percentiles));
  return binding;
}

Result<AggregateBinding> bindPercentile(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  Percentiles percentiles{.choice = Choice::kInterpolated, .valueArgument = 0, .frequencyArgument = context.argumentTypes.size() == 3 ? 2 : -1};
  ASSIGN_OR_RETURN(percentiles.percentages, percentagesOf(context, 1, percentiles.givesArray));
  return finishBinding(context, std::move(percentiles), DataType::float64());
}

Result<AggregateBinding> bindMedian(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  Percentiles percentiles{.percentages = {0.5}, .choice = Choice::kInterpolated, .valueArgument = 0, .frequencyArgument = -1};
  return finishBinding(context, std::move(percentiles), DataType::float64());
}

// percentile_cont(p) WITHIN GROUP (ORDER BY value)
template <Choice kChoice>
Result<AggregateBinding> bindWithinGroup(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  Percentiles percentiles{.choice = kChoice, .valueArgument = 1, .frequencyArgument = -1};
  const auto* order = context.arguments[1]->as<expr::SortOrder>();
  percentiles.descending = order != nullptr && !order->ascending;
  ASSIGN_OR_RETURN(percentiles.percentages, percentagesOf(context, 0, percentiles.givesArray));
  return finishBinding(context, std::move(percentiles), DataType::float64());
}

Result<int64_t> accuracyOf(const BindContext& context) {
  constexpr int64_t kDefault = 10'000;
  if (context.argumentTypes.size() < 3) return kDefault;
  const std::string call = "\"" + expr::callText(context) + "\"";
  if (!context.argumentTypes[2].isIntegral() && !context.argumentTypes[2].is(TypeKind::kNull)) return unexpectedArgumentType(context, 2, "\"INTEGRAL\"");
  const Value* accuracy = context.constants[2];
  if (accuracy == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", call)
        .with("inputName", "`accuracy`")
        .with("inputType", "\"BIGINT\"")
        .with("inputExpr", expr::quotedExpression(context.arguments[2]));
  }
  if (accuracy->isNull()) return Error(condition::kDatatypeMismatchUnexpectedNull).with("sqlExpr", call).with("exprName", "`accuracy`");
  const int64_t value = accuracy->asInteger();
  if (value <= 0 || value > INT32_MAX) {
    return Error(condition::kDatatypeMismatchValueOutOfRange)
        .with("sqlExpr", call)
        .with("exprName", "`accuracy`")
        .with("valueRange", "(0, 2147483647]")
        .with("currentValue", std::to_string(value));
  }
  return value;
}

Result<AggregateBinding> bindApproximate(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  Percentiles percentiles{.choice = Choice::kDiscrete, .valueArgument = 0, .frequencyArgument = -1};
  ASSIGN_OR_RETURN(percentiles.percentages, percentagesOf(context, 1, percentiles.givesArray));
  ASSIGN_OR_RETURN(const int64_t accuracy, accuracyOf(context));
  percentiles.relativeError = 1.0 / static_cast<double>(accuracy);
  const DataType& input = context.argumentTypes[0];
  return finishBinding(context, std::move(percentiles), input.isStringLike() || input.is(TypeKind::kNull) ? DataType::float64() : input);
}

const AggregateFunction kFunctions[] = {
    {.names = {"percentile"}, .since = "2.1.0", .usage = "percentile(col, percentage[, frequency]) - The exact percentile, interpolated.",
     .examples = {{.sql = "SELECT percentile(col, 0.3) FROM VALUES (0), (10) AS tab(col)", .result = "3.0"}}, .bind = bindPercentile},
    {.names = {"median"}, .since = "3.4.0", .usage = "median(col) - The median.",
     .examples = {{.sql = "SELECT median(col) FROM VALUES (0), (10) AS tab(col)", .result = "5.0"}}, .bind = bindMedian},
    {.names = {"percentile_cont"}, .since = "4.0.0", .usage = "percentile_cont(percentage) WITHIN GROUP (ORDER BY col) - The interpolated percentile.",
     .examples = {{.sql = "SELECT percentile_cont(0.25) WITHIN GROUP (ORDER BY col) FROM VALUES (0), (10) AS tab(col)", .result = "2.5"}},
     .acceptsWithinGroup = true, .bind = bindWithinGroup<Choice::kInterpolated>},
    {.names = {"percentile_disc"}, .since = "4.0.0", .usage = "percentile_disc(percentage) WITHIN GROUP (ORDER BY col) - A value at the percentile.",
     .examples = {{.sql = "SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY col) FROM VALUES (0), (10) AS tab(col)", .result = "0.0"}},
     .acceptsWithinGroup = true, .bind = bindWithinGroup<Choice::kDiscrete>},
    {.names = {"percentile_approx", "approx_percentile"}, .since = "2.1.0",
     .usage = "percentile_approx(col, percentage[, accuracy]) - The smallest value that the percentage of values is not above.",
     .examples = {{.sql = "SELECT percentile_approx(col, 0.5, 100) FROM VALUES (0), (6), (7), (9), (10) AS tab(col)", .result = "7"}},
     .bind = bindApproximate},
};

}  // namespace

void registerPercentiles(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
