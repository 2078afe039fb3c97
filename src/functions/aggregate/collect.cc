#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <unordered_set>

#include "base/legacy_conditions.h"
#include "columnar/row_serializer.h"
#include "columnar/vector_compare.h"
#include "expr/expression_text.h"
#include "expr/nodes.h"
#include "functions/aggregate/aggregate_functions.h"
#include "functions/aggregate/argument_checks.h"
#include "functions/aggregate/object_aggregator.h"
#include "functions/hash/murmur3.h"
#include "functions/string/collation_keys.h"
#include "types/collation.h"
#include "types/type_coercion.h"

namespace flint::functions {
namespace {

std::string bytesOf(const ColumnVector& vector, RowIndex row, bool normalized = false) {
  ByteWriter bytes;
  columnar::serializeValue(vector, row, normalized, bytes);
  return bytes.take();
}

Status appendBytes(std::string_view bytes, VectorBuilder& builder) {
  ByteReader reader(bytes);
  columnar::deserializeValue(reader, builder);
  return reader.failed() ? reader.status() : Status::ok();
}

// first, last: one value, NULL included unless these are ignored.
struct OneOfRows {
  struct Object {
    bool seen = false;
    std::string value;
  };
  bool last;
  bool ignoreNulls;

  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (object.seen && !last) return;
    if (ignoreNulls && arguments[0]->isNull(row)) return;
    object.seen = true;
    object.value = bytesOf(*arguments[0], row);
  }
  void merge(Object& into, const Object& from) const {
    if (from.seen && (last || !into.seen)) into = from;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed<uint8_t>(object.seen ? 1 : 0);
    out.writeString(object.value);
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    from.seen = in.readFixed<uint8_t>() != 0;
    from.value = in.readString();
    merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->seen) return appendBytes(object->value, result);
    result.appendNull();
    return Status::ok();
  }
};

// max_by, min_by: the value beside the extreme ordering; among equal ones the later row's.
struct ValueBy {
  struct Object {
    VectorPtr order;
    std::string value;
  };
  DataType orderType;
  bool smallest;

  Object make() const { return {}; }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    const ColumnVector& orders = *arguments[1];
    if (orders.isNull(row)) return;
    if (object.order != nullptr) {
      const int order = columnar::compareValues(orders, row, *object.order, 0);
      if (smallest ? order > 0 : order < 0) return;
    }
    VectorBuilder builder(orderType);
    builder.appendFrom(orders, row);
    object.order = builder.finish();
    object.value = bytesOf(*arguments[0], row);
  }
  void merge(Object& into, const Object& from) const {
    if (from.order == nullptr) return;
    if (into.order != nullptr) {
      const int order = columnar::compareValues(*from.order, 0, *into.order, 0);
      if (smallest ? order > 0 : order < 0) return;
    }
    into = from;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeFixed<uint8_t>(object.order != nullptr ? 1 : 0);
    if (object.order == nullptr) return;
    columnar::serializeValue(*object.order, 0, false, out);
    out.writeString(object.value);
  }
  void decode(Object& object, ByteReader& in) const {
    if (in.readFixed<uint8_t>() == 0) return;
    VectorBuilder builder(orderType);
    columnar::deserializeValue(in, builder);
    Object from;
    from.order = builder.finish();
    from.value = in.readString();
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr && object->order != nullptr) return appendBytes(object->value, result);
    result.appendNull();
    return Status::ok();
  }
};

