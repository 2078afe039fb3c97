#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

namespace flint::expr {

/// Whether the built-in function of that name (lower case) may give the time at which its query started: two runs of the same plan differ by it.
inline bool readsQueryTime(std::string_view name) {
  static constexpr std::string_view kNames[] = {"current_date", "curdate", "current_timestamp", "now", "localtimestamp", "current_time", "unix_timestamp", "to_unix_timestamp"};
  return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

}  // namespace flint::expr
