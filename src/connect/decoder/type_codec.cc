#include "connect/decoder/type_codec.h"

#include <simdjson.h>
#include <spark/connect/types.pb.h>

#include <string>

#include "base/json_string.h"
#include "connect/decoder/invalid_plan.h"
#include "parser/sql_parser.h"
#include "types/collation.h"
#include "types/user_defined_classes.h"
#include "types/type_json.h"

namespace flint::connect {
namespace {

using Message = spark::connect::DataType;

Result<DataType> decodeStruct(const Message::Struct& message) {
  StructFields fields;
  fields.reserve(static_cast<size_t>(message.fields_size()));
  for (const auto& member : message.fields()) {
    ASSIGN_OR_RETURN(DataType type, decodeType(member.data_type()));
    const bool plain = !member.has_metadata() || member.metadata() == "{}";
    fields.push_back({member.name(), std::move(type), member.nullable(), plain ? std::string() : member.metadata()});
  }
  return DataType::structType(std::move(fields));
}

Result<IntervalField> intervalField(int number, IntervalField first, IntervalField last) {
  // Numbers count from the first field of the interval's family: year 0, month 1; day 0, hour 1 ...
  const int value = number + static_cast<int>(first);
  if (number < 0 || value > static_cast<int>(last)) return invalidPlan("no interval field has the number " + std::to_string(number));
  return static_cast<IntervalField>(value);
}

std::string jsonMember(const std::string& json, const char* key) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  std::string_view value;
  if (parser.parse(simdjson::padded_string(json)).get(document) != simdjson::SUCCESS) return {};
  if (document[key].get(value) != simdjson::SUCCESS) return {};
  return std::string(value);
}

DataType userDefined(const Message::UDT& message, DataType stored) {
  std::string json = R"({"type":"udt")";
  const auto add = [&](std::string_view key, const std::string& value) {
    json += ',';
    appendJsonString(json, key);
    json += ':';
    appendJsonString(json, value);
  };
  if (message.has_jvm_class()) add("class", message.jvm_class());
  const std::string_view known = pythonClassOf(message.jvm_class());
  if (!known.empty()) add("pyClass", std::string(known));
  else if (message.has_python_class()) add("pyClass", message.python_class());
  if (message.has_serialized_python_class()) add("serializedClass", message.serialized_python_class());
  json += ",\"sqlType\":" + stored.json() + "}";
  return DataType::userDefined(std::move(stored), std::move(json));
}

}  // namespace

Result<DataType> decodeType(const Message& message) {
  switch (message.kind_case()) {
    case Message::kNull: return DataType::null();
    case Message::kBinary: return DataType::binary();
    case Message::kBoolean: return DataType::boolean();
    case Message::kByte: return DataType::byte();
    case Message::kShort: return DataType::shortInt();
    case Message::kInteger: return DataType::integer();
    case Message::kLong: return DataType::bigint();
    case Message::kFloat: return DataType::float32();
    case Message::kDouble: return DataType::float64();
    case Message::kDecimal: {
      const int precision = message.decimal().has_precision() ? message.decimal().precision() : 10;
      const int scale = message.decimal().scale();
      if (scale < 0) return unsupportedFeature("a decimal of negative scale");
      if (precision < 1 || precision > 38 || scale < 0 || scale > precision) return invalidPlan("a decimal type out of range");
      return DataType::decimal(precision, scale);
    }
    case Message::kString: {
      const std::string& collation = message.string().collation();
      if (collation.empty() || collation == "UTF8_BINARY") return DataType::string();
      return parser::parseDataType("string collate " + quoteIdentifier(collation));
    }
    case Message::kChar: return DataType::charType(message.char_().length());
    case Message::kVarChar: return DataType::varchar(message.var_char().length());
    case Message::kDate: return DataType::date();
    case Message::kTimestamp: return DataType::timestamp();
    case Message::kTimestampNtz: return DataType::timestampNtz();
    case Message::kTime: return DataType::time(message.time().has_precision() ? message.time().precision() : 6);
    case Message::kCalendarInterval: return DataType::calendarInterval();
    case Message::kYearMonthInterval: {
      const auto& interval = message.year_month_interval();
      ASSIGN_OR_RETURN(const IntervalField start, intervalField(interval.start_field(), IntervalField::kYear, IntervalField::kMonth));
      ASSIGN_OR_RETURN(const IntervalField end,
                       intervalField(interval.has_end_field() ? interval.end_field() : interval.has_start_field() ? interval.start_field() : 1,
                                     IntervalField::kYear, IntervalField::kMonth));
      return DataType::yearMonthInterval(start, end);
    }
    case Message::kDayTimeInterval: {
      const auto& interval = message.day_time_interval();
      ASSIGN_OR_RETURN(const IntervalField start, intervalField(interval.start_field(), IntervalField::kDay, IntervalField::kSecond));
      ASSIGN_OR_RETURN(const IntervalField end,
                       intervalField(interval.has_end_field() ? interval.end_field() : interval.has_start_field() ? interval.start_field() : 3,
                                     IntervalField::kDay, IntervalField::kSecond));
      return DataType::dayTimeInterval(start, end);
    }
    case Message::kArray: {
      ASSIGN_OR_RETURN(DataType element, decodeType(message.array().element_type()));
      return DataType::array(std::move(element), message.array().contains_null());
    }
    case Message::kMap: {
      ASSIGN_OR_RETURN(DataType key, decodeType(message.map().key_type()));
      ASSIGN_OR_RETURN(DataType value, decodeType(message.map().value_type()));
      return DataType::map(std::move(key), std::move(value), message.map().value_contains_null());
    }
    case Message::kStruct: return decodeStruct(message.struct_());
    case Message::kVariant: return DataType::variant();
    case Message::kUdt: {
      ASSIGN_OR_RETURN(DataType stored, decodeType(message.udt().sql_type()));
      return userDefined(message.udt(), std::move(stored));
    }
    case Message::kGeometry: return DataType::geometry(message.geometry().srid());
    case Message::kGeography: return DataType::geography(message.geography().srid());
    case Message::kUnparsed: {
      // A type, or the columns of a row: "k bigint, v int".
      const std::string& text = message.unparsed().data_type_string();
      auto columns = parser::parseTableSchema(text);
      if (columns.isOk()) return columns;
      auto type = parser::parseDataType(text);
      if (type.isOk()) return type;
      auto asStruct = parser::parseDataType("struct<" + text + ">");
      return asStruct.isOk() ? asStruct : type;
    }
    case Message::KIND_NOT_SET: break;
  }
  return invalidPlan("a type without a kind");
}