// collect_list: the values behind one another as bytes. collect_set: as many as are different, in the order of their first coming.
struct Collected {
  struct Object {
    std::string bytes;
    int32_t count = 0;
    std::unordered_set<std::string> seen;
  };
  bool distinct;

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const {
    // A value seen is there once more, in a node of the set.
    return static_cast<int64_t>(object.bytes.capacity() + (distinct ? object.bytes.size() + object.seen.size() * 64 : 0));
  }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (!arguments[0]->isNull(row)) put(object, bytesOf(*arguments[0], row, distinct));
  }
  void put(Object& object, const std::string& value) const {
    if (distinct && !object.seen.insert(value).second) return;
    object.bytes += value;
    ++object.count;
  }
  void merge(Object& into, const Object& from) const {
    if (distinct) {
      for (const std::string& value : from.seen) put(into, value);
      return;
    }
    into.bytes += from.bytes;
    into.count += from.count;
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(static_cast<uint64_t>(object.count));
    out.writeString(object.bytes);
    out.writeVarint(object.seen.size());
    for (const std::string& value : object.seen) out.writeString(value);
  }
  void decode(Object& object, ByteReader& in) const {
    Object from;
    from.count = static_cast<int32_t>(in.readVarint());
    from.bytes = in.readString();
    for (size_t rest = in.readCount(); rest > 0; --rest) from.seen.emplace(in.readString());
    if (!in.failed()) merge(object, from);
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr) {
      result.appendList(0);
      return Status::ok();
    }
    ByteReader reader(object->bytes);
    for (int32_t i = 0; i < object->count; ++i) columnar::deserializeValue(reader, result.child(0));
    if (reader.failed()) return reader.status();
    result.appendList(object->count);
    return Status::ok();
  }
};

// collect_list of values of one width: the values themselves, in pieces that never move.
struct CollectedPlain {
  struct Piece {
    std::unique_ptr<char[]> bytes;
    size_t used = 0;
    size_t size = 0;
  };
  struct Object {
    std::vector<Piece> pieces;
    int64_t held = 0;
    int32_t count = 0;
  };
  DataType type;
  size_t width;

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const { return object.held; }
  // Room for `size` bytes, which are counted as used.
  char* room(Object& object, size_t size) const {
    if (object.pieces.empty() || object.pieces.back().size - object.pieces.back().used < size) {
      constexpr size_t kLargestPiece = 1 << 20;
      const size_t next = object.pieces.empty() ? 4 * width : std::min(object.pieces.back().size * 2, kLargestPiece);
      Piece piece;
      piece.size = std::max(size, next);
      piece.bytes = std::make_unique_for_overwrite<char[]>(piece.size);
      object.held += static_cast<int64_t>(piece.size + sizeof(Piece));
      object.pieces.push_back(std::move(piece));
    }
    Piece& last = object.pieces.back();
    char* at = last.bytes.get() + last.used;
    last.used += size;
    return at;
  }
  void put(Object& object, const char* values, int32_t count) const {
    if (count == 0) return;
    std::memcpy(room(object, static_cast<size_t>(count) * width), values, static_cast<size_t>(count) * width);
    object.count += count;
  }
  static const char* valuesOf(const ColumnVector& vector) { return reinterpret_cast<const char*>((vector.isFlat() ? vector : *vector.base()).valuesBuffer()->data()); }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    const ColumnVector& vector = *arguments[0];
    if (!vector.isNull(row)) put(object, valuesOf(vector) + static_cast<size_t>(vector.baseRow(row)) * width, 1);
  }
  void addAll(Object& object, std::span<const VectorPtr> arguments, const ActiveRows& active) const {
    const ColumnVector& vector = *arguments[0];
    if (vector.isFlat() && active.isAll() && !vector.mayHaveNulls()) return put(object, valuesOf(vector), active.count());
    for (RowIndex i = 0; i < active.count(); ++i) add(object, arguments, active[i]);
  }
  void merge(Object& into, const Object& from) const {
    for (const Piece& piece : from.pieces) put(into, piece.bytes.get(), static_cast<int32_t>(piece.used / width));
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.pieces.size());
    for (const Piece& piece : object.pieces) out.writeString({piece.bytes.get(), piece.used});
  }
  void decode(Object& object, ByteReader& in) const {
    for (size_t rest = in.readCount(); rest > 0; --rest) {
      const std::string_view values = in.readString();
      put(object, values.data(), static_cast<int32_t>(values.size() / width));
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object != nullptr) {
      for (const Piece& piece : object->pieces) {
        const auto count = static_cast<RowIndex>(piece.used / width);
        const VectorPtr vector = ColumnVector::flat(type, count, Buffer::wrap(piece.bytes.get(), piece.used, nullptr));
        result.child(0).appendRange(*vector, 0, count);
      }
    }
    result.appendList(object == nullptr ? 0 : object->count);
    return Status::ok();
  }
  VectorPtr vectorOf(std::span<const Object* const> objects) const {
    int64_t total = 0;
    for (const Object* object : objects) total += object == nullptr ? 0 : object->count;
    if (total > std::numeric_limits<RowIndex>::max()) return nullptr;
    auto values = Buffer::allocate(static_cast<size_t>(total) * width);
    auto entries = Buffer::allocate(objects.size() * sizeof(columnar::ListEntry));
    uint8_t* out = values->mutableData();
    int32_t first = 0;
    for (size_t i = 0; i < objects.size(); ++i) {
      const int32_t count = objects[i] == nullptr ? 0 : objects[i]->count;
      entries->mutableAs<columnar::ListEntry>()[i] = {.offset = first, .length = count};
      first += count;
      if (count == 0) continue;
      for (const Piece& piece : objects[i]->pieces) {
        std::memcpy(out, piece.bytes.get(), piece.used);
        out += piece.used;
      }
    }
    std::vector<VectorPtr> children = {ColumnVector::flat(type, static_cast<RowIndex>(total), std::move(values))};
    return ColumnVector::list(DataType::array(type, false), static_cast<RowIndex>(objects.size()), std::move(entries), nullptr, std::move(children));
  }
};

