#include "functions/protobuf/protobuf_encoder.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "functions/protobuf/protobuf_decoder.h"
#include "records/avro_schema.h"

namespace flint::functions {

namespace proto = google::protobuf;
using columnar::ColumnVector;
using columnar::ListEntry;
using columnar::RowIndex;
using columnar::StringView;
using proto::Descriptor;
using proto::FieldDescriptor;

/// How a struct is written as a message.
struct ProtobufWritePlan {
  enum class Kind : uint8_t { kNothing, kNumber, kText, kEnumName, kEnumNumber, kTimestamp, kDuration, kWrapper, kMap, kMessage };
  struct Field {
    const FieldDescriptor* field = nullptr;
    Kind kind = Kind::kNothing;
    int column = 0;
    bool isArray = false;
    PhysicalType physical = PhysicalType::kBool;
    std::string path;                            // of the column
    std::unique_ptr<ProtobufWritePlan> message;  // of a message; of a map's entry; of a wrapper's value
  };
  const Descriptor* descriptor = nullptr;
  std::vector<Field> fields;  // by number
  DataType type;
};

namespace {

using Kind = ProtobufWritePlan::Kind;
using Field = ProtobufWritePlan::Field;

std::string quotedSql(const DataType& type) { return "\"" + type.sql() + "\""; }

std::string fieldText(const std::string& path) { return path.empty() ? "top-level record" : "field '" + path + "'"; }

Error unfitting(const Descriptor& message, const DataType& type, Error cause) {
  return Error(condition::kUnableToConvertToProtobufMessageType).with("protobufType", message.name()).with("toType", quotedSql(type)).causedBy(std::move(cause));
}

// Matches a struct type with a message.
class Matcher {
 public:
  explicit Matcher(bool caseSensitive) : caseSensitive_(caseSensitive) {}

  Result<std::unique_ptr<ProtobufWritePlan>> message(const DataType& type, const Descriptor& descriptor, const std::string& path) {
    auto plan = std::make_unique<ProtobufWritePlan>();
    plan->descriptor = &descriptor;
    plan->type = type;
    std::vector<bool> matched(static_cast<size_t>(descriptor.field_count()));
    for (size_t i = 0; i < type.fields().size(); ++i) {
      const StructField& sqlField = type.fields()[i];
      const std::string inner = path.empty() ? sqlField.name : path + "." + sqlField.name;
      std::vector<const FieldDescriptor*> found;
      for (int k = 0; k < descriptor.field_count(); ++k) {
        if (records::sameFieldName(descriptor.field(k)->name(), sqlField.name, caseSensitive_)) found.push_back(descriptor.field(k));
      }
      if (found.empty()) return Error(condition::kNoSqlTypeInProtobufSchema).with("catalystFieldPath", fieldText(inner));
      if (found.size() > 1) {
        return Error(condition::kProtobufFieldMissing)
            .with("field", sqlField.name).with("protobufSchema", fieldText(path)).with("matchSize", std::to_string(found.size()))
            .with("matches", "[" + found[0]->name() + ", " + found[1]->name() + "]");
      }
      matched[static_cast<size_t>(found[0]->index())] = true;
      ASSIGN_OR_RETURN(Field made, field(sqlField.type, *found[0], inner));
      made.column = static_cast<int>(i);
      plan->fields.push_back(std::move(made));
    }
    for (int k = 0; k < descriptor.field_count(); ++k) {
      const FieldDescriptor& each = *descriptor.field(k);
      if (matched[static_cast<size_t>(k)] || !each.is_optional()) continue;
      return Error(condition::kProtobufFieldMissingInSqlSchema).with("field", fieldText(path.empty() ? each.name() : path + "." + each.name()));
    }
    std::stable_sort(plan->fields.begin(), plan->fields.end(), [](const Field& a, const Field& b) { return a.field->number() < b.field->number(); });
    return plan;
  }

 private:
  Result<Field> field(const DataType& type, const FieldDescriptor& descriptor, const std::string& path) {
    if (type.is(TypeKind::kArray)) {
      ASSIGN_OR_RETURN(Field made, single(type.elementType(), descriptor, path + ".element"));
      if (!descriptor.is_repeated()) return incompatible(type, descriptor, path);
      made.isArray = true;
      return made;
    }
    ASSIGN_OR_RETURN(Field made, single(type, descriptor, path));
    if (descriptor.is_repeated() && made.kind != Kind::kMap && made.kind != Kind::kNothing) return incompatible(type, descriptor, path);
    return made;
  }

