#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/state_aggregator.h"

namespace flint::functions {
namespace {

// Counts rows in which every argument is non-null; all rows without arguments, or with arguments that are never null.
class CountAggregator final : public Aggregator {
 public:
  size_t stateSize() const override { return sizeof(int64_t); }
  bool zeroInitialized() const override { return true; }
  void init(std::byte* state) const override { std::memset(state, 0, sizeof(int64_t)); }

  Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena&) const override {
    const ActiveRows& active = input.active;
    if (!mayHaveNulls(input)) {
      for (RowIndex i = 0; i < active.count(); ++i) ++count(states[i] + offset);
      return Status::ok();
    }
    for (RowIndex i = 0; i < active.count(); ++i) count(states[i] + offset) += isCounted(input, active[i]) ? 1 : 0;
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena&) const override {
    const ActiveRows& active = input.active;
    if (!mayHaveNulls(input)) {
      count(state) += active.count();
      return Status::ok();
    }
    int64_t counted = 0;
    for (RowIndex i = 0; i < active.count(); ++i) counted += isCounted(input, active[i]) ? 1 : 0;
    count(state) += counted;
    return Status::ok();
  }
  Status merge(std::byte* into, const std::byte* from, StateArena&) const override {
    count(into) += *reinterpret_cast<const int64_t*>(from);
    return Status::ok();
  }
  std::vector<DataType> encodedTypes() const override { return {DataType::bigint()}; }
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<VectorBuilder> columns) const override {
    return finalize(states, offset, columns[0]);
  }
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                      StateArena&) const override {
    forEachValue<int64_t>(*columns[0], active, [&](RowIndex i, int64_t value) { count(states[i] + offset) += value; });
    return Status::ok();
  }
  Status finalize(std::span<const std::byte* const> states, size_t offset, VectorBuilder& result) const override {
    for (const std::byte* state : states) result.appendFixed(*reinterpret_cast<const int64_t*>(state + offset));
    return Status::ok();
  }
  VectorPtr finalizeFlat(std::span<const std::byte* const> states, size_t offset) const override {
    auto values = Buffer::allocate(sizeof(int64_t) * states.size());
    for (size_t i = 0; i < states.size(); ++i) values->mutableAs<int64_t>()[i] = *reinterpret_cast<const int64_t*>(states[i] + offset);
    return ColumnVector::flat(DataType::bigint(), static_cast<RowIndex>(states.size()), std::move(values));
  }

 private:
  static int64_t& count(std::byte* state) { return *reinterpret_cast<int64_t*>(state); }
  static bool mayHaveNulls(const AggregateInput& input) {
    for (const VectorPtr& argument : input.arguments) {
      if (argument->mayHaveNulls()) return true;
    }
    return false;
  }
  static bool isCounted(const AggregateInput& input, RowIndex row) {
    for (const VectorPtr& argument : input.arguments) {
      if (argument->isNull(row)) return false;
    }
    return true;
  }
};

struct CountIf : NeverFails {
  using Input = uint8_t;
  using Output = int64_t;
  struct State {
    int64_t count;
  };
  void add(State& state, uint8_t value) const { state.count += value; }
  void merge(State& into, const State& from) const { into.count += from.count; }
  bool result(const State& state, int64_t& out) const {
    out = state.count;
    return true;
  }
};

Result<AggregateBinding> bindCount(const BindContext& context, bool) {
  if (context.argumentTypes.empty()) {
    return Error(condition::kWrongNumArgsWithSuggestion)
        .with("functionName", "`count`")
        .with("expectedNum", "> 0")
        .with("actualNum", "0")
        .with("legacyNum", "0")
        .with("legacyConfKey", "\"spark.sql.legacy.allowParameterlessCount\"")
        .with("legacyConfValue", "\"true\"")
        .with("docroot", "https://spark.apache.org/docs/latest");
  }
  AggregateBinding binding{.result = DataType::bigint(), .nullable = false, .emptyResult = Value::integer(0)};
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.aggregator = std::make_shared<const CountAggregator>();
  return binding;
}

Result<AggregateBinding> bindCountIf(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const bool isText = context.options.ansi && context.argumentTypes[0].isStringLike();
  if (!context.argumentTypes[0].is(TypeKind::kBoolean) && !context.argumentTypes[0].is(TypeKind::kNull) && !isText) {
    return unexpectedArgumentType(context, 0, "\"BOOLEAN\"");
  }
  AggregateBinding binding{
      .argumentTypes = {DataType::boolean()}, .result = DataType::bigint(), .nullable = false, .emptyResult = Value::integer(0)};
  binding.aggregator = makeStateAggregator(CountIf{}, binding.result);
  return binding;
}

const AggregateFunction kCount = {
    .names = {"count"},
    .since = "1.0.0",
    .usage = "count(*) - The number of rows. count(expr[, expr...]) - The number of rows in which no expr is NULL.",
    .examples = {{.sql = "SELECT count(*) FROM VALUES (NULL), (5), (5), (20) AS tab(col)", .result = "4"},
                 {.sql = "SELECT count(col) FROM VALUES (NULL), (5), (5), (20) AS tab(col)", .result = "3"}},
    .bind = bindCount,
};
const AggregateFunction kCountIf = {
    .names = {"count_if"},
    .since = "3.0.0",
    .usage = "count_if(expr) - The number of rows for which expr is true.",
    .examples = {{.sql = "SELECT count_if(col % 2 = 0) FROM VALUES (NULL), (0), (1), (2), (3) AS tab(col)", .result = "2"}},
    .bind = bindCountIf,
};

// The analyzer puts a measure of a metric view in the place of its call: here is none.
Result<AggregateBinding> bindMeasure(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "measure() of what is no measure of a metric view");
}
const AggregateFunction kMeasure = {
    .names = {"measure"}, .since = "4.2.0", .usage = "measure(expr) - The value of a metric view's measure expr for the rows of a group.", .bind = bindMeasure,
};

}  // namespace

void registerCounts(expr::FunctionRegistry& registry) {
  registry.add(kCount);
  registry.add(kCountIf);
  registry.add(kMeasure);
}

}  // namespace flint::functions
