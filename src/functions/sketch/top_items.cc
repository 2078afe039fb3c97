// Items of columns in sketches; approx_top_k_estimate.
#include "functions/sketch/top_items.h"

#include <algorithm>
#include <bit>

#include "columnar/row_serializer.h"
#include "expr/nodes.h"
#include "functions/collection/list_rows.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::StringView;
using columnar::VectorBuilder;

namespace {

int32_t javaHash(int64_t value) { return static_cast<int32_t>(value ^ static_cast<int64_t>(static_cast<uint64_t>(value) >> 32)); }

// String.hashCode: over UTF-16 units.
int32_t javaHash(std::string_view text) {
  uint32_t hash = 0;
  for (size_t i = 0; i < text.size();) {
    const auto first = static_cast<unsigned char>(text[i]);
    const size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    uint32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
    for (size_t j = 1; j < length && i + j < text.size(); ++j) code = code << 6 | (static_cast<unsigned char>(text[i + j]) & 0x3FU);
    i += length;
    if (code >= 0x10000) {
      hash = hash * 31 + (0xD800 + ((code - 0x10000) >> 10));
      code = 0xDC00 + ((code - 0x10000) & 0x3FF);
    }
    hash = hash * 31 + code;
  }
  return static_cast<int32_t>(hash);
}

int32_t javaHash(const ColumnVector& vector, RowIndex row) {
  const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  switch (base.physicalType()) {
    case PhysicalType::kBool: return base.values<uint8_t>()[at] != 0 ? 1231 : 1237;
    case PhysicalType::kInt8: return base.values<int8_t>()[at];
    case PhysicalType::kInt16: return base.values<int16_t>()[at];
    case PhysicalType::kInt32: return base.values<int32_t>()[at];
    case PhysicalType::kInt64: return javaHash(base.values<int64_t>()[at]);
    case PhysicalType::kFloat: return std::bit_cast<int32_t>(base.values<float>()[at]);
    case PhysicalType::kDouble: return javaHash(std::bit_cast<int64_t>(base.values<double>()[at]));
    case PhysicalType::kString: return javaHash(base.values<StringView>()[at].view());
    case PhysicalType::kInt128: return javaHash(static_cast<int64_t>(base.values<int128_t>()[at]));
    default: return 0;
  }
}

}  // namespace

void TopItems::add(const ColumnVector& vector, RowIndex row) {
  if (vector.isNull(row)) {
    ++nulls;
    return;
  }
  ByteWriter bytes;
  columnar::serializeValue(vector, row, true, bytes);
  items.update(bytes.bytes(), javaHash(vector, row), 1);
}

void TopItems::merge(const TopItems& other) {
  items.merge(other.items);
  nulls += other.nulls;
}

void TopItems::encode(ByteWriter& out) const {
  items.encode(out);
  out.writeInt(nulls);
}

void TopItems::decode(ByteReader& in) {
  items.decode(in);
  nulls += in.readInt();
}

Status TopItems::appendTop(size_t k, VectorBuilder& result) const {
  std::vector<FrequentItems::Item> top = items.top(k);
  VectorBuilder& structs = result.child(0);
  int32_t length = 0;
  bool nullLeft = nulls > 0;
  const auto appendNullItem = [&] {
    structs.child(0).appendNull();
    structs.child(1).appendFixed(nulls);
    structs.appendStruct();
    nullLeft = false;
    ++length;
  };
  for (const FrequentItems::Item& item : top) {
    if (nullLeft && nulls > item.count) appendNullItem();
    if (static_cast<size_t>(length) == k) break;
    ByteReader reader(item.key);
    columnar::deserializeValue(reader, structs.child(0));
    if (reader.failed()) return reader.status();
    structs.child(1).appendFixed(item.count);
    structs.appendStruct();
    ++length;
  }
  if (nullLeft && static_cast<size_t>(length) < k) appendNullItem();
  result.appendList(length);
  return Status::ok();
}

DataType TopItems::topType(const DataType& item) {
  return DataType::array(DataType::structType({{"item", item, true}, {"count", DataType::bigint(), false}}), false);
}

DataType TopItems::sketchType(const DataType& item) {
  return DataType::structType({{"sketch", DataType::binary(), false}, {"maxItemsTracked", DataType::integer(), false}, {"itemDataType", item, true},
                               {"itemDataTypeDDL", DataType::string(), false}});
}

namespace {

using namespace expr;

struct EstimateData {
  size_t k = 0;
};

void estimate(const KernelArgs& args) {
  const ColumnVector& structs = *args.vector(0);
  const ColumnVector& base = structs.isFlat() ? structs : *structs.base();
  const columnar::VectorReader<StringView> sketches(*base.children()[0]);
  const columnar::VectorReader<int32_t> sizes(*base.children()[1]);
  const size_t k = args.data<EstimateData>().k;
  buildRows(args, [&](RowIndex row, VectorBuilder& builder) {
    const RowIndex at = structs.baseRow(row);
    TopItems items(std::clamp<int64_t>(sizes[at], 1, kMostMaxItems));
    ByteReader reader(sketches[at].view());
    items.decode(reader);
    const Status status = reader.failed() ? reader.status() : items.appendTop(k, builder);
    if (!status.isOk()) {
      args.errors().set(row, status.error());
      if (builder.size() <= row) builder.appendNull();
    }
  });
}

Result<FunctionBinding> bindEstimate(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  const DataType& type = context.argumentTypes[0];
  const bool isSketch = type.is(TypeKind::kStruct) && type.fields().size() == 4 && type.sameType(TopItems::sketchType(type.fields()[2].type));
  if (!isSketch) return unexpectedArgumentType(context, 0, "\"STRUCT\"");
  const DataType& wanted = context.argumentTypes[1];
  if (!implicitCast(wanted, kInt, context.options.ansi)) return unexpectedArgumentType(context, 1, "\"INT\"");
  const Value* k = context.constants[1];
  Value whole;
  if (k != nullptr && !wanted.isIntegral()) {
    const auto mode = context.options.ansi ? CastMode::kAnsi : CastMode::kLegacy;
    ASSIGN_OR_RETURN(whole, evaluateFoldable(makeNode<Cast>(context.arguments[1], kInt, mode, true), context.options));
    k = &whole;
  }
  if (k == nullptr || k->isNull()) return Error(condition::kApproxTopKNullArg).with("argName", "`k`");
  if (k->asInteger() < 1) return Error(condition::kApproxTopKNonPositiveArg).with("argName", "`k`").with("argValue", std::to_string(k->asInteger()));
  FunctionBinding binding;
  binding.argumentTypes = {type, wanted.isIntegral() ? wanted : kInt};
  binding.result = TopItems::topType(type.fields()[2].type);
  binding.kernel = estimate;
  binding.canRaise = true;
  binding.data = std::make_shared<EstimateData>(EstimateData{static_cast<size_t>(k->asInteger())});
  return binding;
}

}  // namespace

void registerTopItems(FunctionRegistry& registry) {
  static const ScalarFunction kEstimate = {.names = {"approx_top_k_estimate"}, .group = Group::kSketch, .since = "4.1.0", .usage = "approx_top_k_estimate(state[, k]) - The most frequent items of a sketch that approx_top_k_accumulate makes.", .bind = bindEstimate, .defaults = {{kInt, Value::integer(kDefaultTopK)}}, .maxArguments = 2};
  registry.add(kEstimate);
}

}  // namespace flint::functions
