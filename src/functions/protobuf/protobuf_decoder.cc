#include "functions/protobuf/protobuf_decoder.h"

#include <google/protobuf/descriptor.h>

#include <cstring>
#include <map>
#include <optional>
#include <span>
#include <unordered_map>

#include "functions/string/charset.h"

namespace flint::functions {

namespace proto = google::protobuf;
using columnar::VectorBuilder;
using proto::Descriptor;
using proto::FieldDescriptor;

/// How a value of a field becomes one of a column.
struct ProtobufValuePlan {
  enum class Target : uint8_t { kNumber, kText, kBytes, kEnumName, kTimestamp, kDuration, kAny, kWrapper, kMessage };
  Target target = Target::kNumber;
  const FieldDescriptor* field = nullptr;
  PhysicalType physical = PhysicalType::kBool;
  std::unique_ptr<ProtobufMessagePlan> message;  // of messages in general; of a time's seconds and nanos; of a wrapper's value
};

/// How a message becomes a struct.
struct ProtobufMessagePlan {
  struct Column {
    int index = 0;  // of the field in its message
    std::unique_ptr<ProtobufValuePlan> key;  // of a map
    std::unique_ptr<ProtobufValuePlan> value;
    bool emitsDefault = false;
  };
  const Descriptor* descriptor = nullptr;
  std::vector<Column> columns;
  std::unordered_map<int, int> indexes;  // by number
  bool isDummy = false;                  // an empty message, kept as a struct of one null
};

namespace {

using Target = ProtobufValuePlan::Target;
using Column = ProtobufMessagePlan::Column;

constexpr int kMostLevels = 100;
constexpr int64_t kMostColumns = 100'000;
constexpr int kDeepestRecursion = 10;

// A value as it stands in the bytes: a number by its field's type (floats by their bits), or bytes.
struct Raw {
  uint64_t number = 0;
  std::string_view bytes;
};

struct Wrapper {
  std::string_view name;
  FieldDescriptor::Type type;
};
constexpr Wrapper kWrappers[] = {
    {"google.protobuf.BoolValue", FieldDescriptor::TYPE_BOOL},     {"google.protobuf.Int32Value", FieldDescriptor::TYPE_INT32},
    {"google.protobuf.UInt32Value", FieldDescriptor::TYPE_UINT32}, {"google.protobuf.Int64Value", FieldDescriptor::TYPE_INT64},
    {"google.protobuf.UInt64Value", FieldDescriptor::TYPE_UINT64}, {"google.protobuf.StringValue", FieldDescriptor::TYPE_STRING},
    {"google.protobuf.BytesValue", FieldDescriptor::TYPE_BYTES},   {"google.protobuf.FloatValue", FieldDescriptor::TYPE_FLOAT},
    {"google.protobuf.DoubleValue", FieldDescriptor::TYPE_DOUBLE}};

// Plans a message and its struct type.
class Planner {
 public:
  explicit Planner(const ProtobufReadOptions& options) : options_(options) {}

  struct Planned {
    std::unique_ptr<ProtobufMessagePlan> plan;
    StructFields fields;
  };
  Result<Planned> message(const Descriptor& descriptor) {
    Planned planned;
    planned.plan = emptyPlan(descriptor);
    ++depths_[descriptor.full_name()];
    for (int i = 0; i < descriptor.field_count(); ++i) {
      ASSIGN_OR_RETURN(std::optional<Typed> column, this->column(*descriptor.field(i)));
      if (!column.has_value()) continue;
      const FieldDescriptor& field = *descriptor.field(i);
      column->column.index = i;
      column->column.emitsDefault = options_.emitsDefaults && !field.has_presence();
      if (++numColumns_ > kMostColumns) return Error(condition::kRecursiveProtobufSchema).with("fieldDescriptor", field.full_name()).as(ErrorFamily::kAnalysis);
      planned.fields.push_back({field.name(), column->type, field.is_repeated() || !field.is_required()});
      planned.plan->columns.push_back(std::move(column->column));
    }
    --depths_[descriptor.full_name()];
    if (planned.fields.empty() && options_.keepsEmptyMessages) {
      planned.plan->isDummy = true;
      planned.fields.push_back({"__dummy_field_in_empty_struct", DataType::string(), true});
    }
    return planned;
  }

