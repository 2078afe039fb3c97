#include "records/csv_inference.h"

#include <limits>
#include <map>

#include "records/datetime_pattern.h"
#include "records/text_value.h"
#include "types/datetime_parser.h"
#include "types/type_coercion.h"

namespace flint::records {
namespace {

bool isWholeNumber(std::string_view text) {
  size_t digits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] >= '0' && text[i] <= '9') {
      ++digits;
    } else if (i > 0 || (text[i] != '-' && text[i] != '+')) {
      return false;
    }
  }
  return digits > 0;
}

// "yyyy-MM-dd" and no other form of a date.
bool isIsoDate(std::string_view text) { return text.size() == 10 && text[4] == '-' && text[7] == '-' && parseDate(text).has_value(); }

bool isBoolean(std::string_view text) {
  const auto is = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < word.size(); ++i) {
      if ((text[i] | 0x20) != word[i]) return false;
    }
    return true;
  };
  return is("true") || is("false");
}

DataType typeOf(std::string_view text, const CsvInferenceOptions& options) {
  if (isWholeNumber(text)) {
    int64_t value = 0;
    if (parseJavaLong(text, value)) {
      const bool fits = value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max();
      return fits ? DataType::integer() : DataType::bigint();
    }
    std::string_view digits = text;
    while (!digits.empty() && (digits.front() == '-' || digits.front() == '+' || digits.front() == '0')) digits.remove_prefix(1);
    if (digits.size() <= 38) return DataType::decimal(static_cast<int>(digits.size()), 0);
  }
  const TextValueOptions& values = options.text;
  double number = 0;
  if (parseJavaDouble(text, number) || text == values.nanValue || text == values.positiveInfinity || text == values.negativeInfinity) {
    return DataType::float64();
  }
  const bool isDate = values.dateFormat.empty() ? isIsoDate(text) : parseDateWithPattern(text, values.dateFormat).has_value();
  if (options.preferDate && isDate) return DataType::date();
  if (options.timestampIsNtz && values.timestampFormat.empty() && parseTimestampNtz(text).has_value()) return DataType::timestampNtz();
  const bool isTimestamp = values.timestampFormat.empty() ? parseTimestamp(text, *values.zone).has_value()
                                                          : parseTimestampWithPattern(text, values.timestampFormat, values.zone).has_value();
  if (isTimestamp) return DataType::timestamp();
  if (isBoolean(text)) return DataType::boolean();
  return DataType::string();
}

DataType widerOf(const DataType& a, const DataType& b) {
  if (a == b || b.is(TypeKind::kNull)) return a;
  if (a.is(TypeKind::kNull)) return b;
  const bool timeA = a.isDatetime();
  const bool timeB = b.isDatetime();
  if (timeA && timeB) return a.is(TypeKind::kDate) ? b : b.is(TypeKind::kDate) ? a : DataType::timestamp();
  if (!a.isNumeric() || !b.isNumeric()) return DataType::string();
  if (a.is(TypeKind::kDouble) || b.is(TypeKind::kDouble)) return DataType::float64();
  if (a.is(TypeKind::kDecimal) || b.is(TypeKind::kDecimal)) {
    const DataType wide = widerDecimal(decimalForType(a), decimalForType(b));
    return wide.precision() > 38 ? DataType::float64() : wide;
  }
  return DataType::bigint();
}

}  // namespace

DataType inferCsvType(const DataType& soFar, std::string_view text, const CsvInferenceOptions& options) {
  if (soFar.is(TypeKind::kString)) return soFar;
  return widerOf(soFar, typeOf(text, options));
}

std::vector<std::string> csvColumnNames(const std::vector<std::string>& header, bool caseSensitive) {
  const auto folded = [&](const std::string& name) {
    std::string out = name;
    for (char& c : out) {
      if (!caseSensitive && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    }
    return out;
  };
  std::map<std::string, int> counts;
  for (const std::string& name : header) ++counts[folded(name)];
  std::vector<std::string> names;
  for (size_t i = 0; i < header.size(); ++i) {
    if (header[i].empty()) {
      names.push_back("_c" + std::to_string(i));
    } else {
      names.push_back(counts[folded(header[i])] > 1 ? header[i] + std::to_string(i) : header[i]);
    }
  }
  return names;
}

}  // namespace flint::records
