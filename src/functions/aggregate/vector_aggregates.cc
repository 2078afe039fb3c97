// Sums and averages of vectors, element by element: vector_sum, vector_avg.
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/object_aggregator.h"

namespace flint::functions {
namespace {

using columnar::ListEntry;

// Vectors that hold a null count for nothing.
template <bool kAverage>
struct VectorTotal {
  struct Object {
    std::vector<float> values;  // sums, or averages so far
    int64_t count = 0;
    int64_t otherDimension = -1;  // that of the first vector whose dimension differs
  };

  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const VectorReader<ListEntry> lists(*arguments[0]);
    const columnar::ColumnVector& elements = *lists.base().children()[0];
    const ListEntry entry = lists[row];
    for (int32_t i = 0; i < entry.length; ++i) {
      if (elements.isNull(entry.offset + i)) return;
    }
    if (!fits(object, static_cast<size_t>(entry.length))) return;
    const VectorReader<float> values(elements);
    ++object.count;
    for (size_t i = 0; i < object.values.size(); ++i) {
      const float value = values[entry.offset + static_cast<RowIndex>(i)];
      object.values[i] += kAverage ? (value - object.values[i]) / static_cast<float>(object.count) : value;
    }
  }
  void merge(Object& into, const Object& from) const {
    if (from.otherDimension >= 0 && into.otherDimension < 0) into.otherDimension = from.otherDimension;
    if (from.count == 0 || !fits(into, from.values.size())) return;
    const int64_t count = into.count + from.count;
    for (size_t i = 0; i < into.values.size(); ++i) {
      if (kAverage) {
        const float share = static_cast<float>(from.count) / static_cast<float>(count);
        into.values[i] += (from.values[i] - into.values[i]) * share;
      } else {
        into.values[i] += from.values[i];
      }
    }
    into.count = count;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeInt(object.count);
    out.writeInt(object.otherDimension);
    out.writeInt(static_cast<int64_t>(object.values.size()));
    for (const float value : object.values) out.writeFixed<float>(value);
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    from.count = in.readInt();
    from.otherDimension = in.readInt();
    for (int64_t left = in.readInt(); left > 0 && !in.failed(); --left) from.values.push_back(in.readFixed<float>());
    if (!in.failed()) merge(object, from);
  }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>(object.values.capacity() * sizeof(float)); }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->otherDimension >= 0) {
      return Error(condition::kVectorDimensionMismatch)
          .with("functionName", kAverage ? "`vector_avg`" : "`vector_sum`")
          .with("leftDim", std::to_string(object->values.size()))
          .with("rightDim", std::to_string(object->otherDimension));
    }
    if (object == nullptr || object->count == 0) {
      result.appendNull();
      return Status::ok();
    }
    for (const float value : object->values) result.child(0).appendFixed(value);
    result.appendList(static_cast<int32_t>(object->values.size()));
    return Status::ok();
  }

 private:
  // Whether a vector of this dimension can be added; the first one decides.
  static bool fits(Object& object, size_t dimension) {
    if (object.count == 0) object.values.resize(dimension);
    if (object.values.size() == dimension) return true;
    if (object.otherDimension < 0) object.otherDimension = static_cast<int64_t>(dimension);
    return false;
  }
};

template <bool kAverage>
Result<AggregateBinding> bindTotal(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kArray) || !type.elementType().is(TypeKind::kFloat)) return unexpectedArgumentType(context, 0, "\"ARRAY<FLOAT>\"");
  AggregateBinding binding{.argumentTypes = {type}, .result = DataType::array(DataType::float32(), true)};
  binding.canRaise = true;
  binding.orderSensitive = true;
  binding.aggregator = makeObjectAggregator(VectorTotal<kAverage>{});
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"vector_sum"}, .since = "4.2.0", .usage = "vector_sum(array) - The sum of vectors, element by element.",
     .examples = {{.sql = "SELECT vector_sum(col) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(col)", .result = "[4.0,6.0]"}}, .bind = bindTotal<false>},
    {.names = {"vector_avg"}, .since = "4.2.0", .usage = "vector_avg(array) - The average of vectors, element by element.",
     .examples = {{.sql = "SELECT vector_avg(col) FROM VALUES (array(1.0F, 2.0F)), (array(3.0F, 4.0F)) AS tab(col)", .result = "[2.0,3.0]"}}, .bind = bindTotal<true>},
};

}  // namespace

void registerVectorAggregates(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