 private:
  struct Typed {
    Column column;
    DataType type;
  };
  struct TypedValue {
    std::unique_ptr<ProtobufValuePlan> plan;
    DataType type;
  };

  static std::unique_ptr<ProtobufMessagePlan> emptyPlan(const Descriptor& descriptor) {
    auto plan = std::make_unique<ProtobufMessagePlan>();
    plan->descriptor = &descriptor;
    for (int i = 0; i < descriptor.field_count(); ++i) plan->indexes.emplace(descriptor.field(i)->number(), i);
    return plan;
  }
  static std::optional<TypedValue> valueOf(Target target, const FieldDescriptor& field, DataType type, std::unique_ptr<ProtobufMessagePlan> message = nullptr) {
    auto plan = std::make_unique<ProtobufValuePlan>();
    plan->target = target;
    plan->field = &field;
    plan->physical = type.physicalType();
    plan->message = std::move(message);
    return TypedValue{std::move(plan), std::move(type)};
  }

  // Nothing: a field beyond the depth of recursion, or without fields of its own.
  Result<std::optional<Typed>> column(const FieldDescriptor& field) {
    if (field.is_map()) {
      ASSIGN_OR_RETURN(std::optional<TypedValue> key, value(*field.message_type()->map_key()));
      ASSIGN_OR_RETURN(std::optional<TypedValue> mapped, value(*field.message_type()->map_value()));
      if (!key.has_value() || !mapped.has_value()) return std::optional<Typed>();
      Typed typed;
      typed.type = DataType::map(key->type, mapped->type, false);
      typed.column.key = std::move(key->plan);
      typed.column.value = std::move(mapped->plan);
      return std::optional<Typed>(std::move(typed));
    }
    ASSIGN_OR_RETURN(std::optional<TypedValue> single, value(field));
    if (!single.has_value()) return std::optional<Typed>();
    Typed typed;
    typed.type = field.is_repeated() ? DataType::array(single->type, false) : single->type;
    typed.column.value = std::move(single->plan);
    return std::optional<Typed>(std::move(typed));
  }

  std::optional<TypedValue> scalar(const FieldDescriptor& field) const {
    const bool upcasts = options_.upcastsUnsigned;
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL: return valueOf(Target::kNumber, field, DataType::boolean());
      case FieldDescriptor::CPPTYPE_INT32: return valueOf(Target::kNumber, field, DataType::integer());
      case FieldDescriptor::CPPTYPE_UINT32:
        return valueOf(Target::kNumber, field, upcasts && field.type() == FieldDescriptor::TYPE_UINT32 ? DataType::bigint() : DataType::integer());
      case FieldDescriptor::CPPTYPE_INT64: return valueOf(Target::kNumber, field, DataType::bigint());
      case FieldDescriptor::CPPTYPE_UINT64:
        return valueOf(Target::kNumber, field, upcasts && field.type() == FieldDescriptor::TYPE_UINT64 ? DataType::decimal(20, 0) : DataType::bigint());
      case FieldDescriptor::CPPTYPE_FLOAT: return valueOf(Target::kNumber, field, DataType::float32());
      case FieldDescriptor::CPPTYPE_DOUBLE: return valueOf(Target::kNumber, field, DataType::float64());
      case FieldDescriptor::CPPTYPE_STRING:
        return field.type() == FieldDescriptor::TYPE_BYTES ? valueOf(Target::kBytes, field, DataType::binary()) : valueOf(Target::kText, field, DataType::string());
      case FieldDescriptor::CPPTYPE_ENUM:
        return options_.enumsAsInts ? valueOf(Target::kNumber, field, DataType::integer()) : valueOf(Target::kEnumName, field, DataType::string());
      case FieldDescriptor::CPPTYPE_MESSAGE: break;
    }
    return std::nullopt;
  }

