#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::records {

/// One type of an Avro schema.
///
/// Memory: parts point to nodes of the same AvroSchemas; a recursive record points to itself.
struct AvroSchema {
  enum class Kind : uint8_t { kNull, kBoolean, kInt, kLong, kFloat, kDouble, kBytes, kString, kRecord, kEnum, kArray, kMap, kUnion, kFixed };
  enum class Logical : uint8_t {
    kNone, kDate, kTimestampMillis, kTimestampMicros, kLocalTimestampMillis, kLocalTimestampMicros, kTimeMicros,
    kDecimal,        // of bytes and fixed
    kCustomDecimal,  // of long
  };
  struct Field {
    std::string name;
    std::vector<std::string> aliases;
    const AvroSchema* schema = nullptr;
    std::optional<std::string> defaultJson;
  };

  Kind kind = Kind::kNull;
  Logical logical = Logical::kNone;
  int precision = 0;  // of a decimal
  int scale = 0;
  int64_t size = 0;          // bytes, of a fixed
  std::string name;          // of a record, enum or fixed, without its namespace; else the kind's
  std::string fullName;
  std::vector<std::string> aliases;
  std::vector<Field> fields;                  // of a record
  std::vector<const AvroSchema*> parts;       // a union's branches, an array's elements, a map's values
  std::vector<std::string> symbols;           // of an enum
  std::optional<std::string> defaultSymbol;
  std::string catalystType;                   // the property by which Spark marks intervals
  std::string text;                           // the JSON it was read from

  bool is(Kind other) const { return kind == other; }
  bool isNamed() const { return kind == Kind::kRecord || kind == Kind::kEnum || kind == Kind::kFixed; }
  /// A union's branch of null; -1 without one, and for other kinds.
  int nullBranch() const;
  /// A union's branches that are not null.
  std::vector<int> valueBranches() const;
};

/// The types of one schema.
///
/// Threads: immutable once made.
class AvroSchemas {
 public:
  /// Errors: INVALID_SCHEMA.PARSE_ERROR.
  static Result<std::shared_ptr<const AvroSchemas>> parse(std::string_view json);
  /// The schema by which Spark writes values of a type. Errors: INVALID_SCHEMA.PARSE_ERROR for a type that Avro has not.
  static Result<std::shared_ptr<const AvroSchemas>> ofType(const DataType& type, bool nullable);

  const AvroSchema& root() const { return *root_; }

 private:
  friend class AvroSchemaParser;
  friend class AvroSchemaWriter;
  std::deque<AvroSchema> nodes_;
  const AvroSchema* root_ = nullptr;
};
using AvroSchemasPtr = std::shared_ptr<const AvroSchemas>;

/// How a schema becomes a type.
struct AvroTypeOptions {
  bool stableUnionNames = false;            // enableStableIdentifiersForUnionType
  std::string unionPrefix = "member_";      // stableIdentifierPrefixForUnionType
  int recursiveDepth = -1;                  // recursiveFieldMaxDepth
};
struct AvroSqlType {
  DataType type;
  bool nullable = false;
};
/// The SQL type of a schema. Errors: INVALID_SCHEMA.PARSE_ERROR for recursion beyond the option, and for types without a counterpart.
Result<AvroSqlType> avroSqlType(const AvroSchema& schema, const AvroTypeOptions& options);
/// Whether two texts of SQL and Avro name the same field.
bool sameFieldName(std::string_view a, std::string_view b, bool caseSensitive);
/// A default of a schema as a value of its SQL type; nothing where the JSON does not fit.
std::optional<Value> avroDefault(const AvroSchema& schema, const DataType& type, const std::string& json);

}  // namespace flint::records
