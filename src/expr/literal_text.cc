#include <fmt/core.h>

#include <cmath>

#include "expr/expression_text.h"
#include "types/calendar.h"
#include "types/collation.h"
#include "types/interval_text.h"
#include "types/number_text.h"
#include "types/time_zone.h"

namespace flint::expr {
namespace {

std::string quotedText(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string timestampText(int64_t micros, const std::string& timeZone) {
  const TimeZone* zone = TimeZone::find(timeZone);
  return localTimestampText(zone == nullptr ? micros : zone->toLocal(micros));
}

std::string floatingLiteral(double value, bool isFloat, TextStyle style) {
  const std::string text = isFloat ? floatText(static_cast<float>(value)) : doubleText(value);
  if (style != TextStyle::kSql) return text;
  if (isFloat || !std::isfinite(value)) return fmt::format("CAST('{}' AS {})", text, isFloat ? "FLOAT" : "DOUBLE");
  return text + "D";
}

std::string nestedText(const Value& value, const DataType& type, TextStyle style, const std::string& timeZone) {
  std::vector<std::string> parts;
  if (type.is(TypeKind::kArray)) {
    for (const Value& element : value.asList()) parts.push_back(literalText(element, type.elementType(), style, timeZone));
    return style == TextStyle::kSql ? "ARRAY(" + joinTexts(parts) + ")" : "[" + joinTexts(parts, ",") + "]";
  }
  if (type.is(TypeKind::kMap)) {
    for (const auto& [key, mapped] : value.asMap()) {
      const std::string left = literalText(key, type.keyType(), style, timeZone);
      const std::string right = literalText(mapped, type.valueType(), style, timeZone);
      if (style == TextStyle::kSql) {
        parts.push_back(left);
        parts.push_back(right);
      } else {
        parts.push_back(left + " -> " + right);
      }
    }
    return style == TextStyle::kSql ? "MAP(" + joinTexts(parts) + ")" : "map(" + joinTexts(parts) + ")";
  }
  for (size_t i = 0; i < type.fields().size(); ++i) {
    if (style == TextStyle::kSql) parts.push_back(quotedText(type.fields()[i].name));
    parts.push_back(literalText(value.asList()[i], type.fields()[i].type, style, timeZone));
  }
  return style == TextStyle::kSql ? "NAMED_STRUCT(" + joinTexts(parts) + ")" : "[" + joinTexts(parts, ",") + "]";
}

std::string typedText(const char* keyword, const std::string& text, TextStyle style) {
  return style == TextStyle::kDebug ? text : fmt::format("{} '{}'", keyword, text);
}

}  // namespace

std::string joinTexts(const std::vector<std::string>& texts, const char* separator) {
  std::string out;
  for (size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += separator;
    out += texts[i];
  }
  return out;
}

std::string literalText(const Value& value, const DataType& type, TextStyle style, const std::string& timeZone) {
  const bool sql = style == TextStyle::kSql;
  if (value.isNull()) {
    if (style == TextStyle::kDebug) return "null";
    return sql && !type.is(TypeKind::kNull) ? fmt::format("CAST(NULL AS {})", type.sql()) : "NULL";
  }
  switch (type.kind()) {
    case TypeKind::kNull: return "NULL";
    case TypeKind::kBoolean: return value.asBoolean() ? "true" : "false";
    case TypeKind::kByte: return fmt::format("{}{}", value.asInteger(), sql ? "Y" : "");
    case TypeKind::kShort: return fmt::format("{}{}", value.asInteger(), sql ? "S" : "");
    case TypeKind::kInteger: return fmt::format("{}", value.asInteger());
    case TypeKind::kLong: return fmt::format("{}{}", value.asInteger(), sql ? "L" : "");
    case TypeKind::kFloat:
    case TypeKind::kDouble: return floatingLiteral(value.asFloating(), type.is(TypeKind::kFloat), style);
    case TypeKind::kDecimal: return decimalText(value.asDecimal(), type.scale()) + (sql ? "BD" : "");
    case TypeKind::kString:
      if (type.collation() != 0) return fmt::format("{} collate {}", quotedText(value.asString()), collationName(type.collation()));
      return sql ? quotedText(value.asString()) : value.asString();
    case TypeKind::kChar:
    case TypeKind::kVarchar: return sql ? quotedText(value.asString()) : value.asString();
    case TypeKind::kBinary:
    case TypeKind::kVariant:
    case TypeKind::kGeometry:
    case TypeKind::kGeography:
      return style == TextStyle::kDebug ? "0x" + hexText(value.asString()) : fmt::format("X'{}'", hexText(value.asString()));
    case TypeKind::kDate: return typedText("DATE", dateText(value.asInteger()), style);
    case TypeKind::kTimestamp: return typedText("TIMESTAMP", timestampText(value.asInteger(), timeZone), style);
    case TypeKind::kTimestampNtz: return typedText("TIMESTAMP_NTZ", localTimestampText(value.asInteger()), style);
    case TypeKind::kTime: return typedText("TIME", timeText(value.asInteger()), style);
    case TypeKind::kCalendarInterval: {
      const std::string text = calendarIntervalText(value.asInterval());
      return style == TextStyle::kDebug ? text : fmt::format("INTERVAL '{}'", text);
    }
    case TypeKind::kYearMonthInterval:
      return yearMonthIntervalText(static_cast<int32_t>(value.asInteger()), type.startField(), type.endField());
    case TypeKind::kDayTimeInterval: return dayTimeIntervalText(value.asInteger(), type.startField(), type.endField());
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct: return nestedText(value, type, style, timeZone);
    case TypeKind::kUserDefined: return literalText(value, type.sqlType(), style, timeZone);
  }
  return {};
}

}  // namespace flint::expr
