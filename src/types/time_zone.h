#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flint {
inline namespace types {

/// Rules of one time zone: a region of the system's time zone data ("America/Los_Angeles"), or a fixed offset ("+01:00", "UTC").
///
/// Shape: instants are microseconds since the epoch; local times are microseconds on the zone's clock, as if it were UTC.
/// Threads: immutable; `find` is thread-safe. Zones live as long as the process.
class TimeZone {
 public:
  /// The zone of this id, in any form that Java's ZoneId takes; null for an unknown one.
  static const TimeZone* find(std::string_view id);
  static const TimeZone& utc();

  const std::string& id() const { return id_; }
  bool isFixed() const { return starts_.empty() && !hasRule_; }
  /// Seconds to add to UTC at an instant given in seconds.
  int32_t offsetAt(int64_t epochSeconds) const;
  int64_t toLocal(int64_t micros) const;
  /// The instant of a local time. In a gap the time is moved on by the gap's length; in an overlap the earlier offset counts.
  int64_t toUtc(int64_t localMicros) const;
  /// "PST" and the like at an instant; the offset for zones without names.
  std::string abbreviationAt(int64_t epochSeconds) const;

 private:
  // One change of a POSIX TZ rule: "M3.2.0/2".
  struct RuleDay {
    enum class Form : uint8_t { kMonthWeekDay, kJulian, kZeroBased };
    Form form = Form::kMonthWeekDay;
    int32_t month = 1;
    int32_t week = 1;
    int32_t day = 0;
    int32_t time = 7'200;  // seconds after midnight, on the clock before the change
  };

  explicit TimeZone(std::string id) : id_(std::move(id)) {}
  static const TimeZone* load(std::string_view id);
  bool parseFile(std::string_view bytes);
  bool parseRule(std::string_view text);
  static bool parseRuleDay(std::string_view& text, RuleDay& day);
  static int64_t secondsOf(const RuleDay& day, int64_t year);
  int32_t ruleOffsetAt(int64_t epochSeconds, bool& isDaylight) const;

  std::string id_;
  int32_t firstOffset_ = 0;
  std::string firstName_;
  std::vector<int64_t> starts_;    // seconds; each begins a period
  std::vector<int32_t> offsets_;
  std::vector<std::string> names_;
  bool hasRule_ = false;           // what holds after the last start
  bool ruleHasDaylight_ = false;
  int32_t standardOffset_ = 0;
  int32_t daylightOffset_ = 0;
  std::string standardName_;
  std::string daylightName_;
  RuleDay daylightBegin_;
  RuleDay daylightEnd_;
};

}  // namespace types
}  // namespace flint
