#include "types/data_type.h"

#include <fmt/core.h>

#include <array>

#include "base/hash.h"
#include "base/json_string.h"
#include "types/collation.h"

namespace flint {
inline namespace types {

size_t widthOf(PhysicalType type) {
  switch (type) {
    case PhysicalType::kBool:
    case PhysicalType::kInt8: return 1;
    case PhysicalType::kInt16: return 2;
    case PhysicalType::kInt32:
    case PhysicalType::kFloat: return 4;
    case PhysicalType::kInt64:
    case PhysicalType::kDouble:
    case PhysicalType::kList: return 8;
    case PhysicalType::kInt128:
    case PhysicalType::kString:
    case PhysicalType::kInterval: return 16;
    case PhysicalType::kStruct: return 0;
  }
  return 0;
}

struct DataType::Nested {
  std::vector<DataType> children;  // element; key, value; the stored type of a user-defined one
  StructFields fields;
  std::string json;
};

namespace {

constexpr int kMaxNesting = 1'000;  // of decoded types

constexpr std::array<std::string_view, 6> kIntervalFieldNames = {"year", "month", "day", "hour", "minute", "second"};

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return out;
}

std::string intervalName(const DataType& type) {
  const auto start = kIntervalFieldNames[static_cast<size_t>(type.startField())];
  const auto end = kIntervalFieldNames[static_cast<size_t>(type.endField())];
  return start == end ? fmt::format("interval {}", start) : fmt::format("interval {} to {}", start, end);
}

}  // namespace

DataType DataType::yearMonthInterval(IntervalField start, IntervalField end) {
  return DataType(TypeKind::kYearMonthInterval, static_cast<int>(start), static_cast<int>(end));
}
DataType DataType::dayTimeInterval(IntervalField start, IntervalField end) {
  return DataType(TypeKind::kDayTimeInterval, static_cast<int>(start), static_cast<int>(end));
}

DataType DataType::array(DataType element, bool containsNull) {
  DataType type(TypeKind::kArray, containsNull ? 1 : 0);
  auto nested = std::make_shared<Nested>();
  nested->children.push_back(std::move(element));
  type.nested_ = std::move(nested);
  return type;
}

DataType DataType::map(DataType key, DataType value, bool valueContainsNull) {
  DataType type(TypeKind::kMap, valueContainsNull ? 1 : 0);
  auto nested = std::make_shared<Nested>();
  nested->children = {std::move(key), std::move(value)};
  type.nested_ = std::move(nested);
  return type;
}

DataType DataType::structType(StructFields fields) {
  DataType type(TypeKind::kStruct);
  auto nested = std::make_shared<Nested>();
  nested->fields = std::move(fields);
  type.nested_ = std::move(nested);
  return type;
}

DataType DataType::userDefined(DataType sqlType, std::string json) {
  DataType type(TypeKind::kUserDefined);
  auto nested = std::make_shared<Nested>();
  nested->children.push_back(std::move(sqlType));
  nested->json = std::move(json);
  type.nested_ = std::move(nested);
  return type;
}

const DataType& DataType::elementType() const { return nested_->children[0]; }
const DataType& DataType::keyType() const { return nested_->children[0]; }
const DataType& DataType::valueType() const { return nested_->children[1]; }
const StructFields& DataType::fields() const { return nested_->fields; }
const std::string& DataType::userDefinedJson() const { return nested_->json; }

PhysicalType DataType::physicalType() const {
  switch (kind_) {
    case TypeKind::kNull:
    case TypeKind::kBoolean: return PhysicalType::kBool;
    case TypeKind::kByte: return PhysicalType::kInt8;
    case TypeKind::kShort: return PhysicalType::kInt16;
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return PhysicalType::kInt32;
    case TypeKind::kLong:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kDayTimeInterval: return PhysicalType::kInt64;
    case TypeKind::kFloat: return PhysicalType::kFloat;
    case TypeKind::kDouble: return PhysicalType::kDouble;
    case TypeKind::kDecimal: return first_ <= 18 ? PhysicalType::kInt64 : PhysicalType::kInt128;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kBinary:
    case TypeKind::kVariant:
    case TypeKind::kGeometry:
    case TypeKind::kGeography: return PhysicalType::kString;
    case TypeKind::kCalendarInterval: return PhysicalType::kInterval;
    case TypeKind::kArray:
    case TypeKind::kMap: return PhysicalType::kList;
    case TypeKind::kStruct: return PhysicalType::kStruct;
    case TypeKind::kUserDefined: return sqlType().physicalType();
  }
  return PhysicalType::kBool;
}

std::vector<DataType> DataType::childTypes() const {
  switch (kind_) {
    case TypeKind::kArray:
    case TypeKind::kMap: return nested_->children;
    case TypeKind::kStruct: {
      std::vector<DataType> types;
      for (const StructField& field : fields()) types.push_back(field.type);
      return types;
    }
    case TypeKind::kUserDefined: return sqlType().childTypes();
    default: return {};
  }
}

bool DataType::isOrderable() const {
  switch (kind_) {
    case TypeKind::kMap:
    case TypeKind::kVariant:
    case TypeKind::kCalendarInterval:
    case TypeKind::kGeometry:
    case TypeKind::kGeography: return false;
    case TypeKind::kArray:
    case TypeKind::kUserDefined: return elementType().isOrderable();
    case TypeKind::kStruct:
      for (const StructField& field : fields()) {
        if (!field.type.isOrderable()) return false;
      }
      return true;
    default: return true;
  }
}

std::string DataType::typeName() const {
  switch (kind_) {
    case TypeKind::kNull: return "void";
    case TypeKind::kBoolean: return "boolean";
    case TypeKind::kByte: return "byte";
    case TypeKind::kShort: return "short";
    case TypeKind::kInteger: return "integer";
    case TypeKind::kLong: return "long";
    case TypeKind::kFloat: return "float";
    case TypeKind::kDouble: return "double";
    case TypeKind::kDecimal: return fmt::format("decimal({},{})", first_, second_);
    case TypeKind::kString: return first_ == 0 ? "string" : "string collate " + collationName(first_);
    case TypeKind::kChar: return fmt::format("char({})", first_);
    case TypeKind::kVarchar: return fmt::format("varchar({})", first_);
    case TypeKind::kBinary: return "binary";
    case TypeKind::kDate: return "date";
    case TypeKind::kTimestamp: return "timestamp";
    case TypeKind::kTimestampNtz: return "timestamp_ntz";
    case TypeKind::kTime: return fmt::format("time({})", first_);
    case TypeKind::kCalendarInterval: return "interval";
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval: return intervalName(*this);
    case TypeKind::kArray: return "array";
    case TypeKind::kMap: return "map";
    case TypeKind::kStruct: return "struct";
    case TypeKind::kVariant: return "variant";
    case TypeKind::kUserDefined: return "udt";
    case TypeKind::kGeometry: return first_ < 0 ? "geometry(any)" : fmt::format("geometry({})", first_);
    case TypeKind::kGeography: return first_ < 0 ? "geography(any)" : fmt::format("geography({})", first_);
  }
  return {};
}

std::string DataType::simpleString() const {
  switch (kind_) {
    case TypeKind::kByte: return "tinyint";
    case TypeKind::kShort: return "smallint";
    case TypeKind::kInteger: return "int";
    case TypeKind::kLong: return "bigint";
    case TypeKind::kArray: return fmt::format("array<{}>", elementType().simpleString());
    case TypeKind::kMap: return fmt::format("map<{},{}>", keyType().simpleString(), valueType().simpleString());
    case TypeKind::kStruct: {
      std::string out = "struct<";
      for (size_t i = 0; i < fields().size(); ++i) {
        if (i > 0) out += ',';
        out += fmt::format("{}:{}", fields()[i].name, fields()[i].type.simpleString());
      }
      return out + ">";
    }
    case TypeKind::kUserDefined: return sqlType().simpleString();
    default: return typeName();
  }
}

std::string DataType::sql() const {
  switch (kind_) {
    case TypeKind::kArray: return fmt::format("ARRAY<{}>", elementType().sql());
    case TypeKind::kMap: return fmt::format("MAP<{}, {}>", keyType().sql(), valueType().sql());
    case TypeKind::kStruct: {
      std::string out = "STRUCT<";
      for (size_t i = 0; i < fields().size(); ++i) {
        const StructField& field = fields()[i];
        if (i > 0) out += ", ";
        out += fmt::format("{}: {}{}", quoteIfNeeded(field.name), field.type.sql(), field.nullable ? "" : " NOT NULL");
      }
      return out + ">";
    }
    case TypeKind::kUserDefined: return sqlType().sql();
    case TypeKind::kString: return first_ == 0 ? "STRING" : "STRING COLLATE " + collationName(first_);
    default: return upper(simpleString());
  }
}

std::string DataType::json() const {
  switch (kind_) {
    case TypeKind::kArray:
      return fmt::format(R"({{"type":"array","elementType":{},"containsNull":{}}})", elementType().json(), containsNull());
    case TypeKind::kMap:
      return fmt::format(R"({{"type":"map","keyType":{},"valueType":{},"valueContainsNull":{}}})", keyType().json(), valueType().json(),
                         valueContainsNull());
    case TypeKind::kStruct: {
      std::string out = R"({"type":"struct","fields":[)";
      for (size_t i = 0; i < fields().size(); ++i) {
        const StructField& field = fields()[i];
        if (i > 0) out += ',';
        out += R"({"name":)";
        appendJsonString(out, field.name);
        out += fmt::format(R"(,"type":{},"nullable":{},"metadata":{}}})", field.type.json(), field.nullable,
                           field.metadata.empty() ? "{}" : field.metadata);
      }
      return out + "]}";
    }
    case TypeKind::kUserDefined: return userDefinedJson();
    default: return "\"" + typeName() + "\"";
  }
}

bool DataType::operator==(const DataType& other) const {
  if (kind_ != other.kind_ || first_ != other.first_ || second_ != other.second_) return false;
  if (nested_ == other.nested_) return true;
  if (nested_ == nullptr || other.nested_ == nullptr) return false;
  return nested_->children == other.nested_->children && nested_->fields == other.nested_->fields && nested_->json == other.nested_->json;
}

bool DataType::sameType(const DataType& other) const {
  if (kind_ != other.kind_) return false;
  switch (kind_) {
    case TypeKind::kArray: return elementType().sameType(other.elementType());
    case TypeKind::kMap: return keyType().sameType(other.keyType()) && valueType().sameType(other.valueType());
    case TypeKind::kStruct:
      if (fields().size() != other.fields().size()) return false;
      for (size_t i = 0; i < fields().size(); ++i) {
        if (fields()[i].name != other.fields()[i].name || !fields()[i].type.sameType(other.fields()[i].type)) return false;
      }
      return true;
    default: return *this == other;
  }
}

uint64_t DataType::hash() const {
  ByteWriter bytes;
  encode(bytes);
  return hashString(bytes.bytes());
}

void DataType::encode(ByteWriter& out) const {
  out.writeVarint(static_cast<uint64_t>(kind_));
  out.writeInt(first_);
  out.writeInt(second_);
  if (nested_ == nullptr) return;
  if (kind_ == TypeKind::kStruct) {
    out.writeVarint(fields().size());
    for (const StructField& field : fields()) {
      out.writeString(field.name);
      field.type.encode(out);
      out.writeVarint(field.nullable ? 1 : 0);
      out.writeString(field.metadata);
    }
    return;
  }
  for (const DataType& child : nested_->children) child.encode(out);
  if (kind_ == TypeKind::kUserDefined) out.writeString(nested_->json);
}

namespace {

DataType decodeNested(ByteReader& in, int depth);

DataType decodeStruct(ByteReader& in, int depth) {
  StructFields fields;
  const size_t count = in.readCount();
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    StructField field;
    field.name = in.readString();
    field.type = decodeNested(in, depth + 1);
    field.nullable = in.readVarint() != 0;
    field.metadata = in.readString();
    fields.push_back(std::move(field));
  }
  return DataType::structType(std::move(fields));
}

DataType decodeNested(ByteReader& in, int depth) {
  const uint64_t kind = in.readVarint();
  const auto first = static_cast<int>(in.readInt());
  const auto second = static_cast<int>(in.readInt());
  if (kind > static_cast<uint64_t>(TypeKind::kGeography) || depth > kMaxNesting) in.fail();
  if (in.failed()) return {};
  switch (static_cast<TypeKind>(kind)) {
    case TypeKind::kNull: return DataType::null();
    case TypeKind::kBoolean: return DataType::boolean();
    case TypeKind::kByte: return DataType::byte();
    case TypeKind::kShort: return DataType::shortInt();
    case TypeKind::kInteger: return DataType::integer();
    case TypeKind::kLong: return DataType::bigint();
    case TypeKind::kFloat: return DataType::float32();
    case TypeKind::kDouble: return DataType::float64();
    case TypeKind::kDecimal: return DataType::decimal(first, second);
    case TypeKind::kString: return DataType::collatedString(first);
    case TypeKind::kChar: return DataType::charType(first);
    case TypeKind::kVarchar: return DataType::varchar(first);
    case TypeKind::kBinary: return DataType::binary();
    case TypeKind::kDate: return DataType::date();
    case TypeKind::kTimestamp: return DataType::timestamp();
    case TypeKind::kTimestampNtz: return DataType::timestampNtz();
    case TypeKind::kTime: return DataType::time(first);
    case TypeKind::kCalendarInterval: return DataType::calendarInterval();
    case TypeKind::kYearMonthInterval:
      return DataType::yearMonthInterval(static_cast<IntervalField>(first), static_cast<IntervalField>(second));
    case TypeKind::kDayTimeInterval:
      return DataType::dayTimeInterval(static_cast<IntervalField>(first), static_cast<IntervalField>(second));
    case TypeKind::kArray: return DataType::array(decodeNested(in, depth + 1), first != 0);
    case TypeKind::kMap: {
      DataType key = decodeNested(in, depth + 1);
      return DataType::map(std::move(key), decodeNested(in, depth + 1), first != 0);
    }
    case TypeKind::kStruct: return decodeStruct(in, depth);
    case TypeKind::kVariant: return DataType::variant();
    case TypeKind::kUserDefined: {
      DataType stored = decodeNested(in, depth + 1);
      return DataType::userDefined(std::move(stored), std::string(in.readString()));
    }
    case TypeKind::kGeometry: return DataType::geometry(first);
    case TypeKind::kGeography: return DataType::geography(first);
  }
  return {};
}

}  // namespace

DataType DataType::decode(ByteReader& in) { return decodeNested(in, 0); }

bool needsQuoting(std::string_view name) {
  bool allDigits = true;
  for (const char c : name) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && c != '_') return true;
    allDigits = allDigits && digit;
  }
  return allDigits;
}

std::string quoteIdentifier(std::string_view name) {
  std::string out = "`";
  for (const char c : name) {
    if (c == '`') out += '`';
    out += c;
  }
  return out + "`";
}

std::string quoteIfNeeded(std::string_view name) { return needsQuoting(name) ? quoteIdentifier(name) : std::string(name); }

}  // namespace types
}  // namespace flint
