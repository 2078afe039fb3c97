// KLL sketches of groups: kll_sketch_agg_* and kll_merge_agg_*.
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/sketch/kll_sketch.h"

namespace flint::functions {
namespace {

template <class T, bool kMerges>
struct KllSketches {
  struct Object {
    KllSketch<T> sketch;
    bool isInvalid = false;
  };
  int k;
  std::string functionName;

  Object make() const { return {KllSketch<T>(k)}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    if constexpr (kMerges) {
      const auto other = KllSketch<T>::read(VectorReader<StringView>(*arguments[0])[row].view());
      if (other) {
        object.sketch.merge(*other);
      } else {
        object.isInvalid = true;
      }
    } else {
      object.sketch.update(VectorReader<T>(*arguments[0])[row]);
    }
  }
  void merge(Object& into, const Object& from) const {
    into.sketch.merge(from.sketch);
    into.isInvalid = into.isInvalid || from.isInvalid;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed<uint8_t>(object.isInvalid ? 1 : 0);
    out.writeString(object.sketch.serialize());
  }
  void decode(Object& object, ByteReader& in) const {
    object.isInvalid = in.readFixed<uint8_t>() != 0 || object.isInvalid;
    const auto other = KllSketch<T>::read(in.readString());
    if (other) {
      object.sketch.merge(*other);
    } else {
      in.fail();
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->isInvalid) return Error(condition::kKllInvalidInputSketchBuffer).with("function", functionName);
    result.appendString(object == nullptr ? KllSketch<T>(k).serialize() : object->sketch.serialize());
    return Status::ok();
  }
};

template <class T>
DataType typeOfItems() {
  if constexpr (std::is_same_v<T, int64_t>) return DataType::bigint();
  return sizeof(T) == 4 ? DataType::float32() : DataType::float64();
}

template <class T, bool kMerges>
Result<AggregateBinding> bindKll(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  const DataType wanted = kMerges ? DataType::binary() : typeOfItems<T>();
  const bool fits = type.is(TypeKind::kNull) || (kMerges                            ? type.is(TypeKind::kBinary)
                                                 : std::is_same_v<T, int64_t>       ? type.isIntegral()
                                                 : std::is_same_v<T, float>         ? type.is(TypeKind::kFloat)
                                                                                    : type.isFloating());
  if (!fits) return unexpectedArgumentType(context, 0, "\"" + wanted.sql() + "\"");
  const std::string name = quoteIdentifier(context.name);
  AggregateBinding binding{.argumentTypes = {wanted}, .result = DataType::binary(), .nullable = false};
  int k = KllSketch<T>::kDefaultK;
  if (context.argumentTypes.size() == 2) {
    const Value* value = context.constants[1];
    if (!context.argumentTypes[1].isIntegral()) return unexpectedArgumentType(context, 1, "\"INT\"");
    if (value == nullptr || value->isNull()) return Error(condition::kKllSketchKMustBeConstant).with("functionName", name);
    if (value->asInteger() < KllSketch<T>::kLeastK || value->asInteger() > KllSketch<T>::kMostK) {
      return Error(condition::kKllSketchKOutOfRange).with("functionName", name).with("k", std::to_string(value->asInteger()));
    }
    k = static_cast<int>(value->asInteger());
    binding.argumentTypes.push_back(context.argumentTypes[1]);
  }
  binding.canRaise = kMerges;
  binding.emptyResult = Value::string(KllSketch<T>(k).serialize());
  binding.aggregator = makeObjectAggregator(KllSketches<T, kMerges>{k, name});
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"kll_sketch_agg_bigint"}, .since = "4.1.0", .usage = "kll_sketch_agg_bigint(expr[, k]) - A KLL sketch of whole numbers.", .bind = bindKll<int64_t, false>},
    {.names = {"kll_sketch_agg_float"}, .since = "4.1.0", .usage = "kll_sketch_agg_float(expr[, k]) - A KLL sketch of FLOAT numbers.", .bind = bindKll<float, false>},
    {.names = {"kll_sketch_agg_double"}, .since = "4.1.0", .usage = "kll_sketch_agg_double(expr[, k]) - A KLL sketch of DOUBLE numbers.", .bind = bindKll<double, false>},
    {.names = {"kll_merge_agg_bigint"}, .since = "4.1.0", .usage = "kll_merge_agg_bigint(expr[, k]) - KLL sketches of whole numbers as one.", .bind = bindKll<int64_t, true>},
    {.names = {"kll_merge_agg_float"}, .since = "4.1.0", .usage = "kll_merge_agg_float(expr[, k]) - KLL sketches of FLOAT numbers as one.", .bind = bindKll<float, true>},
    {.names = {"kll_merge_agg_double"}, .since = "4.1.0", .usage = "kll_merge_agg_double(expr[, k]) - KLL sketches of DOUBLE numbers as one.", .bind = bindKll<double, true>},
};

}  // namespace

void registerKllSketches(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