// Where Spark's hash map, in whose order ties of `mode` are decided, puts a value: the hash of Java's hashCode; none for types with other hashes.
std::optional<int32_t> javaHash(const ColumnVector& value) {
  const auto ofLong = [](int64_t bits) { return static_cast<int32_t>(bits ^ static_cast<int64_t>(static_cast<uint64_t>(bits) >> 32)); };
  switch (value.type().kind()) {
    case TypeKind::kBoolean: return VectorReader<uint8_t>(value)[0] != 0 ? 1231 : 1237;
    case TypeKind::kByte: return VectorReader<int8_t>(value)[0];
    case TypeKind::kShort: return VectorReader<int16_t>(value)[0];
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return VectorReader<int32_t>(value)[0];
    case TypeKind::kLong:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kDayTimeInterval: return ofLong(VectorReader<int64_t>(value)[0]);
    case TypeKind::kFloat: return std::bit_cast<int32_t>(VectorReader<float>(value)[0]);
    case TypeKind::kDouble: return ofLong(std::bit_cast<int64_t>(VectorReader<double>(value)[0]));
    case TypeKind::kString: return murmur3Bytes(VectorReader<StringView>(value)[0].view(), 42);
    default: return std::nullopt;
  }
}

// mode: the most frequent value. Among equally frequent ones the smallest, or the largest, where an order is given; otherwise the one that comes first in
// Spark's hash map.
struct MostFrequent {
  struct Object {
    std::map<std::string, int64_t> counts;
  };
  DataType type;
  bool largest = false;
  bool ordered = false;
  bool isCollated = false;

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>(object.counts.size() * 96); }  // a node, with a short value
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (!arguments[0]->isNull(row)) ++object.counts[bytesOf(*arguments[0], row, true)];
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
    for (size_t rest = in.readCount(); rest > 0; --rest) {
      const std::string value(in.readString());
      object.counts[value] += in.readInt();
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr || object->counts.empty()) {
      result.appendNull();
      return Status::ok();
    }
    if (isCollated) return finalizeCollated(*object, result);
    int64_t most = 0;
    for (const auto& [value, count] : object->counts) most = std::max(most, count);
    const uint32_t places = placesOf(*object);
    VectorPtr best;
    uint32_t bestPlace = 0;
    for (const auto& [value, count] : object->counts) {
      if (count != most) continue;
      VectorBuilder builder(type);
      RETURN_IF_ERROR(appendBytes(value, builder));
      VectorPtr candidate = builder.finish();
      if (const auto hash = ordered ? std::nullopt : javaHash(*candidate)) {
        const uint32_t place = static_cast<uint32_t>(murmur3Int(*hash, 0)) & (places - 1);
        if (best != nullptr && place >= bestPlace) continue;
        bestPlace = place;
        best = std::move(candidate);
        continue;
      }
      const int order = best == nullptr ? 0 : columnar::compareValues(*candidate, 0, *best, 0);
      if (best == nullptr || (largest ? order > 0 : order < 0)) best = std::move(candidate);
    }
    result.appendFrom(*best, 0);
    return Status::ok();
  }

 private:
  // The size of Spark's hash map.
  static uint32_t placesOf(const Object& object) {
    uint32_t places = 64;
    while (static_cast<double>(object.counts.size()) > 0.7 * places) places *= 2;
    return places;
  }
  // Values that are equal under their collations count together; the one that comes first in the hash map stands for them.
  Status finalizeCollated(const Object& object, VectorBuilder& result) const {
    struct Group {
      VectorPtr value;
      VectorPtr key;
      uint32_t place = 0;
      int64_t count = 0;
    };
    const uint32_t places = placesOf(object);
    std::map<std::string, Group> groups;
    for (const auto& [bytes, count] : object.counts) {
      VectorBuilder builder(type);
      RETURN_IF_ERROR(appendBytes(bytes, builder));
      VectorPtr value = builder.finish();
      const auto hash = javaHash(*value);
      const uint32_t place = hash ? static_cast<uint32_t>(murmur3Int(*hash, 0)) & (places - 1) : 0;
      VectorPtr key = comparedValues(value, type);
      Group& group = groups[bytesOf(*key, 0, true)];
      group.count += count;
      group.key = std::move(key);
      if (group.value != nullptr && group.place <= place) continue;
      group.value = std::move(value);
      group.place = place;
    }
    const Group* best = nullptr;
    for (const auto& [key, group] : groups) {
      bool isBetter = best == nullptr || group.count > best->count;
      if (!isBetter && group.count == best->count) {
        const int order = ordered ? columnar::compareValues(*group.key, 0, *best->key, 0) : 0;
        isBetter = !ordered ? group.place < best->place : largest ? order > 0 : order < 0;
      }
      if (isBetter) best = &group;
    }
    result.appendFrom(*best->value, 0);
    return Status::ok();
  }
};

