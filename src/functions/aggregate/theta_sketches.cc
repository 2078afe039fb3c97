// Theta and tuple sketches of groups: theta_sketch_agg, theta_union_agg, theta_intersection_agg, and those of tuples.
#include <memory>

#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/sketch/sketch_arguments.h"

namespace flint::functions {
namespace {

enum class Source : uint8_t { kValues, kUnion, kIntersection };

struct ThetaSketches {
  struct Object {
    std::unique_ptr<ThetaSketch> sketch;  // null before the first row
    bool isInvalid = false;

    Object() = default;
    Object(Object&&) = default;
    Object& operator=(Object&&) = default;
    Object(const Object& other) : sketch(other.sketch == nullptr ? nullptr : std::make_unique<ThetaSketch>(*other.sketch)), isInvalid(other.isInvalid) {}
    Object& operator=(const Object& other) { return *this = Object(other); }
  };
  Source source;
  SketchSummary summary;
  SummaryMode mode;
  int lgK;
  std::string functionName;

  Object make() const { return {}; }
  ThetaSketch empty() const { return ThetaSketch(summary, mode, lgK); }
  void take(Object& object, const ThetaSketch& other) const {
    if (object.sketch == nullptr) {
      object.sketch = std::make_unique<ThetaSketch>(empty());
      object.sketch->unite(other);
    } else if (source == Source::kIntersection) {
      object.sketch->intersect(other);
    } else {
      object.sketch->unite(other);
    }
  }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    if (source != Source::kValues) {
      const auto other = ThetaSketch::read(VectorReader<StringView>(*arguments[0])[row].view(), summary, mode, lgK);
      if (other) {
        take(object, *other);
      } else {
        object.isInvalid = true;
      }
      return;
    }
    if (summary != SketchSummary::kNone && arguments[1]->isNull(row)) return;
    if (object.sketch == nullptr) object.sketch = std::make_unique<ThetaSketch>(empty());
    double number = 0;
    if (summary == SketchSummary::kDouble) number = VectorReader<double>(*arguments[1])[row];
    if (summary == SketchSummary::kInteger) number = VectorReader<int32_t>(*arguments[1])[row];
    uint64_t hash = 0;
    if (hashAt(*arguments[0], row, hash)) object.sketch->update(hash, number);
  }
  void merge(Object& into, const Object& from) const {
    into.isInvalid = into.isInvalid || from.isInvalid;
    if (from.sketch != nullptr) take(into, *from.sketch);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed<uint8_t>(static_cast<uint8_t>((object.sketch != nullptr ? 1 : 0) | (object.isInvalid ? 2 : 0)));
    if (object.sketch != nullptr) out.writeString(object.sketch->serialize());
  }
  void decode(Object& object, ByteReader& in) const {
    const auto flags = in.readFixed<uint8_t>();
    object.isInvalid = object.isInvalid || (flags & 2) != 0;
    if ((flags & 1) == 0) return;
    const auto other = ThetaSketch::read(in.readString(), summary, mode, lgK);
    if (other) {
      take(object, *other);
    } else {
      in.fail();
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->isInvalid) return invalidSketch(summary, functionName);
    if (object == nullptr || object->sketch == nullptr) {
      result.appendString(empty().serialize());
      return Status::ok();
    }
    ThetaSketch sketch = *object->sketch;
    if (source == Source::kUnion) sketch.trim();
    result.appendString(sketch.serialize());
    return Status::ok();
  }

