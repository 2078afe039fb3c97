// Aggregates that clients call by name and SQL does not show: pandas_product, pandas_mode.
#include <cmath>
#include <map>
#include <string>

#include "base/byte_coding.h"
#include "columnar/row_serializer.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"

namespace flint::functions {
namespace {

// The product of whole numbers.
struct WholeProduct {
  using Input = int64_t;
  using Output = int64_t;
  struct State {
    int64_t product;
    uint32_t seen;  // else the product is 1
    uint32_t overflowed;
  };
  bool raises;
  void add(State& state, int64_t value) const { merge(state, {value, 1, 0}); }
  void merge(State& into, const State& from) const {
    if (from.seen == 0) return;
    into.overflowed |= from.overflowed | (into.seen != 0 && __builtin_mul_overflow(into.product, from.product, &into.product) ? 1U : 0U);
    if (into.seen == 0) into.product = from.product;
    into.seen = 1;
  }
  Status failure(const State& state) const {
    if (state.overflowed == 0 || !raises) return Status::ok();
    return aggregateOverflow("long overflow", "try_multiply");
  }
  bool result(const State& state, int64_t& out) const {
    out = state.seen == 0 ? 1 : state.product;
    return true;
  }
};

// The product of other numbers, from the sum of their logarithms.
struct RealProduct : NeverFails {
  using Input = double;
  using Output = double;
  struct State {
    double logarithms;
    uint32_t negatives;
    uint32_t zeros;
  };
  void add(State& state, double value) const {
    if (value < 0) state.negatives ^= 1U;
    if (value == 0) {
      state.zeros = 1;
    } else {
      state.logarithms += std::log(std::fabs(value));
    }
  }
  void merge(State& into, const State& from) const {
    into.logarithms += from.logarithms;
    into.negatives ^= from.negatives;
    into.zeros |= from.zeros;
  }
  bool result(const State& state, double& out) const {
    const double size = std::exp(state.logarithms);
    out = state.zeros != 0 ? 0.0 : state.negatives != 0 ? -size : size;
    return true;
  }
};

Result<AggregateBinding> bindProduct(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.isNumeric() && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  const DataType result = type.isIntegral() ? DataType::bigint() : DataType::float64();
  AggregateBinding binding{.argumentTypes = {result}, .result = result, .nullable = false};
  binding.aggregator = type.isIntegral() ? makeStateAggregator(WholeProduct{context.options.ansi}, result) : makeStateAggregator(RealProduct{}, result);
  return binding;
}

// All of the most frequent values.
struct Modes {
  struct Object {
    std::map<std::string, int64_t> counts;
  };
  bool ignoresNulls;

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>(object.counts.size() * 96); }  // a node, with a short value
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (ignoresNulls && arguments[0]->isNull(row)) return;
    ByteWriter bytes;
    columnar::serializeValue(*arguments[0], row, true, bytes);
    ++object.counts[bytes.take()];
  }
  void merge(Object& into, const Object& from) const {
    for (const auto& [value, count] : from.counts) into.counts[value] += count;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.counts.size());
    for (const auto& [value, count] : object.counts) {
      out.writeString(value);
      out.writeInt(count);
    }
  }
  void decode(Object& object, ByteReader& in) const {
    for (size_t rest = in.readCount(); rest > 0 && !in.failed(); --rest) {
      const std::string value(in.readString());
      object.counts[value] += in.readInt();
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    int64_t most = 0;
    int32_t size = 0;
    if (object != nullptr) {
      for (const auto& [value, count] : object->counts) most = std::max(most, count);
      for (const auto& [value, count] : object->counts) {
        if (count != most) continue;
        ByteReader reader(value);
        columnar::deserializeValue(reader, result.child(0));
        RETURN_IF_ERROR(reader.status());
        ++size;
      }
    }
    result.appendList(size);
    return Status::ok();
  }
};

Result<AggregateBinding> bindModes(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  if (context.constants[1] == nullptr || context.constants[1]->isNull() || !context.argumentTypes[1].is(TypeKind::kBoolean)) {
    return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
  }
  const DataType& type = context.argumentTypes[0];
  const bool ignoresNulls = context.constants[1]->asBoolean();
  AggregateBinding binding{.argumentTypes = {type, DataType::boolean()}, .result = DataType::array(type, !ignoresNulls), .nullable = false, .emptyResult = Value::list({})};
  binding.aggregator = makeObjectAggregator(Modes{ignoresNulls});
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"pandas_product"}, .since = "4.1.0", .usage = "", .bind = bindProduct},
    {.names = {"pandas_mode"}, .since = "4.1.0", .usage = "", .bind = bindModes},
};

}  // namespace

void registerClientAggregates(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
