#include "records/avro_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <unordered_map>

#include "types/decimal.h"

namespace flint::records {

using columnar::VectorBuilder;
using Kind = AvroSchema::Kind;
using Logical = AvroSchema::Logical;

/// How one value is read: what lies in the bytes, and what becomes of it.
struct AvroStep {
  enum class Op : uint8_t { kFail, kNull, kSkip, kBoolean, kInt, kLong, kFloat, kDouble, kBytes, kFixed, kEnum, kArray, kMap, kRecord, kUnion, kMember };
  struct Field {
    std::unique_ptr<AvroStep> step;
    int column = -1;  // of the struct; -1: passed over
  };
  struct Default {
    size_t column = 0;
    Value value;
  };

  Op op = Op::kFail;
  PhysicalType physical = PhysicalType::kBool;
  bool isDecimal = false;
  int precision = 0;
  int64_t factor = 1;  // of units: milliseconds to microseconds
  int64_t size = 0;
  const AvroSchema* skipped = nullptr;
  std::vector<const std::string*> symbols;  // of an enum, by the writer's index; null where the reader has none
  std::vector<Field> fields;                // of a record in the writer's order; a union's branches; a list's elements
  std::vector<Default> defaults;
  size_t member = 0;
};

namespace {

using Op = AvroStep::Op;
using StepPtr = std::unique_ptr<AvroStep>;

constexpr int kMostLevels = 500;              // of one value
constexpr int64_t kMostEmptyElements = 1 << 20;  // of a list whose elements take no bytes

StepPtr stepOf(Op op) {
  auto step = std::make_unique<AvroStep>();
  step->op = op;
  return step;
}
StepPtr failing() { return stepOf(Op::kFail); }
StepPtr skipping(const AvroSchema& schema) {
  StepPtr step = stepOf(Op::kSkip);
  step->skipped = &schema;
  return step;
}

// Matches the writer's schema with the reader's, as far as the SQL type goes.
class Resolver {
 public:
  explicit Resolver(bool caseSensitive) : caseSensitive_(caseSensitive) {}

  // A schema whose fields differ by case only has no SQL meaning: every value of it is malformed.
  bool isAmbiguous() const { return ambiguous_; }

  StepPtr resolve(const AvroSchema& writer, const AvroSchema& reader, const DataType& type) {
    if (writer.is(Kind::kUnion)) {
      StepPtr step = stepOf(Op::kUnion);
      for (const AvroSchema* branch : writer.parts) step->fields.push_back({resolve(*branch, reader, type), 0});
      return step;
    }
    if (reader.is(Kind::kUnion)) return resolveBranch(writer, reader, type);
    if (writer.kind != reader.kind) return promoted(writer, reader, type);
    switch (writer.kind) {
      case Kind::kNull: return stepOf(Op::kNull);
      case Kind::kBoolean: return scalar(Op::kBoolean, type);
      case Kind::kInt: return number(Op::kInt, reader, type);
      case Kind::kLong: return number(Op::kLong, reader, type);
      case Kind::kFloat: return scalar(Op::kFloat, type);
      case Kind::kDouble: return scalar(Op::kDouble, type);
      case Kind::kBytes:
      case Kind::kString: return scalar(Op::kBytes, type);
      case Kind::kFixed: {
        if (writer.name != reader.name || writer.size != reader.size) return failing();
        StepPtr step = scalar(Op::kFixed, type);
        step->size = writer.size;
        return step;
      }
      case Kind::kEnum: return enumeration(writer, reader, type);
      case Kind::kArray:
      case Kind::kMap: {
        const bool isArray = writer.is(Kind::kArray);
        StepPtr step = stepOf(isArray ? Op::kArray : Op::kMap);
        step->fields.push_back({resolve(*writer.parts[0], *reader.parts[0], isArray ? type.elementType() : type.valueType()), 0});
        return step;
      }
      case Kind::kRecord: return record(writer, reader, type);
      case Kind::kUnion: break;
    }
    return failing();
  }