 private:
  // False for values that sketches pass over: empty texts, bytes and arrays.
  static bool hashAt(const ColumnVector& vector, RowIndex row, uint64_t& hash) {
    const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
    const RowIndex at = vector.baseRow(row);
    switch (base.physicalType()) {
      case PhysicalType::kInt32: hash = ThetaSketch::hashOf(int64_t{base.values<int32_t>()[at]}); return true;
      case PhysicalType::kInt64: hash = ThetaSketch::hashOf(base.values<int64_t>()[at]); return true;
      case PhysicalType::kDouble: hash = ThetaSketch::hashOf(base.values<double>()[at]); return true;
      case PhysicalType::kString: {
        const std::string_view text = base.values<StringView>()[at].view();
        hash = ThetaSketch::hashOf(text);
        return !text.empty();
      }
      case PhysicalType::kList: {
        const auto entry = base.values<columnar::ListEntry>()[at];
        std::string bytes;
        const ColumnVector& elements = *base.children()[0];
        for (int32_t i = 0; i < entry.length; ++i) {
          const Value value = elements.valueAt(entry.offset + i);
          const int64_t number = value.isNull() ? 0 : value.asInteger();
          bytes.append(reinterpret_cast<const char*>(&number), elements.type().is(TypeKind::kInteger) ? 4 : 8);
        }
        hash = ThetaSketch::hashOf(bytes);
        return !bytes.empty();
      }
      default: return false;
    }
  }
};

// The type that keys are hashed as.
Result<DataType> keyType(const BindContext& context) {
  const DataType& type = context.argumentTypes[0];
  if (type.is(TypeKind::kLong) || type.is(TypeKind::kInteger) || type.is(TypeKind::kBinary) || type.is(TypeKind::kDouble) || type.isStringLike()) return type;
  if (type.is(TypeKind::kArray) && (type.elementType().is(TypeKind::kInteger) || type.elementType().is(TypeKind::kLong))) return type;
  if (type.is(TypeKind::kByte) || type.is(TypeKind::kShort) || type.is(TypeKind::kNull)) return DataType::integer();
  if (type.isFloating()) return DataType::float64();
  return unexpectedArgumentType(context, 0, "(\"ARRAY<INT>\" or \"ARRAY<BIGINT>\" or \"BINARY\" or \"DOUBLE\" or \"FLOAT\" or \"INT\" or \"BIGINT\" or \"STRING\")");
}

template <Source kSource, SketchSummary kSummary>
Result<AggregateBinding> bindSketches(const BindContext& context, bool) {
  const bool isTuple = kSummary != SketchSummary::kNone;
  const size_t keys = kSource == Source::kValues && isTuple ? 2 : 1;
  const bool takesEntries = kSource != Source::kIntersection;
  RETURN_IF_ERROR(checkArgumentCount(context, keys, keys + (takesEntries ? 1 : 0) + (isTuple ? 1 : 0)));
  ThetaSketches sketches{.source = kSource, .summary = kSummary, .mode = SummaryMode::kSum, .lgK = 12, .functionName = quoteIdentifier(context.name)};
  AggregateBinding binding{.result = DataType::binary(), .nullable = false};
  if (kSource == Source::kValues) {
    ASSIGN_OR_RETURN(const DataType type, keyType(context));
    binding.argumentTypes.push_back(type);
    if (isTuple) {
      if (!context.argumentTypes[1].isNumeric()) return unexpectedArgumentType(context, 1, kSummary == SketchSummary::kDouble ? "\"DOUBLE\"" : "\"INT\"");
      binding.argumentTypes.push_back(kSummary == SketchSummary::kDouble ? DataType::float64() : DataType::integer());
    }
  } else {
    const DataType& type = context.argumentTypes[0];
    if (!type.is(TypeKind::kBinary) && !type.is(TypeKind::kNull)) return unexpectedArgumentType(context, 0, "\"BINARY\"");
    binding.argumentTypes.push_back(DataType::binary());
  }
  if (takesEntries) {
    ASSIGN_OR_RETURN(sketches.lgK, nominalEntries(context, keys));
  }
  if (isTuple) {
    ASSIGN_OR_RETURN(sketches.mode, summaryMode(context, keys + (takesEntries ? 1 : 0)));
  }
  for (size_t i = keys; i < context.argumentTypes.size(); ++i) binding.argumentTypes.push_back(context.argumentTypes[i]);
  binding.canRaise = true;
  binding.emptyResult = Value::string(sketches.empty().serialize());
  binding.aggregator = makeObjectAggregator(std::move(sketches));
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"theta_sketch_agg"}, .since = "4.1.0", .usage = "theta_sketch_agg(expr[, lgNomEntries]) - A theta sketch of the different values.", .bind = bindSketches<Source::kValues, SketchSummary::kNone>},
    {.names = {"theta_union_agg"}, .since = "4.1.0", .usage = "theta_union_agg(expr[, lgNomEntries]) - The union of theta sketches.", .bind = bindSketches<Source::kUnion, SketchSummary::kNone>},
    {.names = {"theta_intersection_agg"}, .since = "4.1.0", .usage = "theta_intersection_agg(expr) - The intersection of theta sketches.", .bind = bindSketches<Source::kIntersection, SketchSummary::kNone>},
    {.names = {"tuple_sketch_agg_double"}, .since = "4.2.0", .usage = "tuple_sketch_agg_double(key, summary[, lgNomEntries[, mode]]) - A tuple sketch of the keys, with a DOUBLE beside each.", .bind = bindSketches<Source::kValues, SketchSummary::kDouble>},
    {.names = {"tuple_sketch_agg_integer"}, .since = "4.2.0", .usage = "tuple_sketch_agg_integer(key, summary[, lgNomEntries[, mode]]) - A tuple sketch of the keys, with an INT beside each.", .bind = bindSketches<Source::kValues, SketchSummary::kInteger>},
    {.names = {"tuple_union_agg_double"}, .since = "4.2.0", .usage = "tuple_union_agg_double(child[, lgNomEntries[, mode]]) - The union of tuple sketches.", .bind = bindSketches<Source::kUnion, SketchSummary::kDouble>},
    {.names = {"tuple_union_agg_integer"}, .since = "4.2.0", .usage = "tuple_union_agg_integer(child[, lgNomEntries[, mode]]) - The union of tuple sketches.", .bind = bindSketches<Source::kUnion, SketchSummary::kInteger>},
    {.names = {"tuple_intersection_agg_double"}, .since = "4.2.0", .usage = "tuple_intersection_agg_double(child[, mode]) - The intersection of tuple sketches.", .bind = bindSketches<Source::kIntersection, SketchSummary::kDouble>},
    {.names = {"tuple_intersection_agg_integer"}, .since = "4.2.0", .usage = "tuple_intersection_agg_integer(child[, mode]) - The intersection of tuple sketches.", .bind = bindSketches<Source::kIntersection, SketchSummary::kInteger>},
};

}  // namespace

void registerThetaSketches(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
