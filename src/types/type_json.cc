#include "types/type_json.h"

#include <array>
#include <charconv>
#include <optional>

#include "base/utf8.h"
#include "types/collation.h"
#include "types/user_defined_classes.h"

namespace flint {
inline namespace types {
namespace {

constexpr int kMaxNesting = 500;
constexpr std::string_view kCollationsKey = "\"__COLLATIONS\"";

// "decimal(10,2)" with the word before the parenthesis in front: its numbers.
bool arguments(std::string_view text, std::string_view word, std::array<int, 2>& numbers, int& count) {
  if (!text.starts_with(word) || text.size() < word.size() + 3 || text[word.size()] != '(' || text.back() != ')') return false;
  text = text.substr(word.size() + 1, text.size() - word.size() - 2);
  count = 0;
  while (!text.empty() && count < 2) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), numbers[static_cast<size_t>(count)]);
    if (parsed.ec != std::errc()) return false;
    ++count;
    text.remove_prefix(static_cast<size_t>(parsed.ptr - text.data()));
    if (!text.empty() && text.front() == ',') text.remove_prefix(1);
  }
  return text.empty() && count > 0;
}

std::optional<DataType> intervalFromName(std::string_view name) {
  constexpr std::array<std::string_view, 6> kFields = {"year", "month", "day", "hour", "minute", "second"};
  if (!name.starts_with("interval ")) return std::nullopt;
  name.remove_prefix(9);
  const size_t to = name.find(" to ");
  const std::string_view first = name.substr(0, to);
  const std::string_view last = to == std::string_view::npos ? first : name.substr(to + 4);
  int start = -1;
  int end = -1;
  for (int i = 0; i < 6; ++i) {
    if (kFields[static_cast<size_t>(i)] == first) start = i;
    if (kFields[static_cast<size_t>(i)] == last) end = i;
  }
  if (start < 0 || end < start || (start < 2) != (end < 2)) return std::nullopt;
  const auto from = static_cast<IntervalField>(start);
  const auto until = static_cast<IntervalField>(end);
  return start < 2 ? DataType::yearMonthInterval(from, until) : DataType::dayTimeInterval(from, until);
}

std::optional<DataType> typeFromName(std::string_view name) {
  if (name == "void" || name == "null") return DataType::null();
  if (name == "boolean") return DataType::boolean();
  if (name == "byte" || name == "tinyint") return DataType::byte();
  if (name == "short" || name == "smallint") return DataType::shortInt();
  if (name == "integer" || name == "int") return DataType::integer();
  if (name == "long" || name == "bigint") return DataType::bigint();
  if (name == "float") return DataType::float32();
  if (name == "double") return DataType::float64();
  if (name == "string" || name.starts_with("string collate ")) return DataType::string();
  if (name == "binary") return DataType::binary();
  if (name == "date") return DataType::date();
  if (name == "timestamp" || name == "timestamp_ltz") return DataType::timestamp();
  if (name == "timestamp_ntz") return DataType::timestampNtz();
  if (name == "interval" || name == "calendarinterval") return DataType::calendarInterval();
  if (name == "variant") return DataType::variant();
  if (name == "decimal") return DataType::decimal(10, 0);
  if (name == "time") return DataType::time();
  std::array<int, 2> numbers{};
  int count = 0;
  if (arguments(name, "decimal", numbers, count)) {
    const bool valid = numbers[0] > 0 && numbers[0] <= 38 && numbers[1] >= 0 && numbers[1] <= numbers[0];
    return valid ? std::optional(DataType::decimal(numbers[0], numbers[1])) : std::nullopt;
  }
  if (arguments(name, "char", numbers, count)) return DataType::charType(numbers[0]);
  if (arguments(name, "varchar", numbers, count)) return DataType::varchar(numbers[0]);
  if (arguments(name, "time", numbers, count)) return DataType::time(numbers[0]);
  if (arguments(name, "geometry", numbers, count)) return DataType::geometry(numbers[0]);
  if (arguments(name, "geography", numbers, count)) return DataType::geography(numbers[0]);
  return intervalFromName(name);
}

// Reads the JSON of a type; false from any function means malformed.
class TypeReader {
 public:
  explicit TypeReader(std::string_view json) : text_(json) {}

  bool readWhole(DataType& type) {
    if (!readType(type, 0)) return false;
    skipBlanks();
    return position_ == text_.size();
  }