// listagg: texts joined by a delimiter, in the order of keys that follow the text and the delimiter, or as they come.
struct JoinedTexts {
  struct Entry {
    std::string text;
    std::string keys;
  };
  struct Object {
    std::vector<Entry> entries;
  };
  std::string delimiter;
  size_t firstKey;
  std::vector<DataType> keyTypes;
  std::vector<bool> ascending;
  std::vector<bool> nullsFirst;

  Object make() const { return {}; }
  int64_t heldBytes(const Object& object) const { return static_cast<int64_t>(object.entries.capacity() * (sizeof(Entry) + 16)); }  // with short texts
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    if (arguments[0]->isNull(row)) return;
    const VectorReader<StringView> texts(*arguments[0]);
    ByteWriter keys;
    for (size_t k = 0; k < keyTypes.size(); ++k) columnar::serializeValue(*arguments[firstKey + k], row, false, keys);
    object.entries.push_back({texts[row].str(), keys.take()});
  }
  void merge(Object& into, const Object& from) const { into.entries.insert(into.entries.end(), from.entries.begin(), from.entries.end()); }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.entries.size());
    for (const Entry& entry : object.entries) {
      out.writeString(entry.text);
      out.writeString(entry.keys);
    }
  }
  void decode(Object& object, ByteReader& in) const {
    for (size_t rest = in.readCount(); rest > 0; --rest) {
      Entry entry;
      entry.text = in.readString();
      entry.keys = in.readString();
      object.entries.push_back(std::move(entry));
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    if (object == nullptr || object->entries.empty()) {
      result.appendNull();
      return Status::ok();
    }
    std::vector<VectorBuilder> builders;
    for (const DataType& type : keyTypes) builders.emplace_back(type);
    std::vector<RowIndex> order;
    for (const Entry& entry : object->entries) {
      ByteReader reader(entry.keys);
      for (VectorBuilder& builder : builders) columnar::deserializeValue(reader, builder);
      order.push_back(static_cast<RowIndex>(order.size()));
    }
    std::vector<VectorPtr> keys;
    for (VectorBuilder& builder : builders) keys.push_back(builder.finish());
    std::stable_sort(order.begin(), order.end(), [&](RowIndex a, RowIndex b) {
      for (size_t k = 0; k < keys.size(); ++k) {
        const bool aIsNull = keys[k]->isNull(a);
        const bool bIsNull = keys[k]->isNull(b);
        if (aIsNull != bIsNull) return aIsNull == nullsFirst[k];
        const int sign = columnar::compareValues(*keys[k], a, *keys[k], b);
        if (sign != 0) return ascending[k] ? sign < 0 : sign > 0;
      }
      return false;
    });
    std::string text;
    for (size_t i = 0; i < order.size(); ++i) {
      if (i != 0) text += delimiter;
      text += object->entries[static_cast<size_t>(order[i])].text;
    }
    result.appendString(text);
    return Status::ok();
  }
};

