#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>

namespace flint::sources {

/// Reads Thrift's compact protocol, in which Parquet writes its footers and page headers.
///
/// Errors: damaged or short bytes make `failed` true; from then on every read gives zeros and structs and lists end.
/// Memory: binaries are views into the input. Threads: confined to its owner.
class ThriftReader {
 public:
  explicit ThriftReader(std::span<const uint8_t> bytes) : at_(bytes.data()), begin_(bytes.data()), end_(bytes.data() + bytes.size()) {}

  bool failed() const { return failed_; }
  void fail() {
    failed_ = true;
    at_ = end_;
  }
  size_t position() const { return static_cast<size_t>(at_ - begin_); }

  /// Calls `visit(id)` for each field of a struct, which reads the field's value with one of the functions below or returns false to have it
  /// passed over.
  template <class Visit>
  void readStruct(Visit&& visit) {
    if (!enter(kStruct)) return;
    int32_t id = 0;
    while (true) {
      const uint8_t head = readByte();
      if (failed_ || head == 0) break;
      id = head >> 4 != 0 ? id + (head >> 4) : static_cast<int32_t>(readZigzag());
      type_ = head & 0xF;
      const uint8_t type = type_;
      if (!visit(id)) {
        type_ = type;
        skipValue();
      }
    }
    --depth_;
  }

  /// Calls `visit()` for each element of a list, which has to read it.
  template <class Visit>
  void readList(Visit&& visit) {
    if (!enter(kList)) return;
    const uint8_t head = readByte();
    uint64_t count = head >> 4;
    if (count == 15) count = readVarint();
    const uint8_t type = head & 0xF;
    if (count > static_cast<uint64_t>(end_ - at_)) fail();
    for (uint64_t i = 0; i < count && !failed_; ++i) {
      type_ = type;
      inList_ = true;
      visit();
      inList_ = false;
    }
    --depth_;
  }

  int64_t readInt() {
    if (type_ < kI8 || type_ > kI64) return failWith(0);
    return type_ == kI8 ? static_cast<int8_t>(readByte()) : readZigzag();
  }
  int32_t readInt32() {
    const int64_t value = readInt();
    return value == static_cast<int32_t>(value) ? static_cast<int32_t>(value) : static_cast<int32_t>(failWith(0));
  }
  bool readBool() {
    if (type_ != kTrue && type_ != kFalse) return failWith(0) != 0;
    if (inList_) return readByte() == kTrue;
    return type_ == kTrue;
  }
  std::string_view readBinary() {
    if (type_ != kBinary) failWith(0);
    const uint64_t size = readVarint();
    if (size > static_cast<uint64_t>(end_ - at_)) {
      fail();
      return {};
    }
    const auto* text = reinterpret_cast<const char*>(at_);
    at_ += size;
    return {text, size};
  }
  /// Says that the struct to read stands by itself, in no field.
  ThriftReader& topLevel() {
    type_ = kStruct;
    return *this;
  }

 private:
  static constexpr uint8_t kTrue = 1, kFalse = 2, kI8 = 3, kI16 = 4, kI32 = 5, kI64 = 6, kDouble = 7, kBinary = 8, kList = 9, kSet = 10,
                           kMap = 11, kStruct = 12, kUuid = 13;
  static constexpr int kMaxDepth = 32;

  int64_t failWith(int64_t value) {
    fail();
    return value;
  }
  bool enter(uint8_t type) {
    inList_ = false;
    if (failed_ || (type_ != type && !(type == kList && type_ == kSet)) || depth_ >= kMaxDepth) {
      fail();
      return false;
    }
    ++depth_;
    return true;
  }
  uint8_t readByte() {
    if (at_ == end_) {
      fail();
      return 0;
    }
    return *at_++;
  }
  uint64_t readVarint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const uint8_t byte = readByte();
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    fail();
    return 0;
  }
  int64_t readZigzag() {
    const uint64_t value = readVarint();
    return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
  }
  void skipBytes(size_t count) {
    if (count > static_cast<size_t>(end_ - at_)) return fail();
    at_ += count;
  }
  void skipValue();

  const uint8_t* at_;
  const uint8_t* begin_;
  const uint8_t* end_;
  uint8_t type_ = kStruct;
  bool inList_ = false;
  bool failed_ = false;
  int depth_ = 0;
};

}  // namespace flint::sources
