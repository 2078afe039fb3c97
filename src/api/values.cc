#include "api/nodes.h"
#include "expr/expression_text.h"
#include "types/calendar.h"
#include "types/decimal.h"
#include "types/number_text.h"

namespace flint::api {
namespace {

Error noSuchLiteral(const sql::Value& value) {
  return Error(condition::kUnsupportedFeatureLiteralType).with("value", value.toString()).with("type", "this").as(ErrorFamily::kUnsupportedOperation);
}

Error wrongValue(const sql::Value& value, const DataType& type, const std::string& columnName) {
  return Error(condition::kInvalidColumnOrFieldDataType)
      .with("name", quoteIdentifier(columnName))
      .with("type", value.toString())
      .with("expectedType", "\"" + type.sql() + "\"")
      .as(ErrorFamily::kAnalysis);
}

// Digits before and behind the point of a decimal's text.
bool parseDecimalText(const std::string& text, int128_t& unscaled, int& precision, int& scale) {
  const size_t point = text.find('.');
  scale = point == std::string::npos ? 0 : static_cast<int>(text.size() - point - 1);
  int digits = 0;
  for (const char c : text) digits += c >= '0' && c <= '9' ? 1 : 0;
  precision = std::max(digits, 1);
  return precision <= 38 && parseDecimal(text, precision, scale, unscaled) == DecimalParse::kValue;
}

int64_t micros(sql::Timestamp time) { return time.time_since_epoch().count(); }
int64_t micros(sql::TimestampNtz time) { return time.time_since_epoch().count(); }

}  // namespace

Result<expr::ExprPtr> literalOf(const sql::Value& value) {
  const sql::Value::Storage& storage = value.storage();
  if (value.isNull()) return expr::literalNull();
  if (const auto* flag = std::get_if<bool>(&storage)) return expr::literalBoolean(*flag);
  if (const auto* number = std::get_if<int64_t>(&storage)) {
    if (std::in_range<int32_t>(*number)) return expr::literalInt(static_cast<int32_t>(*number));
    return expr::literalLong(*number);
  }
  if (const auto* number = std::get_if<double>(&storage)) return expr::literal(Value::floating(*number), DataType::float64());
  if (const auto* text = std::get_if<std::string>(&storage)) return expr::literalString(*text);
  if (const auto* date = std::get_if<sql::Date>(&storage)) return expr::literal(Value::integer(date->time_since_epoch().count()), DataType::date());
  if (const auto* time = std::get_if<sql::Timestamp>(&storage)) return expr::literal(Value::integer(micros(*time)), DataType::timestamp());
  if (const auto* time = std::get_if<sql::TimestampNtz>(&storage)) return expr::literal(Value::integer(micros(*time)), DataType::timestampNtz());
  if (const auto* decimal = std::get_if<sql::Decimal>(&storage)) {
    int128_t unscaled = 0;
    int precision = 0;
    int scale = 0;
    if (!parseDecimalText(decimal->text, unscaled, precision, scale)) return noSuchLiteral(value);
    return expr::literal(Value::decimal(unscaled), DataType::decimal(std::max(precision, scale), scale));
  }
  if (const auto* array = std::get_if<std::shared_ptr<const sql::Value::Array>>(&storage)) {
    std::vector<expr::ExprPtr> elements;
    for (const sql::Value& element : **array) {
      ASSIGN_OR_RETURN(expr::ExprPtr literal, literalOf(element));
      elements.push_back(std::move(literal));
    }
    return expr::call("array", std::move(elements));
  }
  if (const auto* map = std::get_if<std::shared_ptr<const sql::Value::Map>>(&storage)) {
    std::vector<expr::ExprPtr> entries;
    for (const auto& [key, item] : **map) {
      ASSIGN_OR_RETURN(expr::ExprPtr keyLiteral, literalOf(key));
      ASSIGN_OR_RETURN(expr::ExprPtr itemLiteral, literalOf(item));
      entries.push_back(std::move(keyLiteral));
      entries.push_back(std::move(itemLiteral));
    }
    return expr::call("map", std::move(entries));
  }
  return noSuchLiteral(value);
}

Result<Value> engineValue(const sql::Value& value, const DataType& type, const std::string& columnName) {
  const sql::Value::Storage& storage = value.storage();
  if (value.isNull()) return Value::null();
  const auto* number = std::get_if<int64_t>(&storage);
  const auto* text = std::get_if<std::string>(&storage);
  const auto integer = [&](int64_t least, int64_t most) -> Result<Value> {
    if (number == nullptr || *number < least || *number > most) return wrongValue(value, type, columnName);
    return Value::integer(*number);
  };
  switch (type.kind()) {
    case TypeKind::kBoolean:
      if (const auto* flag = std::get_if<bool>(&storage)) return Value::boolean(*flag);
      break;
    case TypeKind::kByte: return integer(INT8_MIN, INT8_MAX);
    case TypeKind::kShort: return integer(INT16_MIN, INT16_MAX);
    case TypeKind::kInteger: return integer(INT32_MIN, INT32_MAX);
    case TypeKind::kLong: return integer(INT64_MIN, INT64_MAX);
    case TypeKind::kFloat:
    case TypeKind::kDouble:
      if (const auto* real = std::get_if<double>(&storage)) return Value::floating(type.is(TypeKind::kFloat) ? static_cast<float>(*real) : *real);
      if (number != nullptr) return Value::floating(static_cast<double>(*number));
      break;
    case TypeKind::kDecimal: {
      const auto* decimal = std::get_if<sql::Decimal>(&storage);
      const std::string digits = decimal != nullptr ? decimal->text : number != nullptr ? std::to_string(*number) : std::string();
      int128_t unscaled = 0;
      if (!digits.empty() && parseDecimal(digits, type.precision(), type.scale(), unscaled) == DecimalParse::kValue) return Value::decimal(unscaled);
      break;
    }
    case TypeKind::kDate:
      if (const auto* date = std::get_if<sql::Date>(&storage)) return Value::integer(date->time_since_epoch().count());
      break;
    case TypeKind::kTimestamp:
      if (const auto* time = std::get_if<sql::Timestamp>(&storage)) return Value::integer(micros(*time));
      break;
    case TypeKind::kTimestampNtz:
      if (const auto* time = std::get_if<sql::TimestampNtz>(&storage)) return Value::integer(micros(*time));
      break;
    case TypeKind::kArray:
      if (const auto* array = std::get_if<std::shared_ptr<const sql::Value::Array>>(&storage)) {
        Value::List list;
        for (const sql::Value& element : **array) {
          ASSIGN_OR_RETURN(Value one, engineValue(element, type.childTypes()[0], columnName + ".element"));
          list.push_back(std::move(one));
        }
        return Value::list(std::move(list));
      }
      break;
    case TypeKind::kMap:
      if (const auto* map = std::get_if<std::shared_ptr<const sql::Value::Map>>(&storage)) {
        Value::Map entries;
        for (const auto& [key, item] : **map) {
          ASSIGN_OR_RETURN(Value k, engineValue(key, type.childTypes()[0], columnName + ".key"));
          ASSIGN_OR_RETURN(Value v, engineValue(item, type.childTypes()[1], columnName + ".value"));
          entries.emplace_back(std::move(k), std::move(v));
        }
        return Value::map(std::move(entries));
      }
      break;
    case TypeKind::kStruct:
      if (const auto* row = std::get_if<std::shared_ptr<const sql::Row>>(&storage); row != nullptr && (*row)->size() == type.fields().size()) {
        Value::List list;
        for (size_t i = 0; i < type.fields().size(); ++i) {
          ASSIGN_OR_RETURN(Value one, engineValue((**row)[i], type.fields()[i].type, columnName + "." + type.fields()[i].name));
          list.push_back(std::move(one));
        }
        return Value::list(std::move(list));
      }
      break;
    default:
      if ((type.isStringLike() || type.is(TypeKind::kBinary)) && text != nullptr) return Value::string(*text);
  }
  return wrongValue(value, type, columnName);
}

sql::Value publicValue(const Value& value, const DataType& type, const std::string& timeZone) {
  if (value.isNull()) return nullptr;
  switch (type.kind()) {
    case TypeKind::kBoolean: return value.asBoolean();
    case TypeKind::kByte:
    case TypeKind::kShort:
    case TypeKind::kInteger:
    case TypeKind::kLong: return value.asInteger();
    case TypeKind::kFloat:
    case TypeKind::kDouble: return value.asFloating();
    case TypeKind::kDecimal: return sql::Decimal{decimalText(value.asDecimal(), type.scale())};
    case TypeKind::kDate: return sql::Date(std::chrono::days(value.asInteger()));
    case TypeKind::kTimestamp: return sql::Timestamp(std::chrono::microseconds(value.asInteger()));
    case TypeKind::kTimestampNtz: return sql::TimestampNtz(std::chrono::microseconds(value.asInteger()));
    case TypeKind::kArray: {
      sql::Value::Array elements;
      for (const Value& element : value.asList()) elements.push_back(publicValue(element, type.childTypes()[0], timeZone));
      return elements;
    }
    case TypeKind::kMap: {
      sql::Value::Map entries;
      for (const auto& [key, item] : value.asMap()) {
        entries.emplace_back(publicValue(key, type.childTypes()[0], timeZone), publicValue(item, type.childTypes()[1], timeZone));
      }
      return entries;
    }
    case TypeKind::kStruct: {
      const StructFields& fields = type.fields();
      auto names = std::make_shared<std::vector<std::string>>();
      std::vector<sql::Value> values;
      for (size_t i = 0; i < fields.size(); ++i) {
        names->push_back(fields[i].name);
        values.push_back(publicValue(value.asList()[i], fields[i].type, timeZone));
      }
      return sql::Row(std::move(values), std::move(names));
    }
    default:
      if (type.physicalType() == PhysicalType::kString) return value.asString();
      return expr::literalText(value, type, expr::TextStyle::kName, timeZone);
  }
}

}  // namespace flint::api

