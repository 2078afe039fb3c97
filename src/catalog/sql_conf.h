#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/config_entry.h"
#include "base/status.h"

namespace flint::catalog {

/// A public setting of Spark SQL.
struct SqlSetting {
  enum class Kind : uint8_t { kText, kBoolean, kInteger, kDouble, kBytes, kTime };
  std::string_view key;
  const char* defaultValue;  // null: none; "=other": the value of that key
  Kind kind;
  bool isStatic;
  std::string_view since;
};
std::span<const SqlSetting> sqlSettings();  // sorted by key
const SqlSetting* findSqlSetting(std::string_view key);

/// "64MB", "128m", "1024b", "10" → bytes; "2s", "500ms", "5min", "10" → milliseconds. Nothing for other text.
std::optional<int64_t> parseBytes(std::string_view text);
std::optional<int64_t> parseMilliseconds(std::string_view text, int64_t unitMs = 1000);

/// A session's settings: what was set, over what the server was started with, over the defaults.
///
/// Threads: thread-safe.
/// Source: keeps the behaviour of Spark's RuntimeConfig.
class SQLConf {
 public:
  SQLConf() = default;
  explicit SQLConf(const std::map<std::string, std::string>& serverSettings) : values_(serverSettings.begin(), serverSettings.end()) {}
  SQLConf(const SQLConf& other);
  SQLConf& operator=(const SQLConf&) = delete;

  /// Errors: CANNOT_MODIFY_STATIC_CONFIG, CANNOT_MODIFY_CONFIG, INVALID_CONF_VALUE.*
  Status set(std::string_view key, std::string_view value);
  /// Back to the server's value or the default. Errors: as `set`.
  Status unset(std::string_view key);
  void reset();
  /// The value in force. Errors: SQL_CONF_NOT_FOUND for a key that is neither set nor has a default.
  Result<std::string> get(std::string_view key) const;
  std::string get(std::string_view key, std::string_view otherwise) const;
  std::optional<std::string> find(std::string_view key) const;
  /// What was set here or when the server was started; sorted.
  std::map<std::string, std::string> getAll() const;
  bool contains(std::string_view key) const { return find(key).has_value(); }
  bool isModifiable(std::string_view key) const;

  bool getBoolean(std::string_view key, bool otherwise) const;
  int64_t getInteger(std::string_view key, int64_t otherwise) const;
  int64_t getBytes(std::string_view key, int64_t otherwise) const;
  int64_t getMilliseconds(std::string_view key, int64_t otherwise) const;
  double getDouble(std::string_view key, double otherwise) const;

  template <class T>
  T get(const ConfigEntry<T>& entry) const {
    if constexpr (std::is_same_v<T, bool>) {
      return getBoolean(entry.key, entry.defaultValue);
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<T>(getDouble(entry.key, entry.defaultValue));
    } else if constexpr (std::is_integral_v<T>) {
      if (entry.unit == "bytes") return static_cast<T>(getBytes(entry.key, entry.defaultValue));
      if (entry.unit == "ms") return static_cast<T>(getMilliseconds(entry.key, entry.defaultValue));
      return static_cast<T>(getInteger(entry.key, entry.defaultValue));
    } else {
      return T(get(entry.key, entry.defaultValue));
    }
  }

 private:
  std::optional<std::string> findLocked(std::string_view key, int depth) const;

  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, std::string, std::less<>> values_;    // of the server
  std::map<std::string, std::string, std::less<>> settings_;  // of this session
};

}  // namespace flint::catalog