  static Error incompatible(const DataType& type, const FieldDescriptor& descriptor, const std::string& path) {
    return Error(condition::kCannotConvertSqlTypeToProtobufFieldType)
        .with("sqlColumn", quoteIdentifier(path)).with("protobufColumn", fieldText(path)).with("sqlType", quotedSql(type)).with("protobufType", descriptor.type_name());
  }

  static bool fitsNumber(const DataType& type, const FieldDescriptor& descriptor) {
    switch (descriptor.cpp_type()) {
      case FieldDescriptor::CPPTYPE_BOOL: return type.is(TypeKind::kBoolean);
      case FieldDescriptor::CPPTYPE_UINT32:
        if (type.is(TypeKind::kLong)) return descriptor.type() == FieldDescriptor::TYPE_UINT32;
        [[fallthrough]];
      case FieldDescriptor::CPPTYPE_INT32: return type.is(TypeKind::kByte) || type.is(TypeKind::kShort) || type.is(TypeKind::kInteger) || type.is(TypeKind::kDate);
      case FieldDescriptor::CPPTYPE_UINT64:
        if (type == DataType::decimal(20, 0)) return descriptor.type() == FieldDescriptor::TYPE_UINT64;
        [[fallthrough]];
      case FieldDescriptor::CPPTYPE_INT64: return type.is(TypeKind::kLong);
      case FieldDescriptor::CPPTYPE_FLOAT: return type.is(TypeKind::kFloat);
      case FieldDescriptor::CPPTYPE_DOUBLE: return type.is(TypeKind::kDouble);
      default: return false;
    }
  }

  Result<Field> single(const DataType& type, const FieldDescriptor& descriptor, const std::string& path) {
    Field made;
    made.field = &descriptor;
    made.path = path;
    made.physical = type.physicalType();
    const Descriptor* nested = descriptor.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE ? descriptor.message_type() : nullptr;
    if (type.is(TypeKind::kNull)) return made;
    if (nested == nullptr) {
      const bool isEnum = descriptor.cpp_type() == FieldDescriptor::CPPTYPE_ENUM;
      if (isEnum && (type.isStringLike() || type.is(TypeKind::kInteger))) {
        made.kind = type.is(TypeKind::kInteger) ? Kind::kEnumNumber : Kind::kEnumName;
      } else if ((descriptor.type() == FieldDescriptor::TYPE_STRING && type.isStringLike()) || (descriptor.type() == FieldDescriptor::TYPE_BYTES && type.is(TypeKind::kBinary))) {
        made.kind = Kind::kText;
      } else if (fitsNumber(type, descriptor)) {
        made.kind = Kind::kNumber;
      } else {
        return incompatible(type, descriptor, path);
      }
      return made;
    }
    if (type.is(TypeKind::kTimestamp) && isSecondsAndNanos(*nested, "Timestamp")) {
      made.kind = Kind::kTimestamp;
    } else if (type.is(TypeKind::kDayTimeInterval) && isSecondsAndNanos(*nested, "Duration")) {
      made.kind = Kind::kDuration;
    } else if (type.is(TypeKind::kStruct)) {
      made.kind = Kind::kMessage;
      ASSIGN_OR_RETURN(made.message, message(type, *nested, path));
    } else if (type.is(TypeKind::kMap) && descriptor.is_map()) {
      made.kind = Kind::kMap;
      made.message = std::make_unique<ProtobufWritePlan>();
      made.message->descriptor = nested;
      ASSIGN_OR_RETURN(Field key, single(type.keyType(), *nested->map_key(), path + ".key"));
      ASSIGN_OR_RETURN(Field mapped, single(type.valueType(), *nested->map_value(), path + ".value"));
      made.message->fields.push_back(std::move(key));
      made.message->fields.push_back(std::move(mapped));
    } else if (nested->full_name().starts_with("google.protobuf.") && nested->name().ends_with("Value") && nested->field_count() == 1 && nested->field(0)->name() == "value") {
      made.kind = Kind::kWrapper;
      made.message = std::make_unique<ProtobufWritePlan>();
      made.message->descriptor = nested;
      ASSIGN_OR_RETURN(Field inner, single(type, *nested->field(0), path));
      made.message->fields.push_back(std::move(inner));
    } else {
      return incompatible(type, descriptor, path);
    }
    return made;
  }

