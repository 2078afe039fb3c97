#include <cmath>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/state_aggregator.h"

namespace flint::functions {
namespace {

enum class Moment : uint8_t { kStddevSample, kStddevPopulation, kVarianceSample, kVariancePopulation, kSkewness, kKurtosis };

// Central moments, updated and merged as Chan, Golub, LeVeque and Terriberry give them.
struct CentralMoments : NeverFails {
  using Input = double;
  using Output = double;
  struct State {
    double n, mean, m2, m3, m4;
  };
  Moment moment;
  void add(State& s, double value) const {
    const double n1 = s.n;
    s.n += 1;
    const double delta = value - s.mean;
    const double deltaN = delta / s.n;
    const double term = delta * deltaN * n1;
    s.mean += deltaN;
    s.m4 += term * deltaN * deltaN * (s.n * s.n - 3 * s.n + 3) + 6 * deltaN * deltaN * s.m2 - 4 * deltaN * s.m3;
    s.m3 += term * deltaN * (s.n - 2) - 3 * deltaN * s.m2;
    s.m2 += term;
  }
  void merge(State& a, const State& b) const {
    if (b.n == 0) return;
    if (a.n == 0) {
      a = b;
      return;
    }
    const double n = a.n + b.n;
    const double delta = b.mean - a.mean;
    const double deltaN = delta / n;
    const double m4 = a.m4 + b.m4 + deltaN * deltaN * deltaN * delta * a.n * b.n * (a.n * a.n - a.n * b.n + b.n * b.n) +
                      6 * deltaN * deltaN * (a.n * a.n * b.m2 + b.n * b.n * a.m2) + 4 * deltaN * (a.n * b.m3 - b.n * a.m3);
    const double m3 = a.m3 + b.m3 + deltaN * deltaN * delta * a.n * b.n * (a.n - b.n) + 3 * deltaN * (a.n * b.m2 - b.n * a.m2);
    a.m2 += b.m2 + delta * deltaN * a.n * b.n;
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

enum class PairMoment : uint8_t {
  kCovariancePopulation, kCovarianceSample, kCorrelation, kCount, kAverageX, kAverageY, kSxx, kSyy, kSxy, kR2, kSlope, kIntercept,
};

// Moments of pairs (y, x), as the regression functions name their arguments.
struct PairState {
  double n, meanX, meanY, xy, xx, yy;
};

bool pairResult(PairMoment moment, const PairState& s, double& out) {
  if (s.n == 0) return false;
  switch (moment) {
    case PairMoment::kCovariancePopulation: out = s.xy / s.n; return true;
    case PairMoment::kCovarianceSample: out = s.xy / (s.n - 1); return s.n > 1;
    case PairMoment::kCorrelation: out = s.xy / std::sqrt(s.xx * s.yy); return s.n > 1;
    case PairMoment::kCount: return false;
    case PairMoment::kAverageX: out = s.meanX; return true;
    case PairMoment::kAverageY: out = s.meanY; return true;
    case PairMoment::kSxx: out = s.xx; return true;
    case PairMoment::kSyy: out = s.yy; return true;
    case PairMoment::kSxy: out = s.xy; return true;
    case PairMoment::kR2: out = s.yy == 0 ? 1 : s.xy * s.xy / s.xx / s.yy; return s.xx != 0;
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
    forEachPair(input, [&](RowIndex i, double y, double x) { add(*reinterpret_cast<PairState*>(states[i] + offset), y, x); });
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena&) const override {
    forEachPair(input, [&](RowIndex, double y, double x) { add(*reinterpret_cast<PairState*>(state), y, x); });
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
  static void forEachPair(const AggregateInput& input, Body&& body) {
    const VectorReader<double> ys(*input.arguments[0]);
    const VectorReader<double> xs(*input.arguments[1]);
    for (RowIndex i = 0; i < input.active.count(); ++i) {
      const RowIndex row = input.active[i];
      if (!ys.isNull(row) && !xs.isNull(row)) body(i, ys[row], xs[row]);
    }
  }
  static void add(PairState& s, double y, double x) {
    s.n += 1;
    const double dx = x - s.meanX;
    const double dy = y - s.meanY;
    s.meanX += dx / s.n;
    s.meanY += dy / s.n;
    s.xy += dx * (y - s.meanY);
    s.xx += dx * (x - s.meanX);
    s.yy += dy * (y - s.meanY);
  }
  static void mergeStates(PairState& a, const PairState& b) {
    if (b.n == 0) return;
    const double n = a.n + b.n;
    const double dx = b.meanX - a.meanX;
    const double dy = b.meanY - a.meanY;
    const double weight = a.n * b.n / n;
    a.xy += b.xy + dx * dy * weight;
    a.xx += b.xx + dx * dx * weight;
    a.yy += b.yy + dy * dy * weight;
    a.meanX += dx * b.n / n;
    a.meanY += dy * b.n / n;
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
     .examples = {{.sql = "SELECT regr_avgx(y, x) FROM VALUES (1, 2), (2, 4) AS tab(y, x)", .result = "3.0"}}, .bind = bindPair<PairMoment::kAverageX>},
    {.names = {"regr_avgy"}, .since = "3.3.0", .usage = "regr_avgy(y, x) - The mean of y over pairs without NULL.",
     .examples = {{.sql = "SELECT regr_avgy(y, x) FROM VALUES (1, 2), (2, 4) AS tab(y, x)", .result = "1.5"}}, .bind = bindPair<PairMoment::kAverageY>},
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
