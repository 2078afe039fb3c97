#include "types/time_zone.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <memory>
#include <mutex>
#include <unordered_map>

#include "types/calendar.h"

namespace flint {
inline namespace types {
namespace {

constexpr int32_t kLongestOffset = 18 * 3'600;

int64_t readBigEndian(const char* at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(at[i]);
  return bytes == 4 ? static_cast<int32_t>(static_cast<uint32_t>(value)) : static_cast<int64_t>(value);
}

bool readFile(const std::string& path, std::string& bytes) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  char buffer[4096];
  size_t count;
  while ((count = std::fread(buffer, 1, sizeof(buffer), file)) > 0) bytes.append(buffer, count);
  std::fclose(file);
  return true;
}

bool readNumber(std::string_view& text, int32_t& number) {
  size_t digits = 0;
  number = 0;
  while (digits < text.size() && digits < 6 && std::isdigit(static_cast<unsigned char>(text[digits])) != 0) number = number * 10 + (text[digits++] - '0');
  text.remove_prefix(digits);
  return digits > 0;
}

// hh[:mm[:ss]] with a sign, as POSIX writes times and offsets.
bool readTime(std::string_view& text, int32_t& seconds) {
  int32_t sign = 1;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    sign = text[0] == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  int32_t part = 0;
  if (!readNumber(text, part)) return false;
  seconds = part * 3'600;
  for (int32_t unit = 60; unit >= 1 && !text.empty() && text[0] == ':'; unit /= 60) {
    text.remove_prefix(1);
    if (!readNumber(text, part)) return false;
    seconds += part * unit;
  }
  seconds *= sign;
  return true;
}

bool readName(std::string_view& text, std::string& name) {
  size_t length = 0;
  if (!text.empty() && text[0] == '<') {
    const size_t close = text.find('>');
    if (close == std::string_view::npos) return false;
    name = text.substr(1, close - 1);
    text.remove_prefix(close + 1);
    return true;
  }
  while (length < text.size() && std::isalpha(static_cast<unsigned char>(text[length])) != 0) ++length;
  name = text.substr(0, length);
  text.remove_prefix(length);
  return length >= 3;
}

// Java's offset forms behind the sign: h, hh, hh:mm, h:mm, hhmm, hh:mm:ss, hhmmss.
bool parseOffset(std::string_view text, int32_t& seconds) {
  if (text.size() < 2 || (text[0] != '+' && text[0] != '-')) return false;
  const int32_t sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int32_t parts[3] = {0, 0, 0};
  int count = 0;
  if (text.find(':') != std::string_view::npos) {
    while (count < 3) {
      const std::string_view before = text;
      if (!readNumber(text, parts[count]) || before.size() - text.size() > 2) return false;
      ++count;
      if (text.empty()) break;
      if (text[0] != ':') return false;
      text.remove_prefix(1);
    }
    if (!text.empty()) return false;
  } else {
    if (text.size() > 2 && text.size() % 2 != 0) return false;
    while (!text.empty() && count < 3) {
      std::string_view pair = text.substr(0, 2);
      text.remove_prefix(pair.size());
      if (!readNumber(pair, parts[count++]) || !pair.empty()) return false;
    }
    if (!text.empty()) return false;
  }
  if (parts[1] > 59 || parts[2] > 59) return false;
  seconds = sign * (parts[0] * 3'600 + parts[1] * 60 + parts[2]);
  return seconds >= -kLongestOffset && seconds <= kLongestOffset;
}

std::string offsetText(int32_t seconds) {
  const int32_t absolute = seconds < 0 ? -seconds : seconds;
  if (seconds == 0) return "Z";
  std::string out = fmt::format("{}{:02}:{:02}", seconds < 0 ? '-' : '+', absolute / 3'600, absolute / 60 % 60);
  if (absolute % 60 != 0) out += fmt::format(":{:02}", absolute % 60);
  return out;
}

// Java's short ids that stand for a region.
constexpr std::pair<std::string_view, std::string_view> kShortIds[] = {
    {"ACT", "Australia/Darwin"}, {"AET", "Australia/Sydney"}, {"AGT", "America/Argentina/Buenos_Aires"}, {"ART", "Africa/Cairo"},
    {"AST", "America/Anchorage"}, {"BET", "America/Sao_Paulo"}, {"BST", "Asia/Dhaka"}, {"CAT", "Africa/Harare"},
    {"CNT", "America/St_Johns"}, {"CST", "America/Chicago"}, {"CTT", "Asia/Shanghai"}, {"EAT", "Africa/Addis_Ababa"},
    {"ECT", "Europe/Paris"}, {"IET", "America/Indiana/Indianapolis"}, {"IST", "Asia/Kolkata"}, {"JST", "Asia/Tokyo"},
    {"MIT", "Pacific/Apia"}, {"NET", "Asia/Yerevan"}, {"NST", "Pacific/Auckland"}, {"PLT", "Asia/Karachi"},
    {"PNT", "America/Phoenix"}, {"PRT", "America/Puerto_Rico"}, {"PST", "America/Los_Angeles"}, {"SST", "Pacific/Guadalcanal"},
    {"VST", "Asia/Ho_Chi_Minh"}, {"EST", "-05:00"}, {"MST", "-07:00"}, {"HST", "-10:00"},
};

}  // namespace

const TimeZone& TimeZone::utc() {
  static const TimeZone zone("UTC");
  return zone;
}

const TimeZone* TimeZone::find(std::string_view id) {
  static std::mutex mutex;
  static std::unordered_map<std::string, std::unique_ptr<const TimeZone>> zones;
  if (id == "UTC") return &utc();
  const std::lock_guard lock(mutex);
  const auto [entry, isNew] = zones.try_emplace(std::string(id));
  if (isNew) entry->second.reset(load(id));
  return entry->second.get();
}

const TimeZone* TimeZone::load(std::string_view id) {
  for (const auto& [shortId, meaning] : kShortIds) {
    if (id == shortId) {
      const TimeZone* zone = load(meaning);
      return zone;
    }
  }
  auto zone = std::unique_ptr<TimeZone>(new TimeZone(std::string(id)));
  if (id == "Z" || id == "UTC" || id == "GMT" || id == "UT") return zone.release();
  std::string_view offset = id;
  for (const std::string_view prefix : {"UTC", "GMT", "UT"}) {
    if (offset.starts_with(prefix)) {
      offset.remove_prefix(prefix.size());
      break;
    }
  }
  if (!offset.empty() && (offset[0] == '+' || offset[0] == '-')) {
    int32_t seconds = 0;
    if (!parseOffset(offset, seconds)) return nullptr;
    zone->firstOffset_ = seconds;
    return zone.release();
  }
  for (const char c : id) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '/' && c != '_' && c != '-' && c != '+') return nullptr;
  }
  std::string bytes;
  if (id.empty() || id[0] == '/' || !readFile("/usr/share/zoneinfo/" + std::string(id), bytes) || !zone->parseFile(bytes)) return nullptr;
  return zone.release();
}

bool TimeZone::parseFile(std::string_view bytes) {
  constexpr size_t kHeader = 44;
  const auto counts = [&](size_t at, int64_t (&out)[6]) {
    for (int i = 0; i < 6; ++i) out[i] = readBigEndian(bytes.data() + at + 20 + i * 4, 4);
  };
  if (bytes.size() < kHeader || bytes.substr(0, 4) != "TZif" || bytes[4] < '2') return false;
  int64_t n[6];  // UT flags, standard flags, leap seconds, transitions, types, characters
  counts(0, n);
  const size_t second = kHeader + static_cast<size_t>(n[3] * 5 + n[4] * 6 + n[5] + n[2] * 8 + n[1] + n[0]);
  if (bytes.size() < second + kHeader) return false;
  counts(second, n);
  const size_t times = second + kHeader;
  const size_t types = times + static_cast<size_t>(n[3] * 8);
  const size_t infos = types + static_cast<size_t>(n[3]);
  const size_t names = infos + static_cast<size_t>(n[4] * 6);
  const size_t footer = names + static_cast<size_t>(n[5] + n[2] * 12 + n[1] + n[0]);
  if (bytes.size() < footer || n[4] == 0) return false;
  const auto offsetOf = [&](int64_t type) { return static_cast<int32_t>(readBigEndian(bytes.data() + infos + type * 6, 4)); };
  const auto nameOf = [&](int64_t type) {
    const auto at = static_cast<unsigned char>(bytes[infos + static_cast<size_t>(type * 6 + 5)]);
    return std::string(bytes.data() + names + at);
  };
  firstOffset_ = offsetOf(0);
  firstName_ = nameOf(0);
  for (int64_t i = 0; i < n[3]; ++i) {
    const int64_t type = static_cast<unsigned char>(bytes[types + static_cast<size_t>(i)]);
    if (type >= n[4]) return false;
    starts_.push_back(readBigEndian(bytes.data() + times + i * 8, 8));
    offsets_.push_back(offsetOf(type));
    names_.push_back(nameOf(type));
  }
  std::string_view rule = bytes.substr(footer);
  if (rule.size() >= 2 && rule.front() == '\n') {
    rule = rule.substr(1, rule.find('\n', 1) - 1);
    if (!rule.empty()) hasRule_ = parseRule(rule);
    if (hasRule_ && !ruleHasDaylight_ && starts_.empty()) {
      // The clock has never been changed.
      hasRule_ = false;
      firstOffset_ = standardOffset_;
    }
  }
  return true;
}

bool TimeZone::parseRuleDay(std::string_view& text, RuleDay& day) {
  if (text.empty() || text[0] != ',') return false;
  text.remove_prefix(1);
  if (text.starts_with("M")) {
    text.remove_prefix(1);
    int32_t* const parts[] = {&day.month, &day.week, &day.day};
    for (int i = 0; i < 3; ++i) {
      if (i > 0) {
        if (text.empty() || text[0] != '.') return false;
        text.remove_prefix(1);
      }
      if (!readNumber(text, *parts[i])) return false;
    }
  } else {
    day.form = text.starts_with("J") ? RuleDay::Form::kJulian : RuleDay::Form::kZeroBased;
    if (text.starts_with("J")) text.remove_prefix(1);
    if (!readNumber(text, day.day)) return false;
  }
  if (!text.empty() && text[0] == '/') {
    text.remove_prefix(1);
    return readTime(text, day.time);
  }
  return true;
}

bool TimeZone::parseRule(std::string_view text) {
  int32_t west = 0;
  if (!readName(text, standardName_) || !readTime(text, west)) return false;
  standardOffset_ = -west;
  if (text.empty()) return true;
  if (!readName(text, daylightName_)) return false;
  daylightOffset_ = standardOffset_ + 3'600;
  if (!text.empty() && text[0] != ',') {
    if (!readTime(text, west)) return false;
    daylightOffset_ = -west;
  }
  if (!parseRuleDay(text, daylightBegin_) || !parseRuleDay(text, daylightEnd_)) return false;
  ruleHasDaylight_ = true;
  return true;
}

int64_t TimeZone::secondsOf(const RuleDay& day, int64_t year) {
  int64_t days = daysFromCivil(year, 1, 1);
  switch (day.form) {
    case RuleDay::Form::kMonthWeekDay: {
      const int64_t first = daysFromCivil(year, day.month, 1);
      int64_t of = first + floorModulo(day.day - isoDayOfWeek(first), 7) + (day.week - 1) * 7;
      if (of >= first + daysInMonth(year, day.month)) of -= 7;
      days = of;
      break;
    }
    case RuleDay::Form::kJulian: days += day.day - 1 + (isLeapYear(year) && day.day > 59 ? 1 : 0); break;
    case RuleDay::Form::kZeroBased: days += day.day; break;
  }
  return days * 86'400 + day.time;
}

int32_t TimeZone::ruleOffsetAt(int64_t epochSeconds, bool& isDaylight) const {
  isDaylight = false;
  if (!ruleHasDaylight_) return standardOffset_;
  const int64_t year = civilFromDays(floorDivide(epochSeconds + standardOffset_, 86'400)).year;
  const int64_t begin = secondsOf(daylightBegin_, year) - standardOffset_;
  const int64_t end = secondsOf(daylightEnd_, year) - daylightOffset_;
  isDaylight = begin < end ? epochSeconds >= begin && epochSeconds < end : epochSeconds >= begin || epochSeconds < end;
  return isDaylight ? daylightOffset_ : standardOffset_;
}

int32_t TimeZone::offsetAt(int64_t epochSeconds) const {
  if (isFixed()) return firstOffset_;
  if (hasRule_ && (starts_.empty() || epochSeconds >= starts_.back())) {
    bool isDaylight;
    return ruleOffsetAt(epochSeconds, isDaylight);
  }
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), epochSeconds);
  return next == starts_.begin() ? firstOffset_ : offsets_[static_cast<size_t>(next - starts_.begin() - 1)];
}

std::string TimeZone::abbreviationAt(int64_t epochSeconds) const {
  if (isFixed()) return !standardName_.empty() ? standardName_ : id_ == "UTC" || id_ == "GMT" ? id_ : offsetText(firstOffset_);
  if (hasRule_ && (starts_.empty() || epochSeconds >= starts_.back())) {
    bool isDaylight;
    ruleOffsetAt(epochSeconds, isDaylight);
    return isDaylight ? daylightName_ : standardName_;
  }
  const auto next = std::upper_bound(starts_.begin(), starts_.end(), epochSeconds);
  return next == starts_.begin() ? firstName_ : names_[static_cast<size_t>(next - starts_.begin() - 1)];
}

int64_t TimeZone::toLocal(int64_t micros) const {
  return micros + offsetAt(floorDivide(micros, kMicrosPerSecond)) * kMicrosPerSecond;
}

int64_t TimeZone::toUtc(int64_t localMicros) const {
  if (isFixed()) return localMicros - firstOffset_ * kMicrosPerSecond;
  const int64_t local = floorDivide(localMicros, kMicrosPerSecond);
  // No two changes lie within a day of each other that matter here: the offsets a day before and after are all there are.
  const int32_t before = offsetAt(local - 86'400);
  const int32_t after = offsetAt(local + 86'400);
  if (before == after || offsetAt(local - before) == before) return localMicros - before * kMicrosPerSecond;
  if (offsetAt(local - after) == after) return localMicros - after * kMicrosPerSecond;
  return localMicros - before * kMicrosPerSecond;  // a gap: the old offset moves the time on by the gap's length
}

}  // namespace types
}  // namespace flint
