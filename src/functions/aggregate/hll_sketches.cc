// HyperLogLog sketches of groups: hll_sketch_agg, hll_union_agg.
#include <algorithm>
#include <optional>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/sketch/hll_sketch.h"

namespace flint::functions {
namespace {

enum class Fault : uint8_t { kNone, kInvalid, kDifferent };

template <bool kMerges>
struct HllSketches {
  struct Object {
    std::optional<HllSketch> sketch;
    Fault fault = Fault::kNone;
    int left = 0;
    int right = 0;
  };
  int lgK;  // of a union without rows
  bool allowsDifferent;
  std::string functionName;

  Object make() const { return {}; }
  void take(Object& object, const HllSketch& other) const {
    if (!object.sketch) {
      object.sketch = other;
      return;
    }
    if (object.sketch->lgK() != other.lgK() && !allowsDifferent) {
      object.fault = Fault::kDifferent;
      object.left = object.sketch->lgK();
      object.right = other.lgK();
      return;
    }
    if (other.lgK() < object.sketch->lgK()) object.sketch = object.sketch->folded(other.lgK());
    object.sketch->merge(other);
  }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const ColumnVector& vector = *arguments[0];
    const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
    const RowIndex at = vector.baseRow(row);
    if constexpr (kMerges) {
      const auto other = HllSketch::read(base.values<StringView>()[at].view());
      if (other) {
        take(object, *other);
      } else {
        object.fault = Fault::kInvalid;
      }
    } else {
      if (!object.sketch) object.sketch.emplace(lgK);
      switch (base.physicalType()) {
        case PhysicalType::kInt32: return object.sketch->update(int64_t{base.values<int32_t>()[at]});
        case PhysicalType::kInt64: return object.sketch->update(base.values<int64_t>()[at]);
        default: return object.sketch->update(base.values<StringView>()[at].view());
      }
    }
  }
  void merge(Object& into, const Object& from) const {
    if (from.fault != Fault::kNone) {
      into.fault = from.fault;
      into.left = from.left;
      into.right = from.right;
    }
    if (from.sketch) take(into, *from.sketch);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed(static_cast<uint8_t>(object.fault));
    out.writeInt(object.left);
    out.writeInt(object.right);
    out.writeFixed<uint8_t>(object.sketch ? 1 : 0);
    if (object.sketch) out.writeString(object.sketch->serialize());
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    from.fault = static_cast<Fault>(std::min<uint8_t>(in.readFixed<uint8_t>(), 2));
    from.left = static_cast<int>(in.readInt());
    from.right = static_cast<int>(in.readInt());
    if (in.readFixed<uint8_t>() != 0) {
      from.sketch = HllSketch::read(in.readString());
      if (!from.sketch) in.fail();
    }
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->fault == Fault::kInvalid) return Error(condition::kHllInvalidInputSketchBuffer).with("function", functionName);
    if (object != nullptr && object->fault == Fault::kDifferent) {
      return Error(condition::kHllUnionDifferentLgK)
          .with("left", std::to_string(object->left))
          .with("right", std::to_string(object->right))
          .with("function", functionName);
    }
    result.appendString(object == nullptr || !object->sketch ? HllSketch(lgK).serialize() : object->sketch->serialize());
    return Status::ok();
  }
};

Result<AggregateBinding> bindValues(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  const std::string name = quoteIdentifier(context.name);
  DataType taken = type;
  if (type.is(TypeKind::kByte) || type.is(TypeKind::kShort) || type.is(TypeKind::kNull)) taken = DataType::integer();
  if (!taken.is(TypeKind::kInteger) && !taken.is(TypeKind::kLong) && !taken.isStringLike() && !taken.is(TypeKind::kBinary)) {
    return unexpectedArgumentType(context, 0, "(\"INT\" or \"BIGINT\" or \"STRING\" or \"BINARY\")");
  }
  int lgK = HllSketch::kDefaultLgK;
  AggregateBinding binding{.argumentTypes = {taken}, .result = DataType::binary(), .nullable = false};
  if (context.argumentTypes.size() == 2) {
    if (!context.argumentTypes[1].isIntegral()) return unexpectedArgumentType(context, 1, "\"INT\"");
    const Value* value = context.constants[1];
    if (value == nullptr || value->isNull()) return Error(condition::kHllKMustBeConstant).with("function", name);
    if (value->asInteger() < HllSketch::kLeastLgK || value->asInteger() > HllSketch::kMostLgK) {
      return Error(condition::kHllInvalidLgK)
          .with("function", name)
          .with("min", std::to_string(HllSketch::kLeastLgK))
          .with("max", std::to_string(HllSketch::kMostLgK))
          .with("value", std::to_string(value->asInteger()));
    }
    lgK = static_cast<int>(value->asInteger());
    binding.argumentTypes.push_back(context.argumentTypes[1]);
  }
  binding.emptyResult = Value::string(HllSketch(lgK).serialize());
  binding.aggregator = makeObjectAggregator(HllSketches<false>{lgK, false, name});
  return binding;
}

Result<AggregateBinding> bindUnion(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"BINARY\"");
  AggregateBinding binding{.argumentTypes = {DataType::binary()}, .result = DataType::binary(), .nullable = false};
  bool allowsDifferent = false;
  if (context.argumentTypes.size() == 2) {
    const Value* value = context.constants[1];
    if (!context.argumentTypes[1].is(TypeKind::kBoolean) || value == nullptr || value->isNull()) return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
    allowsDifferent = value->asBoolean();
    binding.argumentTypes.push_back(DataType::boolean());
  }
  binding.canRaise = true;
  binding.emptyResult = Value::string(HllSketch(HllSketch::kDefaultLgK).serialize());
  binding.aggregator = makeObjectAggregator(HllSketches<true>{HllSketch::kDefaultLgK, allowsDifferent, quoteIdentifier(context.name)});
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"hll_sketch_agg"}, .since = "3.5.0", .usage = "hll_sketch_agg(expr[, lgConfigK]) - A HyperLogLog sketch of the different values.", .bind = bindValues},
    {.names = {"hll_union_agg"}, .since = "3.5.0", .usage = "hll_union_agg(expr[, allowDifferentLgConfigK]) - The union of HyperLogLog sketches.", .bind = bindUnion},
};

}  // namespace

void registerHllSketches(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
