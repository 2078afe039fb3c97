#pragma once

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace flint::sql {

class Row;

/// A DECIMAL, with all its digits.
struct Decimal {
  std::string text;  // "-12.50"
  bool operator==(const Decimal&) const = default;
};

using Date = std::chrono::sys_days;
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;
using TimestampNtz = std::chrono::local_time<std::chrono::microseconds>;

/// One value of any type of Spark's.
///
/// BOOLEAN is bool; BYTE to BIGINT int64_t; FLOAT and DOUBLE double; DECIMAL Decimal; STRING and BINARY std::string; DATE, TIMESTAMP and TIMESTAMP_NTZ
/// as named above; ARRAY Array; MAP Map, in its own order; STRUCT Row. Intervals, TIME and VARIANT are the text that `show` prints.
/// Threads: immutable but for assignment.
class Value {
 public:
  using Array = std::vector<Value>;
  using Map = std::vector<std::pair<Value, Value>>;
  using Storage = std::variant<std::monostate, bool, int64_t, double, std::string, Decimal, Date, Timestamp, TimestampNtz,
                               std::shared_ptr<const Array>, std::shared_ptr<const Map>, std::shared_ptr<const Row>>;

  Value() = default;  // null
  Value(std::nullptr_t) {}
  template <class T>
    requires std::is_arithmetic_v<T>
  Value(T value) {
    if constexpr (std::is_same_v<T, bool>) storage_ = value;
    else if constexpr (std::is_integral_v<T>) storage_ = static_cast<int64_t>(value);
    else storage_ = static_cast<double>(value);
  }
  Value(const char* text) : storage_(std::string(text)) {}
  Value(std::string text) : storage_(std::move(text)) {}
  Value(std::string_view text) : storage_(std::string(text)) {}
  Value(Decimal value) : storage_(std::move(value)) {}
  Value(Date value) : storage_(value) {}
  Value(Timestamp value) : storage_(value) {}
  Value(TimestampNtz value) : storage_(value) {}
  Value(Array values) : storage_(std::make_shared<const Array>(std::move(values))) {}
  Value(Map entries) : storage_(std::make_shared<const Map>(std::move(entries))) {}
  Value(Row fields);

  bool isNull() const { return std::holds_alternative<std::monostate>(storage_); }
  const Storage& storage() const { return storage_; }
  /// The value as a T: bool, an integer that it fits in, float or double (of any number), Decimal, std::string (also of a Decimal), Date, Timestamp,
  /// TimestampNtz, Array, Map or Row. Errors: std::invalid_argument for a null and for any other T.
  template <class T>
  T as() const;
  /// As `show` prints it.
  std::string toString() const;

 private:
  Storage storage_;
};

/// The values of one row, and their names where they are known.
///
/// Threads: immutable.
class Row {
 public:
  using Names = std::shared_ptr<const std::vector<std::string>>;

  Row() = default;
  Row(std::initializer_list<Value> values) : values_(values) {}
  explicit Row(std::vector<Value> values, Names names = nullptr) : values_(std::move(values)), names_(std::move(names)) {}

  size_t size() const { return values_.size(); }
  const std::vector<Value>& values() const { return values_; }
  /// Errors: std::out_of_range.
  size_t fieldIndex(std::string_view name) const {
    for (size_t i = 0; names_ != nullptr && i < names_->size(); ++i) {
      if ((*names_)[i] == name) return i;
    }
    throw std::out_of_range("the row has no field " + std::string(name));
  }
  const Value& operator[](size_t index) const { return values_.at(index); }
  const Value& operator[](std::string_view name) const { return values_[fieldIndex(name)]; }
  bool isNull(size_t index) const { return values_.at(index).isNull(); }
  bool isNull(std::string_view name) const { return (*this)[name].isNull(); }
  /// Errors: as Value::as; std::out_of_range.
  template <class T>
  T get(size_t index) const {
    return values_.at(index).as<T>();
  }
  template <class T>
  T get(std::string_view name) const {
    return (*this)[name].template as<T>();
  }
  /// "[1, a, NULL]"
  std::string toString() const;

 private:
  std::vector<Value> values_;
  Names names_;
};

inline Value::Value(Row fields) : storage_(std::make_shared<const Row>(std::move(fields))) {}

template <class T>
T Value::as() const {
  if constexpr (std::is_same_v<T, bool>) {
    if (const auto* value = std::get_if<bool>(&storage_)) return *value;
  } else if constexpr (std::is_integral_v<T>) {
    if (const auto* value = std::get_if<int64_t>(&storage_); value != nullptr && std::in_range<T>(*value)) return static_cast<T>(*value);
  } else if constexpr (std::is_floating_point_v<T>) {
    if (const auto* value = std::get_if<double>(&storage_)) return static_cast<T>(*value);
    if (const auto* value = std::get_if<int64_t>(&storage_)) return static_cast<T>(*value);
    if (const auto* value = std::get_if<Decimal>(&storage_)) return static_cast<T>(std::stod(value->text));
  } else if constexpr (std::is_same_v<T, std::string>) {
    if (const auto* value = std::get_if<std::string>(&storage_)) return *value;
    if (const auto* value = std::get_if<Decimal>(&storage_)) return value->text;
  } else if constexpr (std::is_same_v<T, Array> || std::is_same_v<T, Map> || std::is_same_v<T, Row>) {
    if (const auto* value = std::get_if<std::shared_ptr<const T>>(&storage_)) return **value;
  } else {
    if (const auto* value = std::get_if<T>(&storage_)) return *value;
  }
  throw std::invalid_argument(isNull() ? "the value is null" : "the value " + toString() + " is not of the type asked for");
}

}  // namespace flint::sql
