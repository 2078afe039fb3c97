#include "columnar/arrow_schema_message.h"

namespace flint::columnar {
namespace {

using Offset = FlatBufferBuilder::Offset;

// Numbers of the union `Type` in Arrow's Schema.fbs.
enum class ArrowType : uint8_t {
  kNull = 1, kInt = 2, kFloatingPoint = 3, kBinary = 4, kUtf8 = 5, kBool = 6, kDecimal = 7, kDate = 8, kTime = 9, kTimestamp = 10,
  kInterval = 11, kList = 12, kStruct = 13, kMap = 17, kDuration = 18, kLargeBinary = 19, kLargeUtf8 = 20, kLargeList = 21,
};
constexpr int16_t kDay = 0;               // DateUnit
constexpr int16_t kMicrosecond = 2;       // TimeUnit
constexpr int16_t kNanosecond = 3;
constexpr int16_t kYearMonth = 0;         // IntervalUnit
constexpr int16_t kMonthDayNano = 2;
constexpr int16_t kSingle = 1;            // Precision
constexpr int16_t kDouble = 2;

// Fields of one name are numbered, as Spark does: Arrow's readers want names of structs to differ.
StructFields withDistinctNames(StructFields fields) {
  const StructFields given = fields;
  for (size_t i = 0; i < given.size(); ++i) {
    size_t before = 0;
    bool repeated = false;
    for (size_t j = 0; j < given.size(); ++j) {
      if (i == j || given[i].name != given[j].name) continue;
      repeated = true;
      if (j < i) ++before;
    }
    if (repeated) fields[i].name += "_" + std::to_string(before);
  }
  return fields;
}

class SchemaWriter {
 public:
  SchemaWriter(FlatBufferBuilder& builder, const ArrowWriteOptions& options) : builder_(builder), options_(options) {}

  Offset field(const StructField& field) { return this->field(field.name, field.type, field.nullable); }
  Offset fields(const StructFields& fields) {
    std::vector<Offset> offsets;
    for (const StructField& one : fields) offsets.push_back(field(one));
    return builder_.offsetVector(offsets);
  }

 private:
  struct TypeTable {
    ArrowType kind;
    Offset table;
  };

  Offset field(const std::string& name, const DataType& type, bool nullable, std::string_view markedAs = {}, std::string_view srid = {}) {
    if (type.is(TypeKind::kUserDefined)) return field(name, type.sqlType(), nullable);
    Offset metadata = 0;
    if (!markedAs.empty()) {
      const Offset key = builder_.string(markedAs);
      const Offset value = builder_.string("true");
      builder_.beginTable(2);
      builder_.offset(0, key);
      builder_.offset(1, value);
      std::vector<Offset> pairs = {builder_.endTable()};
      if (!srid.empty()) {
        const Offset sridKey = builder_.string("srid");
        const Offset number = builder_.string(srid);
        builder_.beginTable(2);
        builder_.offset(0, sridKey);
        builder_.offset(1, number);
        pairs.push_back(builder_.endTable());
      }
      metadata = builder_.offsetVector(pairs);
    }
    const Offset childVector = builder_.offsetVector(children(type));
    const TypeTable made = typeTable(type);
    const Offset nameText = builder_.string(name);
    builder_.beginTable(7);
    builder_.offset(0, nameText);
    builder_.scalar<bool>(1, nullable);
    builder_.scalar<uint8_t>(2, static_cast<uint8_t>(made.kind));
    builder_.offset(3, made.table);
    builder_.offset(5, childVector);
    if (metadata != 0) builder_.offset(6, metadata);
    return builder_.endTable();
  }

  std::vector<Offset> children(const DataType& type) {
    std::vector<Offset> offsets;
    switch (type.kind()) {
      case TypeKind::kArray: offsets.push_back(field("element", type.elementType(), type.containsNull())); break;
      case TypeKind::kMap: {
        const DataType entry =
            DataType::structType({{"key", type.keyType(), false}, {"value", type.valueType(), type.valueContainsNull()}});
        offsets.push_back(field("entries", entry, false));
        break;
      }
      case TypeKind::kStruct:
        for (const StructField& member : withDistinctNames(type.fields())) offsets.push_back(field(member));
        break;
      case TypeKind::kVariant:
        offsets.push_back(field("value", DataType::binary(), false));
        offsets.push_back(field("metadata", DataType::binary(), false, "variant"));
        break;
      case TypeKind::kGeometry:
      case TypeKind::kGeography:
        offsets.push_back(field("srid", DataType::integer(), false));
        offsets.push_back(field("wkb", DataType::binary(), false, type.is(TypeKind::kGeometry) ? "geometry" : "geography", std::to_string(type.srid())));
        break;
      default: break;  // the other types have none
    }
    return offsets;
  }

