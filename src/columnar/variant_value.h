#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace flint::columnar {

/// A variant in a column: its metadata (the dictionary of field names) and right behind it its value, in one string.
///
/// Source: the binary encoding of variants in the Parquet format's VariantEncoding page.
struct VariantValue {
  std::string_view metadata;
  std::string_view value;

  /// Nothing where `bytes` do not start with well-formed metadata.
  static std::optional<VariantValue> split(std::string_view bytes);
};

inline std::optional<VariantValue> VariantValue::split(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  const size_t width = static_cast<size_t>(static_cast<unsigned char>(bytes[0]) >> 6) + 1;
  const auto number = [&](size_t at) -> std::optional<size_t> {
    if (at + width > bytes.size()) return std::nullopt;
    uint64_t value = 0;
    std::memcpy(&value, bytes.data() + at, width);
    return static_cast<size_t>(value);
  };
  const auto names = number(1);
  if (!names) return std::nullopt;
  const auto textSize = number(1 + width + *names * width);
  if (!textSize) return std::nullopt;
  const size_t size = 1 + width * (*names + 2) + *textSize;
  if (size > bytes.size()) return std::nullopt;
  return VariantValue{bytes.substr(0, size), bytes.substr(size)};
}

}  // namespace flint::columnar
