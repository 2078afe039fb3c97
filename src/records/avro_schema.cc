#include "records/avro_schema.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <charconv>
#include <map>
#include <set>
#include <unordered_map>

#include "records/json_document.h"

namespace flint::records {

using Kind = AvroSchema::Kind;
using Logical = AvroSchema::Logical;
using Json = JsonDocument::Node;
using JsonKind = JsonDocument::Kind;

namespace {

constexpr int kMostLevels = 200;       // of a schema
constexpr int64_t kMostTypes = 100'000;

struct PrimitiveName {
  std::string_view name;
  Kind kind;
};
constexpr PrimitiveName kPrimitives[] = {{"null", Kind::kNull}, {"boolean", Kind::kBoolean}, {"int", Kind::kInt}, {"long", Kind::kLong},
                                         {"float", Kind::kFloat}, {"double", Kind::kDouble}, {"bytes", Kind::kBytes}, {"string", Kind::kString}};

std::optional<Kind> primitiveNamed(std::string_view name) {
  for (const PrimitiveName& primitive : kPrimitives) {
    if (primitive.name == name) return primitive.kind;
  }
  return std::nullopt;
}

Error badSchema(std::string_view schema, std::string reason) {
  return Error(condition::kInvalidSchemaParseError).with("inputSchema", std::string(schema.substr(0, 1'000))).with("reason", std::move(reason)).as(ErrorFamily::kAnalysis);
}

bool isAvroName(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || (c & 0x80) != 0; });
}

// Digits that always fit into so many bytes of two's complement.
int digitsOfBytes(int64_t size) { return size <= 0 ? 0 : static_cast<int>(std::min<int64_t>(1'000'000, static_cast<int64_t>(static_cast<double>(8 * size - 1) * 0.30102999566398120))); }

int bytesOfDigits(int precision) {
  int size = 1;
  while (digitsOfBytes(size) < precision) ++size;
  return size;
}

}  // namespace

int AvroSchema::nullBranch() const {
  if (kind != Kind::kUnion) return -1;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]->kind == Kind::kNull) return static_cast<int>(i);
  }
  return -1;
}

std::vector<int> AvroSchema::valueBranches() const {
  std::vector<int> branches;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (parts[i]->kind != Kind::kNull) branches.push_back(static_cast<int>(i));
  }
  return branches;
}

// Reads a schema's JSON; a name stands for the type that was given it before.
class AvroSchemaParser {
 public:
  explicit AvroSchemaParser(std::string_view json) : json_(json) {}

  Result<AvroSchemasPtr> parse() {
    if (!document_.parse(json_)) return badSchema(json_, "it is no JSON text");
    ASSIGN_OR_RETURN(schemas_->root_, read(document_.root(), "", 1));
    return AvroSchemasPtr(schemas_);
  }

 private:
  const Json* member(const Json& object, std::string_view name) const {
    for (int32_t at = object.firstChild; at >= 0; at = document_.node(at).next) {
      if (document_.node(at).name == name) return &document_.node(at);
    }
    return nullptr;
  }
  std::string textOf(const Json& object, std::string_view name) const {
    const Json* found = member(object, name);
    return found != nullptr && found->kind == JsonKind::kString ? std::string(found->text) : std::string();
  }
  int64_t numberOf(const Json& object, std::string_view name, int64_t otherwise) const {
    const Json* found = member(object, name);
    if (found == nullptr || found->kind != JsonKind::kInteger) return otherwise;
    int64_t number = otherwise;
    std::from_chars(found->text.data(), found->text.data() + found->text.size(), number);
    return number;
  }
  std::vector<std::string> textsOf(const Json& object, std::string_view name) const {
    std::vector<std::string> texts;
    const Json* found = member(object, name);
    if (found == nullptr || found->kind != JsonKind::kArray) return texts;
    for (int32_t at = found->firstChild; at >= 0; at = document_.node(at).next) texts.emplace_back(document_.node(at).text);
    return texts;
  }
  Error problem(std::string reason) const { return badSchema(json_, std::move(reason)); }

