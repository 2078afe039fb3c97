#include <cmath>

#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/state_aggregator.h"

namespace flint::functions {
namespace {

enum class Moment : uint8_t { kStddevSample, kStddevPopulation, kVarianceSample, kVariancePopulation, kSkewness, kKurtosis };

// Central moments. Operation by operation as Spark computes them: another order of the same sums differs in the last bits.
struct CentralMoments : NeverFails {
  using Input = double;
  using Output = double;
  struct State {
    double n, mean, m2, m3, m4;
  };
  Moment moment;
  void add(State& s, double value) const {
    s.n += 1;
    const double delta = value - s.mean;
    const double deltaN = delta / s.n;
    s.mean += deltaN;
    s.m2 += delta * (delta - deltaN);
    if (moment != Moment::kSkewness && moment != Moment::kKurtosis) return;
    const double delta2 = delta * delta;
    const double deltaN2 = deltaN * deltaN;
    s.m3 = s.m3 - 3.0 * deltaN * s.m2 + delta * (delta2 - deltaN2);
    s.m4 = s.m4 - 4.0 * deltaN * s.m3 - 6.0 * deltaN2 * s.m2 + delta * (delta * delta2 - deltaN * deltaN2);
  }
  void merge(State& a, const State& b) const {
    const double n = a.n + b.n;
    const double delta = b.mean - a.mean;
    const double deltaN = n == 0 ? 0 : delta / n;
    const double m4 = a.m4 + b.m4 + deltaN * deltaN * deltaN * delta * a.n * b.n * (a.n * a.n - a.n * b.n + b.n * b.n) +
                      6.0 * deltaN * deltaN * (a.n * a.n * b.m2 + b.n * b.n * a.m2) + 4.0 * deltaN * (a.n * b.m3 - b.n * a.m3);
    const double m3 = a.m3 + b.m3 + deltaN * deltaN * delta * a.n * b.n * (a.n - b.n) + 3.0 * deltaN * (a.n * b.m2 - b.n * a.m2);
    a.m2 = a.m2 + b.m2 + delta * deltaN * a.n * b.n;
    a.m3 = m3;
    a.m4 = m4;
    a.mean += deltaN * b.n;
    a.n = n;
  }
  bool result(const State& s, double& out) const {
    if (s.n == 0) return false;
    switch (moment) {
      case Moment::kStddevPopulation: out = std::sqrt(s.m2 / s.n); return true;
      case Moment::kVariancePopulation: out = s.m2 / s.n; return true;
      case Moment::kStddevSample: out = std::sqrt(s.m2 / (s.n - 1)); return s.n > 1;
      case Moment::kVarianceSample: out = s.m2 / (s.n - 1); return s.n > 1;
      case Moment::kSkewness: out = std::sqrt(s.n) * s.m3 / std::sqrt(s.m2 * s.m2 * s.m2); return s.m2 != 0;
      case Moment::kKurtosis: out = s.n * s.m4 / (s.m2 * s.m2) - 3; return s.m2 != 0;
    }
    return false;
  }
};

enum class PairMoment : uint8_t { kCovariancePopulation, kCovarianceSample, kCorrelation, kCount, kSxx, kSyy, kSxy, kR2, kSlope, kIntercept };

// Moments of pairs (x, y); which argument is x depends on the function.
struct PairState {
  double n, meanX, meanY, xy, xx, yy;
};

// Functions of a regression of the first argument on the second: x is the second.
bool isRegression(PairMoment moment) {
  return moment == PairMoment::kSxx || moment == PairMoment::kSyy || moment == PairMoment::kSlope || moment == PairMoment::kIntercept;
}

bool pairResult(PairMoment moment, const PairState& s, double& out) {
  if (s.n == 0) return false;
  const double correlation = s.xy / std::sqrt(s.xx * s.yy);
  switch (moment) {
    case PairMoment::kCovariancePopulation: out = s.xy / s.n; return true;
    case PairMoment::kCovarianceSample: out = s.xy / (s.n - 1); return s.n > 1;
    case PairMoment::kCorrelation: out = correlation; return s.n > 1;
    case PairMoment::kCount: return false;
    case PairMoment::kSxx: out = s.xx; return true;
    case PairMoment::kSyy: out = s.yy; return true;
    case PairMoment::kSxy: out = s.xy; return true;
    case PairMoment::kR2: out = s.xx == 0 ? 1 : correlation * correlation; return s.yy != 0;
    case PairMoment::kSlope: out = s.xy / s.xx; return s.xx != 0;
    case PairMoment::kIntercept: out = s.meanY - s.xy / s.xx * s.meanX; return s.xx != 0;
  }
  return false;
}

class PairAggregator final : public Aggregator {
 public:
  explicit PairAggregator(PairMoment moment) : moment_(moment) {}
  size_t stateSize() const override { return sizeof(PairState); }
  bool zeroInitialized() const override { return true; }
  void init(std::byte* state) const override { std::memset(state, 0, sizeof(PairState)); }
  Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena&) const override {
    forEachPair(input, [&](RowIndex i, double x, double y) { add(*reinterpret_cast<PairState*>(states[i] + offset), x, y); });
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena&) const override {
    forEachPair(input, [&](RowIndex, double x, double y) { add(*reinterpret_cast<PairState*>(state), x, y); });
    return Status::ok();
  }
  Status merge(std::byte* into, const std::byte* from, StateArena&) const override {
    mergeStates(*reinterpret_cast<PairState*>(into), *reinterpret_cast<const PairState*>(from));
    return Status::ok();
  }
  std::vector<DataType> encodedTypes() const override { return std::vector<DataType>(6, DataType::float64()); }
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<VectorBuilder> columns) const override {
    for (const std::byte* at : states) {
      const auto& s = *reinterpret_cast<const PairState*>(at + offset);
      const double parts[] = {s.n, s.meanX, s.meanY, s.xy, s.xx, s.yy};
      for (size_t i = 0; i < 6; ++i) columns[i].appendFixed(parts[i]);
    }
    return Status::ok();
  }
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                      StateArena&) const override {
    for (RowIndex i = 0; i < active.count(); ++i) {
      double parts[6];
      for (size_t c = 0; c < 6; ++c) parts[c] = VectorReader<double>(*columns[c])[active[i]];
      mergeStates(*reinterpret_cast<PairState*>(states[i] + offset), {parts[0], parts[1], parts[2], parts[3], parts[4], parts[5]});
    }
    return Status::ok();
  }
  Status finalize(std::span<const std::byte* const> states, size_t offset, VectorBuilder& result) const override {
    for (const std::byte* at : states) {
      const auto& s = *reinterpret_cast<const PairState*>(at + offset);
      double value = 0;
      if (moment_ == PairMoment::kCount) {
        result.appendFixed(static_cast<int64_t>(s.n));
      } else if (pairResult(moment_, s, value)) {
        result.appendFixed(value);
      } else {
        result.appendNull();
      }
    }
    return Status::ok();
  }

 private:
  template <class Body>
  void forEachPair(const AggregateInput& input, Body&& body) const {
    const bool swapped = isRegression(moment_);
    const VectorReader<double> xs(*input.arguments[swapped ? 1 : 0]);
    const VectorReader<double> ys(*input.arguments[swapped ? 0 : 1]);
    for (RowIndex i = 0; i < input.active.count(); ++i) {
      const RowIndex row = input.active[i];
      if (!ys.isNull(row) && !xs.isNull(row)) body(i, xs[row], ys[row]);
    }
  }
  // Operation by operation as Spark computes them.
  void add(PairState& s, double x, double y) const {
    s.n += 1;
    const double dx = x - s.meanX;
    const double dy = y - s.meanY;
    const double dxN = dx / s.n;
    const double dyN = dy / s.n;
    s.meanX += dxN;
    s.meanY += dyN;
    s.xy += dx * (y - s.meanY);
    // A regression has its squares from the variance, a correlation from its own sums.
    const bool ofVariance = isRegression(moment_);
    s.xx += dx * (ofVariance ? dx - dxN : x - s.meanX);
    s.yy += dy * (ofVariance ? dy - dyN : y - s.meanY);
  }
  static void mergeStates(PairState& a, const PairState& b) {
    const double n = a.n + b.n;
    const double dx = b.meanX - a.meanX;
    const double dy = b.meanY - a.meanY;
    const double dxN = n == 0 ? 0 : dx / n;
    const double dyN = n == 0 ? 0 : dy / n;
    a.meanX += dxN * b.n;
    a.meanY += dyN * b.n;
    a.xy = a.xy + b.xy + dx * dyN * a.n * b.n;
    a.xx = a.xx + b.xx + dx * dxN * a.n * b.n;
    a.yy = a.yy + b.yy + dy * dyN * a.n * b.n;
    a.n = n;
  }
  const PairMoment moment_;
};

