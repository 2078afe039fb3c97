#include "records/record_options.h"

#include <strings.h>

#include <cstdlib>

namespace flint::records {

const std::string* RecordOptions::find(std::string_view key) const {
  const std::string* found = nullptr;
  for (const auto& [name, value] : entries_) {
    if (name.size() == key.size() && strncasecmp(name.data(), key.data(), key.size()) == 0) found = &value;
  }
  return found;
}

std::string RecordOptions::text(std::string_view key, std::string_view otherwise) const {
  const std::string* value = find(key);
  return value == nullptr ? std::string(otherwise) : *value;
}

bool RecordOptions::flag(std::string_view key, bool otherwise) const {
  const std::string* value = find(key);
  return value == nullptr ? otherwise : strcasecmp(value->c_str(), "true") == 0;
}

double RecordOptions::number(std::string_view key, double otherwise) const {
  const std::string* value = find(key);
  if (value == nullptr) return otherwise;
  char* end = nullptr;
  const double number = std::strtod(value->c_str(), &end);
  return end == value->c_str() ? otherwise : number;
}

ParseMode parseModeOf(const RecordOptions& options) {
  const std::string mode = options.text("mode", "PERMISSIVE");
  if (strcasecmp(mode.c_str(), "DROPMALFORMED") == 0) return ParseMode::kDropMalformed;
  return strcasecmp(mode.c_str(), "FAILFAST") == 0 ? ParseMode::kFailFast : ParseMode::kPermissive;
}

TextValueOptions textValueOptionsOf(const RecordOptions& options, const std::string& sessionTimeZone) {
  TextValueOptions values;
  values.nanValue = options.text("nanValue", "NaN");
  values.positiveInfinity = options.text("positiveInf", "Inf");
  values.negativeInfinity = options.text("negativeInf", "-Inf");
  values.dateFormat = options.text("dateFormat", "");
  values.timestampFormat = options.text("timestampFormat", "");
  values.timestampNtzFormat = options.text("timestampNTZFormat", "");
  if (const TimeZone* zone = TimeZone::find(options.text("timeZone", sessionTimeZone))) values.zone = zone;
  return values;
}

}  // namespace flint::records
