#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint {
inline namespace base {

/// Appends values to bytes: integers as zigzag varints, fixed-width values little-endian, strings with their length.
class ByteWriter {
 public:
  void writeVarint(uint64_t value) {
    while (value >= 0x80) {
      bytes_.push_back(static_cast<char>(value | 0x80));
      value >>= 7;
    }
    bytes_.push_back(static_cast<char>(value));
  }
  void writeInt(int64_t value) { writeVarint((static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63)); }
  template <class T>
  void writeFixed(const T& value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(T));
  }
  void writeString(std::string_view text) {
    writeVarint(text.size());
    bytes_.append(text);
  }
  /// Room for `size` bytes that the caller fills before the next write.
  char* grow(size_t size) {
    const size_t at = bytes_.size();
    bytes_.resize(at + size);
    return bytes_.data() + at;
  }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what ByteWriter wrote. The first read past the end, or of a malformed value, makes `status` an error; later reads give zeros.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  uint64_t readVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position_ >= bytes_.size()) return fail();
      const auto byte = static_cast<unsigned char>(bytes_[position_++]);
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    return fail();
  }
  int64_t readInt() {
    const uint64_t value = readVarint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  template <class T>
  T readFixed() {
    T value{};
    if (bytes_.size() - position_ < sizeof(T)) {
      fail();
      return value;
    }
    std::memcpy(&value, bytes_.data() + position_, sizeof(T));
    position_ += sizeof(T);
    return value;
  }
  std::string_view readString() {
    const uint64_t length = readVarint();
    if (length > bytes_.size() - position_) {
      fail();
      return {};
    }
    position_ += length;
    return bytes_.substr(position_ - length, length);
  }
  /// The next `size` bytes as they are; fewer when it failed.
  std::string_view readBytes(size_t size) {
    if (size > bytes_.size() - position_) {
      fail();
      return {};
    }
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }
  /// A count of elements that each take at least one byte: never more than what is left.
  size_t readCount() {
    const uint64_t count = readVarint();
    return count > bytes_.size() - position_ ? fail() : count;
  }
  /// Makes every later read give zeros and `status` an error.
  uint64_t fail() {
    failed_ = true;
    position_ = bytes_.size();
    return 0;
  }
  bool failed() const { return failed_; }
  size_t remaining() const { return bytes_.size() - position_; }
  bool atEnd() const { return position_ == bytes_.size(); }
  Status status() const;

 private:
  std::string_view bytes_;
  size_t position_ = 0;
  bool failed_ = false;
};

}  // namespace base
}  // namespace flint