  AvroSchema& add(Kind kind, std::string_view name, const Json& json) {
    AvroSchema& schema = schemas_->nodes_.emplace_back();
    schema.kind = kind;
    schema.name = name;
    schema.fullName = name;
    schema.text = json.raw;
    return schema;
  }

  Result<const AvroSchema*> read(const Json& json, const std::string& space, int level) {
    if (level > kMostLevels) return problem("it has too many levels");
    if (json.kind == JsonKind::kString) return named(json, json.text, space);
    if (json.kind == JsonKind::kArray) return unionOf(json, space, level);
    if (json.kind != JsonKind::kObject) return problem("a type has to be a name, an object or an array");
    const Json* type = member(json, "type");
    if (type == nullptr) return problem("an object without `type`");
    if (type->kind != JsonKind::kString) return read(*type, space, level + 1);
    if (const std::optional<Kind> primitive = primitiveNamed(type->text)) {
      AvroSchema& schema = add(*primitive, type->text, json);
      readLogicalType(json, schema);
      return &schema;
    }
    if (type->text == "record" || type->text == "error") return recordOf(json, space, level);
    if (type->text == "enum") return enumOf(json, space);
    if (type->text == "fixed") return fixedOf(json, space);
    if (type->text == "array" || type->text == "map") {
      const bool isArray = type->text == "array";
      const Json* part = member(json, isArray ? "items" : "values");
      if (part == nullptr) return problem(isArray ? "an array without `items`" : "a map without `values`");
      AvroSchema& schema = add(isArray ? Kind::kArray : Kind::kMap, type->text, json);
      ASSIGN_OR_RETURN(const AvroSchema* element, read(*part, space, level + 1));
      schema.parts.push_back(element);
      return &schema;
    }
    return named(json, type->text, space);
  }

  Result<const AvroSchema*> named(const Json& json, std::string_view name, const std::string& space) {
    if (const std::optional<Kind> primitive = primitiveNamed(name)) {
      return &add(*primitive, name, json);
    }
    const std::string full = name.find('.') != std::string_view::npos || space.empty() ? std::string(name) : space + "." + std::string(name);
    auto found = types_.find(full);
    if (found == types_.end()) found = types_.find(std::string(name));
    if (found == types_.end()) return problem("the type " + std::string(name) + " is not known");
    return found->second;
  }

  Result<const AvroSchema*> unionOf(const Json& json, const std::string& space, int level) {
    AvroSchema& schema = add(Kind::kUnion, "union", json);
    std::set<std::string> seen;
    for (int32_t at = json.firstChild; at >= 0; at = document_.node(at).next) {
      ASSIGN_OR_RETURN(const AvroSchema* branch, read(document_.node(at), space, level + 1));
      if (branch->is(Kind::kUnion)) return problem("a union inside a union");
      if (!seen.insert(branch->fullName).second) return problem("a union has " + branch->fullName + " twice");
      schema.parts.push_back(branch);
    }
    return &schema;
  }

  // Name, namespace and aliases of a named type, which is known from here on.
  Result<AvroSchema*> nameType(const Json& json, Kind kind, const std::string& space, std::string& inner) {
    const std::string given = textOf(json, "name");
    const size_t dot = given.rfind('.');
    const Json* own = member(json, "namespace");
    inner = dot != std::string::npos ? given.substr(0, dot) : own != nullptr ? textOf(json, "namespace") : space;
    const std::string name = dot == std::string::npos ? given : given.substr(dot + 1);
    if (!isAvroName(name)) return problem("`" + given + "` is no name");
    AvroSchema& schema = add(kind, name, json);
    schema.fullName = inner.empty() ? name : inner + "." + name;
    for (const std::string& alias : textsOf(json, "aliases")) schema.aliases.push_back(alias.find('.') != std::string::npos || inner.empty() ? alias : inner + "." + alias);
    if (primitiveNamed(schema.fullName).has_value() || !types_.emplace(schema.fullName, &schema).second) return problem(schema.fullName + " is defined twice");
    return &schema;
  }

