#include "connect/decoder/literal_decoder.h"

#include <spark/connect/expressions.pb.h>

#include <algorithm>

#include "connect/decoder/invalid_plan.h"
#include "connect/decoder/type_codec.h"

namespace flint::connect {
namespace {

using Message = spark::connect::Expression::Literal;

struct ParsedDecimal {
  int128_t unscaled = 0;
  int precision = 0;
  int scale = 0;
};

// "-12.50", "1E+3": the number as it is written.
Result<ParsedDecimal> parseDecimal(const std::string& text) {
  ParsedDecimal parsed;
  size_t at = 0;
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) ++at;
  bool fraction = false;
  int digits = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '.' && !fraction) {
      fraction = true;
    } else if (c >= '0' && c <= '9') {
      if (parsed.unscaled != 0 || c != '0') ++digits;
      if (digits > 38) return invalidPlan("a decimal literal of more than 38 digits");
      parsed.unscaled = parsed.unscaled * 10 + (c - '0');
      if (fraction) ++parsed.scale;
    } else {
      break;
    }
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    int exponent = 0;
    size_t digit = at + 1;
    const bool down = digit < text.size() && text[digit] == '-';
    if (digit < text.size() && (text[digit] == '-' || text[digit] == '+')) ++digit;
    for (; digit < text.size() && text[digit] >= '0' && text[digit] <= '9' && exponent < 1000; ++digit) exponent = exponent * 10 + text[digit] - '0';
    parsed.scale += down ? exponent : -exponent;
    at = digit;
  }
  if (at != text.size() || text.empty()) return invalidPlan("`" + text + "` is no decimal");
  if (parsed.scale < 0) {
    if (digits - parsed.scale > 38) return invalidPlan("a decimal literal of more than 38 digits");
    parsed.unscaled *= powerOfTen(-parsed.scale);
    digits -= parsed.scale;
    parsed.scale = 0;
  }
  if (negative) parsed.unscaled = -parsed.unscaled;
  parsed.precision = digits < parsed.scale ? parsed.scale : digits == 0 ? 1 : digits;
  if (parsed.precision > 38) return invalidPlan("a decimal literal of more than 38 digits");
  return parsed;
}

Result<TypedValue> decodeDecimal(const Message& message) {
  ASSIGN_OR_RETURN(const ParsedDecimal parsed, parseDecimal(message.decimal().value()));
  int precision = message.decimal().has_precision() ? message.decimal().precision() : parsed.precision;
  int scale = message.decimal().has_scale() ? message.decimal().scale() : parsed.scale;
  if (scale < parsed.scale) scale = parsed.scale;
  const int needed = parsed.precision - parsed.scale + scale;
  if (precision < needed) precision = needed;
  if (scale < 0 || precision > 38) return invalidPlan("a decimal literal out of range");
  return TypedValue{Value::decimal(parsed.unscaled * powerOfTen(scale - parsed.scale)), DataType::decimal(precision, scale)};
}

// The given type where the message has one, else the one derived from the elements.
Result<DataType> givenType(const Message& message, TypeKind kind, DataType derived) {
  if (!message.has_data_type()) return derived;
  ASSIGN_OR_RETURN(DataType type, decodeType(message.data_type()));
  if (!type.is(kind)) return invalidPlan("a literal of " + derived.simpleString() + " said to be " + type.simpleString());
  return type;
}

// Whether a value of type `actual` may stand where `declared` was said to be; an empty list's elements may be anything.
bool fits(const DataType& actual, const DataType& declared) {
  if (actual.is(TypeKind::kNull)) return true;
  if (actual.kind() != declared.kind()) return false;
  switch (actual.kind()) {
    case TypeKind::kArray: return fits(actual.elementType(), declared.elementType());
    case TypeKind::kMap: return fits(actual.keyType(), declared.keyType()) && fits(actual.valueType(), declared.valueType());
    case TypeKind::kStruct:
      return std::equal(actual.fields().begin(), actual.fields().end(), declared.fields().begin(), declared.fields().end(),
                        [](const StructField& a, const StructField& b) { return fits(a.type, b.type); });
    default: return true;
  }
}

