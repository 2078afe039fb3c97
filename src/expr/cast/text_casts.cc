// Values to text.
#include <charconv>

#include "columnar/variant_reader.h"
#include "expr/cast/cast_kernels.h"
#include "types/calendar.h"
#include "types/interval_text.h"

namespace flint::expr {
namespace {

template <class T>
void appendInteger(T value, std::string& out) {
  char buffer[24];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof(buffer), value).ptr);
}

template <class From>
void castInteger(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<From>(args, [&](RowIndex row, From value) {
    char buffer[24];
    const char* end = std::to_chars(buffer, buffer + sizeof(buffer), value).ptr;
    out.set(row, {buffer, static_cast<size_t>(end - buffer)});
  });
}

void castBoolean(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<uint8_t>(args, [&](RowIndex row, uint8_t value) { out.set(row, value != 0 ? "true" : "false"); });
}

void castDate(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t days) {
    const CivilDate date = civilFromDays(days);
    if (date.year < 0 || date.year > 9999) {
      out.set(row, dateText(days));
      return;
    }
    const auto year = static_cast<int>(date.year);
    const char text[10] = {static_cast<char>('0' + year / 1000),     static_cast<char>('0' + year / 100 % 10),
                           static_cast<char>('0' + year / 10 % 10),  static_cast<char>('0' + year % 10),
                           '-',                                      static_cast<char>('0' + date.month / 10),
                           static_cast<char>('0' + date.month % 10), '-',
                           static_cast<char>('0' + date.day / 10),   static_cast<char>('0' + date.day % 10)};
    out.set(row, {text, sizeof(text)});
  });
}

// Through the general text of a value.
void castAny(const KernelArgs& args) {
  const TimeZone& zone = *args.data<CastData>().zone;
  auto out = args.result<StringView>();
  std::string text;
  for (const RowIndex row : args.activeRows()) {
    text.clear();
    appendValueText(*args.vector(0), row, zone, text);
    out.set(row, text);
  }
}

// The type of the values themselves: that of a user-defined type is the type it is stored as.
const DataType& storedType(const ColumnVector& vector) {
  return vector.type().is(TypeKind::kUserDefined) ? vector.type().sqlType() : vector.type();
}

void appendBinary(std::string_view bytes, std::string& out, const ValueTextStyle& style) {
  if (!style.hexBinary) {
    out += bytes;
    return;
  }
  static constexpr char kHex[] = "0123456789ABCDEF";
  out += '[';
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ' ';
    out += kHex[static_cast<unsigned char>(bytes[i]) >> 4];
    out += kHex[static_cast<unsigned char>(bytes[i]) & 15];
  }
  out += ']';
}

void appendNested(const ColumnVector& vector, RowIndex row, const TimeZone& zone, std::string& out, const ValueTextStyle& style) {
  const DataType& type = storedType(vector);
  if (type.is(TypeKind::kStruct)) {
    out += '{';
    for (size_t i = 0; i < vector.children().size(); ++i) {
      if (i > 0) out += ", ";
      appendValueText(*vector.children()[i], row, zone, out, style);
    }
    out += '}';
    return;
  }
  const columnar::ListEntry entry = vector.values<columnar::ListEntry>()[row];
  const bool isMap = type.is(TypeKind::kMap);
  out += isMap ? '{' : '[';
  for (int32_t i = 0; i < entry.length; ++i) {
    if (i > 0) out += ", ";
    appendValueText(*vector.children()[0], entry.offset + i, zone, out, style);
    if (!isMap) continue;
    out += " -> ";
    appendValueText(*vector.children()[1], entry.offset + i, zone, out, style);
  }
  out += isMap ? '}' : ']';
}

}  // namespace

void appendValueText(const ColumnVector& vector, RowIndex row, const TimeZone& zone, std::string& out, const ValueTextStyle& style) {
  if (vector.isNull(row)) {
    out += style.null;
    return;
  }
  if (!vector.isFlat()) return appendValueText(*vector.base(), vector.baseRow(row), zone, out, style);
  const DataType& type = storedType(vector);
  switch (type.kind()) {
    case TypeKind::kNull: out += style.null; break;
    case TypeKind::kBoolean: out += vector.values<uint8_t>()[row] != 0 ? "true" : "false"; break;
    case TypeKind::kByte: appendInteger(vector.values<int8_t>()[row], out); break;
    case TypeKind::kShort: appendInteger(vector.values<int16_t>()[row], out); break;
    case TypeKind::kInteger: appendInteger(vector.values<int32_t>()[row], out); break;
    case TypeKind::kLong: appendInteger(vector.values<int64_t>()[row], out); break;
    case TypeKind::kFloat: out += floatText(vector.values<float>()[row]); break;
    case TypeKind::kDouble: out += doubleText(vector.values<double>()[row]); break;
    case TypeKind::kDecimal:
      out += decimalText(vector.physicalType() == PhysicalType::kInt64 ? vector.values<int64_t>()[row] : vector.values<int128_t>()[row], type.scale());
      break;
    case TypeKind::kString:
    case TypeKind::kChar:
    case TypeKind::kVarchar:
    case TypeKind::kGeometry:
    case TypeKind::kGeography: out += vector.values<StringView>()[row].view(); break;
    case TypeKind::kBinary: appendBinary(vector.values<StringView>()[row].view(), out, style); break;
    case TypeKind::kVariant:
      columnar::appendVariantJson(columnar::VariantReader::of(vector.values<StringView>()[row].view()), zone, out);
      break;
    case TypeKind::kDate: out += dateText(vector.values<int32_t>()[row]); break;
    case TypeKind::kTimestamp: out += localTimestampText(zone.toLocal(vector.values<int64_t>()[row])); break;
    case TypeKind::kTimestampNtz: out += localTimestampText(vector.values<int64_t>()[row]); break;
    case TypeKind::kTime: out += timeText(vector.values<int64_t>()[row]); break;
    case TypeKind::kCalendarInterval: out += calendarIntervalText(vector.values<CalendarInterval>()[row]); break;
    case TypeKind::kYearMonthInterval:
      out += yearMonthIntervalText(vector.values<int32_t>()[row], type.startField(), type.endField());
      break;
    case TypeKind::kDayTimeInterval: out += dayTimeIntervalText(vector.values<int64_t>()[row], type.startField(), type.endField()); break;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kStruct:
    case TypeKind::kUserDefined: appendNested(vector, row, zone, out, style); break;
  }
}

Kernel findCastToString(const DataType& from) {
  switch (from.kind()) {
    case TypeKind::kBoolean: return castBoolean;
    case TypeKind::kByte: return castInteger<int8_t>;
    case TypeKind::kShort: return castInteger<int16_t>;
    case TypeKind::kInteger: return castInteger<int32_t>;
    case TypeKind::kLong: return castInteger<int64_t>;
    case TypeKind::kDate: return castDate;
    case TypeKind::kVariant: return nullptr;  // variants have a text form of their own
    default: return castAny;
  }
}

}  // namespace flint::expr