  Result<const AvroSchema*> recordOf(const Json& json, const std::string& space, int level) {
    std::string inner;
    ASSIGN_OR_RETURN(AvroSchema * schema, nameType(json, Kind::kRecord, space, inner));
    const Json* fields = member(json, "fields");
    if (fields == nullptr || fields->kind != JsonKind::kArray) return problem("a record without `fields`");
    std::set<std::string> seen;
    for (int32_t at = fields->firstChild; at >= 0; at = document_.node(at).next) {
      const Json& field = document_.node(at);
      AvroSchema::Field made;
      if (field.kind == JsonKind::kObject) made.name = textOf(field, "name");
      if (!isAvroName(made.name)) return problem("`" + made.name + "` is no name of a field");
      if (!seen.insert(made.name).second) return problem("the field " + made.name + " is there twice");
      const Json* type = member(field, "type");
      if (type == nullptr) return problem("the field " + made.name + " has no type");
      ASSIGN_OR_RETURN(made.schema, read(*type, inner, level + 1));
      made.aliases = textsOf(field, "aliases");
      if (const Json* value = member(field, "default")) made.defaultJson = std::string(value->raw);
      schema->fields.push_back(std::move(made));
    }
    return schema;
  }

  Result<const AvroSchema*> enumOf(const Json& json, const std::string& space) {
    std::string inner;
    ASSIGN_OR_RETURN(AvroSchema * schema, nameType(json, Kind::kEnum, space, inner));
    if (const Json* symbols = member(json, "symbols"); symbols == nullptr || symbols->kind != JsonKind::kArray) return problem("an enum without `symbols`");
    schema->symbols = textsOf(json, "symbols");
    std::set<std::string> seen;
    for (const std::string& symbol : schema->symbols) {
      if (!isAvroName(symbol)) return problem("`" + symbol + "` is no symbol");
      if (!seen.insert(symbol).second) return problem("the symbol " + symbol + " is there twice");
    }
    if (member(json, "default") != nullptr) {
      schema->defaultSymbol = textOf(json, "default");
      if (!seen.contains(*schema->defaultSymbol)) return problem("an enum's default is none of its symbols");
    }
    return schema;
  }

  Result<const AvroSchema*> fixedOf(const Json& json, const std::string& space) {
    std::string inner;
    ASSIGN_OR_RETURN(AvroSchema * schema, nameType(json, Kind::kFixed, space, inner));
    schema->size = numberOf(json, "size", -1);
    if (schema->size < 0) return problem("a fixed without `size`");
    readLogicalType(json, *schema);
    return schema;
  }

  // A logical type that does not fit its type is passed over.
  void readLogicalType(const Json& json, AvroSchema& schema) const {
    schema.catalystType = textOf(json, "spark.sql.catalyst.type");
    const std::string logical = textOf(json, "logicalType");
    if (schema.is(Kind::kInt) && logical == "date") schema.logical = Logical::kDate;
    if (schema.is(Kind::kLong)) {
      static const std::unordered_map<std::string, Logical> kOfLong = {
          {"timestamp-millis", Logical::kTimestampMillis},         {"timestamp-micros", Logical::kTimestampMicros},
          {"local-timestamp-millis", Logical::kLocalTimestampMillis}, {"local-timestamp-micros", Logical::kLocalTimestampMicros},
          {"time-micros", Logical::kTimeMicros},                   {"custom-decimal", Logical::kCustomDecimal}};
      if (const auto found = kOfLong.find(logical); found != kOfLong.end()) schema.logical = found->second;
    }
    const bool isDecimal = logical == "decimal" && (schema.is(Kind::kBytes) || schema.is(Kind::kFixed));
    if (!isDecimal && schema.logical != Logical::kCustomDecimal) return;
    const int64_t precision = numberOf(json, "precision", 0);
    const int64_t scale = numberOf(json, "scale", 0);
    const int64_t most = schema.is(Kind::kFixed) ? std::min<int64_t>(digitsOfBytes(schema.size), 38) : 38;
    const bool fits = precision > 0 && precision <= most && scale >= 0 && scale <= precision;
    schema.logical = !fits ? Logical::kNone : isDecimal ? Logical::kDecimal : Logical::kCustomDecimal;
    schema.precision = fits ? static_cast<int>(precision) : 0;
    schema.scale = fits ? static_cast<int>(scale) : 0;
  }

