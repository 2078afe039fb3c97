#include "types/type_json.h"

#include <simdjson.h>

#include <array>
#include <charconv>
#include <optional>
#include <string>

namespace flint {
inline namespace types {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

Error invalid(const element& json) { return Error(condition::kInvalidJsonDataType).with("invalidType", simdjson::minify(json)); }

// The numbers in "decimal(10,2)" or "varchar( 5 )" behind `word`; nothing where the name is another.
std::optional<std::array<int, 2>> numbersOf(std::string_view name, std::string_view word) {
  if (!name.starts_with(word) || name.size() < word.size() + 3 || name[word.size()] != '(' || name.back() != ')') return std::nullopt;
  std::array<int, 2> numbers{0, 0};
  const char* at = name.data() + word.size() + 1;
  const char* end = name.data() + name.size() - 1;
  for (int& number : numbers) {
    while (at < end && *at == ' ') ++at;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc()) return std::nullopt;
    at = next;
    while (at < end && (*at == ' ' || *at == ',')) ++at;
    if (at >= end) break;
  }
  return at >= end ? std::optional(numbers) : std::nullopt;
}

std::optional<IntervalField> intervalField(std::string_view name) {
  constexpr std::string_view kNames[] = {"year", "month", "day", "hour", "minute", "second"};
  for (size_t i = 0; i < std::size(kNames); ++i) {
    if (kNames[i] == name) return static_cast<IntervalField>(i);
  }
  return std::nullopt;
}

// "interval year to month", "interval day"
std::optional<DataType> intervalType(std::string_view name) {
  constexpr std::string_view kWord = "interval ";
  if (!name.starts_with(kWord)) return std::nullopt;
  name.remove_prefix(kWord.size());
  const size_t to = name.find(" to ");
  const auto start = intervalField(name.substr(0, to));
  const auto end = to == std::string_view::npos ? start : intervalField(name.substr(to + 4));
  if (!start || !end || *end < *start) return std::nullopt;
  if (*end <= IntervalField::kMonth) return DataType::yearMonthInterval(*start, *end);
  if (*start >= IntervalField::kDay) return DataType::dayTimeInterval(*start, *end);
  return std::nullopt;
}

std::optional<DataType> namedType(std::string_view name) {
  static const std::pair<std::string_view, DataType> kTypes[] = {
      {"void", DataType::null()},           {"null", DataType::null()},
      {"boolean", DataType::boolean()},     {"byte", DataType::byte()},
      {"tinyint", DataType::byte()},        {"short", DataType::shortInt()},
      {"smallint", DataType::shortInt()},   {"integer", DataType::integer()},
      {"int", DataType::integer()},         {"long", DataType::bigint()},
      {"bigint", DataType::bigint()},       {"float", DataType::float32()},
      {"double", DataType::float64()},      {"decimal", DataType::decimal(10, 0)},
      {"string", DataType::string()},       {"binary", DataType::binary()},
      {"date", DataType::date()},           {"timestamp", DataType::timestamp()},
      {"timestamp_ltz", DataType::timestamp()}, {"timestamp_ntz", DataType::timestampNtz()},
      {"time", DataType::time()},           {"interval", DataType::calendarInterval()},
      {"variant", DataType::variant()},
  };
  for (const auto& [key, type] : kTypes) {
    if (key == name) return type;
  }
  if (const auto numbers = numbersOf(name, "decimal")) {
    const auto [precision, scale] = *numbers;
    if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return std::nullopt;
    return DataType::decimal(precision, scale);
  }
  if (const auto numbers = numbersOf(name, "char")) return DataType::charType((*numbers)[0]);
  if (const auto numbers = numbersOf(name, "varchar")) return DataType::varchar((*numbers)[0]);
  if (const auto numbers = numbersOf(name, "time")) return DataType::time((*numbers)[0]);
  if (const auto numbers = numbersOf(name, "geometry")) return DataType::geometry((*numbers)[0]);
  if (const auto numbers = numbersOf(name, "geography")) return DataType::geography((*numbers)[0]);
  return intervalType(name);
}

Result<DataType> typeOf(const element& json);

bool flag(const element& json, std::string_view key) {
  bool value = true;
  return json[key].get(value) != simdjson::SUCCESS || value;
}

Result<DataType> memberType(const element& json, std::string_view key) {
  element member;
  if (json[key].get(member) != simdjson::SUCCESS) return invalid(json);
  return typeOf(member);
}

Result<DataType> structTypeOf(const element& json) {
  simdjson::dom::array members;
  if (json["fields"].get(members) != simdjson::SUCCESS) return invalid(json);
  StructFields fields;
  for (const element& member : members) {
    StructField field;
    std::string_view name;
    if (member["name"].get(name) != simdjson::SUCCESS) return invalid(member);
    field.name = name;
    ASSIGN_OR_RETURN(field.type, memberType(member, "type"));
    field.nullable = flag(member, "nullable");
    element metadata;
    if (member["metadata"].get(metadata) == simdjson::SUCCESS && metadata.is_object() && metadata.get_object().size() > 0) {
      field.metadata = simdjson::minify(metadata);
    }
    fields.push_back(std::move(field));
  }
  return DataType::structType(std::move(fields));
}

Result<DataType> typeOf(const element& json) {
  std::string_view name;
  if (json.get(name) == simdjson::SUCCESS) {
    auto type = namedType(name);
    if (!type) return invalid(json);
    return *std::move(type);
  }
  if (json["type"].get(name) != simdjson::SUCCESS) return invalid(json);
  if (name == "struct") return structTypeOf(json);
  if (name == "array") {
    ASSIGN_OR_RETURN(DataType type, memberType(json, "elementType"));
    return DataType::array(std::move(type), flag(json, "containsNull"));
  }
  if (name == "map") {
    ASSIGN_OR_RETURN(DataType key, memberType(json, "keyType"));
    ASSIGN_OR_RETURN(DataType value, memberType(json, "valueType"));
    return DataType::map(std::move(key), std::move(value), flag(json, "valueContainsNull"));
  }
  if (name == "udt") {
    ASSIGN_OR_RETURN(DataType stored, memberType(json, "sqlType"));
    return DataType::userDefined(std::move(stored), simdjson::minify(json));
  }
  return invalid(json);
}

}  // namespace

Result<DataType> parseTypeJson(std::string_view text) {
  simdjson::dom::parser parser;
  element json;
  if (parser.parse(simdjson::padded_string(text)).get(json) != simdjson::SUCCESS) {
    return Error(condition::kInvalidJsonDataType).with("invalidType", std::string(text));
  }
  return typeOf(json);
}

}  // namespace types
}  // namespace flint