namespace flint::sql {
namespace {

std::string textOf(std::monostate) { return "NULL"; }
std::string textOf(bool value) { return value ? "true" : "false"; }
std::string textOf(int64_t value) { return std::to_string(value); }
std::string textOf(double value) { return doubleText(value); }
std::string textOf(const std::string& value) { return value; }
std::string textOf(const Decimal& value) { return value.text; }
std::string textOf(Date value) { return dateText(value.time_since_epoch().count()); }
std::string textOf(Timestamp value) { return localTimestampText(value.time_since_epoch().count()); }
std::string textOf(TimestampNtz value) { return localTimestampText(value.time_since_epoch().count()); }
std::string textOf(const std::shared_ptr<const Value::Array>& values) {
  std::string out = "[";
  for (const Value& value : *values) out += (out.size() > 1 ? ", " : "") + value.toString();
  return out + "]";
}
std::string textOf(const std::shared_ptr<const Value::Map>& entries) {
  std::string out = "{";
  for (const auto& [key, value] : *entries) out += (out.size() > 1 ? ", " : "") + key.toString() + " -> " + value.toString();
  return out + "}";
}
std::string textOf(const std::shared_ptr<const Row>& row) {
  std::string out = "{";
  for (const Value& value : row->values()) out += (out.size() > 1 ? ", " : "") + value.toString();
  return out + "}";
}

}  // namespace

std::string Value::toString() const {
  return std::visit([](const auto& value) { return textOf(value); }, storage_);
}

std::string Row::toString() const {
  std::string out = "[";
  for (const Value& value : values_) out += (out.size() > 1 ? ", " : "") + value.toString();
  return out + "]";
}

}  // namespace flint::sql