  const std::string_view json_;
  JsonDocument document_{JsonDialect{.allowSingleQuotes = false, .allowComments = true}};
  std::shared_ptr<AvroSchemas> schemas_ = std::make_shared<AvroSchemas>();
  std::map<std::string, const AvroSchema*> types_;
};

// Makes a schema of a type.
class AvroSchemaWriter {
 public:
  Result<AvroSchemasPtr> write(const DataType& type, bool nullable) {
    ASSIGN_OR_RETURN(schemas_->root_, of(type, nullable, "topLevelRecord"));
    return AvroSchemasPtr(schemas_);
  }

 private:
  AvroSchema& add(Kind kind, std::string name, Logical logical = Logical::kNone) {
    AvroSchema& schema = schemas_->nodes_.emplace_back();
    schema.kind = kind;
    schema.logical = logical;
    schema.fullName = name;
    schema.name = std::move(name);
    return schema;
  }

  Result<const AvroSchema*> of(const DataType& type, bool nullable, const std::string& name) {
    ASSIGN_OR_RETURN(const AvroSchema* schema, value(type, name));
    if (!nullable || schema->is(Kind::kNull)) return schema;
    AvroSchema& either = add(Kind::kUnion, "union");
    either.parts = {schema, &add(Kind::kNull, "null")};
    return &either;
  }

  Result<const AvroSchema*> value(const DataType& type, const std::string& name) {
    switch (type.kind()) {
      case TypeKind::kNull: return &add(Kind::kNull, "null");
      case TypeKind::kBoolean: return &add(Kind::kBoolean, "boolean");
      case TypeKind::kByte:
      case TypeKind::kShort:
      case TypeKind::kInteger:
      case TypeKind::kYearMonthInterval: return &add(Kind::kInt, "int");
      case TypeKind::kLong:
      case TypeKind::kDayTimeInterval: return &add(Kind::kLong, "long");
      case TypeKind::kDate: return &add(Kind::kInt, "int", Logical::kDate);
      case TypeKind::kTimestamp: return &add(Kind::kLong, "long", Logical::kTimestampMicros);
      case TypeKind::kTimestampNtz: return &add(Kind::kLong, "long", Logical::kLocalTimestampMicros);
      case TypeKind::kTime: return &add(Kind::kLong, "long", Logical::kTimeMicros);
      case TypeKind::kFloat: return &add(Kind::kFloat, "float");
      case TypeKind::kDouble: return &add(Kind::kDouble, "double");
      case TypeKind::kBinary: return &add(Kind::kBytes, "bytes");
      case TypeKind::kDecimal: {
        AvroSchema& schema = add(Kind::kFixed, "fixed", Logical::kDecimal);
        schema.precision = type.precision();
        schema.scale = type.scale();
        schema.size = bytesOfDigits(type.precision());
        return &schema;
      }
      case TypeKind::kArray: {
        AvroSchema& schema = add(Kind::kArray, "array");
        ASSIGN_OR_RETURN(const AvroSchema* element, of(type.elementType(), type.containsNull(), name));
        schema.parts.push_back(element);
        return &schema;
      }
      case TypeKind::kMap: {
        if (!type.keyType().isStringLike()) break;
        AvroSchema& schema = add(Kind::kMap, "map");
        ASSIGN_OR_RETURN(const AvroSchema* element, of(type.valueType(), type.valueContainsNull(), name));
        schema.parts.push_back(element);
        return &schema;
      }
      case TypeKind::kStruct: return record(type, name);
      default: break;
    }
    if (type.isStringLike()) return &add(Kind::kString, "string");
    return badSchema(type.sql(), "Avro has no such type");
  }

