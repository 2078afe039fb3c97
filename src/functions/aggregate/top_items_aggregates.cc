// The most frequent items: approx_top_k, approx_top_k_accumulate, approx_top_k_combine.
#include <algorithm>

#include "expr/nodes.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/sketch/top_items.h"
#include "functions/string/charset.h"
#include "functions/string/collation_keys.h"
#include "types/type_coercion.h"

namespace flint::functions {
namespace {

enum class Task : uint8_t { kTop, kAccumulate, kCombine };

struct TopItemsAggregate {
  using Object = TopItems;
  Task task;
  DataType item;
  size_t k;
  int64_t maxItems;
  bool byKeys = false;  // texts under a collation are counted, and given, as their keys

  Object make() const { return TopItems(maxItems); }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (byKeys && !arguments[0]->isNull(row)) {
      VectorBuilder text(item);
      text.appendFrom(*arguments[0], row);
      const VectorPtr compared = comparedValues(text.finish(), item);
      VectorBuilder key(item);
      key.appendString(repairedUtf8(VectorReader<StringView>(*compared)[0].view()));
      object.add(*key.finish(), 0);
      return;
    }
    if (task != Task::kCombine) {
      object.add(*arguments[0], row);
      return;
    }
    const ColumnVector& structs = *arguments[0];
    if (structs.isNull(row)) return;
    const ColumnVector& base = structs.isFlat() ? structs : *structs.base();
    const RowIndex at = structs.baseRow(row);
    TopItems other(std::clamp<int64_t>(VectorReader<int32_t>(*base.children()[1])[at], 1, kMostMaxItems));
    ByteReader reader(VectorReader<StringView>(*base.children()[0])[at].view());
    other.decode(reader);
    if (!reader.failed()) object.merge(other);
  }
  void merge(Object& into, const Object& from) const { into.merge(from); }
  void encode(const Object& object, ByteWriter& out) const { object.encode(out); }
  void decode(Object& object, ByteReader& in) const { object.decode(in); }
  Status finalize(const Object* object, VectorBuilder& result) const {
    const Object empty = make();
    const Object& items = object == nullptr ? empty : *object;
    if (task == Task::kTop) return items.appendTop(k, result);
    ByteWriter bytes;
    items.encode(bytes);
    result.child(0).appendString(bytes.bytes());
    result.child(1).appendFixed(static_cast<int32_t>(maxItems));
    result.child(2).appendNull();
    result.child(3).appendString("item " + item.sql());
    result.appendStruct();
    return Status::ok();
  }
};

// A constant whole number above 0.
Result<int64_t> positive(const BindContext& context, size_t index, const char* name, int64_t otherwise) {
  if (index >= context.argumentTypes.size()) return otherwise;
  const DataType& type = context.argumentTypes[index];
  if (!implicitCast(type, DataType::integer(), context.options.ansi)) return unexpectedArgumentType(context, index, "\"INT\"");
  const Value* value = context.constants[index];
  Value whole;
  if (value != nullptr && !type.isIntegral()) {
    const auto mode = context.options.ansi ? expr::CastMode::kAnsi : expr::CastMode::kLegacy;
    ASSIGN_OR_RETURN(whole, expr::evaluateFoldable(expr::makeNode<expr::Cast>(context.arguments[index], DataType::integer(), mode, true), context.options));
    value = &whole;
  }
  if (value == nullptr || value->isNull()) return Error(condition::kApproxTopKNullArg).with("argName", quoteIdentifier(name));
  if (value->asInteger() < 1) {
    return Error(condition::kApproxTopKNonPositiveArg).with("argName", quoteIdentifier(name)).with("argValue", std::to_string(value->asInteger()));
  }
  return value->asInteger();
}

template <Task kTask>
Result<AggregateBinding> bindTopItems(const BindContext& context, bool) {
  const size_t most = kTask == Task::kTop ? 3 : 2;
  RETURN_IF_ERROR(checkArgumentCount(context, 1, most));
  const DataType& type = context.argumentTypes[0];
  TopItemsAggregate aggregate{.task = kTask, .item = type, .k = 0, .maxItems = kDefaultMaxItems};
  if (kTask == Task::kCombine) {
    const bool isSketch = type.is(TypeKind::kStruct) && type.fields().size() == 4 && type.sameType(TopItems::sketchType(type.fields()[2].type));
    if (!isSketch) return unexpectedArgumentType(context, 0, "\"STRUCT\"");
    aggregate.item = type.fields()[2].type;
  } else if (type.isNested() || type.is(TypeKind::kVariant) || type.is(TypeKind::kNull)) {
    return unexpectedArgumentType(context, 0, "\"ATOMIC\"");
  }
  if (kTask == Task::kTop) {
    ASSIGN_OR_RETURN(const int64_t k, positive(context, 1, "k", kDefaultTopK));
    aggregate.k = static_cast<size_t>(k);
  }
  ASSIGN_OR_RETURN(aggregate.maxItems, positive(context, most - 1, "maxItemsTracked", kDefaultMaxItems));
  if (aggregate.maxItems > kMostMaxItems) {
    return Error(condition::kApproxTopKMaxItemsTrackedExceedsLimit)
        .with("maxItemsTracked", std::to_string(aggregate.maxItems))
        .with("limit", std::to_string(kMostMaxItems));
  }
  if (kTask == Task::kTop && aggregate.maxItems < static_cast<int64_t>(aggregate.k)) {
    return Error(condition::kApproxTopKMaxItemsTrackedLessThanK)
        .with("maxItemsTracked", std::to_string(aggregate.maxItems))
        .with("k", std::to_string(aggregate.k));
  }
  aggregate.byKeys = kTask != Task::kCombine && type.collation() != 0;
  AggregateBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = kTask == Task::kTop ? TopItems::topType(aggregate.item) : TopItems::sketchType(aggregate.item);
  binding.nullable = false;
  if (kTask == Task::kTop) binding.emptyResult = Value::list({});
  binding.aggregator = makeObjectAggregator(std::move(aggregate));
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"approx_top_k"}, .since = "4.1.0", .usage = "approx_top_k(expr[, k[, maxItemsTracked]]) - The most frequent items with their counts.", .bind = bindTopItems<Task::kTop>},
    {.names = {"approx_top_k_accumulate"}, .since = "4.1.0", .usage = "approx_top_k_accumulate(expr[, maxItemsTracked]) - A sketch of the most frequent items.", .bind = bindTopItems<Task::kAccumulate>},
    {.names = {"approx_top_k_combine"}, .since = "4.1.0", .usage = "approx_top_k_combine(state[, maxItemsTracked]) - Several sketches of the most frequent items as one.", .bind = bindTopItems<Task::kCombine>},
};

}  // namespace

void registerTopItemsAggregates(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