  Result<std::optional<TypedValue>> value(const FieldDescriptor& field) {
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) return scalar(field);
    const Descriptor& nested = *field.message_type();
    if (isSecondsAndNanos(nested, "Duration")) return valueOf(Target::kDuration, field, DataType::dayTimeInterval(), emptyPlan(nested));
    if (isSecondsAndNanos(nested, "Timestamp")) return valueOf(Target::kTimestamp, field, DataType::timestamp(), emptyPlan(nested));
    if (options_.anyAsJson && nested.full_name() == "google.protobuf.Any") return valueOf(Target::kAny, field, DataType::string());
    if (options_.unwrapsWrappers) {
      for (const Wrapper& wrapper : kWrappers) {
        if (nested.full_name() != wrapper.name || nested.field_count() != 1 || nested.field(0)->type() != wrapper.type) continue;
        std::optional<TypedValue> inner = scalar(*nested.field(0));
        std::unique_ptr<ProtobufMessagePlan> plan = emptyPlan(nested);
        Column only;
        only.value = std::move(inner->plan);
        only.emitsDefault = options_.emitsDefaults && !nested.field(0)->has_presence();
        plan->columns.push_back(std::move(only));
        return valueOf(Target::kWrapper, field, inner->type, std::move(plan));
      }
    }
    const auto depth = depths_.find(nested.full_name());
    if (depth != depths_.end() && depth->second > 0) {
      if (options_.recursiveDepth <= 0 || options_.recursiveDepth > kDeepestRecursion) {
        return Error(condition::kRecursiveProtobufSchema).with("fieldDescriptor", field.full_name()).as(ErrorFamily::kAnalysis);
      }
      if (depth->second >= options_.recursiveDepth) return std::optional<TypedValue>();
    }
    ASSIGN_OR_RETURN(Planned planned, message(nested));
    if (planned.fields.empty()) return std::optional<TypedValue>();
    return valueOf(Target::kMessage, field, DataType::structType(std::move(planned.fields)), std::move(planned.plan));
  }

  const ProtobufReadOptions& options_;
  std::map<std::string, int> depths_;
  int64_t numColumns_ = 0;
};

// Reads tags and values from bytes.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : at_(bytes.data()), end_(bytes.data() + bytes.size()) {}
  bool atEnd() const { return at_ == end_; }

  bool varint(uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      if (at_ == end_) return false;
      const auto byte = static_cast<unsigned char>(*at_++);
      if (shift < 64) value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }
  bool fixed(size_t size, uint64_t& value) {
    if (static_cast<size_t>(end_ - at_) < size) return false;
    value = 0;
    std::memcpy(&value, at_, size);
    at_ += size;
    return true;
  }
  bool bytes(std::string_view& value) {
    uint64_t size = 0;
    if (!varint(size) || size > static_cast<uint64_t>(end_ - at_)) return false;
    value = {at_, static_cast<size_t>(size)};
    at_ += size;
    return true;
  }
  bool tag(int& number, int& wire) {
    uint64_t value = 0;
    if (!varint(value) || value > UINT32_MAX) return false;
    number = static_cast<int>(value >> 3);
    wire = static_cast<int>(value & 7);
    return number != 0 && wire < 6;
  }
  // Passes over a value; of a group, gives what lies inside.
  bool skip(int number, int wire, std::string_view* content = nullptr) {
    std::vector<int> open;
    const char* begin = at_;
    for (;;) {
      uint64_t ignored = 0;
      std::string_view text;
      switch (wire) {
        case 0:
          if (!varint(ignored)) return false;
          break;
        case 1:
          if (!fixed(8, ignored)) return false;
          break;
        case 2:
          if (!bytes(text)) return false;
          break;
        case 3:
          if (open.size() >= kMostLevels) return false;
          open.push_back(number);
          break;
        case 4:
          if (open.empty() || open.back() != number) return false;
          open.pop_back();
          if (open.empty() && content != nullptr) *content = {begin, static_cast<size_t>(groupEnd_ - begin)};
          break;
        case 5:
          if (!fixed(4, ignored)) return false;
          break;
        default: return false;
      }
      if (open.empty()) return true;
      groupEnd_ = at_;
      if (!tag(number, wire)) return false;
    }
  }

 private:
  const char* at_;
  const char* const end_;
  const char* groupEnd_ = nullptr;
};