  const bool caseSensitive_;
};

void putVarint(uint64_t value, std::string& out) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

int wireOf(FieldDescriptor::Type type) {
  switch (type) {
    case FieldDescriptor::TYPE_DOUBLE:
    case FieldDescriptor::TYPE_FIXED64:
    case FieldDescriptor::TYPE_SFIXED64: return 1;
    case FieldDescriptor::TYPE_FLOAT:
    case FieldDescriptor::TYPE_FIXED32:
    case FieldDescriptor::TYPE_SFIXED32: return 5;
    case FieldDescriptor::TYPE_STRING:
    case FieldDescriptor::TYPE_BYTES:
    case FieldDescriptor::TYPE_MESSAGE: return 2;
    case FieldDescriptor::TYPE_GROUP: return 3;
    default: return 0;
  }
}
void putTag(const FieldDescriptor& field, int wire, std::string& out) { putVarint(static_cast<uint64_t>(field.number()) << 3 | static_cast<uint64_t>(wire), out); }

// The bits of a number as the wire has them before they are cut into bytes.
void putNumber(FieldDescriptor::Type type, uint64_t bits, std::string& out) {
  switch (wireOf(type)) {
    case 1: out.append(reinterpret_cast<const char*>(&bits), 8); return;
    case 5: out.append(reinterpret_cast<const char*>(&bits), 4); return;
    default: break;
  }
  const auto low = static_cast<uint32_t>(bits);
  if (type == FieldDescriptor::TYPE_SINT32) bits = (low << 1) ^ static_cast<uint32_t>(static_cast<int32_t>(low) >> 31);
  if (type == FieldDescriptor::TYPE_SINT64) bits = (bits << 1) ^ static_cast<uint64_t>(static_cast<int64_t>(bits) >> 63);
  if (type == FieldDescriptor::TYPE_UINT32) bits = low;
  putVarint(bits, out);
}

uint64_t bitsAt(const ColumnVector& flat, RowIndex row, PhysicalType physical) {
  uint64_t bits = 0;
  switch (physical) {
    case PhysicalType::kBool: return flat.values<uint8_t>()[row];
    case PhysicalType::kInt8: return static_cast<uint64_t>(int64_t{flat.values<int8_t>()[row]});
    case PhysicalType::kInt16: return static_cast<uint64_t>(int64_t{flat.values<int16_t>()[row]});
    case PhysicalType::kInt32: return static_cast<uint64_t>(int64_t{flat.values<int32_t>()[row]});
    case PhysicalType::kInt64: return static_cast<uint64_t>(flat.values<int64_t>()[row]);
    case PhysicalType::kInt128: return static_cast<uint64_t>(flat.values<int128_t>()[row]);
    case PhysicalType::kFloat: std::memcpy(&bits, flat.values<float>() + row, 4); return bits;
    case PhysicalType::kDouble: std::memcpy(&bits, flat.values<double>() + row, 8); return bits;
    default: return bits;
  }
}

bool isDefault(const FieldDescriptor& field, uint64_t bits) { return !field.has_presence() && !field.is_repeated() && bits == 0; }

Status writeMessage(const ProtobufWritePlan& plan, const ColumnVector& vector, RowIndex row, std::string& out);

Status writeEnum(const Field& field, const ColumnVector& flat, RowIndex row, uint64_t& number) {
  const proto::EnumDescriptor& type = *field.field->enum_type();
  const bool byName = field.kind == Kind::kEnumName;
  const std::string given = byName ? std::string(flat.values<StringView>()[row].view()) : std::to_string(flat.values<int32_t>()[row]);
  const proto::EnumValueDescriptor* found = byName ? type.FindValueByName(given) : type.FindValueByNumber(flat.values<int32_t>()[row]);
  if (found != nullptr) {
    number = static_cast<uint64_t>(int64_t{found->number()});
    return Status::ok();
  }
  std::string known;
  for (int i = 0; i < type.value_count(); ++i) {
    const proto::EnumValueDescriptor& each = *type.value(i);
    known += (known.empty() ? "" : ", ") + (byName ? "\"" + each.name() + "\"" : std::to_string(each.number()));
  }
  return Error(condition::kCannotConvertSqlValueToProtobufEnumType)
      .with("sqlColumn", quoteIdentifier(field.path)).with("protobufColumn", fieldText(field.path)).with("data", given).with("enumString", known).as(ErrorFamily::kAnalysis);
}

// Seconds and nanoseconds of milliseconds, both with the sign of the whole.
void writeTime(const Descriptor& message, int64_t micros, std::string& out) {
  const int64_t millis = micros / 1'000 - (micros % 1'000 < 0 ? 1 : 0);
  const int64_t seconds = millis / 1'000;
  const int64_t nanos = millis % 1'000 * 1'000'000;
  const auto put = [&](const FieldDescriptor& field, int64_t value) {
    if (value == 0 && !field.has_presence()) return;
    putTag(field, 0, out);
    putVarint(static_cast<uint64_t>(value), out);
  };
  put(*message.field(0), seconds);
  put(*message.field(1), nanos);
}

void putMessage(const FieldDescriptor& field, std::string_view bytes, std::string& out) {
  const bool isGroup = field.type() == FieldDescriptor::TYPE_GROUP;
  putTag(field, isGroup ? 3 : 2, out);
  if (!isGroup) putVarint(bytes.size(), out);
  out += bytes;
  if (isGroup) putTag(field, 4, out);
}

// One value with its tag. `always`: also where it is the default of a field that does not tell presence.
Status writeValue(const Field& field, const ColumnVector& vector, RowIndex row, bool always, std::string& out) {
  const ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  const FieldDescriptor& descriptor = *field.field;
  switch (field.kind) {
    case Kind::kNothing:
    case Kind::kMap: return Status::ok();
    case Kind::kNumber:
    case Kind::kEnumName:
    case Kind::kEnumNumber: {
      uint64_t bits = 0;
      if (field.kind == Kind::kNumber) {
        bits = bitsAt(flat, at, field.physical);
      } else {
        RETURN_IF_ERROR(writeEnum(field, flat, at, bits));
      }
      if (!always && isDefault(descriptor, bits)) return Status::ok();
      putTag(descriptor, wireOf(descriptor.type()), out);
      putNumber(descriptor.type(), bits, out);
      return Status::ok();
    }
    case Kind::kText: {
      const std::string_view text = flat.values<StringView>()[at].view();
      if (!always && isDefault(descriptor, text.size())) return Status::ok();
      putTag(descriptor, 2, out);
      putVarint(text.size(), out);
      out += text;
      return Status::ok();
    }
    case Kind::kTimestamp:
    case Kind::kDuration: {
      std::string bytes;
      writeTime(*descriptor.message_type(), flat.values<int64_t>()[at], bytes);
      putMessage(descriptor, bytes, out);
      return Status::ok();
    }
    case Kind::kWrapper: {
      std::string bytes;
      RETURN_IF_ERROR(writeValue(field.message->fields[0], vector, row, false, bytes));
      putMessage(descriptor, bytes, out);
      return Status::ok();
    }
    case Kind::kMessage: {
      std::string bytes;
      RETURN_IF_ERROR(writeMessage(*field.message, vector, row, bytes));
      putMessage(descriptor, bytes, out);
      return Status::ok();
    }
  }
  return Status::ok();
}

Status writeMap(const Field& field, const ColumnVector& vector, RowIndex row, std::string& out) {
  const ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
  const ListEntry entry = flat.values<ListEntry>()[vector.baseRow(row)];
  for (RowIndex i = 0; i < entry.length; ++i) {
    std::string bytes;
    RETURN_IF_ERROR(writeValue(field.message->fields[0], *flat.children()[0], entry.offset + i, false, bytes));
    const ColumnVector& values = *flat.children()[1];
    const Field& mapped = field.message->fields[1];
    if (!values.isNull(entry.offset + i)) {
      RETURN_IF_ERROR(writeValue(mapped, values, entry.offset + i, false, bytes));
    } else if (mapped.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      putMessage(*mapped.field, {}, bytes);
    }
    putMessage(*field.field, bytes, out);
  }
  return Status::ok();
}

Status writeArray(const ProtobufWritePlan& plan, const Field& field, const ColumnVector& vector, RowIndex row, std::string& out) {
  const ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
  const ListEntry entry = flat.values<ListEntry>()[vector.baseRow(row)];
  const ColumnVector& elements = *flat.children()[0];
  for (RowIndex i = 0; i < entry.length; ++i) {
    if (elements.isNull(entry.offset + i)) {
      return unfitting(*plan.descriptor, plan.type,
                       Error(condition::kCannotConvertSqlTypeToProtobufFieldType)
                           .with("sqlColumn", quoteIdentifier(field.path)).with("protobufColumn", fieldText(field.path)).with("sqlType", "NULL").with("protobufType", field.field->type_name()));
    }
  }
  if (entry.length == 0) return Status::ok();
  if (!field.field->is_packed()) {
    for (RowIndex i = 0; i < entry.length; ++i) RETURN_IF_ERROR(writeValue(field, elements, entry.offset + i, true, out));
    return Status::ok();
  }
  std::string packed;
  const ColumnVector& base = elements.isFlat() ? elements : *elements.base();
  for (RowIndex i = 0; i < entry.length; ++i) {
    const RowIndex at = elements.baseRow(entry.offset + i);
    uint64_t bits = 0;
    if (field.kind == Kind::kNumber) {
      bits = bitsAt(base, at, field.physical);
    } else {
      RETURN_IF_ERROR(writeEnum(field, base, at, bits));
    }
    putNumber(field.field->type(), bits, packed);
  }
  putTag(*field.field, 2, out);
  putVarint(packed.size(), out);
  out += packed;
  return Status::ok();
}

Status writeMessage(const ProtobufWritePlan& plan, const ColumnVector& vector, RowIndex row, std::string& out) {
  const ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  const auto columnOf = [&](const Field& field) -> const ColumnVector& { return *flat.children()[static_cast<size_t>(field.column)]; };
  for (const Field& field : plan.fields) {
    const ColumnVector& column = columnOf(field);
    if (column.isNull(at) || field.kind == Kind::kNothing) {
      if (!field.field->is_required()) continue;
      if (field.field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        return unfitting(*plan.descriptor, plan.type, Error(condition::kProtobufFieldMissingInSqlSchema).with("field", fieldText(field.path)));
      }
      // A required value that is missing is written as its default.
      putTag(*field.field, wireOf(field.field->type()), out);
      if (wireOf(field.field->type()) == 2) {
        putVarint(field.field->default_value_string().size(), out);
        out += field.field->default_value_string();
      } else {
        putNumber(field.field->type(), defaultBitsOf(*field.field), out);
      }
      continue;
    }
    if (const proto::OneofDescriptor* oneof = field.field->real_containing_oneof()) {
      // Of the members of a oneof the last one of the struct stays.
      const bool isReplaced = std::any_of(plan.fields.begin(), plan.fields.end(), [&](const Field& other) {
        return other.field->real_containing_oneof() == oneof && other.column > field.column && !columnOf(other).isNull(at);
      });
      if (isReplaced) continue;
    }
    if (field.isArray) {
      RETURN_IF_ERROR(writeArray(plan, field, column, at, out));
    } else if (field.kind == Kind::kMap) {
      RETURN_IF_ERROR(writeMap(field, column, at, out));
    } else {
      RETURN_IF_ERROR(writeValue(field, column, at, false, out));
    }
  }
  return Status::ok();
}

}  // namespace

ProtobufEncoder::ProtobufEncoder(ProtobufDescriptorsPtr descriptors, std::unique_ptr<const ProtobufWritePlan> plan)
    : descriptors_(std::move(descriptors)), plan_(std::move(plan)) {}
ProtobufEncoder::~ProtobufEncoder() = default;

Result<std::shared_ptr<const ProtobufEncoder>> ProtobufEncoder::make(ProtobufDescriptorsPtr descriptors, const Descriptor& message, const DataType& type, bool caseSensitive) {
  auto plan = Matcher(caseSensitive).message(type, message, "");
  if (!plan.isOk()) return unfitting(message, type, plan.error()).as(ErrorFamily::kAnalysis);
  return std::shared_ptr<const ProtobufEncoder>(new ProtobufEncoder(std::move(descriptors), std::move(*plan)));
}

Status ProtobufEncoder::append(const ColumnVector& vector, RowIndex row, std::string& out) const { return writeMessage(*plan_, vector, row, out); }

}  // namespace flint::functions
