#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_coding.h"
#include "types/interval.h"

namespace flint {
inline namespace types {

/// Spark's types. The order is stable: it is written into encoded plans.
enum class TypeKind : uint8_t {
  kNull,
  kBoolean,
  kByte,
  kShort,
  kInteger,
  kLong,
  kFloat,
  kDouble,
  kDecimal,
  kString,
  kChar,
  kVarchar,
  kBinary,
  kDate,
  kTimestamp,
  kTimestampNtz,
  kTime,
  kCalendarInterval,
  kYearMonthInterval,
  kDayTimeInterval,
  kArray,
  kMap,
  kStruct,
  kVariant,
  kUserDefined,
  kGeometry,
  kGeography,
};

/// How values of a type lie in a column. Kernels are written once per physical type.
enum class PhysicalType : uint8_t {
  kBool,      // uint8_t, 0 or 1; also NullType
  kInt8,      // tinyint
  kInt16,     // smallint
  kInt32,     // int, date (days), year-month interval (months)
  kInt64,     // bigint, timestamps and day-time intervals (microseconds), time (nanoseconds), decimal to 18 digits (unscaled)
  kInt128,    // decimal of 19 to 38 digits (unscaled)
  kFloat,     // float
  kDouble,    // double
  kString,    // StringView: string, char, varchar, binary, variant (see VariantValue), geometry, geography
  kInterval,  // CalendarInterval
  kList,      // ListEntry over one child: array; over two children of equal length (keys, values): map
  kStruct,    // one child a field
};

/// Bytes of one value in a column; 0 for structs.
size_t widthOf(PhysicalType type);

struct StructField;
class DataType;
using StructFields = std::vector<StructField>;

/// One of Spark's data types, with its parameters. A cheap value: nested parts are shared.
///
/// Threads: immutable.
class DataType {
 public:
  DataType() = default;  // NullType

  static DataType null() { return {}; }
  static DataType boolean() { return DataType(TypeKind::kBoolean); }
  static DataType byte() { return DataType(TypeKind::kByte); }
  static DataType shortInt() { return DataType(TypeKind::kShort); }
  static DataType integer() { return DataType(TypeKind::kInteger); }
  static DataType bigint() { return DataType(TypeKind::kLong); }
  static DataType float32() { return DataType(TypeKind::kFloat); }
  static DataType float64() { return DataType(TypeKind::kDouble); }
  static DataType decimal(int precision, int scale) { return DataType(TypeKind::kDecimal, precision, scale); }
  static DataType string() { return DataType(TypeKind::kString); }
  /// `collation` is an id of the collation table; 0 is UTF8_BINARY.
  static DataType collatedString(int collation) { return DataType(TypeKind::kString, collation, 0); }
  static DataType charType(int length) { return DataType(TypeKind::kChar, length, 0); }
  static DataType varchar(int length) { return DataType(TypeKind::kVarchar, length, 0); }
  static DataType binary() { return DataType(TypeKind::kBinary); }
  static DataType date() { return DataType(TypeKind::kDate); }
  static DataType timestamp() { return DataType(TypeKind::kTimestamp); }
  static DataType timestampNtz() { return DataType(TypeKind::kTimestampNtz); }
  static DataType time(int precision = 6) { return DataType(TypeKind::kTime, precision, 0); }
  static DataType calendarInterval() { return DataType(TypeKind::kCalendarInterval); }
  static DataType yearMonthInterval(IntervalField start = IntervalField::kYear, IntervalField end = IntervalField::kMonth);
  static DataType dayTimeInterval(IntervalField start = IntervalField::kDay, IntervalField end = IntervalField::kSecond);
  static DataType array(DataType element, bool containsNull = true);
  static DataType map(DataType key, DataType value, bool valueContainsNull = true);
  static DataType structType(StructFields fields);
  static DataType variant() { return DataType(TypeKind::kVariant); }
  static DataType geometry(int srid) { return DataType(TypeKind::kGeometry, srid, 0); }
  static DataType geography(int srid) { return DataType(TypeKind::kGeography, srid, 0); }
  /// A user-defined type: stored as `sqlType`, shown with its class. `json` is the type's whole JSON object.
  static DataType userDefined(DataType sqlType, std::string json);

  TypeKind kind() const { return kind_; }
  bool is(TypeKind kind) const { return kind_ == kind; }
  PhysicalType physicalType() const;

  int precision() const { return first_; }      // decimal, time
  int scale() const { return second_; }         // decimal
  int length() const { return first_; }         // char, varchar
  int collation() const { return kind_ == TypeKind::kString ? first_ : 0; }
  int srid() const { return first_; }           // geometry, geography
  IntervalField startField() const { return static_cast<IntervalField>(first_); }
  IntervalField endField() const { return static_cast<IntervalField>(second_); }
  const DataType& elementType() const;          // array
  bool containsNull() const { return first_ != 0; }
  const DataType& keyType() const;              // map
  const DataType& valueType() const;
  bool valueContainsNull() const { return first_ != 0; }
  const StructFields& fields() const;           // struct
  const DataType& sqlType() const { return elementType(); }  // user-defined
  const std::string& userDefinedJson() const;

  /// The types of the children of a column of this type: element; key, value; or the fields'. Empty for the others.
  std::vector<DataType> childTypes() const;

  bool isIntegral() const { return kind_ >= TypeKind::kByte && kind_ <= TypeKind::kLong; }
  bool isFractional() const { return kind_ >= TypeKind::kFloat && kind_ <= TypeKind::kDecimal; }
  bool isNumeric() const { return isIntegral() || isFractional(); }
  bool isFloating() const { return kind_ == TypeKind::kFloat || kind_ == TypeKind::kDouble; }
  /// string, char or varchar.
  bool isStringLike() const { return kind_ >= TypeKind::kString && kind_ <= TypeKind::kVarchar; }
  bool isDatetime() const { return kind_ >= TypeKind::kDate && kind_ <= TypeKind::kTimestampNtz; }
  bool isAnsiInterval() const { return kind_ == TypeKind::kYearMonthInterval || kind_ == TypeKind::kDayTimeInterval; }
  bool isNested() const { return kind_ >= TypeKind::kArray && kind_ <= TypeKind::kStruct; }
  bool isAtomic() const { return !isNested() && kind_ != TypeKind::kNull; }
  /// Whether values can be sorted and compared with < (not maps, variants, intervals of the calendar).
  bool isOrderable() const;

  /// "int", "decimal(10,2)", "struct<a:int>": Spark's simpleString, untruncated (its catalogString).
  std::string simpleString() const;
  /// "INT", "DECIMAL(10,2)", "STRUCT<a: INT NOT NULL>": as in SQL text and error messages.
  std::string sql() const;
  /// Spark's JSON form of the type.
  std::string json() const;
  /// The key word of the kind in JSON and errors: "integer", "array".
  std::string typeName() const;

  bool operator==(const DataType& other) const;
  /// Equal but for nullability of nested parts.
  bool sameType(const DataType& other) const;
  uint64_t hash() const;

  void encode(ByteWriter& out) const;
  static DataType decode(ByteReader& in);

 private:
  struct Nested;
  explicit DataType(TypeKind kind, int first = 0, int second = 0) : kind_(kind), first_(first), second_(second) {}

  TypeKind kind_ = TypeKind::kNull;
  int32_t first_ = 0;
  int32_t second_ = 0;
  std::shared_ptr<const Nested> nested_;
};

/// A named member of a struct type, or a column of a schema.
struct StructField {
  std::string name;
  DataType type;
  bool nullable = true;
  std::string metadata = {};  // JSON object; empty for none

  bool operator==(const StructField&) const = default;
};

/// Whether SQL text needs back quotes around `name`; and `name` in them, doubled inside.
bool needsQuoting(std::string_view name);
std::string quoteIdentifier(std::string_view name);
std::string quoteIfNeeded(std::string_view name);

}  // namespace types
}  // namespace flint