int wireOf(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return 1;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE: return 2;
    case FieldDescriptor::TYPE_GROUP: return 3;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return 5;
    default: return 0;
  }
}

// A number of the wire as its field's type has it, integers with their sign.
uint64_t numberOf(FieldDescriptor::Type type, uint64_t wire) {
  const auto low = static_cast<uint32_t>(wire);
  switch (type) {
    case FieldDescriptor::TYPE_INT32:
    case FieldDescriptor::TYPE_ENUM:
    case FieldDescriptor::TYPE_SFIXED32: return static_cast<uint64_t>(int64_t{static_cast<int32_t>(low)});
    case FieldDescriptor::TYPE_UINT32:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_FLOAT: return low;
    case FieldDescriptor::TYPE_SINT32: return static_cast<uint64_t>(int64_t{static_cast<int32_t>((low >> 1) ^ (0 - (low & 1)))});
    case FieldDescriptor::TYPE_SINT64: return (wire >> 1) ^ (0 - (wire & 1));
    case FieldDescriptor::TYPE_BOOL: return wire != 0 ? 1 : 0;
    default: return wire;
  }
}

template <class To, class From>
To bitsAs(From from) {
  To to;
  static_assert(sizeof(To) <= sizeof(From));
  std::memcpy(&to, &from, sizeof(To));
  return to;
}

Raw defaultOf(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL: return {field.default_value_bool() ? uint64_t{1} : 0, {}};
    case FieldDescriptor::CPPTYPE_INT32: return {static_cast<uint64_t>(int64_t{field.default_value_int32()}), {}};
    case FieldDescriptor::CPPTYPE_UINT32: return {field.default_value_uint32(), {}};
    case FieldDescriptor::CPPTYPE_INT64: return {static_cast<uint64_t>(field.default_value_int64()), {}};
    case FieldDescriptor::CPPTYPE_UINT64: return {field.default_value_uint64(), {}};
    case FieldDescriptor::CPPTYPE_ENUM: return {static_cast<uint64_t>(int64_t{field.default_value_enum()->number()}), {}};
    case FieldDescriptor::CPPTYPE_STRING: return {0, field.default_value_string()};
    case FieldDescriptor::CPPTYPE_FLOAT: {
      const float value = field.default_value_float();
      return {bitsAs<uint32_t>(value), {}};
    }
    case FieldDescriptor::CPPTYPE_DOUBLE: return {bitsAs<uint64_t>(field.default_value_double()), {}};
    case FieldDescriptor::CPPTYPE_MESSAGE: break;
  }
  return {};
}

// Reads one message: once to see that it is good, then to append it.
class Reader {
 public:
  Reader(const ProtobufDescriptors& descriptors, const ProtobufReadOptions& options) : descriptors_(descriptors), options_(options) {}

  template <bool kAppends>
  bool message(const ProtobufMessagePlan& plan, std::span<const Raw> parts, VectorBuilder* builder, int level);

 private:
  using Values = std::vector<std::vector<Raw>>;  // of each field, in order