  Result<const AvroSchema*> record(const DataType& type, const std::string& name) {
    AvroSchema& schema = add(Kind::kRecord, name);
    std::set<std::string> seen;
    for (const StructField& field : type.fields()) {
      if (!isAvroName(field.name)) return badSchema(type.sql(), "`" + field.name + "` is no name of an Avro field");
      if (!seen.insert(field.name).second) return badSchema(type.sql(), "the field " + field.name + " is there twice");
      AvroSchema::Field made;
      made.name = field.name;
      ASSIGN_OR_RETURN(made.schema, of(field.type, field.nullable, field.name));
      schema.fields.push_back(std::move(made));
    }
    return &schema;
  }

  std::shared_ptr<AvroSchemas> schemas_ = std::make_shared<AvroSchemas>();
};

Result<AvroSchemasPtr> AvroSchemas::parse(std::string_view json) { return AvroSchemaParser(json).parse(); }
Result<AvroSchemasPtr> AvroSchemas::ofType(const DataType& type, bool nullable) { return AvroSchemaWriter().write(type, nullable); }

namespace {

// An interval type by Spark's name of it.
std::optional<DataType> intervalNamed(std::string_view name) {
  constexpr std::string_view kFields[] = {"year", "month", "day", "hour", "minute", "second"};
  if (!name.starts_with("interval ")) return std::nullopt;
  name.remove_prefix(9);
  const size_t to = name.find(" to ");
  const std::string_view from = name.substr(0, to);
  const std::string_view last = to == std::string_view::npos ? from : name.substr(to + 4);
  const auto first = std::find(std::begin(kFields), std::end(kFields), from) - std::begin(kFields);
  const auto end = std::find(std::begin(kFields), std::end(kFields), last) - std::begin(kFields);
  if (first > end || end >= 6 || (first < 2) != (end < 2)) return std::nullopt;
  if (end < 2) return DataType::yearMonthInterval(first == 0 ? IntervalField::kYear : IntervalField::kMonth, end == 0 ? IntervalField::kYear : IntervalField::kMonth);
  constexpr IntervalField kDayTime[] = {IntervalField::kDay, IntervalField::kHour, IntervalField::kMinute, IntervalField::kSecond};
  return DataType::dayTimeInterval(kDayTime[first - 2], kDayTime[end - 2]);
}

class AvroTypeReader {
 public:
  explicit AvroTypeReader(const AvroTypeOptions& options) : options_(options) {}

  // Nothing: beyond the depth of recursion, to be left out.
  Result<std::optional<AvroSqlType>> read(const AvroSchema& schema) {
    if (++numTypes_ > kMostTypes) return badSchema(schema.text, "its type is too large");
    const auto plain = [](DataType type, bool nullable = false) { return std::optional<AvroSqlType>(AvroSqlType{std::move(type), nullable}); };
    switch (schema.kind) {
      case Kind::kNull: return plain(DataType::null(), true);
      case Kind::kBoolean: return plain(DataType::boolean());
      case Kind::kInt:
      case Kind::kLong: return integerType(schema);
      case Kind::kFloat: return plain(DataType::float32());
      case Kind::kDouble: return plain(DataType::float64());
      case Kind::kEnum:
      case Kind::kString: return plain(DataType::string());
      case Kind::kBytes:
      case Kind::kFixed: return plain(schema.logical == Logical::kDecimal ? DataType::decimal(schema.precision, schema.scale) : DataType::binary());
      case Kind::kRecord: return record(schema);
      case Kind::kArray: {
        ASSIGN_OR_RETURN(const std::optional<AvroSqlType> element, read(*schema.parts[0]));
        if (!element.has_value()) return std::optional<AvroSqlType>();
        return plain(DataType::array(element->type, element->nullable));
      }
      case Kind::kMap: {
        ASSIGN_OR_RETURN(const std::optional<AvroSqlType> element, read(*schema.parts[0]));
        if (!element.has_value()) return std::optional<AvroSqlType>();
        return plain(DataType::map(DataType::string(), element->type, element->nullable));
      }
      case Kind::kUnion: return unionType(schema);
    }
    return internalError("an Avro schema of no kind");
  }

