#pragma once

#include <cstdint>
#include <string_view>

namespace flint {
inline namespace base {

enum class ConfigScope : uint8_t {
  kSession,  // may be set at any time in a session
  kStatic,   // fixed when the server starts
};

/// Declares one setting: its key, default, unit and documentation. Reading happens through `SQLConf` (session) with the entry as the key.
///
/// Threads: immutable; entries are constants.
template <class T>
struct ConfigEntry {
  std::string_view key;
  T defaultValue;
  ConfigScope scope = ConfigScope::kSession;
  std::string_view unit = {};
  std::string_view doc = {};
  std::string_view since = {};
  bool (*check)(const T&) = nullptr;
};

}  // namespace base
}  // namespace flint