  bool parse(const ProtobufMessagePlan& plan, std::span<const Raw> parts, bool isRoot, Values& values) const;
  static bool numbers(const FieldDescriptor& field, std::string_view packed, std::vector<Raw>& values);
  // Whether a value of an enum is none that a closed enum has.
  static bool isUnknownEnum(const FieldDescriptor& field, const Raw& raw) {
    if (field.type() != FieldDescriptor::TYPE_ENUM || field.file()->syntax() != proto::FileDescriptor::SYNTAX_PROTO2) return false;
    return field.enum_type()->FindValueByNumber(static_cast<int>(raw.number)) == nullptr;
  }
  template <bool kAppends>
  bool value(const ProtobufValuePlan& plan, std::span<const Raw> parts, VectorBuilder* builder, int level);
  template <bool kAppends>
  bool entry(const Column& column, const FieldDescriptor& field, const Raw& raw, VectorBuilder* keys, VectorBuilder* mapped, int level);
  bool microseconds(const ProtobufMessagePlan& plan, std::span<const Raw> parts, int64_t& micros) const;
  static void appendNumber(const ProtobufValuePlan& plan, uint64_t number, VectorBuilder& builder);

  const ProtobufDescriptors& descriptors_;
  const ProtobufReadOptions& options_;
};

bool Reader::numbers(const FieldDescriptor& field, std::string_view packed, std::vector<Raw>& values) {
  WireReader reader(packed);
  const int wire = wireOf(field.type());
  while (!reader.atEnd()) {
    uint64_t number = 0;
    if (wire == 0 ? !reader.varint(number) : !reader.fixed(wire == 1 ? 8 : 4, number)) return false;
    const Raw raw = {numberOf(field.type(), number), {}};
    if (!isUnknownEnum(field, raw)) values.push_back(raw);
  }
  return true;
}

bool Reader::parse(const ProtobufMessagePlan& plan, std::span<const Raw> parts, bool isRoot, Values& values) const {
  const Descriptor& descriptor = *plan.descriptor;
  values.resize(static_cast<size_t>(descriptor.field_count()));
  for (const Raw& part : parts) {
    WireReader reader(part.bytes);
    while (!reader.atEnd()) {
      int number = 0;
      int wire = 0;
      if (!reader.tag(number, wire) || wire == 4) return false;
      const auto found = plan.indexes.find(number);
      if (found == plan.indexes.end()) {
        if (!reader.skip(number, wire)) return false;
        continue;
      }
      const FieldDescriptor& field = *descriptor.field(found->second);
      std::vector<Raw>& target = values[static_cast<size_t>(found->second)];
      const int expected = wireOf(field.type());
      if (wire == 2 && expected != 2 && expected != 3 && field.is_repeated()) {
        std::string_view packed;
        if (!reader.bytes(packed) || !numbers(field, packed, target)) return false;
        continue;
      }
      // A field of another type than the descriptor's: Spark looks for that in the outermost message alone.
      if (wire != expected) {
        if (isRoot || !reader.skip(number, wire)) return false;
        continue;
      }
      Raw raw;
      if (wire == 2) {
        if (!reader.bytes(raw.bytes)) return false;
        const bool isText = field.type() == FieldDescriptor::TYPE_STRING;
        if (isText && field.file()->syntax() == proto::FileDescriptor::SYNTAX_PROTO3 && !isValidUtf8(raw.bytes)) return false;
      } else if (wire == 3) {
        if (!reader.skip(number, wire, &raw.bytes)) return false;
      } else {
        uint64_t bits = 0;
        if (wire == 0 ? !reader.varint(bits) : !reader.fixed(wire == 1 ? 8 : 4, bits)) return false;
        raw.number = numberOf(field.type(), bits);
        if (isUnknownEnum(field, raw)) {
          if (isRoot) return false;
          continue;
        }
      }
      if (const proto::OneofDescriptor* oneof = field.real_containing_oneof()) {
        for (int i = 0; i < oneof->field_count(); ++i) {
          if (oneof->field(i) != &field) values[static_cast<size_t>(oneof->field(i)->index())].clear();
        }
      }
      const bool merges = field.is_repeated() || field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (!merges) target.clear();
      target.push_back(raw);
    }
  }
  for (int i = 0; i < descriptor.field_count(); ++i) {
    if (descriptor.field(i)->is_required() && values[static_cast<size_t>(i)].empty()) return false;
  }
  return true;
}