// Errors: a part that is neither NULL nor of the type that its place has.
Status checkPart(const TypedValue& part, const DataType& declared) {
  if (part.value.isNull() || fits(part.type, declared)) return Status::ok();
  return invalidPlan("a literal of " + part.type.simpleString() + " in the place of " + declared.simpleString());
}

Result<TypedValue> decodeArray(const Message& message) {
  const Message::Array& array = message.array();
  std::vector<TypedValue> parts;
  DataType elementType;
  bool containsNull = false;
  for (const Message& one : array.elements()) {
    ASSIGN_OR_RETURN(TypedValue element, decodeLiteral(one));
    containsNull = containsNull || element.value.isNull();
    if (elementType.is(TypeKind::kNull)) elementType = element.type;
    parts.push_back(std::move(element));
  }
  if (array.has_element_type()) {
    ASSIGN_OR_RETURN(elementType, decodeType(array.element_type()));
    containsNull = true;
  }
  ASSIGN_OR_RETURN(DataType type, givenType(message, TypeKind::kArray, DataType::array(elementType, containsNull)));
  Value::List elements;
  for (TypedValue& part : parts) {
    RETURN_IF_ERROR(checkPart(part, type.elementType()));
    elements.push_back(std::move(part.value));
  }
  return TypedValue{Value::list(std::move(elements)), std::move(type)};
}

Result<TypedValue> decodeMap(const Message& message) {
  const Message::Map& map = message.map();
  if (map.keys_size() != map.values_size()) return invalidPlan("a map literal with as many keys as values was expected");
  std::vector<std::pair<TypedValue, TypedValue>> parts;
  DataType keyType;
  DataType valueType;
  for (int i = 0; i < map.keys_size(); ++i) {
    ASSIGN_OR_RETURN(TypedValue key, decodeLiteral(map.keys(i)));
    ASSIGN_OR_RETURN(TypedValue value, decodeLiteral(map.values(i)));
    if (keyType.is(TypeKind::kNull)) keyType = key.type;
    if (valueType.is(TypeKind::kNull)) valueType = value.type;
    parts.emplace_back(std::move(key), std::move(value));
  }
  if (map.has_key_type()) {
    ASSIGN_OR_RETURN(keyType, decodeType(map.key_type()));
  }
  if (map.has_value_type()) {
    ASSIGN_OR_RETURN(valueType, decodeType(map.value_type()));
  }
  ASSIGN_OR_RETURN(DataType type, givenType(message, TypeKind::kMap, DataType::map(keyType, valueType)));
  Value::Map entries;
  for (auto& [key, value] : parts) {
    RETURN_IF_ERROR(checkPart(key, type.keyType()));
    RETURN_IF_ERROR(checkPart(value, type.valueType()));
    entries.emplace_back(std::move(key.value), std::move(value.value));
  }
  return TypedValue{Value::map(std::move(entries)), std::move(type)};
}

Result<TypedValue> decodeStruct(const Message& message) {
  const Message::Struct& body = message.struct_();
  StructFields fields;
  std::vector<TypedValue> parts;
  for (const Message& one : body.elements()) {
    ASSIGN_OR_RETURN(TypedValue member, decodeLiteral(one));
    fields.push_back({"col" + std::to_string(fields.size() + 1), member.type, true});
    parts.push_back(std::move(member));
  }
  DataType type = DataType::structType(std::move(fields));
  if (body.has_struct_type()) {
    ASSIGN_OR_RETURN(type, decodeType(body.struct_type()));
    if (!type.is(TypeKind::kStruct)) return invalidPlan("a struct literal said to be " + type.simpleString());
  }
  ASSIGN_OR_RETURN(type, givenType(message, TypeKind::kStruct, type));
  if (type.fields().size() != parts.size()) return invalidPlan("a struct literal with a value for every field was expected");
  Value::List members;
  for (size_t i = 0; i < parts.size(); ++i) {
    RETURN_IF_ERROR(checkPart(parts[i], type.fields()[i].type));
    members.push_back(std::move(parts[i].value));
  }
  return TypedValue{Value::list(std::move(members)), std::move(type)};
}