bool isNumber(const DataType& type) { return type.isNumeric() || type.isStringLike() || type.is(TypeKind::kNull); }

template <Moment kMoment>
Result<AggregateBinding> bindMoment(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  if (!isNumber(context.argumentTypes[0])) return unexpectedArgumentType(context, 0, "\"DOUBLE\"");
  AggregateBinding binding{.argumentTypes = {DataType::float64()}, .result = DataType::float64()};
  binding.aggregator = makeStateAggregator(CentralMoments{{}, kMoment}, binding.result);
  return binding;
}

template <PairMoment kMoment>
Result<AggregateBinding> bindPair(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    if (!isNumber(context.argumentTypes[i])) return unexpectedArgumentType(context, i, "\"DOUBLE\"");
  }
  AggregateBinding binding{.argumentTypes = {DataType::float64(), DataType::float64()}, .result = DataType::float64()};
  if (kMoment == PairMoment::kCount) {
    binding.result = DataType::bigint();
    binding.nullable = false;
    binding.emptyResult = Value::integer(0);
  }
  binding.aggregator = std::make_shared<const PairAggregator>(kMoment);
  return binding;
}

// The average of one argument over pairs without NULL.
template <size_t kArgument>
Result<expr::ExprPtr> rewriteAverage(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  for (size_t i = 0; i < 2; ++i) {
    if (!isNumber(context.argumentTypes[i])) return unexpectedArgumentType(context, i, "\"DOUBLE\"");
  }
  const auto isNull = [&](size_t argument) { return expr::call("isnull", {context.arguments[argument]}); };
  return expr::call("avg", {expr::call("if", {expr::call("or", {isNull(0), isNull(1)}), expr::literalNull(), context.arguments[kArgument]})});
}