template <bool kLast>
Result<AggregateBinding> bindOneOfRows(const BindContext& context, bool ignoreNulls) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  AggregateBinding binding{.argumentTypes = {type}, .result = type, .orderSensitive = context.name != "any_value"};
  if (context.argumentTypes.size() == 2) {
    binding.argumentTypes.push_back(DataType::boolean());
    if (context.constants[1] == nullptr || context.constants[1]->isNull()) return unexpectedArgumentType(context, 1, "\"BOOLEAN\"");
    if (!context.argumentTypes[1].is(TypeKind::kBoolean)) {
      return Error(condition::kLegacyErrorTemp1210).with("argument", "ignoreNulls").with("funcName", std::string(context.name)).with("dataType", context.argumentTypes[1].simpleString());
    }
    ignoreNulls = ignoreNulls || context.constants[1]->asBoolean();
  }
  binding.aggregator = makeObjectAggregator(OneOfRows{kLast, ignoreNulls});
  return binding;
}

// max_by, min_by with a count: the values beside that many extreme orderings, the most extreme first.
struct ValuesBy {
  using Object = std::vector<ValueBy::Object>;
  ValueBy one;
  size_t count;

  Object make() const { return {}; }
  bool isBefore(const ValueBy::Object& a, const ValueBy::Object& b) const {
    const int order = columnar::compareValues(*a.order, 0, *b.order, 0);
    return one.smallest ? order < 0 : order > 0;
  }
  void insert(Object& object, ValueBy::Object value) const {
    const auto at = std::upper_bound(object.begin(), object.end(), value, [&](const auto& a, const auto& b) { return isBefore(a, b); });
    object.insert(at, std::move(value));
    if (object.size() > count) object.pop_back();
  }
  void add(Object& object, std::span<const VectorPtr> arguments, RowIndex row) const {
    ValueBy::Object value;
    one.add(value, arguments, row);
    if (value.order != nullptr) insert(object, std::move(value));
  }
  void merge(Object& into, const Object& from) const {
    for (const ValueBy::Object& value : from) insert(into, value);
  }
  void encode(const Object& object, ByteWriter& out) const {
    out.writeVarint(object.size());
    for (const ValueBy::Object& value : object) one.encode(value, out);
  }
  void decode(Object& object, ByteReader& in) const {
    for (size_t rest = in.readCount(); rest > 0 && !in.failed(); --rest) {
      ValueBy::Object value;
      one.decode(value, in);
      if (value.order != nullptr) insert(object, std::move(value));
    }
  }
  Status finalize(const Object* object, VectorBuilder& result) const {
    const size_t size = object == nullptr ? 0 : object->size();
    for (size_t i = 0; i < size; ++i) RETURN_IF_ERROR(appendBytes((*object)[i].value, result.child(0)));
    result.appendList(static_cast<int32_t>(size));
    return Status::ok();
  }
};

