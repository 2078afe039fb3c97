#include "parser/type_parser.h"

#include <array>
#include <charconv>
#include <limits>

#include "base/json_string.h"
#include "base/legacy_conditions.h"
#include "types/collation.h"

namespace flint::parser {
namespace {

using enum TokenType;

constexpr std::array<std::string_view, 6> kFieldWords = {"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"};
constexpr int kMaxDecimalPrecision = 38;

}  // namespace

std::string commentMetadata(std::string_view comment) {
  std::string out = "{\"comment\":";
  appendJsonString(out, comment);
  return out + "}";
}

int64_t TypeParser::integerNumber(int64_t largest) {
  const std::string_view text = textOf(peek());
  int64_t value = 0;
  if (!at(kIntegerNumber)) {
    failSyntax();
    return 0;
  }
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || value > largest) {
    failSyntax();
    return 0;
  }
  advance();
  return value;
}

int TypeParser::collation() {
  if (!accept(kCollate)) return 0;
  const uint32_t first = position();
  const std::vector<std::string> name = multipartIdentifier();
  if (failed()) return 0;
  const int id = findCollation(name.back());
  if (id < 0) {
    failWith(condition::kCollationInvalidName, {{"collationName", name.back()}, {"proposals", "UTF8_BINARY, UTF8_LCASE, UNICODE"}}, first);
    return 0;
  }
  return id;
}

bool TypeParser::atIntervalField(uint32_t ahead) const {
  for (const std::string_view word : kFieldWords) {
    if (isWord(word, ahead) || isWord(std::string(word) + "S", ahead)) return true;
  }
  return false;
}

IntervalField TypeParser::intervalField() {
  for (size_t i = 0; i < kFieldWords.size(); ++i) {
    if (acceptWord(kFieldWords[i]) || acceptWord(std::string(kFieldWords[i]) + "S")) return static_cast<IntervalField>(i);
  }
  failSyntax();
  return IntervalField::kYear;
}

DataType TypeParser::intervalType() {
  if (!atIntervalField()) return DataType::calendarInterval();
  const uint32_t first = position();
  const IntervalField start = intervalField();
  const bool yearMonth = start <= IntervalField::kMonth;
  const bool isRange = accept(kTo);
  const IntervalField end = isRange ? intervalField() : start;
  // Behind TO there are months, or what is shorter than a day.
  if (isRange && (yearMonth ? end != IntervalField::kMonth : end <= IntervalField::kDay)) failSyntax();
  if (failed()) return {};
  if (yearMonth != (end <= IntervalField::kMonth) || end < start || (start == end && position() > first + 1)) {
    failWith(condition::kInvalidIntervalFormatUnsupportedFromToExpression,
             {{"input", sourceText(first)}, {"from", lowerCase(kFieldWords[static_cast<size_t>(start)])}, {"to", lowerCase(kFieldWords[static_cast<size_t>(end)])}},
             first);
  }
  return yearMonth ? DataType::yearMonthInterval(start, end) : DataType::dayTimeInterval(start, end);
}