  TypeTable empty(ArrowType kind) {
    builder_.beginTable(0);
    return {kind, builder_.endTable()};
  }
  TypeTable integer(int32_t bits) {
    builder_.beginTable(2);
    builder_.scalar<int32_t>(0, bits);
    builder_.scalar<bool>(1, true);
    return {ArrowType::kInt, builder_.endTable()};
  }
  TypeTable unit(ArrowType kind, int16_t unit) {
    builder_.beginTable(1);
    builder_.scalar<int16_t>(0, unit);
    return {kind, builder_.endTable()};
  }

  TypeTable typeTable(const DataType& type) {
    switch (type.kind()) {
      case TypeKind::kNull: return empty(ArrowType::kNull);
      case TypeKind::kBoolean: return empty(ArrowType::kBool);
      case TypeKind::kByte: return integer(8);
      case TypeKind::kShort: return integer(16);
      case TypeKind::kInteger: return integer(32);
      case TypeKind::kLong: return integer(64);
      case TypeKind::kFloat: return unit(ArrowType::kFloatingPoint, kSingle);
      case TypeKind::kDouble: return unit(ArrowType::kFloatingPoint, kDouble);
      case TypeKind::kDecimal:
        builder_.beginTable(3);
        builder_.scalar<int32_t>(0, type.precision());
        builder_.scalar<int32_t>(1, type.scale());
        builder_.scalar<int32_t>(2, 128);
        return {ArrowType::kDecimal, builder_.endTable()};
      case TypeKind::kString:
      case TypeKind::kChar:
      case TypeKind::kVarchar: return empty(options_.largeVarTypes ? ArrowType::kLargeUtf8 : ArrowType::kUtf8);
      case TypeKind::kBinary: return empty(options_.largeVarTypes ? ArrowType::kLargeBinary : ArrowType::kBinary);
      case TypeKind::kDate: return unit(ArrowType::kDate, kDay);
      case TypeKind::kTimestamp: {
        const Offset zone = builder_.string(options_.timeZone);
        builder_.beginTable(2);
        builder_.scalar<int16_t>(0, kMicrosecond);
        builder_.offset(1, zone);
        return {ArrowType::kTimestamp, builder_.endTable()};
      }
      case TypeKind::kTimestampNtz: return unit(ArrowType::kTimestamp, kMicrosecond);
      case TypeKind::kTime:
        builder_.beginTable(2);
        builder_.scalar<int16_t>(0, kNanosecond);
        builder_.scalar<int32_t>(1, 64);
        return {ArrowType::kTime, builder_.endTable()};
      case TypeKind::kCalendarInterval: return unit(ArrowType::kInterval, kMonthDayNano);
      case TypeKind::kYearMonthInterval: return unit(ArrowType::kInterval, kYearMonth);
      case TypeKind::kDayTimeInterval: return unit(ArrowType::kDuration, kMicrosecond);
      case TypeKind::kArray: return empty(options_.largeVarTypes ? ArrowType::kLargeList : ArrowType::kList);
      case TypeKind::kMap:
        builder_.beginTable(1);
        builder_.scalar<bool>(0, false);
        return {ArrowType::kMap, builder_.endTable()};
      case TypeKind::kStruct:
      case TypeKind::kVariant:
      case TypeKind::kGeometry:
      case TypeKind::kGeography: return empty(ArrowType::kStruct);
      case TypeKind::kUserDefined: break;  // replaced by its SQL type before
    }
    return empty(ArrowType::kNull);
  }

  FlatBufferBuilder& builder_;
  const ArrowWriteOptions& options_;
};

}  // namespace

std::string finishArrowMessage(FlatBufferBuilder& builder, ArrowHeader kind, FlatBufferBuilder::Offset header, int64_t bodySize) {
  constexpr int16_t kVersion5 = 4;
  builder.beginTable(4);
  builder.scalar<int64_t>(3, bodySize);
  builder.offset(2, header);
  builder.scalar<int16_t>(0, kVersion5);
  builder.scalar<uint8_t>(1, static_cast<uint8_t>(kind));
  std::string metadata = builder.finish(builder.endTable());
  // The body behind it starts at a multiple of 16 bytes (see RecordBatchBody).
  while ((8 + metadata.size()) % 16 != 0) metadata.push_back('\0');
  std::string message("\xff\xff\xff\xff", 4);
  const auto length = static_cast<uint32_t>(metadata.size());
  message.append(reinterpret_cast<const char*>(&length), sizeof length);
  return message + metadata;
}

std::string arrowSchemaMessage(const StructFields& fields, const ArrowWriteOptions& options) {
  FlatBufferBuilder builder;
  const Offset fieldVector = SchemaWriter(builder, options).fields(fields);
  builder.beginTable(2);
  builder.offset(1, fieldVector);
  return finishArrowMessage(builder, ArrowHeader::kSchema, builder.endTable(), 0);
}

}  // namespace flint::columnar