constexpr int64_t kMostValues = 100'000;

template <bool kSmallest>
Result<AggregateBinding> bindValueBy(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  RETURN_IF_ERROR(checkOrderable(context, 1));
  if (context.argumentTypes.size() == 3) {
    const Value* count = context.constants[2];
    if (!context.argumentTypes[2].isIntegral()) return unexpectedArgumentType(context, 2, "\"INT\"");
    if (count == nullptr) {
      return Error(condition::kDatatypeMismatchNonFoldableInput)
          .with("sqlExpr", "\"" + expr::callText(context) + "\"")
          .with("inputName", "`k`")
          .with("inputType", "\"INT\"")
          .with("inputExpr", "\"k\"");
    }
    if (count->isNull() || count->asInteger() < 1 || count->asInteger() > kMostValues) {
      return Error(condition::kDatatypeMismatchValueOutOfRange)
          .with("sqlExpr", "\"" + expr::callText(context) + "\"")
          .with("exprName", "`k`")
          .with("valueRange", "[1, 100000]")
          .with("currentValue", count->isNull() ? "null" : std::to_string(count->asInteger()));
    }
    AggregateBinding binding{.argumentTypes = {context.argumentTypes[0], context.argumentTypes[1], DataType::integer()},
                             .result = DataType::array(context.argumentTypes[0], true), .nullable = false, .emptyResult = Value::list({})};
    binding.aggregator = makeObjectAggregator(ValuesBy{ValueBy{context.argumentTypes[1], kSmallest}, static_cast<size_t>(count->asInteger())});
    return binding;
  }
  AggregateBinding binding{.argumentTypes = {context.argumentTypes[0], context.argumentTypes[1]}, .result = context.argumentTypes[0]};
  binding.aggregator = makeObjectAggregator(ValueBy{context.argumentTypes[1], kSmallest});
  return binding;
}

bool holdsMap(const DataType& type) {
  if (type.is(TypeKind::kMap)) return true;
  for (const DataType& child : type.childTypes()) {
    if (holdsMap(child)) return true;
  }
  return false;
}

template <bool kDistinct>
Result<AggregateBinding> bindCollect(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  const DataType& type = context.argumentTypes[0];
  if (kDistinct && (holdsMap(type) || hasCollations(type))) {
    return Error(condition::kDatatypeMismatchUnsupportedInputType)
        .with("sqlExpr", "\"" + expr::callText(context) + "\"")
        .with("functionName", "`collect_set`")
        .with("dataType", "\"" + type.sql() + "\"");
  }
  AggregateBinding binding{.argumentTypes = {type}, .result = DataType::array(type, false), .nullable = false};
  const PhysicalType physical = type.physicalType();
  const bool isPlain = physical != PhysicalType::kString && physical != PhysicalType::kList && physical != PhysicalType::kStruct;
  if (isPlain && !kDistinct) {
    binding.aggregator = makeObjectAggregator(CollectedPlain{type, widthOf(physical)});
  } else {
    binding.aggregator = makeObjectAggregator(Collected{kDistinct});
  }
  binding.orderSensitive = true;
  binding.emptyResult = Value::list({});
  return binding;
}

bool hasCollation(const DataType& type) {
  const std::vector<DataType> parts = type.childTypes();
  return type.collation() != 0 || std::any_of(parts.begin(), parts.end(), hasCollation);
}