DataType TypeParser::decimalType(uint32_t first) {
  if (!accept(kLeftParen)) return DataType::decimal(10, 0);
  const int64_t precision = integerNumber(2'147'483'647);
  const int64_t scale = accept(kComma) ? integerNumber(2'147'483'647) : 0;
  expect(kRightParen);
  if (!failed() && precision > kMaxDecimalPrecision) {
    failWith(condition::kDecimalPrecisionExceedsMaxPrecision, {{"precision", std::to_string(precision)}, {"maxPrecision", "38"}}, first);
  }
  if (!failed() && scale > precision) failWith(condition::kLegacyErrorTemp1228, {{"scale", std::to_string(scale)}, {"precision", std::to_string(precision)}}, first);
  return DataType::decimal(static_cast<int>(precision), static_cast<int>(scale));
}

DataType TypeParser::sizedString(bool varying, uint32_t first) {
  if (!at(kLeftParen)) {
    if (!failed()) failWith(condition::kDatatypeMissingSize, {{"type", varying ? "\"VARCHAR\"" : "\"CHAR\""}}, first);
    return {};
  }
  expect(kLeftParen);
  const int64_t length = integerNumber(2'147'483'647);
  expect(kRightParen);
  return varying ? DataType::varchar(static_cast<int>(length)) : DataType::charType(static_cast<int>(length));
}

void TypeParser::finishField(StructField& field) {
  while (!failed()) {
    if (accept(kNot, kNull)) {
      field.nullable = false;
    } else if (accept(kComment)) {
      field.metadata = commentMetadata(stringLiteral());
    } else {
      return;
    }
  }
}

StructField TypeParser::structField(bool colonAllowed) {
  StructField field;
  field.name = identifier();
  if (colonAllowed) accept(kColon);
  field.type = dataType();
  finishField(field);
  return field;
}

StructFields TypeParser::columnTypes() {
  StructFields fields;
  do {
    fields.push_back(structField(true));
  } while (accept(kComma));
  return fields;
}

DataType TypeParser::dataType() {
  const Nesting nesting(*this);
  const uint32_t first = position();
  const Mark start = mark();
  const TokenType type = peek().type;
  if (!atIdentifier() || type == kQuotedIdentifier) {
    failSyntax();
    return {};
  }
  advance();
  switch (type) {
    case kBoolean: return DataType::boolean();
    case kTinyint:
    case kByte: return DataType::byte();
    case kSmallint:
    case kShort: return DataType::shortInt();
    case kInt:
    case kInteger: return DataType::integer();
    case kBigint:
    case kLong: return DataType::bigint();
    case kFloat:
    case kReal: return DataType::float32();
    case kDouble: return DataType::float64();
    case kDate: return DataType::date();
    case kTimestamp:
      if (accept(kWithout)) {
        expect(kTime, kZone);
        return DataType::timestampNtz();
      }
      if (at(kWith, kTime, kZone)) {
        accept(kWith, kTime, kZone);
        return DataType::timestamp();
      }
      return options_.timestampIsNtz ? DataType::timestampNtz() : DataType::timestamp();
    case kTimestampNtz: return DataType::timestampNtz();
    case kTimestampLtz: return DataType::timestamp();
    case kTime: {
      int64_t precision = 6;
      if (accept(kLeftParen)) {
        precision = integerNumber(std::numeric_limits<int32_t>::max());
        expect(kRightParen);
        if (!failed() && precision > 6) failWith(condition::kUnsupportedTimePrecision, {{"precision", std::to_string(precision)}}, first);
      }
      if (accept(kWithout)) expect(kTime, kZone);
      return DataType::time(static_cast<int>(precision));
    }
    case kString: return DataType::collatedString(collation());
    case kBinary: return DataType::binary();
    case kCharacter:
    case kChar: return sizedString(false, first);
    case kVarchar: return sizedString(true, first);
    case kDecimal:
    case kDec:
    case kNumeric: return decimalType(first);
    case kVoid: return DataType::null();
    case kInterval: return intervalType();
    case kVariant: return DataType::variant();
    case kGeometry:
    case kGeography: {
      int64_t srid = 0;
      if (accept(kLeftParen)) {
        if (!acceptWord("ANY")) srid = integerNumber(1'000'000);
        else srid = -1;
        expect(kRightParen);
      }
      return type == kGeometry ? DataType::geometry(static_cast<int>(srid)) : DataType::geography(static_cast<int>(srid));
    }
    case kArray: {
      if (!at(kLess)) {
        if (!failed()) failWith(condition::kIncompleteTypeDefinitionArray, {{"elementType", "<INT>"}}, first);
        return {};
      }
      advance();
      DataType element = dataType();
      expect(kGreater);
      return DataType::array(std::move(element));
    }
    case kMap: {
      if (!at(kLess)) {
        if (!failed()) failWith(condition::kIncompleteTypeDefinitionMap, {}, first);
        return {};
      }
      advance();
      DataType key = dataType();
      expect(kComma);
      DataType value = dataType();
      expect(kGreater);
      return DataType::map(std::move(key), std::move(value));
    }
    case kStruct: {
      if (accept(kNotEqual)) return DataType::structType({});
      if (!at(kLess)) {
        if (!failed()) failWith(condition::kIncompleteTypeDefinitionStruct, {}, first);
        return {};
      }
      advance();
      StructFields fields;
      if (!at(kGreater)) {
        do {
          fields.push_back(structField(true));
        } while (accept(kComma));
      }
      expect(kGreater);
      return DataType::structType(std::move(fields));
    }
    default: break;
  }
  // An unknown name, with its arguments.
  if (failed()) return {};
  rewind(start);
  std::string name = upperCase(identifier());
  if (accept(kLeftParen)) {
    std::string arguments;
    do {
      arguments += (arguments.empty() ? "" : ",") + std::to_string(integerNumber(2'147'483'647));
    } while (accept(kComma));
    expect(kRightParen);
    name += '(' + arguments + ')';
  }
  // Where the type is the whole text, what follows its name is looked at before the name.
  if (!failed() && isWhole_ && first == 0 && !at(kEndOfInput)) failSyntax();
  if (!failed()) failWith(condition::kUnsupportedDatatype, {{"typeName", '"' + name + '"'}}, first);
  return {};
}

}  // namespace flint::parser
