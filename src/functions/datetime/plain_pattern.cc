#include "functions/datetime/plain_pattern.h"

#include "types/calendar.h"

namespace flint::functions {

bool PlainPattern::take(std::string_view pattern) {
  if (pattern == known_ && !known_.empty()) return plain_;
  known_ = pattern;
  parts_.clear();
  plain_ = !pattern.empty();
  for (size_t i = 0; i < pattern.size() && plain_;) {
    const char c = pattern[i];
    const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (!isLetter) {
      plain_ = c == '-' || c == '/' || c == ':' || c == '.' || c == ' ' || c == ',' || c == '_';
      parts_.push_back({0, c});
      ++i;
      continue;
    }
    size_t count = 1;
    while (i + count < pattern.size() && pattern[i + count] == c) ++count;
    plain_ = c == 'y' ? count == 4 : count == 2 && std::string_view("MdHms").find(c) != std::string_view::npos;
    parts_.push_back({c, 0});
    i += count;
  }
  return plain_;
}

bool PlainPattern::write(int64_t localMicros, std::string& out) const {
  const int64_t days = floorDivide(localMicros, kMicrosPerDay);
  const auto second = static_cast<int32_t>((localMicros - days * kMicrosPerDay) / kMicrosPerSecond);
  const CivilDate date = civilFromDays(days);
  if (date.year < 0 || date.year > 9'999) return false;
  out.resize(4 * parts_.size());
  char* at = out.data();
  const auto two = [&](int32_t number) {
    *at++ = static_cast<char>('0' + number / 10);
    *at++ = static_cast<char>('0' + number % 10);
  };
  for (const Part& part : parts_) {
    switch (part.field) {
      case 'y':
        two(static_cast<int32_t>(date.year / 100));
        two(static_cast<int32_t>(date.year % 100));
        break;
      case 'M': two(date.month); break;
      case 'd': two(date.day); break;
      case 'H': two(second / 3'600); break;
      case 'm': two(second / 60 % 60); break;
      case 's': two(second % 60); break;
      default: *at++ = part.sign; break;
    }
  }
  out.resize(static_cast<size_t>(at - out.data()));
  return true;
}

}  // namespace flint::functions