 private:
  Result<std::optional<AvroSqlType>> integerType(const AvroSchema& schema) const {
    const auto plain = [](DataType type) { return std::optional<AvroSqlType>(AvroSqlType{std::move(type), false}); };
    switch (schema.logical) {
      case Logical::kDate: return plain(DataType::date());
      case Logical::kTimestampMillis:
      case Logical::kTimestampMicros: return plain(DataType::timestamp());
      case Logical::kLocalTimestampMillis:
      case Logical::kLocalTimestampMicros: return plain(DataType::timestampNtz());
      case Logical::kTimeMicros: return plain(DataType::time(6));
      case Logical::kCustomDecimal: return plain(DataType::decimal(schema.precision, schema.scale));
      case Logical::kDecimal:
      case Logical::kNone: break;
    }
    const DataType type = schema.is(Kind::kInt) ? DataType::integer() : DataType::bigint();
    if (schema.catalystType.empty()) return plain(type);
    const std::optional<DataType> interval = intervalNamed(schema.catalystType);
    if (!interval.has_value() || interval->physicalType() != type.physicalType()) return badSchema(schema.text, "the type " + schema.catalystType + " cannot be read");
    return plain(*interval);
  }

  Result<std::optional<AvroSqlType>> record(const AvroSchema& schema) {
    int& depth = depths_[schema.fullName];
    if (depth > 0 && options_.recursiveDepth <= 0) return badSchema(schema.text, schema.fullName + " contains itself; the option recursiveFieldMaxDepth says how deep it is read");
    if (depth > 0 && depth >= options_.recursiveDepth) return std::optional<AvroSqlType>();
    ++depth;
    StructFields fields;
    for (const AvroSchema::Field& field : schema.fields) {
      ASSIGN_OR_RETURN(const std::optional<AvroSqlType> type, read(*field.schema));
      if (type.has_value()) fields.push_back({field.name, type->type, type->nullable});
    }
    --depths_[schema.fullName];
    return std::optional<AvroSqlType>(AvroSqlType{DataType::structType(std::move(fields)), false});
  }

