#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace flint::columnar {

/// A string or binary value in a column: 16 bytes, inline up to 12 bytes, else a prefix and a pointer.
///
/// Memory: does not own what it points to; the vector that holds it does.
/// Invariant: unused inline bytes are zero, so equal short strings have equal bytes.
class StringView {
 public:
  static constexpr uint32_t kInlineSize = 12;

  StringView() : size_(0), prefix_{0, 0, 0, 0} { value_.pointer = nullptr; }
  StringView(const char* data, uint32_t size) : size_(size), prefix_{0, 0, 0, 0} {
    value_.pointer = nullptr;
    if (size <= kInlineSize) {
      if (size != 0) std::memcpy(prefix_, data, size);
    } else {
      std::memcpy(prefix_, data, 4);
      value_.pointer = data;
    }
  }
  explicit StringView(std::string_view text) : StringView(text.data(), static_cast<uint32_t>(text.size())) {}

  uint32_t size() const { return size_; }
  bool isInline() const { return size_ <= kInlineSize; }
  const char* data() const { return isInline() ? prefix_ : value_.pointer; }
  std::string_view view() const { return {data(), size_}; }
  operator std::string_view() const { return view(); }  // NOLINT: reads as the text it is
  std::string str() const { return std::string(view()); }

  bool operator==(const StringView& other) const {
    if (head() != other.head()) return false;  // size and prefix at once
    if (isInline()) return tail() == other.tail();
    return std::memcmp(value_.pointer + 4, other.value_.pointer + 4, size_ - 4) == 0;
  }
  /// Order of unsigned bytes, a prefix before its extensions.
  int compare(const StringView& other) const {
    const uint32_t a = prefixOrder();
    const uint32_t b = other.prefixOrder();
    if (a != b) return a < b ? -1 : 1;
    const uint32_t shared = size_ < other.size_ ? size_ : other.size_;
    if (shared > 4) {
      const int order = std::memcmp(data() + 4, other.data() + 4, shared - 4);
      if (order != 0) return order;
    }
    return size_ < other.size_ ? -1 : size_ > other.size_ ? 1 : 0;
  }
  bool operator<(const StringView& other) const { return compare(other) < 0; }

  /// The first 8 bytes (size and prefix) and the last 8 (rest or pointer) as words.
  uint64_t head() const {
    uint64_t word;
    std::memcpy(&word, this, 8);
    return word;
  }
  uint64_t tail() const {
    uint64_t word;
    std::memcpy(&word, reinterpret_cast<const char*>(this) + 8, 8);
    return word;
  }

 private:
  uint32_t prefixOrder() const {
    uint32_t word;
    std::memcpy(&word, prefix_, 4);
    return __builtin_bswap32(word);
  }

  uint32_t size_;
  char prefix_[4];
  union {
    char rest[8];
    const char* pointer;
  } value_;
};
static_assert(sizeof(StringView) == 16);

/// One value of an array or map column: a range of its children.
struct ListEntry {
  int32_t offset = 0;
  int32_t length = 0;
};

}  // namespace flint::columnar