Result<AggregateBinding> bindMode(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 2));
  const DataType& type = context.argumentTypes[0];
  AggregateBinding binding{.argumentTypes = {type}, .result = type};
  if (context.argumentTypes.size() == 2) {
    // Whether the choice among equally frequent values is to be the smallest.
    if (!context.argumentTypes[1].is(TypeKind::kBoolean)) {
      return Error(condition::kUnexpectedInputType)
          .with("functionName", "`mode`")
          .with("paramIndex", "second")
          .with("requiredType", "\"BOOLEAN\"")
          .with("inputSql", "\"" + expr::callText(context) + "\"")
          .with("inputType", "\"" + context.argumentTypes[1].sql() + "\"");
    }
    binding.argumentTypes.push_back(DataType::boolean());
  }
  const auto* order = context.arguments[0]->as<expr::SortOrder>();
  const bool chosen = context.constants.size() == 2 && context.constants[1] != nullptr && !context.constants[1]->isNull() && context.constants[1]->asBoolean();
  binding.aggregator = makeObjectAggregator(MostFrequent{type, order != nullptr && !order->ascending, order != nullptr || chosen, hasCollation(type)});
  return binding;
}

Result<AggregateBinding> bindListagg(const BindContext& context, bool) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, SIZE_MAX));
  AggregateBinding binding;
  const DataType& type = context.argumentTypes[0];
  if (!type.is(TypeKind::kBinary) && !implicitCast(type, DataType::string(), context.options.ansi)) return unexpectedArgumentType(context, 0, "(\"STRING\" or \"BINARY\")");
  binding.result = type.is(TypeKind::kBinary) ? type : DataType::string();
  binding.argumentTypes = {binding.result};
  JoinedTexts texts{.delimiter = "", .firstKey = 1};
  if (context.argumentTypes.size() > 1 && context.constants[1] == nullptr && context.arguments[1]->as<expr::SortOrder>() == nullptr) {
    return Error(condition::kDatatypeMismatchNonFoldableInput)
        .with("sqlExpr", "\"" + expr::callText(context) + "\"")
        .with("inputName", "`delimiter`")
        .with("inputType", "\"" + context.argumentTypes[1].sql() + "\"")
        .with("inputExpr", expr::quotedExpression(context.arguments[1]));
  }
  const bool hasDelimiter = context.argumentTypes.size() > 1 && context.constants[1] != nullptr && context.arguments[1]->kind() != expr::ExprKind::kSortOrder;
  if (hasDelimiter) {
    const DataType& delimiter = context.argumentTypes[1];
    if (!context.constants[1]->isNull() && !delimiter.is(TypeKind::kBinary) && !implicitCast(delimiter, DataType::string(), context.options.ansi)) {
      return unexpectedArgumentType(context, 1, "(\"STRING\" or \"BINARY\")");
    }
    if (!context.constants[1]->isNull() && (type.is(TypeKind::kBinary) != delimiter.is(TypeKind::kBinary) || type.collation() != delimiter.collation())) {
      return Error(condition::kDatatypeMismatchDataDiffTypes)
          .with("sqlExpr", "\"" + expr::callText(context) + "\"")
          .with("functionName", quoteIdentifier(context.name))
          .with("dataType", "(\"" + type.sql() + "\" or \"" + delimiter.sql() + "\")");
    }
    texts.firstKey = 2;
    if (!context.constants[1]->isNull()) {
      Value text = *context.constants[1];
      if (!delimiter.isStringLike() && !delimiter.is(TypeKind::kBinary)) {
        ASSIGN_OR_RETURN(text, expr::evaluateFoldable(expr::makeNode<expr::Cast>(context.arguments[1], DataType::string(), expr::CastMode::kAnsi, true), context.options));
      }
      texts.delimiter = text.asString();
    }
    binding.argumentTypes.push_back(binding.result);
  }
  for (size_t i = texts.firstKey; i < context.argumentTypes.size(); ++i) {
    const auto* order = context.arguments[i]->as<expr::SortOrder>();
    texts.keyTypes.push_back(context.argumentTypes[i]);
    texts.ascending.push_back(order == nullptr || order->ascending);
    texts.nullsFirst.push_back(order == nullptr || order->nullsFirst);
    binding.argumentTypes.push_back(context.argumentTypes[i]);
  }
  binding.orderSensitive = texts.keyTypes.empty();
  binding.aggregator = makeObjectAggregator(std::move(texts));
  return binding;
}