 private:
  StepPtr scalar(Op op, const DataType& type) const {
    StepPtr step = stepOf(op);
    step->physical = type.physicalType();
    step->isDecimal = type.is(TypeKind::kDecimal);
    step->precision = step->isDecimal ? type.precision() : 0;
    return step;
  }
  StepPtr number(Op op, const AvroSchema& reader, const DataType& type) const {
    StepPtr step = scalar(op, type);
    const bool thousandfold = reader.logical == Logical::kTimestampMillis || reader.logical == Logical::kLocalTimestampMillis || reader.logical == Logical::kTimeMicros;
    step->factor = thousandfold ? 1'000 : 1;
    return step;
  }
  StepPtr promoted(const AvroSchema& writer, const AvroSchema& reader, const DataType& type) const {
    const Kind from = writer.kind;
    const Kind to = reader.kind;
    if (from == Kind::kInt && (to == Kind::kLong || to == Kind::kFloat || to == Kind::kDouble)) return number(Op::kInt, reader, type);
    if (from == Kind::kLong && (to == Kind::kFloat || to == Kind::kDouble)) return number(Op::kLong, reader, type);
    if (from == Kind::kFloat && to == Kind::kDouble) return scalar(Op::kFloat, type);
    if ((from == Kind::kBytes && to == Kind::kString) || (from == Kind::kString && to == Kind::kBytes)) return scalar(Op::kBytes, type);
    return failing();
  }
  StepPtr enumeration(const AvroSchema& writer, const AvroSchema& reader, const DataType& type) const {
    if (writer.name != reader.name) return failing();
    StepPtr step = scalar(Op::kEnum, type);
    for (const std::string& symbol : writer.symbols) {
      const auto found = std::find(reader.symbols.begin(), reader.symbols.end(), symbol);
      step->symbols.push_back(found != reader.symbols.end() ? &*found : reader.defaultSymbol.has_value() ? &*reader.defaultSymbol : nullptr);
    }
    return step;
  }

  // The branch of a reader's union that takes a value which the writer has as one type.
  int branchFor(const AvroSchema& writer, const AvroSchema& reader) {
    int sameStructure = -1;
    for (size_t i = 0; i < reader.parts.size(); ++i) {
      const AvroSchema& branch = *reader.parts[i];
      if (branch.kind != writer.kind) continue;
      if (!writer.isNamed() || branch.fullName == writer.fullName) return static_cast<int>(i);
      if (writer.is(Kind::kRecord) && (sameStructure < 0 || branch.name == writer.name)) sameStructure = static_cast<int>(i);
    }
    if (sameStructure >= 0) return sameStructure;
    for (size_t i = 0; i < reader.parts.size(); ++i) {
      if (promoted(writer, *reader.parts[i], DataType::null())->op != Op::kFail) return static_cast<int>(i);
    }
    return -1;
  }

  StepPtr resolveBranch(const AvroSchema& writer, const AvroSchema& reader, const DataType& type) {
    const int chosen = branchFor(writer, reader);
    if (chosen < 0) return failing();
    const AvroSchema& branch = *reader.parts[static_cast<size_t>(chosen)];
    if (branch.is(Kind::kNull)) return stepOf(Op::kNull);
    const std::vector<int> branches = reader.valueBranches();
    if (branches.size() == 1 || type.is(TypeKind::kLong) || type.is(TypeKind::kDouble)) return resolve(writer, branch, type);
    if (!type.is(TypeKind::kStruct) || type.fields().size() != branches.size()) {
      ambiguous_ = true;
      return failing();
    }
    StepPtr step = stepOf(Op::kMember);
    step->member = static_cast<size_t>(std::find(branches.begin(), branches.end(), chosen) - branches.begin());
    step->fields.push_back({resolve(writer, branch, type.fields()[step->member].type), 0});
    return step;
  }

  StepPtr record(const AvroSchema& writer, const AvroSchema& reader, const DataType& type) {
    if (!type.is(TypeKind::kStruct)) return failing();
    StepPtr step = stepOf(Op::kRecord);
    step->fields.resize(writer.fields.size());
    for (size_t i = 0; i < writer.fields.size(); ++i) step->fields[i].step = skipping(*writer.fields[i].schema);
    for (const AvroSchema::Field& field : reader.fields) {
      int column = -1;
      for (size_t i = 0; i < type.fields().size(); ++i) {
        if (sameFieldName(type.fields()[i].name, field.name, caseSensitive_)) {
          if (type.fields()[i].name != field.name) {
            ambiguous_ = true;
          } else {
            column = static_cast<int>(i);
          }
        }
      }
      const auto written = std::find_if(writer.fields.begin(), writer.fields.end(), [&](const AvroSchema::Field& f) { return namedAs(field, f.name); });
      if (written != writer.fields.end()) {
        AvroStep::Field& target = step->fields[static_cast<size_t>(written - writer.fields.begin())];
        if (column < 0) continue;
        target.step = resolve(*written->schema, *field.schema, type.fields()[static_cast<size_t>(column)].type);
        target.column = column;
        continue;
      }
      if (!field.defaultJson.has_value()) return failing();
      if (column < 0) continue;
      std::optional<Value> value = avroDefault(*field.schema, type.fields()[static_cast<size_t>(column)].type, *field.defaultJson);
      if (!value.has_value()) return failing();
      step->defaults.push_back({static_cast<size_t>(column), std::move(*value)});
    }
    return step;
  }
  static bool namedAs(const AvroSchema::Field& field, const std::string& name) {
    return field.name == name || std::find(field.aliases.begin(), field.aliases.end(), name) != field.aliases.end();
  }