bool Reader::microseconds(const ProtobufMessagePlan& plan, std::span<const Raw> parts, int64_t& micros) const {
  Values values;
  if (!parse(plan, parts, false, values)) return false;
  const auto seconds = values[0].empty() ? 0 : static_cast<int64_t>(values[0].back().number);
  const auto nanos = values[1].empty() ? 0 : static_cast<int64_t>(values[1].back().number);
  // Thousands of seconds wrap around, thousands of milliseconds do not.
  const auto millis = static_cast<int64_t>(static_cast<uint64_t>(seconds) * 1'000);
  if (__builtin_mul_overflow(millis, int64_t{1'000}, &micros)) return false;
  micros = static_cast<int64_t>(static_cast<uint64_t>(micros) + static_cast<uint64_t>(nanos / 1'000));
  return true;
}

void Reader::appendNumber(const ProtobufValuePlan& plan, uint64_t number, VectorBuilder& builder) {
  switch (plan.physical) {
    case PhysicalType::kBool: return builder.appendBoolean(number != 0);
    case PhysicalType::kInt32: return builder.appendFixed(static_cast<int32_t>(number));
    case PhysicalType::kInt64: return builder.appendFixed(static_cast<int64_t>(number));
    case PhysicalType::kInt128: return builder.appendFixed(static_cast<int128_t>(number));
    case PhysicalType::kFloat: return builder.appendFixed(bitsAs<float>(static_cast<uint32_t>(number)));
    case PhysicalType::kDouble: return builder.appendFixed(bitsAs<double>(number));
    default: return builder.appendNull();
  }
}

template <bool kAppends>
bool Reader::value(const ProtobufValuePlan& plan, std::span<const Raw> parts, VectorBuilder* builder, int level) {
  switch (plan.target) {
    case Target::kNumber:
      if constexpr (kAppends) appendNumber(plan, parts.back().number, *builder);
      return true;
    case Target::kText:
    case Target::kBytes:
      if constexpr (kAppends) builder->appendString(parts.back().bytes);
      return true;
    case Target::kEnumName:
      if constexpr (kAppends) {
        const proto::EnumDescriptor& type = *plan.field->enum_type();
        const auto number = static_cast<int>(parts.back().number);
        const proto::EnumValueDescriptor* known = type.FindValueByNumber(number);
        builder->appendString(known != nullptr ? known->name() : "UNKNOWN_ENUM_VALUE_" + type.name() + "_" + std::to_string(number));
      }
      return true;
    case Target::kTimestamp:
    case Target::kDuration: {
      int64_t micros = 0;
      if (!microseconds(*plan.message, parts, micros)) return false;
      if constexpr (kAppends) builder->appendFixed(micros);
      return true;
    }
    case Target::kAny: {
      std::string merged;
      for (const Raw& part : parts) merged += part.bytes;
      std::string json;
      if (!descriptors_.anyAsJson(merged, options_.enumsAsInts, json)) return false;
      if constexpr (kAppends) builder->appendString(json);
      return true;
    }
    case Target::kWrapper: {
      Values values;
      if (!parse(*plan.message, parts, false, values)) return false;
      const Column& only = plan.message->columns[0];
      if (!values[0].empty()) return value<kAppends>(*only.value, values[0], builder, level);
      if constexpr (kAppends) {
        if (!only.emitsDefault) {
          builder->appendNull();
          return true;
        }
        const Raw none = defaultOf(*only.value->field);
        return value<true>(*only.value, {&none, 1}, builder, level);
      }
      return true;
    }
    case Target::kMessage: return message<kAppends>(*plan.message, parts, builder, level + 1);
  }
  return false;
}

template <bool kAppends>
bool Reader::entry(const Column& column, const FieldDescriptor& field, const Raw& raw, VectorBuilder* keys, VectorBuilder* mapped, int level) {
  ProtobufMessagePlan plan;
  plan.descriptor = field.message_type();
  plan.indexes = {{1, plan.descriptor->map_key()->index()}, {2, plan.descriptor->map_value()->index()}};
  Values values;
  if (!parse(plan, {&raw, 1}, false, values)) return false;
  const auto part = [&](const ProtobufValuePlan& value, VectorBuilder* builder) {
    const std::vector<Raw>& given = values[static_cast<size_t>(value.field->index())];
    const Raw none = given.empty() ? defaultOf(*value.field) : Raw();
    return this->value<kAppends>(value, given.empty() ? std::span<const Raw>(&none, 1) : std::span<const Raw>(given), builder, level);
  };
  return part(*column.key, keys) && part(*column.value, mapped);
}

template <bool kAppends>
bool Reader::message(const ProtobufMessagePlan& plan, std::span<const Raw> parts, VectorBuilder* builder, int level) {
  if (level > kMostLevels) return false;
  Values values;
  if (!parse(plan, parts, level == 0, values)) return false;
  for (size_t i = 0; i < plan.columns.size(); ++i) {
    const Column& column = plan.columns[i];
    const FieldDescriptor& field = *plan.descriptor->field(column.index);
    const std::vector<Raw>& given = values[static_cast<size_t>(column.index)];
    VectorBuilder* child = kAppends ? &builder->child(i) : nullptr;
    if (field.is_repeated()) {
      for (const Raw& raw : given) {
        const bool good = column.key != nullptr ? entry<kAppends>(column, field, raw, kAppends ? &child->child(0) : nullptr, kAppends ? &child->child(1) : nullptr, level)
                                                : value<kAppends>(*column.value, {&raw, 1}, kAppends ? &child->child(0) : nullptr, level);
        if (!good) return false;
      }
      if constexpr (kAppends) child->appendList(static_cast<int32_t>(given.size()));
    } else if (!given.empty()) {
      if (!value<kAppends>(*column.value, given, child, level)) return false;
    } else if constexpr (kAppends) {
      const bool isMessage = field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE;
      if (!isMessage && (field.has_default_value() || column.emitsDefault)) {
        const Raw none = defaultOf(field);
        value<true>(*column.value, {&none, 1}, child, level);
      } else {
        child->appendNull();
      }
    }
  }
  if constexpr (kAppends) {
    if (plan.isDummy) builder->child(0).appendNull();
    builder->appendStruct();
  }
  return true;
}

}  // namespace

uint64_t defaultBitsOf(const FieldDescriptor& field) { return defaultOf(field).number; }

bool isSecondsAndNanos(const Descriptor& message, std::string_view name) {
  return message.name() == name && message.field_count() == 2 && message.field(0)->name() == "seconds" && message.field(1)->name() == "nanos";
}

ProtobufDecoder::ProtobufDecoder(ProtobufDescriptorsPtr descriptors, const ProtobufReadOptions& options, std::unique_ptr<const ProtobufMessagePlan> plan, DataType type)
    : descriptors_(std::move(descriptors)), options_(options), plan_(std::move(plan)), type_(std::move(type)) {}
ProtobufDecoder::~ProtobufDecoder() = default;

Result<std::shared_ptr<const ProtobufDecoder>> ProtobufDecoder::make(ProtobufDescriptorsPtr descriptors, const Descriptor& message, const ProtobufReadOptions& options) {
  ASSIGN_OR_RETURN(Planner::Planned planned, Planner(options).message(message));
  return std::shared_ptr<const ProtobufDecoder>(
      new ProtobufDecoder(std::move(descriptors), options, std::move(planned.plan), DataType::structType(std::move(planned.fields))));
}

bool ProtobufDecoder::append(std::string_view bytes, VectorBuilder& builder) const {
  Reader reader(*descriptors_, options_);
  const Raw whole = {0, bytes};
  if (!reader.message<false>(*plan_, {&whole, 1}, nullptr, 0)) return false;
  reader.message<true>(*plan_, {&whole, 1}, &builder, 0);
  return true;
}

}  // namespace flint::functions