template <class Values, class Make>
TypedValue arrayOf(const Values& values, DataType element, Make&& make) {
  Value::List elements;
  elements.reserve(static_cast<size_t>(values.size()));
  for (const auto& value : values) elements.push_back(make(value));
  return {Value::list(std::move(elements)), DataType::array(std::move(element), false)};
}

Result<TypedValue> decodeSpecializedArray(const Message::SpecializedArray& array) {
  switch (array.value_type_case()) {
    case Message::SpecializedArray::kBools:
      return arrayOf(array.bools().values(), DataType::boolean(), [](bool value) { return Value::boolean(value); });
    case Message::SpecializedArray::kInts: return arrayOf(array.ints().values(), DataType::integer(), [](int32_t value) { return Value::integer(value); });
    case Message::SpecializedArray::kLongs: return arrayOf(array.longs().values(), DataType::bigint(), [](int64_t value) { return Value::integer(value); });
    case Message::SpecializedArray::kFloats: return arrayOf(array.floats().values(), DataType::float32(), [](float value) { return Value::floating(value); });
    case Message::SpecializedArray::kDoubles:
      return arrayOf(array.doubles().values(), DataType::float64(), [](double value) { return Value::floating(value); });
    case Message::SpecializedArray::kStrings:
      return arrayOf(array.strings().values(), DataType::string(), [](const std::string& value) { return Value::string(value); });
    case Message::SpecializedArray::VALUE_TYPE_NOT_SET: break;
  }
  return invalidPlan("a specialized array without values");
}

}  // namespace

Result<TypedValue> decodeLiteral(const Message& message) {
  switch (message.literal_type_case()) {
    case Message::kNull: {
      const bool untyped = message.null().kind_case() == spark::connect::DataType::KIND_NOT_SET;
      ASSIGN_OR_RETURN(DataType type, untyped ? Result<DataType>(DataType::null()) : decodeType(message.null()));
      return TypedValue{Value::null(), std::move(type)};
    }
    case Message::kBinary: return TypedValue{Value::string(message.binary()), DataType::binary()};
    case Message::kBoolean: return TypedValue{Value::boolean(message.boolean()), DataType::boolean()};
    case Message::kByte: return TypedValue{Value::integer(static_cast<int8_t>(message.byte())), DataType::byte()};
    case Message::kShort: return TypedValue{Value::integer(static_cast<int16_t>(message.short_())), DataType::shortInt()};
    case Message::kInteger: return TypedValue{Value::integer(message.integer()), DataType::integer()};
    case Message::kLong: return TypedValue{Value::integer(message.long_()), DataType::bigint()};
    case Message::kFloat: return TypedValue{Value::floating(message.float_()), DataType::float32()};
    case Message::kDouble: return TypedValue{Value::floating(message.double_()), DataType::float64()};
    case Message::kDecimal: return decodeDecimal(message);
    case Message::kString: return TypedValue{Value::string(message.string()), DataType::string()};
    case Message::kDate: return TypedValue{Value::integer(message.date()), DataType::date()};
    case Message::kTimestamp: return TypedValue{Value::integer(message.timestamp()), DataType::timestamp()};
    case Message::kTimestampNtz: return TypedValue{Value::integer(message.timestamp_ntz()), DataType::timestampNtz()};
    case Message::kCalendarInterval: {
      const auto& interval = message.calendar_interval();
      return TypedValue{Value::interval({interval.months(), interval.days(), interval.microseconds()}), DataType::calendarInterval()};
    }
    case Message::kYearMonthInterval: return TypedValue{Value::integer(message.year_month_interval()), DataType::yearMonthInterval()};
    case Message::kDayTimeInterval: return TypedValue{Value::integer(message.day_time_interval()), DataType::dayTimeInterval()};
    case Message::kArray: return decodeArray(message);
    case Message::kMap: return decodeMap(message);
    case Message::kStruct: return decodeStruct(message);
    case Message::kSpecializedArray: return decodeSpecializedArray(message.specialized_array());
    case Message::kTime:
      return TypedValue{Value::integer(message.time().nano()), DataType::time(message.time().has_precision() ? message.time().precision() : 6)};
    case Message::LITERAL_TYPE_NOT_SET: break;
  }
  if (message.has_data_type()) {  // a null with nothing but its type
    ASSIGN_OR_RETURN(DataType type, decodeType(message.data_type()));
    return TypedValue{Value::null(), std::move(type)};
  }
  return invalidPlan("a literal without a value");
}