  Result<std::optional<AvroSqlType>> unionType(const AvroSchema& schema) {
    const std::vector<int> branches = schema.valueBranches();
    const bool nullable = schema.nullBranch() >= 0;
    const auto branch = [&](size_t i) -> const AvroSchema& { return *schema.parts[static_cast<size_t>(branches[i])]; };
    if (branches.empty()) {
      if (!nullable) return badSchema(schema.text, "a union of nothing");
      return std::optional<AvroSqlType>(AvroSqlType{DataType::structType({}), true});
    }
    if (branches.size() == 1) {
      ASSIGN_OR_RETURN(std::optional<AvroSqlType> type, read(branch(0)));
      if (type.has_value()) type->nullable = type->nullable || nullable;
      return type;
    }
    if (branches.size() == 2) {
      const std::set<Kind> kinds = {branch(0).kind, branch(1).kind};
      if (kinds == std::set<Kind>{Kind::kInt, Kind::kLong}) return std::optional<AvroSqlType>(AvroSqlType{DataType::bigint(), nullable});
      if (kinds == std::set<Kind>{Kind::kFloat, Kind::kDouble}) return std::optional<AvroSqlType>(AvroSqlType{DataType::float64(), nullable});
    }
    StructFields fields;
    std::set<std::string> seen;
    for (size_t i = 0; i < branches.size(); ++i) {
      ASSIGN_OR_RETURN(const std::optional<AvroSqlType> type, read(branch(i)));
      if (!type.has_value()) continue;
      std::string name = "member" + std::to_string(i);
      if (options_.stableUnionNames) {
        name = options_.unionPrefix + branch(i).name;
        std::string folded = name;
        std::transform(folded.begin(), folded.end(), folded.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        if (!seen.insert(folded).second) return badSchema(schema.text, "two types of a union have the name " + branch(i).name);
      }
      fields.push_back({name, type->type, true});
    }
    return std::optional<AvroSqlType>(AvroSqlType{DataType::structType(std::move(fields)), nullable});
  }

  const AvroTypeOptions& options_;
  std::map<std::string, int> depths_;
  int64_t numTypes_ = 0;
};

std::optional<Value> defaultOf(const AvroSchema& schema, const DataType& type, const JsonDocument& document, const Json& json) {
  switch (schema.kind) {
    case Kind::kNull: return json.kind == JsonKind::kNull ? std::optional<Value>(Value::null()) : std::nullopt;
    case Kind::kBoolean:
      if (json.kind != JsonKind::kTrue && json.kind != JsonKind::kFalse) return std::nullopt;
      return Value::boolean(json.kind == JsonKind::kTrue);
    case Kind::kInt:
    case Kind::kLong: {
      int64_t number = 0;
      const char* end = json.text.data() + json.text.size();
      if (json.kind != JsonKind::kInteger || std::from_chars(json.text.data(), end, number).ptr != end) return std::nullopt;
      if (schema.logical == Logical::kTimestampMillis || schema.logical == Logical::kLocalTimestampMillis || schema.logical == Logical::kTimeMicros) {
        if (__builtin_mul_overflow(number, int64_t{1000}, &number)) return std::nullopt;
      }
      if (type.is(TypeKind::kDouble)) return Value::floating(static_cast<double>(number));
      return type.is(TypeKind::kDecimal) ? Value::decimal(number) : Value::integer(number);
    }
    case Kind::kFloat:
    case Kind::kDouble: {
      if (json.kind != JsonKind::kInteger && json.kind != JsonKind::kFloat) return std::nullopt;
      return Value::floating(std::strtod(std::string(json.text).c_str(), nullptr));
    }
    case Kind::kString: return json.kind == JsonKind::kString ? std::optional<Value>(Value::string(std::string(json.text))) : std::nullopt;
    case Kind::kEnum:
      if (json.kind != JsonKind::kString || std::find(schema.symbols.begin(), schema.symbols.end(), json.text) == schema.symbols.end()) return std::nullopt;
      return Value::string(std::string(json.text));
    case Kind::kBytes:
    case Kind::kFixed: {
      if (json.kind != JsonKind::kString) return std::nullopt;
      // A character stands for the byte of its code point, which is below 256.
      std::string bytes;
      for (size_t i = 0; i < json.text.size(); ++i) {
        const auto lead = static_cast<unsigned char>(json.text[i]);
        if (lead < 0x80) {
          bytes.push_back(static_cast<char>(lead));
        } else if ((lead == 0xC2 || lead == 0xC3) && i + 1 < json.text.size()) {
          bytes.push_back(static_cast<char>(((lead & 3) << 6) | (json.text[++i] & 0x3F)));
        } else {
          return std::nullopt;
        }
      }
      if (schema.is(Kind::kFixed) && static_cast<int64_t>(bytes.size()) != schema.size) return std::nullopt;
      if (schema.logical != Logical::kDecimal) return Value::string(std::move(bytes));
      int128_t unscaled = !bytes.empty() && (bytes[0] & 0x80) != 0 ? -1 : 0;
      for (const char byte : bytes) unscaled = static_cast<int128_t>(static_cast<uint128_t>(unscaled) << 8 | static_cast<unsigned char>(byte));
      return Value::decimal(unscaled);
    }
    case Kind::kArray: {
      if (json.kind != JsonKind::kArray) return std::nullopt;
      Value::List list;
      for (int32_t at = json.firstChild; at >= 0; at = document.node(at).next) {
        std::optional<Value> element = defaultOf(*schema.parts[0], type.elementType(), document, document.node(at));
        if (!element.has_value()) return std::nullopt;
        list.push_back(std::move(*element));
      }
      return Value::list(std::move(list));
    }
    case Kind::kMap: {
      if (json.kind != JsonKind::kObject) return std::nullopt;
      Value::Map map;
      for (int32_t at = json.firstChild; at >= 0; at = document.node(at).next) {
        std::optional<Value> element = defaultOf(*schema.parts[0], type.valueType(), document, document.node(at));
        if (!element.has_value()) return std::nullopt;
        map.emplace_back(Value::string(std::string(document.node(at).name)), std::move(*element));
      }
      return Value::map(std::move(map));
    }
    case Kind::kRecord: {
      if (json.kind != JsonKind::kObject) return std::nullopt;
      Value::List list;
      for (const StructField& sqlField : type.fields()) {
        const auto field = std::find_if(schema.fields.begin(), schema.fields.end(), [&](const AvroSchema::Field& f) { return f.name == sqlField.name; });
        if (field == schema.fields.end()) return std::nullopt;
        std::optional<Value> element;
        for (int32_t at = json.firstChild; at >= 0; at = document.node(at).next) {
          if (document.node(at).name == field->name) element = defaultOf(*field->schema, sqlField.type, document, document.node(at));
        }
        if (!element.has_value() && field->defaultJson.has_value()) element = avroDefault(*field->schema, sqlField.type, *field->defaultJson);
        if (!element.has_value()) return std::nullopt;
        list.push_back(std::move(*element));
      }
      return Value::list(std::move(list));
    }
    case Kind::kUnion: {
      // A default is one of the first branch; an unfitting one may be of another.
      const std::vector<int> branches = schema.valueBranches();
      for (size_t i = 0; i < schema.parts.size(); ++i) {
        const AvroSchema& branch = *schema.parts[i];
        if (branch.is(Kind::kNull) || branches.size() == 1 || !type.is(TypeKind::kStruct)) {
          if (std::optional<Value> value = defaultOf(branch, type, document, json)) return value;
          continue;
        }
        const auto member = static_cast<size_t>(std::find(branches.begin(), branches.end(), static_cast<int>(i)) - branches.begin());
        if (member >= type.fields().size()) return std::nullopt;
        if (std::optional<Value> value = defaultOf(branch, type.fields()[member].type, document, json)) {
          Value::List list(type.fields().size());
          list[member] = std::move(*value);
          return Value::list(std::move(list));
        }
      }
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

Result<AvroSqlType> avroSqlType(const AvroSchema& schema, const AvroTypeOptions& options) {
  ASSIGN_OR_RETURN(std::optional<AvroSqlType> type, AvroTypeReader(options).read(schema));
  if (!type.has_value()) return badSchema(schema.text, "nothing of it is left at this depth");
  return std::move(*type);
}

bool sameFieldName(std::string_view a, std::string_view b, bool caseSensitive) {
  if (caseSensitive || a.size() != b.size()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

std::optional<Value> avroDefault(const AvroSchema& schema, const DataType& type, const std::string& json) {
  JsonDocument document;
  if (!document.parse(json)) return std::nullopt;
  return defaultOf(schema, type, document, document.root());
}

}  // namespace flint::records