const AggregateFunction kFunctions[] = {
    {.names = {"stddev", "stddev_samp", "std"}, .since = "1.6.0", .usage = "stddev(expr) - The sample standard deviation.",
     .examples = {{.sql = "SELECT stddev(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "1.0"}}, .bind = bindMoment<Moment::kStddevSample>},
    {.names = {"stddev_pop"}, .since = "1.6.0", .usage = "stddev_pop(expr) - The population standard deviation.",
     .examples = {{.sql = "SELECT stddev_pop(col) FROM VALUES (1), (3) AS tab(col)", .result = "1.0"}}, .bind = bindMoment<Moment::kStddevPopulation>},
    {.names = {"variance", "var_samp"}, .since = "1.6.0", .usage = "var_samp(expr) - The sample variance.",
     .examples = {{.sql = "SELECT var_samp(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "1.0"}}, .bind = bindMoment<Moment::kVarianceSample>},
    {.names = {"var_pop"}, .since = "1.6.0", .usage = "var_pop(expr) - The population variance.",
     .examples = {{.sql = "SELECT var_pop(col) FROM VALUES (1), (3) AS tab(col)", .result = "1.0"}}, .bind = bindMoment<Moment::kVariancePopulation>},
    {.names = {"skewness"}, .since = "1.6.0", .usage = "skewness(expr) - How far the values lean to one side of their mean.",
     .examples = {{.sql = "SELECT skewness(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "0.0"}}, .bind = bindMoment<Moment::kSkewness>},
    {.names = {"kurtosis"}, .since = "1.6.0", .usage = "kurtosis(expr) - How heavy the tails of the values are, less that of a normal distribution.",
     .examples = {{.sql = "SELECT kurtosis(col) FROM VALUES (1), (2), (3) AS tab(col)", .result = "-1.5"}}, .bind = bindMoment<Moment::kKurtosis>},
    {.names = {"covar_pop"}, .since = "2.0.0", .usage = "covar_pop(expr1, expr2) - The population covariance.",
     .examples = {{.sql = "SELECT covar_pop(a, b) FROM VALUES (1, 1), (3, 3) AS tab(a, b)", .result = "1.0"}},
     .bind = bindPair<PairMoment::kCovariancePopulation>},
    {.names = {"covar_samp"}, .since = "2.0.0", .usage = "covar_samp(expr1, expr2) - The sample covariance.",
     .examples = {{.sql = "SELECT covar_samp(a, b) FROM VALUES (1, 1), (3, 3) AS tab(a, b)", .result = "2.0"}},
     .bind = bindPair<PairMoment::kCovarianceSample>},
    {.names = {"corr"}, .since = "1.6.0", .usage = "corr(expr1, expr2) - Pearson's coefficient of correlation.",
     .examples = {{.sql = "SELECT corr(a, b) FROM VALUES (1, 1), (3, 3) AS tab(a, b)", .result = "1.0"}}, .bind = bindPair<PairMoment::kCorrelation>},
    {.names = {"regr_count"}, .since = "3.3.0", .usage = "regr_count(y, x) - The number of pairs without NULL.",
     .examples = {{.sql = "SELECT regr_count(y, x) FROM VALUES (1, 2), (2, NULL) AS tab(y, x)", .result = "1"}}, .bind = bindPair<PairMoment::kCount>},
    {.names = {"regr_avgx"}, .since = "3.3.0", .usage = "regr_avgx(y, x) - The mean of x over pairs without NULL.",
     .examples = {{.sql = "SELECT regr_avgx(y, x) FROM VALUES (1, 2), (2, 4) AS tab(y, x)", .result = "3.0"}}, .rewrite = rewriteAverage<1>},
    {.names = {"regr_avgy"}, .since = "3.3.0", .usage = "regr_avgy(y, x) - The mean of y over pairs without NULL.",
     .examples = {{.sql = "SELECT regr_avgy(y, x) FROM VALUES (1, 2), (2, 4) AS tab(y, x)", .result = "1.5"}}, .rewrite = rewriteAverage<0>},
    {.names = {"regr_sxx"}, .since = "3.4.0", .usage = "regr_sxx(y, x) - The sum of squared deviations of x.",
     .examples = {{.sql = "SELECT regr_sxx(y, x) FROM VALUES (1, 2), (2, 4) AS tab(y, x)", .result = "2.0"}}, .bind = bindPair<PairMoment::kSxx>},
    {.names = {"regr_syy"}, .since = "3.4.0", .usage = "regr_syy(y, x) - The sum of squared deviations of y.",
     .examples = {{.sql = "SELECT regr_syy(y, x) FROM VALUES (1, 2), (3, 4) AS tab(y, x)", .result = "2.0"}}, .bind = bindPair<PairMoment::kSyy>},
    {.names = {"regr_sxy"}, .since = "3.4.0", .usage = "regr_sxy(y, x) - The sum of products of deviations.",
     .examples = {{.sql = "SELECT regr_sxy(y, x) FROM VALUES (1, 2), (3, 4) AS tab(y, x)", .result = "2.0"}}, .bind = bindPair<PairMoment::kSxy>},
    {.names = {"regr_r2"}, .since = "3.3.0", .usage = "regr_r2(y, x) - The coefficient of determination.",
     .examples = {{.sql = "SELECT regr_r2(y, x) FROM VALUES (1, 2), (3, 4) AS tab(y, x)", .result = "1.0"}}, .bind = bindPair<PairMoment::kR2>},
    {.names = {"regr_slope"}, .since = "3.4.0", .usage = "regr_slope(y, x) - The slope of the regression line.",
     .examples = {{.sql = "SELECT regr_slope(y, x) FROM VALUES (1, 1), (3, 3) AS tab(y, x)", .result = "1.0"}}, .bind = bindPair<PairMoment::kSlope>},
    {.names = {"regr_intercept"}, .since = "3.4.0", .usage = "regr_intercept(y, x) - Where the regression line crosses the y axis.",
     .examples = {{.sql = "SELECT regr_intercept(y, x) FROM VALUES (1, 1), (3, 3) AS tab(y, x)", .result = "0.0"}},
     .bind = bindPair<PairMoment::kIntercept>},
};

}  // namespace

void registerMoments(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
