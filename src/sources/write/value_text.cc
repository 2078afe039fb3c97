#include "sources/write/value_text.h"

#include <fmt/core.h>

#include "types/calendar.h"
#include "types/interval_text.h"
#include "types/number_text.h"

namespace flint::sources {
namespace {

constexpr int64_t kMicrosPerSecond = 1'000'000;

// "2024-02-29T01:02:03.400": the fraction with three digits, six where three do not tell all.
std::string isoLocalText(int64_t micros) {
  const int64_t days = floorDivide(micros, 86'400 * kMicrosPerSecond);
  const int64_t ofDay = micros - days * 86'400 * kMicrosPerSecond;
  const int64_t seconds = ofDay / kMicrosPerSecond;
  const int64_t fraction = ofDay % kMicrosPerSecond;
  std::string out = fmt::format("{}T{:02}:{:02}:{:02}", dateText(days), seconds / 3600, seconds / 60 % 60, seconds % 60);
  if (fraction % 1000 == 0) {
    out += fmt::format(".{:03}", fraction / 1000);
  } else {
    out += fmt::format(".{:06}", fraction);
  }
  return out;
}

std::string offsetText(int32_t seconds) {
  if (seconds == 0) return "Z";
  const int32_t absolute = seconds < 0 ? -seconds : seconds;
  std::string out = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', absolute / 3600, absolute / 60 % 60);
  if (absolute % 60 != 0) out += fmt::format(":{:02}", absolute % 60);
  return out;
}

void appendTimestamp(std::string& out, int64_t micros, const TextStyle& style) {
  const int64_t local = style.zone->toLocal(micros);
  if (!style.isoTimestamps) {
    out += localTimestampText(local);
    return;
  }
  out += isoLocalText(local);
  out += offsetText(style.zone->offsetAt(floorDivide(micros, kMicrosPerSecond)));
}

int128_t decimalAt(const columnar::ColumnVector& flat, columnar::RowIndex row) {
  return flat.physicalType() == PhysicalType::kInt64 ? flat.values<int64_t>()[row] : flat.values<int128_t>()[row];
}

}  // namespace

void appendValueText(std::string& out, const columnar::ColumnVector& flat, columnar::RowIndex row, const TextStyle& style) {
  const DataType& type = flat.type();
  switch (type.kind()) {
    case TypeKind::kBoolean: out += flat.values<uint8_t>()[row] != 0 ? "true" : "false"; return;
    case TypeKind::kByte: out += fmt::format("{}", static_cast<int>(flat.values<int8_t>()[row])); return;
    case TypeKind::kShort: out += fmt::format("{}", flat.values<int16_t>()[row]); return;
    case TypeKind::kInteger: out += fmt::format("{}", flat.values<int32_t>()[row]); return;
    case TypeKind::kLong: out += fmt::format("{}", flat.values<int64_t>()[row]); return;
    case TypeKind::kFloat: out += floatText(flat.values<float>()[row]); return;
    case TypeKind::kDouble: out += doubleText(flat.values<double>()[row]); return;
    case TypeKind::kDecimal: out += decimalText(decimalAt(flat, row), type.scale()); return;
    case TypeKind::kDate: out += dateText(flat.values<int32_t>()[row]); return;
    case TypeKind::kTimestamp: appendTimestamp(out, flat.values<int64_t>()[row], style); return;
    case TypeKind::kTimestampNtz: {
      const int64_t micros = flat.values<int64_t>()[row];
      out += style.isoTimestamps ? isoLocalText(micros) : localTimestampText(micros);
      return;
    }
    case TypeKind::kTime: out += timeText(flat.values<int64_t>()[row]); return;
    case TypeKind::kYearMonthInterval:
      out += yearMonthIntervalText(flat.values<int32_t>()[row], type.startField(), type.endField());
      return;
    case TypeKind::kDayTimeInterval: out += dayTimeIntervalText(flat.values<int64_t>()[row], type.startField(), type.endField()); return;
    case TypeKind::kCalendarInterval: out += calendarIntervalText(flat.values<CalendarInterval>()[row]); return;
    default:
      if (flat.physicalType() == PhysicalType::kString) out += flat.values<columnar::StringView>()[row].view();
  }
}

}  // namespace flint::sources
