// Histograms of numbers: histogram_numeric.
#include <algorithm>

#include "expr/expression_text.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "base/java_random.h"
#include "functions/aggregate/object_aggregator.h"
#include "types/decimal.h"

namespace flint::functions {
namespace {

constexpr int64_t kChoiceSeed = 31'183;

// At most `numBins` bins at weighted means; the two closest become one where there are more.
// Source: Ben-Haim and Tom-Tov, "A streaming parallel decision tree algorithm", as Hive's NumericHistogram has it, random choices included.
struct NumericHistogram {
  struct Bin {
    double x;
    double y;
  };
  struct Object {
    std::vector<Bin> bins;
    JavaRandom random{kChoiceSeed};
  };
  size_t numBins;
  DataType type;

  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const double value = numberAt(*arguments[0], row);
    const auto at = std::lower_bound(object.bins.begin(), object.bins.end(), value, [](const Bin& bin, double x) { return bin.x < x; });
    if (at != object.bins.end() && at->x == value) {
      at->y += 1;
      return;
    }
    object.bins.insert(at, {value, 1});
    trim(object);
  }
  void merge(Object& into, const Object& from) const {
    if (into.bins.empty()) {
      into.bins = from.bins;
      return;
    }
    into.bins.insert(into.bins.end(), from.bins.begin(), from.bins.end());
    std::stable_sort(into.bins.begin(), into.bins.end(), [](const Bin& a, const Bin& b) { return a.x < b.x; });
    trim(into);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.bins.size());
    for (const Bin& bin : object.bins) {
      out.writeFixed(bin.x);
      out.writeFixed(bin.y);
    }
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    for (size_t rest = in.readCount(); rest > 0; --rest) {
      const auto x = in.readFixed<double>();
      from.bins.push_back({x, in.readFixed<double>()});
    }
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr || object->bins.empty()) {
      result.appendNull();
      return Status::ok();
    }
    for (const Bin& bin : object->bins) {
      appendNumber(bin.x, result.child(0).child(0));
      result.child(0).child(1).appendFixed(bin.y);
      result.child(0).appendStruct();
    }
    result.appendList(static_cast<int32_t>(object->bins.size()));
    return Status::ok();
  }

 private:
  void trim(Object& object) const {
    std::vector<Bin>& bins = object.bins;
    while (bins.size() > numBins) {
      double smallest = bins[1].x - bins[0].x;
      size_t at = 0;
      int equal = 1;
      for (size_t i = 1; i + 1 < bins.size(); ++i) {
        const double gap = bins[i + 1].x - bins[i].x;
        if (gap < smallest) {
          smallest = gap;
          at = i;
          equal = 1;
        } else if (gap == smallest && object.random.nextDouble() <= 1.0 / ++equal) {
          at = i;
        }
      }
      const double height = bins[at].y + bins[at + 1].y;
      // In this order of operations: their rounding decides which gaps are equal later.
      bins[at] = {bins[at].x * (bins[at].y / height) + bins[at + 1].x / height * bins[at + 1].y, height};
      bins.erase(bins.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    }
  }
  double numberAt(const ColumnVector& vector, RowIndex row) const {
    const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
    const RowIndex at = vector.baseRow(row);
    switch (base.physicalType()) {
      case PhysicalType::kInt8: return base.values<int8_t>()[at];
      case PhysicalType::kInt16: return base.values<int16_t>()[at];
      case PhysicalType::kInt32: return base.values<int32_t>()[at];
      case PhysicalType::kInt64: return type.is(TypeKind::kDecimal) ? decimalToDouble(base.values<int64_t>()[at], type.scale()) : static_cast<double>(base.values<int64_t>()[at]);
      case PhysicalType::kInt128: return decimalToDouble(base.values<int128_t>()[at], type.scale());
      case PhysicalType::kFloat: return static_cast<double>(base.values<float>()[at]);
      default: return base.values<double>()[at];
    }
  }
  void appendNumber(double value, VectorBuilder& builder) const {
    int128_t unscaled = 0;
    if (type.is(TypeKind::kDecimal) && doubleToDecimal(value, type.precision(), type.scale(), unscaled) != DecimalParse::kValue) return builder.appendNull();
    switch (builder.type().physicalType()) {
      case PhysicalType::kInt8: return builder.appendFixed(static_cast<int8_t>(value));
      case PhysicalType::kInt16: return builder.appendFixed(static_cast<int16_t>(value));
      case PhysicalType::kInt32: return builder.appendFixed(static_cast<int32_t>(value));
      case PhysicalType::kInt64: return builder.appendFixed(type.is(TypeKind::kDecimal) ? static_cast<int64_t>(unscaled) : static_cast<int64_t>(value));
      case PhysicalType::kInt128: return builder.appendFixed(unscaled);
      case PhysicalType::kFloat: return builder.appendFixed(static_cast<float>(value));
      default: return builder.appendFixed(value);
    }
  }
};

Result<AggregateBinding> bindHistogram(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  const std::string call = "\"" + expr::callText(context) + "\"";
  if (!type.isNumeric() && !type.isDatetime() && !type.isAnsiInterval() && !type.is(TypeKind::kNull) && !type.isStringLike()) {
    return unexpectedArgumentType(context, 0, "(\"NUMERIC\" or \"DATE\" or \"TIMESTAMP\" or \"TIMESTAMP_NTZ\" or \"INTERVAL YEAR TO MONTH\" or \"INTERVAL DAY TO SECOND\")");
  }
  if (!context.argumentTypes[1].isIntegral()) return unexpectedArgumentType(context, 1, "\"INT\"");
  const Value* bins = context.constants[1];
  if (bins == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", call)
        .with("inputName", "`nb`")
        .with("inputType", "\"INT\"")
        .with("inputExpr", expr::quotedExpression(context.arguments[1]));
  }
  if (bins->isNull()) return Error(condition::kDatatypeMismatchUnexpectedNull).with("sqlExpr", call).with("exprName", "`nb`");
  if (bins->asInteger() < 2 || bins->asInteger() > INT32_MAX) {
    return Error(condition::kDatatypeMismatchValueOutOfRange)
        .with("sqlExpr", call)
        .with("exprName", "`nb`")
        .with("valueRange", "[2, 2147483647]")
        .with("currentValue", std::to_string(bins->asInteger()));
  }
  const DataType value = type.is(TypeKind::kNull) || type.isStringLike() ? DataType::float64() : type;
  AggregateBinding binding{.argumentTypes = {value, context.argumentTypes[1]}};
  binding.result = DataType::array(DataType::structType({{"x", value, true}, {"y", DataType::float64(), true}}), true);
  binding.aggregator = makeObjectAggregator(NumericHistogram{static_cast<size_t>(bins->asInteger()), value});
  return binding;
}

const AggregateFunction kHistogram = {
    .names = {"histogram_numeric"},
    .since = "3.3.0",
    .usage = "histogram_numeric(expr, nb) - A histogram with at most nb bins, each with its centre and height.",
    .bind = bindHistogram,
};

}  // namespace

void registerHistograms(expr::FunctionRegistry& registry) { registry.add(kHistogram); }

}  // namespace flint::functions