  const bool caseSensitive_;
  bool ambiguous_ = false;
};

// Walks over the bytes of one value: once to see that all of it is good, then to append it.
class Walker {
 public:
  explicit Walker(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  template <bool kAppends>
  bool walk(const AvroStep& step, VectorBuilder* builder, int level);
  bool skip(const AvroSchema& schema, int level);

 private:
  int64_t left() const { return end_ - at_; }
  bool readVarint(int most, int64_t& value) {
    uint64_t raw = 0;
    for (int i = 0; i < most; ++i) {
      if (at_ == end_) return false;
      const auto byte = static_cast<unsigned char>(*at_++);
      raw |= static_cast<uint64_t>(byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        if (most == 5) raw &= 0xFFFFFFFF;
        value = static_cast<int64_t>(raw >> 1) ^ -static_cast<int64_t>(raw & 1);
        return true;
      }
    }
    return false;
  }
  bool readLong(int64_t& value) { return readVarint(10, value); }
  bool readBytes(std::string_view& bytes) {
    int64_t size = 0;
    return readLong(size) && take(size, bytes);
  }
  bool take(int64_t size, std::string_view& bytes) {
    if (size < 0 || size > left()) return false;
    bytes = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }
  // The elements of the next block; 0 at the end.
  bool readBlock(int64_t& count) {
    if (!readLong(count)) return false;
    if (count >= 0) return true;
    int64_t size = 0;
    if (count == INT64_MIN || !readLong(size)) return false;
    count = -count;
    return true;
  }
  template <class Element>
  bool eachElement(Element&& element) {
    int64_t total = 0;
    int64_t empty = 0;
    for (;;) {
      int64_t count = 0;
      if (!readBlock(count)) return false;
      if (count == 0) return true;
      for (int64_t i = 0; i < count; ++i) {
        const char* before = at_;
        if (!element()) return false;
        empty = at_ == before ? empty + 1 : 0;
        if (empty > kMostEmptyElements || ++total > INT32_MAX) return false;
      }
    }
  }
  template <bool kAppends>
  bool integer(const AvroStep& step, VectorBuilder* builder);
  template <bool kAppends>
  bool decimal(const AvroStep& step, std::string_view bytes, VectorBuilder* builder);
  template <bool kAppends>
  bool map(const AvroStep& step, VectorBuilder* builder, int level);
  template <bool kAppends>
  bool record(const AvroStep& step, VectorBuilder* builder, int level);

  const char* at_;
  const char* const end_;
};

template <bool kAppends>
bool Walker::integer(const AvroStep& step, VectorBuilder* builder) {
  int64_t value = 0;
  if (!readVarint(step.op == Op::kInt ? 5 : 10, value)) return false;
  if (step.factor != 1 && __builtin_mul_overflow(value, step.factor, &value)) return false;
  if constexpr (kAppends) {
    switch (step.physical) {
      case PhysicalType::kInt32: builder->appendFixed(static_cast<int32_t>(value)); break;
      case PhysicalType::kInt64: builder->appendFixed(value); break;
      case PhysicalType::kInt128: builder->appendFixed(static_cast<int128_t>(value)); break;
      case PhysicalType::kFloat: builder->appendFixed(static_cast<float>(value)); break;
      case PhysicalType::kDouble: builder->appendFixed(static_cast<double>(value)); break;
      default: builder->appendNull(); break;
    }
  }
  return true;
}

template <bool kAppends>
bool Walker::decimal(const AvroStep& step, std::string_view bytes, VectorBuilder* builder) {
  if (bytes.empty()) return false;
  const bool negative = (bytes[0] & 0x80) != 0;
  const char filler = negative ? '\xFF' : '\0';
  if (step.physical == PhysicalType::kInt128) {
    for (size_t i = 0; i + 16 < bytes.size(); ++i) {
      if (bytes[i] != filler) return false;
    }
  }
  uint128_t raw = negative ? ~uint128_t{0} : 0;
  for (const char byte : bytes) raw = raw << 8 | static_cast<unsigned char>(byte);
  const auto value = static_cast<int128_t>(raw);
  if (step.physical == PhysicalType::kInt128 && ((value < 0) != negative || !fitsPrecision(value, step.precision))) return false;
  if constexpr (kAppends) {
    if (step.physical == PhysicalType::kInt128) {
      builder->appendFixed(value);
    } else {
      builder->appendFixed(static_cast<int64_t>(value));
    }
  }
  return true;
}

// Keys as Java's Utf8 hashes them.
int32_t hashOfKey(std::string_view key) {
  uint32_t hash = 1;
  for (const char byte : key) hash = 31 * hash + static_cast<uint32_t>(static_cast<int32_t>(static_cast<signed char>(byte)));
  return static_cast<int32_t>(hash);
}

template <bool kAppends>
bool Walker::map(const AvroStep& step, VectorBuilder* builder, int level) {
  struct Entry {
    std::string_view key;
    const char* value;
  };
  std::vector<Entry> entries;
  std::unordered_map<std::string_view, size_t> known;
  const auto element = [&] {
    std::string_view key;
    if (!readBytes(key)) return false;
    const char* value = at_;
    if (!walk<false>(*step.fields[0].step, nullptr, level + 1)) return false;
    if constexpr (kAppends) {
      // A key that comes again keeps its place and takes the later value.
      const auto [found, added] = known.emplace(key, entries.size());
      if (added) {
        entries.push_back({key, value});
      } else {
        entries[found->second].value = value;
      }
    }
    return true;
  };
  if (!eachElement(element)) return false;
  if constexpr (kAppends) {
    std::vector<int32_t> hashes;
    for (const Entry& entry : entries) hashes.push_back(hashOfKey(entry.key));
    const char* after = at_;
    for (const size_t i : javaHashMapOrder(hashes, entries.size())) {
      builder->child(0).appendString(entries[i].key);
      at_ = entries[i].value;
      walk<true>(*step.fields[0].step, &builder->child(1), level + 1);
    }
    at_ = after;
    builder->appendList(static_cast<int32_t>(entries.size()));
  }
  return true;
}

template <bool kAppends>
bool Walker::record(const AvroStep& step, VectorBuilder* builder, int level) {
  for (const AvroStep::Field& field : step.fields) {
    const bool kept = kAppends && field.column >= 0;
    if (kept ? !walk<kAppends>(*field.step, &builder->child(static_cast<size_t>(field.column)), level + 1) : !walk<false>(*field.step, nullptr, level + 1)) return false;
  }
  if constexpr (kAppends) {
    for (const AvroStep::Default& value : step.defaults) builder->child(value.column).append(value.value);
    builder->appendStruct();
  }
  return true;
}

template <bool kAppends>
bool Walker::walk(const AvroStep& step, VectorBuilder* builder, int level) {
  if (level > kMostLevels) return false;
  std::string_view bytes;
  switch (step.op) {
    case Op::kFail: return false;
    case Op::kNull:
      if constexpr (kAppends) builder->appendNull();
      return true;
    case Op::kSkip: return skip(*step.skipped, level);
    case Op::kBoolean:
      if (!take(1, bytes)) return false;
      if constexpr (kAppends) builder->appendBoolean(bytes[0] == 1);
      return true;
    case Op::kInt:
    case Op::kLong: return integer<kAppends>(step, builder);
    case Op::kFloat: {
      if (!take(4, bytes)) return false;
      float value = 0;
      std::memcpy(&value, bytes.data(), 4);
      if constexpr (kAppends) {
        if (step.physical == PhysicalType::kDouble) {
          builder->appendFixed(static_cast<double>(value));
        } else {
          builder->appendFixed(value);
        }
      }
      return true;
    }
    case Op::kDouble: {
      if (!take(8, bytes)) return false;
      double value = 0;
      std::memcpy(&value, bytes.data(), 8);
      if constexpr (kAppends) builder->appendFixed(value);
      return true;
    }
    case Op::kBytes:
    case Op::kFixed:
      if (step.op == Op::kBytes ? !readBytes(bytes) : !take(step.size, bytes)) return false;
      if (step.isDecimal) return decimal<kAppends>(step, bytes, builder);
      if constexpr (kAppends) builder->appendString(bytes);
      return true;
    case Op::kEnum: {
      int64_t index = 0;
      if (!readVarint(5, index) || index < 0 || index >= static_cast<int64_t>(step.symbols.size())) return false;
      const std::string* symbol = step.symbols[static_cast<size_t>(index)];
      if (symbol == nullptr) return false;
      if constexpr (kAppends) builder->appendString(*symbol);
      return true;
    }
    case Op::kArray: {
      int32_t count = 0;
      VectorBuilder* child = kAppends ? &builder->child(0) : nullptr;
      const auto element = [&] {
        ++count;
        return walk<kAppends>(*step.fields[0].step, child, level + 1);
      };
      if (!eachElement(element)) return false;
      if constexpr (kAppends) builder->appendList(count);
      return true;
    }
    case Op::kMap: return map<kAppends>(step, builder, level);
    case Op::kRecord: return record<kAppends>(step, builder, level);
    case Op::kUnion: {
      int64_t index = 0;
      if (!readVarint(5, index) || index < 0 || index >= static_cast<int64_t>(step.fields.size())) return false;
      return walk<kAppends>(*step.fields[static_cast<size_t>(index)].step, builder, level + 1);
    }
    case Op::kMember:
      if constexpr (kAppends) {
        const size_t numMembers = builder->type().fields().size();
        for (size_t i = 0; i < numMembers; ++i) {
          if (i != step.member) builder->child(i).appendNull();
        }
        if (!walk<true>(*step.fields[0].step, &builder->child(step.member), level + 1)) return false;
        builder->appendStruct();
        return true;
      }
      return walk<false>(*step.fields[0].step, nullptr, level + 1);
  }
  return false;
}

bool Walker::skip(const AvroSchema& schema, int level) {
  if (level > kMostLevels) return false;
  std::string_view bytes;
  int64_t number = 0;
  switch (schema.kind) {
    case Kind::kNull: return true;
    case Kind::kBoolean: return take(1, bytes);
    case Kind::kInt:
    case Kind::kEnum: return readVarint(5, number);
    case Kind::kLong: return readLong(number);
    case Kind::kFloat: return take(4, bytes);
    case Kind::kDouble: return take(8, bytes);
    case Kind::kBytes:
    case Kind::kString: return readBytes(bytes);
    case Kind::kFixed: return take(schema.size, bytes);
    case Kind::kRecord:
      for (const AvroSchema::Field& field : schema.fields) {
        if (!skip(*field.schema, level + 1)) return false;
      }
      return true;
    case Kind::kArray: return eachElement([&] { return skip(*schema.parts[0], level + 1); });
    case Kind::kMap: return eachElement([&] { return readBytes(bytes) && skip(*schema.parts[0], level + 1); });
    case Kind::kUnion:
      if (!readVarint(5, number) || number < 0 || number >= static_cast<int64_t>(schema.parts.size())) return false;
      return skip(*schema.parts[static_cast<size_t>(number)], level + 1);
  }
  return false;
}

}  // namespace

std::vector<size_t> javaHashMapOrder(const std::vector<int32_t>& hashes, size_t capacity) {
  size_t numBuckets = std::bit_ceil(std::max<size_t>(capacity, 1));
  while (4 * hashes.size() > 3 * numBuckets) numBuckets *= 2;
  std::vector<std::pair<size_t, size_t>> places;
  for (size_t i = 0; i < hashes.size(); ++i) {
    const auto hash = static_cast<uint32_t>(hashes[i]);
    places.emplace_back((hash ^ (hash >> 16)) & (numBuckets - 1), i);
  }
  std::sort(places.begin(), places.end());
  std::vector<size_t> order;
  for (const auto& [bucket, i] : places) order.push_back(i);
  return order;
}

AvroDecoder::AvroDecoder(AvroSchemasPtr writer, AvroSchemasPtr reader, const DataType& type, bool caseSensitive)
    : writer_(std::move(writer)), reader_(std::move(reader)) {
  Resolver resolver(caseSensitive);
  root_ = resolver.resolve(writer_->root(), reader_->root(), type);
  // Spark reads a union that means a struct inside other values only.
  const bool isRootUnion = reader_->root().is(Kind::kUnion) && type.is(TypeKind::kStruct);
  if (resolver.isAmbiguous() || isRootUnion) root_ = failing();
}

AvroDecoder::~AvroDecoder() = default;

bool AvroDecoder::append(std::string_view bytes, VectorBuilder& builder) const {
  if (!Walker(bytes).walk<false>(*root_, nullptr, 0)) return false;
  Walker(bytes).walk<true>(*root_, &builder, 0);
  return true;
}

}  // namespace flint::records
