#include "catalog/sql_conf.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <vector>

#include "base/condition.h"
#include "catalog/redaction.h"
#include "types/time_zone.h"

namespace flint::catalog {
namespace {

using Kind = SqlSetting::Kind;

constexpr SqlSetting kSettings[] = {
#include "catalog/sql_settings.inc"
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

struct Unit {
  std::string_view name;
  int64_t factor;
};

// A number and a unit; a number alone has `unit`.
std::optional<int64_t> parseWithUnit(std::string_view text, std::span<const Unit> units, int64_t unit) {
  const std::string trimmed = lower(text);
  std::string_view rest = trimmed;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  while (!rest.empty() && rest.back() == ' ') rest.remove_suffix(1);
  int64_t number = 0;
  const auto parsed = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  if (parsed.ec != std::errc()) return std::nullopt;
  rest.remove_prefix(static_cast<size_t>(parsed.ptr - rest.data()));
  if (rest.empty()) return number * unit;
  for (const Unit& each : units) {
    if (rest == each.name) {
      int64_t product = 0;
      if (__builtin_mul_overflow(number, each.factor, &product)) return std::nullopt;
      return product;
    }
  }
  return std::nullopt;
}

std::optional<int64_t> parseInteger(std::string_view text) { return parseWithUnit(text, {}, 1); }

bool parseDouble(const std::string& text, double& value) {
  char* end = nullptr;
  value = std::strtod(text.c_str(), &end);
  return end != text.c_str() && *end == '\0';
}

const char* kindName(Kind kind) {
  switch (kind) {
    case Kind::kText: return "string";
    case Kind::kBoolean: return "boolean";
    case Kind::kInteger: return "int";
    case Kind::kDouble: return "double";
    case Kind::kBytes: return "bytes";
    case Kind::kTime: return "time";
  }
  return "string";
}

bool isValid(Kind kind, const std::string& value) {
  double number = 0;
  switch (kind) {
    case Kind::kText: return true;
    case Kind::kBoolean: return lower(value) == "true" || lower(value) == "false";
    case Kind::kInteger: return parseInteger(value).has_value();
    case Kind::kDouble: return parseDouble(value, number);
    case Kind::kBytes: return parseBytes(value).has_value();
    case Kind::kTime: return parseMilliseconds(value).has_value();
  }
  return true;
}

struct Options {
  std::string_view key;
  std::vector<std::string_view> values;  // upper case
};

// Settings whose value is one of a few words.
const std::array<Options, 5>& settingsWithOptions() {
  static const std::array<Options, 5> kOptions = {{
      {"spark.sql.storeAssignmentPolicy", {"ANSI", "LEGACY", "STRICT"}},
      {"spark.sql.sources.partitionOverwriteMode", {"STATIC", "DYNAMIC"}},
      {"spark.sql.mapKeyDedupPolicy", {"EXCEPTION", "LAST_WIN"}},
      {"spark.sql.timestampType", {"TIMESTAMP_LTZ", "TIMESTAMP_NTZ"}},
      {"spark.sql.legacy.timeParserPolicy", {"EXCEPTION", "LEGACY", "CORRECTED"}},
  }};
  return kOptions;
}

Status checkOptions(std::string_view key, const std::string& value) {
  for (const Options& options : settingsWithOptions()) {
    if (options.key != key) continue;
    std::string upper = value;
    for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    if (std::find(options.values.begin(), options.values.end(), upper) != options.values.end()) return Status::ok();
    std::string all;
    for (std::string_view each : options.values) all += (all.empty() ? "" : ", ") + std::string(each);
    return Error(condition::kInvalidConfValueOutOfRangeOfOptions)
        .with("confValue", Redaction::standard().shown(std::string(key), value)).with("confName", std::string(key)).with("confOptions", all).as(ErrorFamily::kIllegalArgument);
  }
  return Status::ok();
}

}  // namespace

std::span<const SqlSetting> sqlSettings() { return kSettings; }

const SqlSetting* findSqlSetting(std::string_view key) {
  const auto* found = std::lower_bound(std::begin(kSettings), std::end(kSettings), key,
                                       [](const SqlSetting& setting, std::string_view wanted) { return setting.key < wanted; });
  return found != std::end(kSettings) && found->key == key ? found : nullptr;
}

std::optional<int64_t> parseBytes(std::string_view text) {
  constexpr int64_t k = 1024;
  constexpr Unit kUnits[] = {{"b", 1}, {"k", k}, {"kb", k}, {"m", k * k}, {"mb", k * k}, {"g", k * k * k}, {"gb", k * k * k},
                             {"t", k * k * k * k}, {"tb", k * k * k * k}, {"p", k * k * k * k * k}, {"pb", k * k * k * k * k}};
  return parseWithUnit(text, kUnits, 1);
}

std::optional<int64_t> parseMilliseconds(std::string_view text, int64_t unitMs) {
  constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  return parseWithUnit(text, kUnits, unitMs);
}

SQLConf::SQLConf(const SQLConf& other) {
  const std::lock_guard lock(other.mutex_);
  values_ = other.values_;
  settings_ = other.settings_;
}

bool SQLConf::isModifiable(std::string_view key) const {
  const SqlSetting* setting = findSqlSetting(key);
  if (setting != nullptr) return !setting->isStatic;
  return key.starts_with("spark.sql.") && !key.starts_with("spark.sql.hive.metastore.");
}

Status SQLConf::set(std::string_view key, std::string_view value) {
  const SqlSetting* setting = findSqlSetting(key);
  if (setting != nullptr && setting->isStatic) return Error(condition::kCannotModifyStaticConfig).with("key", "\"" + std::string(key) + "\"").as(ErrorFamily::kAnalysis);
  const std::string text(value);
  if (setting != nullptr && !isValid(setting->kind, text)) {
    return Error(condition::kInvalidConfValueTypeMismatch)
        .with("confValue", Redaction::standard().shown(std::string(key), text)).with("confName", std::string(key)).with("confType", kindName(setting->kind)).as(ErrorFamily::kIllegalArgument);
  }
  RETURN_IF_ERROR(checkOptions(key, text));
  if (key == "spark.sql.session.timeZone" && TimeZone::find(text) == nullptr) {
    return Error(condition::kInvalidConfValueTimeZone).with("confValue", text).with("confName", std::string(key)).as(ErrorFamily::kIllegalArgument);
  }
  static constexpr std::string_view kPositive[] = {"spark.sql.shuffle.partitions", "spark.sql.sources.bucketing.maxBuckets"};
  if (std::find(std::begin(kPositive), std::end(kPositive), key) != std::end(kPositive) && parseInteger(text).value_or(1) <= 0) {
    return Error(condition::kInvalidConfValueRequirement)
        .with("confValue", text)
        .with("confName", std::string(key))
        .with("confRequirement", "The value of " + std::string(key) + " must be positive")
        .as(ErrorFamily::kIllegalArgument);
  }
  const std::lock_guard lock(mutex_);
  settings_[std::string(key)] = text;
  return Status::ok();
}

Status SQLConf::unset(std::string_view key) {
  const SqlSetting* setting = findSqlSetting(key);
  if (setting != nullptr && setting->isStatic) return Error(condition::kCannotModifyStaticConfig).with("key", "\"" + std::string(key) + "\"").as(ErrorFamily::kAnalysis);
  const std::lock_guard lock(mutex_);
  if (const auto found = settings_.find(key); found != settings_.end()) settings_.erase(found);
  return Status::ok();
}

void SQLConf::reset() {
  const std::lock_guard lock(mutex_);
  settings_.clear();
}

std::optional<std::string> SQLConf::findLocked(std::string_view key, int depth) const {
  if (const auto found = settings_.find(key); found != settings_.end()) return found->second;
  if (const auto found = values_.find(key); found != values_.end()) return found->second;
  const SqlSetting* setting = findSqlSetting(key);
  if (setting == nullptr || setting->defaultValue == nullptr) return std::nullopt;
  if (setting->defaultValue[0] == '=' && depth < 4) return findLocked(setting->defaultValue + 1, depth + 1);
  return std::string(setting->defaultValue);
}

std::optional<std::string> SQLConf::find(std::string_view key) const {
  const std::lock_guard lock(mutex_);
  return findLocked(key, 0);
}

Result<std::string> SQLConf::get(std::string_view key) const {
  if (auto value = find(key)) return *value;
  return Error(condition::kSqlConfNotFound).with("sqlConf", "\"" + std::string(key) + "\"").as(ErrorFamily::kNoSuchElement);
}

std::string SQLConf::get(std::string_view key, std::string_view otherwise) const { return find(key).value_or(std::string(otherwise)); }

std::map<std::string, std::string> SQLConf::getAll() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, std::string> all(values_.begin(), values_.end());
  for (const auto& [key, value] : settings_) all[key] = value;
  return all;
}

bool SQLConf::getBoolean(std::string_view key, bool otherwise) const {
  const auto value = find(key);
  return value.has_value() ? lower(*value) == "true" : otherwise;
}
int64_t SQLConf::getInteger(std::string_view key, int64_t otherwise) const {
  const auto value = find(key);
  return value.has_value() ? parseInteger(*value).value_or(otherwise) : otherwise;
}
int64_t SQLConf::getBytes(std::string_view key, int64_t otherwise) const {
  const auto value = find(key);
  return value.has_value() ? parseBytes(*value).value_or(otherwise) : otherwise;
}
int64_t SQLConf::getMilliseconds(std::string_view key, int64_t otherwise) const {
  const auto value = find(key);
  return value.has_value() ? parseMilliseconds(*value).value_or(otherwise) : otherwise;
}
double SQLConf::getDouble(std::string_view key, double otherwise) const {
  const auto value = find(key);
  double number = otherwise;
  return value.has_value() && parseDouble(*value, number) ? number : otherwise;
}

}  // namespace flint::catalog
