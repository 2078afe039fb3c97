#include "columnar/row_serializer.h"
#include "columnar/vector_compare.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/aggregate/packed_int128.h"
#include "functions/string/collation_keys.h"
#include "types/collation.h"

namespace flint::functions {
namespace {

template <class T>
bool isLess(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return columnar::compareFloats(a, b) < 0;
  } else {
    return a < b;
  }
}

template <class T, bool kSmallest>
struct Extreme : NeverFails {
  using Input = T;
  using Output = T;
  struct State {
    T value;
    bool seen;
  };
  void add(State& state, T value) const {
    const bool better = kSmallest ? isLess(value, state.value) : isLess(state.value, value);
    if (better || !state.seen) state.value = value;
    state.seen = true;
  }
  void merge(State& into, const State& from) const {
    if (from.seen) add(into, from.value);
  }
  bool result(const State& state, T& out) const {
    out = state.value;
    return state.seen;
  }
};

template <bool kSmallest>
struct WideExtreme : NeverFails {
  using Input = int128_t;
  using Output = int128_t;
  struct State {
    PackedInt128 value;
    uint64_t seen;
  };
  void add(State& state, int128_t value) const {
    const bool better = kSmallest ? value < state.value.value() : state.value.value() < value;
    if (better || state.seen == 0) state.value.set(value);
    state.seen = 1;
  }
  void merge(State& into, const State& from) const {
    if (from.seen != 0) add(into, from.value.value());
  }
  bool result(const State& state, int128_t& out) const {
    out = state.value.value();
    return state.seen != 0;
  }
};

// The state's text is inline in its StringView, or in the arena with room for `capacity` bytes.
class StringExtreme final : public Aggregator {
 public:
  explicit StringExtreme(bool smallest) : smallest_(smallest) {}
  struct State {
    StringView value;
    uint32_t capacity;
    uint32_t seen;
  };
  size_t stateSize() const override { return sizeof(State); }
  bool zeroInitialized() const override { return true; }
  void init(std::byte* state) const override { std::memset(state, 0, sizeof(State)); }
  Status update(std::byte* const* states, size_t offset, const AggregateInput& input, StateArena& arena) const override {
    forEachValue<StringView>(*input.arguments[0], input.active,
                             [&](RowIndex i, const StringView& value) { add(states[i] + offset, value, arena); });
    return Status::ok();
  }
  Status updateOne(std::byte* state, const AggregateInput& input, StateArena& arena) const override {
    forEachValue<StringView>(*input.arguments[0], input.active, [&](RowIndex, const StringView& value) { add(state, value, arena); });
    return Status::ok();
  }
  Status merge(std::byte* into, const std::byte* from, StateArena& arena) const override {
    const auto& other = *reinterpret_cast<const State*>(from);
    if (other.seen != 0) add(into, other.value, arena);
    return Status::ok();
  }
  std::vector<DataType> encodedTypes() const override { return {DataType::binary()}; }
  Status encode(std::span<const std::byte* const> states, size_t offset, std::span<VectorBuilder> columns) const override {
    return finalize(states, offset, columns[0]);
  }
  Status mergeEncoded(std::byte* const* states, size_t offset, std::span<const VectorPtr> columns, const ActiveRows& active,
                      StateArena& arena) const override {
    forEachValue<StringView>(*columns[0], active, [&](RowIndex i, const StringView& value) { add(states[i] + offset, value, arena); });
    return Status::ok();
  }
  Status finalize(std::span<const std::byte* const> states, size_t offset, VectorBuilder& result) const override {
    for (const std::byte* at : states) {
      const auto& state = *reinterpret_cast<const State*>(at + offset);
      if (state.seen != 0) {
        result.appendString(state.value.view());
      } else {
        result.appendNull();
      }
    }
    return Status::ok();
  }