 private:
  void skipBlanks() {
    while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\r' || text_[position_] == '\t')) ++position_;
  }
  bool take(char c) {
    skipBlanks();
    if (position_ >= text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  bool at(char c) {
    skipBlanks();
    return position_ < text_.size() && text_[position_] == c;
  }

  bool readHex(uint32_t& code) {
    if (position_ + 4 > text_.size()) return false;
    const auto parsed = std::from_chars(text_.data() + position_, text_.data() + position_ + 4, code, 16);
    position_ += 4;
    return parsed.ec == std::errc() && parsed.ptr == text_.data() + position_;
  }

  bool readString(std::string& out) {
    if (!take('"')) return false;
    out.clear();
    while (position_ < text_.size() && text_[position_] != '"') {
      char c = text_[position_++];
      if (c != '\\') {
        out += c;
        continue;
      }
      if (position_ >= text_.size()) return false;
      c = text_[position_++];
      uint32_t code = 0;
      uint32_t low = 0;
      switch (c) {
        case 'n': out += '\n'; break;
        case 't': out += '\t'; break;
        case 'r': out += '\r'; break;
        case 'b': out += '\b'; break;
        case 'f': out += '\f'; break;
        case 'u':
          if (!readHex(code)) return false;
          if (code >= 0xD800 && code < 0xDC00 && text_.substr(position_).starts_with("\\u")) {
            position_ += 2;
            if (!readHex(low)) return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
          }
          appendCodePoint(out, code);
          break;
        default: out += c;
      }
    }
    return take('"');
  }

  bool readBoolean(bool& out) {
    skipBlanks();
    out = text_.substr(position_).starts_with("true");
    if (!out && !text_.substr(position_).starts_with("false")) return false;
    position_ += out ? 4 : 5;
    return true;
  }

  // Passes over any value; its text is in `raw`.
  bool skipValue(std::string_view& raw, int depth) {
    skipBlanks();
    const size_t start = position_;
    if (depth > kMaxNesting || position_ >= text_.size()) return false;
    std::string ignored;
    std::string_view inner;
    if (at('"')) {
      if (!readString(ignored)) return false;
    } else if (at('{') || at('[')) {
      const bool object = at('{');
      ++position_;
      const char close = object ? '}' : ']';
      if (!take(close)) {
        do {
          if (object && (!readString(ignored) || !take(':'))) return false;
          if (!skipValue(inner, depth + 1)) return false;
        } while (take(','));
        if (!take(close)) return false;
      }
    } else {
      while (position_ < text_.size() && text_[position_] != ',' && text_[position_] != '}' && text_[position_] != ']' && text_[position_] > ' ') ++position_;
      if (position_ == start) return false;
    }
    raw = text_.substr(start, position_ - start);
    return true;
  }

  bool readField(StructField& field, int depth) {
    if (!take('{')) return false;
    bool hasName = false;
    bool hasType = false;
    do {
      std::string key;
      if (!readString(key) || !take(':')) return false;
      std::string_view raw;
      if (key == "name") {
        hasName = readString(field.name);
        if (!hasName) return false;
      } else if (key == "type") {
        hasType = readType(field.type, depth + 1);
        if (!hasType) return false;
      } else if (key == "nullable") {
        if (!readBoolean(field.nullable)) return false;
      } else {
        if (!skipValue(raw, depth)) return false;
        if (key == "metadata" && raw != "{}" && raw != "null") field.metadata = raw;
      }
    } while (take(','));
    if (field.metadata.find(kCollationsKey) != std::string::npos) applyCollations(field);
    return hasName && hasType && take('}');
  }

  // Collations of strings stand in the metadata of the field that holds them, by path: {"__COLLATIONS":{"name":"icu.UNICODE_CI","name.element":...}}.
  static void applyCollations(StructField& field) {
    TypeReader reader(field.metadata);
    std::string key;
    std::string_view raw;
    std::string others;
    if (!reader.take('{')) return;
    do {
      reader.skipBlanks();
      const size_t start = reader.position_;
      if (!reader.readString(key) || !reader.take(':')) return;
      if (key == kCollationsKey.substr(1, kCollationsKey.size() - 2)) {
        if (!reader.take('{')) return;
        do {
          std::string name;
          if (!reader.readString(key) || !reader.take(':') || !reader.readString(name)) return;
          if (const size_t dot = name.find('.'); dot != std::string::npos) name.erase(0, dot + 1);  // the provider
          const int id = findCollation(name);
          if (id > 0 && key.starts_with(field.name)) field.type = collated(field.type, std::string_view(key).substr(field.name.size()), id);
        } while (reader.take(','));
        if (!reader.take('}')) return;
      } else {
        if (!reader.skipValue(raw, 0)) return;
        others += (others.empty() ? "" : ",") + std::string(reader.text_.substr(start, reader.position_ - start));
      }
    } while (reader.take(','));
    field.metadata = others.empty() ? "" : "{" + others + "}";
  }

  // The type with the string at `path` (".element", ".key", ".value" steps) under a collation.
  static DataType collated(const DataType& type, std::string_view path, int id) {
    if (path.empty()) return type.is(TypeKind::kString) ? DataType::collatedString(id) : type;
    const auto rest = [&](std::string_view step) { return path.substr(step.size()); };
    if (type.is(TypeKind::kArray) && path.starts_with(".element")) return DataType::array(collated(type.elementType(), rest(".element"), id), type.containsNull());
    if (type.is(TypeKind::kMap) && path.starts_with(".key")) return DataType::map(collated(type.keyType(), rest(".key"), id), type.valueType(), type.valueContainsNull());
    if (type.is(TypeKind::kMap) && path.starts_with(".value")) return DataType::map(type.keyType(), collated(type.valueType(), rest(".value"), id), type.valueContainsNull());
    return type;
  }

  bool readType(DataType& type, int depth) {
    if (depth > kMaxNesting) return false;
    if (at('"')) {
      std::string name;
      if (!readString(name)) return false;
      const std::optional<DataType> found = typeFromName(name);
      if (found.has_value()) type = *found;
      return found.has_value();
    }
    skipBlanks();
    const size_t start = position_;
    if (!take('{')) return false;
    std::string word;
    DataType first;
    DataType second;
    StructFields fields;
    bool hasFirst = false;
    bool hasSecond = false;
    bool hasFields = false;
    bool nullable = true;
    std::string jvmClass;
    std::string_view pythonClass;  // as it is written, with its quotes
    do {
      std::string key;
      std::string_view raw;
      if (!readString(key) || !take(':')) return false;
      if (key == "class" && at('"')) {
        if (!readString(jvmClass)) return false;
      } else if (key == "pyClass") {
        if (!skipValue(pythonClass, depth)) return false;
      } else if (key == "type") {
        if (!readString(word)) return false;
      } else if (key == "elementType" || key == "keyType" || key == "sqlType") {
        hasFirst = readType(first, depth + 1);
        if (!hasFirst) return false;
      } else if (key == "valueType") {
        hasSecond = readType(second, depth + 1);
        if (!hasSecond) return false;
      } else if (key == "containsNull" || key == "valueContainsNull") {
        if (!readBoolean(nullable)) return false;
      } else if (key == "fields") {
        hasFields = true;
        if (!take('[')) return false;
        if (!take(']')) {
          do {
            StructField field;
            if (!readField(field, depth)) return false;
            fields.push_back(std::move(field));
          } while (take(','));
          if (!take(']')) return false;
        }
      } else if (!skipValue(raw, depth)) {
        return false;
      }
    } while (take(','));
    if (!take('}')) return false;
    if (word == "array" && hasFirst) {
      type = DataType::array(std::move(first), nullable);
    } else if (word == "map" && hasFirst && hasSecond) {
      type = DataType::map(std::move(first), std::move(second), nullable);
    } else if (word == "struct" && hasFields) {
      type = DataType::structType(std::move(fields));
    } else if (word == "udt" && hasFirst) {
      std::string json(text_.substr(start, position_ - start));
      if (const std::string_view known = pythonClassOf(jvmClass); !known.empty() && pythonClass.size() > 1) {
        json.replace(static_cast<size_t>(pythonClass.data() - text_.data()) - start, pythonClass.size(), "\"" + std::string(known) + "\"");
      }
      type = DataType::userDefined(std::move(first), std::move(json));
    } else {
      return false;
    }
    return true;
  }

  const std::string_view text_;
  size_t position_ = 0;
};

}  // namespace

Result<DataType> dataTypeFromJson(std::string_view json) {
  DataType type;
  if (TypeReader(json).readWhole(type)) return type;
  return Error(condition::kInvalidJsonDataType).with("invalidType", std::string(json));
}

}  // namespace types
}  // namespace flint
