#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/variant_reader.h"
#include "types/int128.h"

namespace flint::columnar {

/// Writes one variant, depth first: the members of an object or array before `finishObject` or `finishArray`, which closes it.
///
/// Threads: confined to its owner.
/// Source: the binary encoding of variants in the Parquet format's VariantEncoding page; whole numbers take the fewest bytes.
class VariantBuilder {
 public:
  struct Field {
    std::string_view name;  // must live until `finishObject`
    uint32_t id = 0;
    size_t offset = 0;      // from the object's start
  };

  void appendNull() { header(0, 0); }
  void appendBoolean(bool value) { header(0, value ? 1 : 2); }
  void appendLong(int64_t value);
  void appendDouble(double value);
  void appendFloat(float value);
  void appendDecimal(int128_t unscaled, int precision, int scale);
  void appendDate(int32_t days);
  void appendTimestamp(int64_t micros);
  void appendTimestampNtz(int64_t micros);
  void appendBinary(std::string_view bytes);
  void appendString(std::string_view text);

  /// A copy of another variant's value, its names added to this one's.
  void appendVariant(const VariantReader& variant);

  /// Bytes of values so far: where the next one starts.
  size_t position() const { return value_.size(); }
  uint32_t addName(std::string_view name);
  /// Makes what was written since `start` an object. False, for a name given twice, which `duplicate` then tells.
  bool finishObject(size_t start, std::vector<Field>& fields, std::string& duplicate);
  void finishArray(size_t start, const std::vector<size_t>& offsets);

  /// The whole variant as a column holds it; the builder starts again empty.
  std::string finish();

 private:
  void header(int basicType, int typeInfo) { value_ += static_cast<char>(typeInfo << 2 | basicType); }
  template <class T>
  void fixed(T value) {
    value_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }

  std::string value_;
  std::map<std::string, uint32_t, std::less<>> ids_;
  std::vector<std::string> names_;
};

}  // namespace flint::columnar