Result<expr::ExprPtr> decodeLiteralExpression(const Message& message) {
  ASSIGN_OR_RETURN(TypedValue literal, decodeLiteral(message));
  return expr::literal(std::move(literal.value), std::move(literal.type));
}

void encodeLiteral(const Value& value, const DataType& type, Message& message) {
  if (value.isNull()) return encodeType(type, *message.mutable_null());
  switch (type.kind()) {
    case TypeKind::kBoolean: return message.set_boolean(value.asBoolean());
    case TypeKind::kByte: return message.set_byte(static_cast<int32_t>(value.asInteger()));
    case TypeKind::kShort: return message.set_short_(static_cast<int32_t>(value.asInteger()));
    case TypeKind::kInteger: return message.set_integer(static_cast<int32_t>(value.asInteger()));
    case TypeKind::kLong: return message.set_long_(value.asInteger());
    case TypeKind::kFloat: return message.set_float_(static_cast<float>(value.asFloating()));
    case TypeKind::kDouble: return message.set_double_(value.asFloating());
    case TypeKind::kDecimal: {
      std::string digits = toString(value.asDecimal());
      const bool negative = digits[0] == '-';
      if (negative) digits.erase(0, 1);
      const auto scale = static_cast<size_t>(type.scale());
      if (digits.size() <= scale) digits.insert(0, scale + 1 - digits.size(), '0');
      if (scale > 0) digits.insert(digits.size() - scale, 1, '.');
      message.mutable_decimal()->set_value(negative ? "-" + digits : digits);
      message.mutable_decimal()->set_precision(type.precision());
      return message.mutable_decimal()->set_scale(type.scale());
    }
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar: return message.set_string(value.asString());
    case TypeKind::kBinary:
    case TypeKind::kVariant:
    case TypeKind::kGeometry:
    case TypeKind::kGeography: return message.set_binary(value.asString());
    case TypeKind::kDate: return message.set_date(static_cast<int32_t>(value.asInteger()));
    case TypeKind::kTimestamp: return message.set_timestamp(value.asInteger());
    case TypeKind::kTimestampNtz: return message.set_timestamp_ntz(value.asInteger());
    case TypeKind::kTime:
      message.mutable_time()->set_nano(value.asInteger());
      return message.mutable_time()->set_precision(type.precision());
    case TypeKind::kCalendarInterval: {
      auto* interval = message.mutable_calendar_interval();
      interval->set_months(value.asInterval().months);
      interval->set_days(value.asInterval().days);
      return interval->set_microseconds(value.asInterval().microseconds);
    }
    case TypeKind::kYearMonthInterval: return message.set_year_month_interval(static_cast<int32_t>(value.asInteger()));
    case TypeKind::kDayTimeInterval: return message.set_day_time_interval(value.asInteger());
    case TypeKind::kArray:
      encodeType(type.elementType(), *message.mutable_array()->mutable_element_type());
      for (const Value& element : value.asList()) encodeLiteral(element, type.elementType(), *message.mutable_array()->add_elements());
      return;
    case TypeKind::kMap:
      encodeType(type.keyType(), *message.mutable_map()->mutable_key_type());
      encodeType(type.valueType(), *message.mutable_map()->mutable_value_type());
      for (const auto& [key, mapped] : value.asMap()) {
        encodeLiteral(key, type.keyType(), *message.mutable_map()->add_keys());
        encodeLiteral(mapped, type.valueType(), *message.mutable_map()->add_values());
      }
      return;
    case TypeKind::kStruct:
      encodeType(type, *message.mutable_struct_()->mutable_struct_type());
      for (size_t i = 0; i < value.asList().size(); ++i) {
        encodeLiteral(value.asList()[i], type.fields()[i].type, *message.mutable_struct_()->add_elements());
      }
      return;
    case TypeKind::kUserDefined: return encodeLiteral(value, type.sqlType(), message);
    case TypeKind::kNull: return encodeType(type, *message.mutable_null());
  }
}

}  // namespace flint::connect