void encodeType(const DataType& type, Message& message) {
  switch (type.kind()) {
    case TypeKind::kNull: message.mutable_null(); break;
    case TypeKind::kBoolean: message.mutable_boolean(); break;
    case TypeKind::kByte: message.mutable_byte(); break;
    case TypeKind::kShort: message.mutable_short_(); break;
    case TypeKind::kInteger: message.mutable_integer(); break;
    case TypeKind::kLong: message.mutable_long_(); break;
    case TypeKind::kFloat: message.mutable_float_(); break;
    case TypeKind::kDouble: message.mutable_double_(); break;
    case TypeKind::kDecimal:
      message.mutable_decimal()->set_precision(type.precision());
      message.mutable_decimal()->set_scale(type.scale());
      break;
    case TypeKind::kString: message.mutable_string()->set_collation(collationName(type.collation())); break;
    case TypeKind::kChar: message.mutable_char_()->set_length(type.length()); break;
    case TypeKind::kVarchar: message.mutable_var_char()->set_length(type.length()); break;
    case TypeKind::kBinary: message.mutable_binary(); break;
    case TypeKind::kDate: message.mutable_date(); break;
    case TypeKind::kTimestamp: message.mutable_timestamp(); break;
    case TypeKind::kTimestampNtz: message.mutable_timestamp_ntz(); break;
    case TypeKind::kTime: message.mutable_time()->set_precision(type.precision()); break;
    case TypeKind::kCalendarInterval: message.mutable_calendar_interval(); break;
    case TypeKind::kYearMonthInterval:
      message.mutable_year_month_interval()->set_start_field(static_cast<int>(type.startField()));
      message.mutable_year_month_interval()->set_end_field(static_cast<int>(type.endField()));
      break;
    case TypeKind::kDayTimeInterval:
      message.mutable_day_time_interval()->set_start_field(static_cast<int>(type.startField()) - static_cast<int>(IntervalField::kDay));
      message.mutable_day_time_interval()->set_end_field(static_cast<int>(type.endField()) - static_cast<int>(IntervalField::kDay));
      break;
    case TypeKind::kArray:
      encodeType(type.elementType(), *message.mutable_array()->mutable_element_type());
      message.mutable_array()->set_contains_null(type.containsNull());
      break;
    case TypeKind::kMap:
      encodeType(type.keyType(), *message.mutable_map()->mutable_key_type());
      encodeType(type.valueType(), *message.mutable_map()->mutable_value_type());
      message.mutable_map()->set_value_contains_null(type.valueContainsNull());
      break;
    case TypeKind::kStruct: {
      auto* made = message.mutable_struct_();
      for (const StructField& field : type.fields()) {
        auto* member = made->add_fields();
        member->set_name(field.name);
        encodeType(field.type, *member->mutable_data_type());
        member->set_nullable(field.nullable);
        if (!field.metadata.empty() && field.metadata != "{}") member->set_metadata(field.metadata);
      }
      break;
    }
    case TypeKind::kVariant: message.mutable_variant(); break;
    case TypeKind::kUserDefined: {
      auto* udt = message.mutable_udt();
      udt->set_type("udt");
      const std::string& json = type.userDefinedJson();
      if (std::string name = jsonMember(json, "class"); !name.empty()) udt->set_jvm_class(std::move(name));
      if (std::string name = jsonMember(json, "pyClass"); !name.empty()) udt->set_python_class(std::move(name));
      if (const std::string_view name = pythonClassOf(udt->jvm_class()); !name.empty()) udt->set_python_class(std::string(name));
      if (std::string pickled = jsonMember(json, "serializedClass"); !pickled.empty()) udt->set_serialized_python_class(std::move(pickled));
      encodeType(type.sqlType(), *udt->mutable_sql_type());
      break;
    }
    case TypeKind::kGeometry: message.mutable_geometry()->set_srid(type.srid()); break;
    case TypeKind::kGeography: message.mutable_geography()->set_srid(type.srid()); break;
  }
}

Result<DataType> parseSchemaText(const std::string& text) {
  const size_t start = text.find_first_not_of(" \t\r\n");
  if (start != std::string::npos && (text[start] == '{' || text[start] == '"')) return dataTypeFromJson(text);
  auto schema = parser::parseTableSchema(text);
  if (schema.isOk()) return schema;
  auto type = parser::parseDataType(text);
  if (!type.isOk()) return schema;
  if (type->is(TypeKind::kStruct)) return type;
  return DataType::structType({{"value", std::move(*type), true}});
}

}  // namespace flint::connect