 private:
  void add(std::byte* at, const StringView& value, StateArena& arena) const {
    auto& state = *reinterpret_cast<State*>(at);
    if (state.seen != 0) {
      const int order = value.compare(state.value);
      if (smallest_ ? order >= 0 : order <= 0) return;
    }
    state.seen = 1;
    if (value.isInline()) {
      state.value = value;
      state.capacity = 0;
      return;
    }
    if (state.capacity < value.size()) {
      state.capacity = value.size() + value.size() / 2;
      char* room = arena.allocate(state.capacity);
      std::memcpy(room, value.data(), value.size());
      state.value = StringView(room, value.size());
      return;
    }
    char* room = const_cast<char*>(state.value.data());
    std::memcpy(room, value.data(), value.size());
    state.value = StringView(room, value.size());
  }
  const bool smallest_;
};

// Arrays, structs and texts with a collation: the value is kept as a vector of one row.
struct NestedExtreme {
  struct Object {
    VectorPtr value;
    VectorPtr compared;  // as which it is compared
  };
  DataType type;
  bool smallest;

  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const { offer(object, *arguments[0], row); }
  void offer(Object& object, const ColumnVector& vector, RowIndex row) const {
    if (vector.isNull(row)) return;
    if (hasCollations(type)) return offerCollated(object, vector, row);
    if (object.value != nullptr && !isBetter(columnar::compareValues(vector, row, *object.value, 0))) return;
    VectorBuilder builder(type);
    builder.appendFrom(vector, row);
    object.value = builder.finish();
  }
  void offerCollated(Object& object, const ColumnVector& vector, RowIndex row) const {
    VectorBuilder builder(type);
    builder.appendFrom(vector, row);
    const VectorPtr value = builder.finish();
    const VectorPtr compared = comparedValues(value, type);
    if (object.value != nullptr && !isBetter(columnar::compareValues(*compared, 0, *object.compared, 0))) return;
    object.value = value;
    object.compared = compared;
  }
  bool isBetter(int order) const { return smallest ? order < 0 : order > 0; }
  void merge(Object& into, const Object& from) const {
    if (from.value != nullptr) offer(into, *from.value, 0);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed<uint8_t>(object.value != nullptr ? 1 : 0);
    if (object.value != nullptr) columnar::serializeValue(*object.value, 0, false, out);
  }
  void decode(Object& object, ByteReader& in) const {
    if (in.readFixed<uint8_t>() == 0) return;
    VectorBuilder builder(type);
    columnar::deserializeValue(in, builder);
    if (!in.failed()) offer(object, *builder.finish(), 0);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr || object->value == nullptr) {
      result.appendNull();
    } else {
      result.appendFrom(*object->value, 0);
    }
    return Status::ok();
  }
};

template <bool kSmallest>
std::shared_ptr<const Aggregator> extremeOf(const DataType& type) {
  if (hasCollations(type)) return makeObjectAggregator(NestedExtreme{type, kSmallest});
  switch (type.physicalType()) {
    case PhysicalType::kBool: return makeStateAggregator(Extreme<uint8_t, kSmallest>{}, type);
    case PhysicalType::kInt8: return makeStateAggregator(Extreme<int8_t, kSmallest>{}, type);
    case PhysicalType::kInt16: return makeStateAggregator(Extreme<int16_t, kSmallest>{}, type);
    case PhysicalType::kInt32: return makeStateAggregator(Extreme<int32_t, kSmallest>{}, type);
    case PhysicalType::kInt64: return makeStateAggregator(Extreme<int64_t, kSmallest>{}, type);
    case PhysicalType::kInt128: return makeStateAggregator(WideExtreme<kSmallest>{}, type);
    case PhysicalType::kFloat: return makeStateAggregator(Extreme<float, kSmallest>{}, type);
    case PhysicalType::kDouble: return makeStateAggregator(Extreme<double, kSmallest>{}, type);
    case PhysicalType::kString: return std::make_shared<const StringExtreme>(kSmallest);
    case PhysicalType::kInterval:
    case PhysicalType::kList:
    case PhysicalType::kStruct: return makeObjectAggregator(NestedExtreme{type, kSmallest});
  }
  return nullptr;
}

template <bool kSmallest>
Result<AggregateBinding> bindExtreme(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  RETURN_IF_ERROR(checkOrderable(context, 0));
  const DataType& type = context.argumentTypes[0];
  return AggregateBinding{.argumentTypes = {type}, .result = type, .aggregator = extremeOf<kSmallest>(type), .ignoresDuplicates = true};
}

const AggregateFunction kMin = {
    .names = {"min"},
    .since = "1.0.0",
    .usage = "min(expr) - The smallest value that is not NULL.",
    .examples = {{.sql = "SELECT min(col) FROM VALUES (10), (-1), (20) AS tab(col)", .result = "-1"}},
    .bind = bindExtreme<true>,
};
const AggregateFunction kMax = {
    .names = {"max"},
    .since = "1.0.0",
    .usage = "max(expr) - The largest value that is not NULL.",
    .examples = {{.sql = "SELECT max(col) FROM VALUES (10), (50), (20) AS tab(col)", .result = "50"}},
    .bind = bindExtreme<false>,
};

}  // namespace

void registerExtremes(expr::FunctionRegistry& registry) {
  registry.add(kMin);
  registry.add(kMax);
}

}  // namespace flint::functions
