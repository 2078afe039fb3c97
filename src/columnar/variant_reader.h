#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "types/int128.h"
#include "types/time_zone.h"

namespace flint::columnar {

/// What a variant holds, whole numbers of all widths being one kind.
enum class VariantKind : uint8_t {
  kNull, kBoolean, kLong, kDouble, kDecimal, kString, kDate, kTimestamp, kTimestampNtz, kFloat, kBinary, kUuid, kObject, kArray,
  kMalformed,  // bytes that are no variant
};

/// Looks into one value of a variant, and from an object or array into its members.
///
/// Memory: views into the bytes given. Threads: immutable.
/// Errors: none; bytes that are no variant have the kind kMalformed, and so have members that lie outside of the bytes or very many levels deep.
/// Source: the binary encoding of variants in the Parquet format's VariantEncoding page.
class VariantReader {
 public:
  struct DecimalValue {
    int128_t unscaled = 0;
    int precision = 1;
    int scale = 0;
  };

  VariantReader(std::string_view metadata, std::string_view value, int depth = 0) : metadata_(metadata), value_(value), depth_(depth) {}
  /// Of a whole variant as a column holds it.
  static VariantReader of(std::string_view bytes);

  VariantKind kind() const;
  bool asBoolean() const { return typeInfo() == 1; }
  /// Of kLong, kDate (days), kTimestamp and kTimestampNtz (microseconds).
  int64_t asLong() const;
  /// Of kDouble and kFloat.
  double asDouble() const;
  /// Without zeros at the end of the fraction; the precision is at least the scale.
  DecimalValue asDecimal() const;
  /// Of kString and kBinary.
  std::string_view asBytes() const;
  std::string asUuid() const;

  /// Members of an object or array; 0 for others. Those of an object are sorted by name.
  size_t size() const;
  VariantReader member(size_t index) const;
  std::string_view name(size_t index) const;
  std::optional<VariantReader> field(std::string_view name) const;

  /// Bytes of a well-formed value that is no object or array.
  size_t byteSize() const;
  std::string_view metadata() const { return metadata_; }
  std::string_view value() const { return value_; }
  /// Whether this and everything below it is well-formed.
  bool isValid() const;

 private:
  struct Container;
  int basicType() const { return value_[0] & 3; }
  int typeInfo() const { return static_cast<unsigned char>(value_[0]) >> 2; }
  std::optional<Container> container() const;

  std::string_view metadata_;
  std::string_view value_;
  int depth_ = 0;  // below the variant that reading began with
};

/// Appends the variant as JSON: object members sorted by name, dates and times as texts.
void appendVariantJson(const VariantReader& variant, const TimeZone& zone, std::string& out);
/// Appends the bytes in base 64, without quotes.
void appendBase64(std::string_view bytes, std::string& out);

}  // namespace flint::columnar
