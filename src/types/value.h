#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "base/byte_coding.h"
#include "types/data_type.h"
#include "types/int128.h"
#include "types/interval.h"

namespace flint {
inline namespace types {

/// One value of any type, without the type itself; what a literal holds.
///
/// Shape: null → monostate; boolean → bool; every other type of a kInt8 to kInt64 column, but decimals → int64_t;
/// decimal of any precision → int128_t (unscaled); float and double → double; kString columns → std::string;
/// calendar interval → CalendarInterval; array and struct → List; map → Map, in insertion order.
class Value {
 public:
  using List = std::vector<Value>;
  using Map = std::vector<std::pair<Value, Value>>;

  Value() = default;
  static Value null() { return {}; }
  static Value boolean(bool value) { return Value(Storage(value)); }
  static Value integer(int64_t value) { return Value(Storage(value)); }
  static Value decimal(int128_t unscaled) { return Value(Storage(unscaled)); }
  static Value floating(double value) { return Value(Storage(value)); }
  static Value string(std::string value) { return Value(Storage(std::move(value))); }
  static Value interval(CalendarInterval value) { return Value(Storage(value)); }
  static Value list(List values) { return Value(Storage(std::make_shared<const List>(std::move(values)))); }
  static Value map(Map entries) { return Value(Storage(std::make_shared<const Map>(std::move(entries)))); }

  bool isNull() const { return std::holds_alternative<std::monostate>(storage_); }
  bool asBoolean() const { return std::get<bool>(storage_); }
  int64_t asInteger() const { return std::get<int64_t>(storage_); }
  int128_t asDecimal() const { return std::get<int128_t>(storage_); }
  double asFloating() const { return std::get<double>(storage_); }
  const std::string& asString() const { return std::get<std::string>(storage_); }
  const CalendarInterval& asInterval() const { return std::get<CalendarInterval>(storage_); }
  const List& asList() const { return *std::get<std::shared_ptr<const List>>(storage_); }
  const Map& asMap() const { return *std::get<std::shared_ptr<const Map>>(storage_); }

  /// Equality of representation: NaN equals NaN, -0.0 differs from 0.0.
  bool operator==(const Value& other) const;
  uint64_t hash() const;

  void encode(ByteWriter& out) const;
  static Value decode(ByteReader& in);

 private:
  using Storage = std::variant<std::monostate, bool, int64_t, int128_t, double, std::string, CalendarInterval,
                               std::shared_ptr<const List>, std::shared_ptr<const Map>>;
  explicit Value(Storage storage) : storage_(std::move(storage)) {}
  Storage storage_;
};

}  // namespace types
}  // namespace flint