const AggregateFunction kFunctions[] = {
    {.names = {"first", "first_value"}, .since = "2.0.0", .usage = "first(expr[, isIgnoreNull]) - The first value, in the order rows come.",
     .examples = {{.sql = "SELECT first(col) FROM VALUES (10), (5), (20) AS tab(col)", .result = "10"}}, .deterministic = false,
     .acceptsIgnoreNulls = true, .bind = bindOneOfRows<false>},
    {.names = {"any_value"}, .since = "3.4.0", .usage = "any_value(expr[, isIgnoreNull]) - Some value of the group.",
     .examples = {{.sql = "SELECT any_value(col) FROM VALUES (10) AS tab(col)", .result = "10"}}, .deterministic = false, .acceptsIgnoreNulls = true,
     .bind = bindOneOfRows<false>},
    {.names = {"last", "last_value"}, .since = "2.0.0", .usage = "last(expr[, isIgnoreNull]) - The last value, in the order rows come.",
     .examples = {{.sql = "SELECT last(col) FROM VALUES (10), (5), (20) AS tab(col)", .result = "20"}}, .deterministic = false,
     .acceptsIgnoreNulls = true, .bind = bindOneOfRows<true>},
    {.names = {"max_by"}, .since = "3.0.0", .usage = "max_by(x, y) - The value of x beside the largest y.",
     .examples = {{.sql = "SELECT max_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS tab(x, y)", .result = "b"}}, .bind = bindValueBy<false>},
    {.names = {"min_by"}, .since = "3.0.0", .usage = "min_by(x, y) - The value of x beside the smallest y.",
     .examples = {{.sql = "SELECT min_by(x, y) FROM VALUES ('a', 10), ('b', 50), ('c', 20) AS tab(x, y)", .result = "a"}}, .bind = bindValueBy<true>},
    {.names = {"collect_list", "array_agg"}, .since = "2.0.0", .usage = "collect_list(expr) - The values that are not NULL, as an array.",
     .examples = {{.sql = "SELECT collect_list(col) FROM VALUES (1), (2), (1) AS tab(col)", .result = "[1,2,1]"}}, .deterministic = false,
     .bind = bindCollect<false>},
    {.names = {"collect_set"}, .since = "2.0.0", .usage = "collect_set(expr) - The different values that are not NULL, as an array.",
     .examples = {{.sql = "SELECT collect_set(col) FROM VALUES (1), (2), (1) AS tab(col)", .result = "[1,2]"}}, .deterministic = false,
     .bind = bindCollect<true>},
    {.names = {"mode"}, .since = "3.4.0", .usage = "mode(expr) - The most frequent value.",
     .examples = {{.sql = "SELECT mode(col) FROM VALUES (0), (10), (10) AS tab(col)", .result = "10"}}, .acceptsWithinGroup = true, .bind = bindMode},
    {.names = {"listagg", "string_agg"}, .since = "4.0.0", .usage = "listagg(expr[, delimiter]) - The texts that are not NULL, joined.",
     .examples = {{.sql = "SELECT listagg(col, ',') FROM VALUES ('a'), ('b') AS tab(col)", .result = "a,b"}}, .deterministic = false,
     .acceptsWithinGroup = true, .bind = bindListagg},
};

}  // namespace

void registerCollections(expr::FunctionRegistry& registry) {
  for (const AggregateFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
