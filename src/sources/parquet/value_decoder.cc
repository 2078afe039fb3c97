#include "sources/parquet/value_decoder.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <vector>

#include "columnar/string_view.h"
#include "sources/parquet/bit_unpack.h"
#include "sources/parquet/hybrid_decoder.h"

namespace flint::sources {
namespace {

using columnar::StringView;
using Bytes = std::span<const uint8_t>;

struct Int96 {
  uint8_t bytes[12];
};

template <class T>
class PlainDecoder final : public ValueDecoder {
 public:
  explicit PlainDecoder(Bytes page) : at_(page.data()), left_(page.size() / sizeof(T)) {}
  bool decode(int32_t count, void* out) override {
    const uint8_t* from = at_;
    if (!skip(count)) return false;
    if (count > 0) std::memcpy(out, from, static_cast<size_t>(count) * sizeof(T));  // an empty dictionary has no bytes to point to
    return true;
  }
  bool skip(int32_t count) override {
    if (static_cast<size_t>(count) > left_) return false;
    left_ -= static_cast<size_t>(count);
    at_ += static_cast<size_t>(count) * sizeof(T);
    return true;
  }

 private:
  const uint8_t* at_;
  size_t left_;
};

class PlainBooleanDecoder final : public ValueDecoder {
 public:
  explicit PlainBooleanDecoder(Bytes page) : page_(page) {}
  bool decode(int32_t count, void* out) override {
    if (static_cast<uint64_t>(at_) + static_cast<uint64_t>(count) > page_.size() * 8) return false;
    auto* to = static_cast<uint8_t*>(out);
    for (int32_t i = 0; i < count; ++i, ++at_) to[i] = page_[static_cast<size_t>(at_ >> 3)] >> (at_ & 7) & 1;
    return true;
  }
  bool skip(int32_t count) override {
    at_ += count;
    return static_cast<uint64_t>(at_) <= page_.size() * 8;
  }

 private:
  Bytes page_;
  int64_t at_ = 0;
};

class RleBooleanDecoder final : public ValueDecoder {
 public:
  explicit RleBooleanDecoder(Bytes page) : bits_(page, 1) {}
  bool decode(int32_t count, void* out) override {
    auto* to = static_cast<uint8_t*>(out);
    std::array<uint32_t, 256> chunk;
    while (count > 0) {
      const int32_t take = std::min<int32_t>(count, chunk.size());
      if (!bits_.decode(take, chunk.data())) return false;
      for (int32_t i = 0; i < take; ++i) *to++ = static_cast<uint8_t>(chunk[static_cast<size_t>(i)]);
      count -= take;
    }
    return true;
  }
  bool skip(int32_t count) override { return bits_.skip(count); }

 private:
  HybridDecoder bits_;
};

// A string in a page is its length and then its bytes: the first 16 bytes from the length on are already a StringView of up to 12 bytes,
// but for what comes behind the string, which has to become zero.
class PlainStringDecoder final : public ValueDecoder {
 public:
  explicit PlainStringDecoder(Bytes page) : at_(page.data()), end_(page.data() + page.size()) {}
  bool decode(int32_t count, void* out) override {
    static constexpr auto kMasks = [] {
      std::array<std::array<uint64_t, 2>, StringView::kInlineSize + 1> masks{};
      for (uint32_t size = 0; size <= StringView::kInlineSize; ++size) {
        const uint32_t low = std::min(size, 4U);
        masks[size][0] = low == 4 ? ~uint64_t{0} : (uint64_t{1} << (32 + 8 * low)) - 1;
        masks[size][1] = size <= 4 ? 0 : size == 12 ? ~uint64_t{0} : (uint64_t{1} << (8 * (size - 4))) - 1;
      }
      return masks;
    }();
    auto* to = static_cast<uint8_t*>(out);
    const uint8_t* at = at_;
    for (int32_t i = 0; i < count; ++i, to += sizeof(StringView)) {
      if (end_ - at < 4) return false;
      uint32_t size;
      std::memcpy(&size, at, 4);
      if (size > static_cast<uint64_t>(end_ - at - 4)) return false;
      uint64_t head;
      uint64_t tail;
      std::memcpy(&head, at, 8);
      std::memcpy(&tail, at + 8, 8);
      const auto& mask = kMasks[std::min(size, StringView::kInlineSize)];
      head &= mask[0];
      tail = size <= StringView::kInlineSize ? tail & mask[1] : reinterpret_cast<uint64_t>(at + 4);
      std::memcpy(to, &head, 8);
      std::memcpy(to + 8, &tail, 8);
      at += 4 + size;
    }
    at_ = at;
    return true;
  }
  bool skip(int32_t count) override {
    for (; count > 0; --count) {
      if (end_ - at_ < 4) return false;
      uint32_t size;
      std::memcpy(&size, at_, 4);
      if (size > static_cast<uint64_t>(end_ - at_ - 4)) return false;
      at_ += 4 + size;
    }
    return true;
  }

 private:
  const uint8_t* at_;
  const uint8_t* end_;
};

class PlainFixedDecoder final : public ValueDecoder {
 public:
  PlainFixedDecoder(Bytes page, size_t length, std::shared_ptr<const void> owner = nullptr)
      : at_(page.data()), left_(page.size() / length), length_(length), owner_(std::move(owner)) {}
  bool decode(int32_t count, void* out) override {
    if (static_cast<size_t>(count) > left_) return false;
    auto* to = static_cast<StringView*>(out);
    // The lengths of decimals: up to 9, 11, 14, 16 and 18 digits.
    switch (length_) {
      case 4: readAs<4>(count, to); break;
      case 5: readAs<5>(count, to); break;
      case 6: readAs<6>(count, to); break;
      case 7: readAs<7>(count, to); break;
      case 8: readAs<8>(count, to); break;
      default:
        for (int32_t i = 0; i < count; ++i, at_ += length_) to[i] = StringView(reinterpret_cast<const char*>(at_), static_cast<uint32_t>(length_));
    }
    left_ -= static_cast<size_t>(count);
    return true;
  }
  bool skip(int32_t count) override {
    if (static_cast<size_t>(count) > left_) return false;
    left_ -= static_cast<size_t>(count);
    at_ += static_cast<size_t>(count) * length_;
    return true;
  }
  std::shared_ptr<const void> owner() const override { return owner_; }

 private:
  // With a length that is known here, a value is copied without a call.
  template <size_t Length>
  void readAs(int32_t count, StringView* to) {
    for (int32_t i = 0; i < count; ++i, at_ += Length) to[i] = StringView(reinterpret_cast<const char*>(at_), static_cast<uint32_t>(Length));
  }

  const uint8_t* at_;
  size_t left_;
  const size_t length_;
  const std::shared_ptr<const void> owner_;
};

// Values that were all decoded when the page was opened: encodings whose values depend on each other.
template <class T>
class DecodedValues final : public ValueDecoder {
 public:
  explicit DecodedValues(std::vector<T> values, std::shared_ptr<const void> owner = nullptr) : values_(std::move(values)), owner_(std::move(owner)) {}
  bool decode(int32_t count, void* out) override {
    const size_t from = at_;
    if (!skip(count)) return false;
    std::copy_n(values_.begin() + static_cast<int64_t>(from), count, static_cast<T*>(out));
    return true;
  }
  bool skip(int32_t count) override {
    if (static_cast<size_t>(count) > values_.size() - at_) return false;
    at_ += static_cast<size_t>(count);
    return true;
  }
  std::shared_ptr<const void> owner() const override { return owner_; }

 private:
  const std::vector<T> values_;
  const std::shared_ptr<const void> owner_;
  size_t at_ = 0;
};

// Reads the whole of a DELTA_BINARY_PACKED stream and moves `page` behind it.
template <class T>
std::optional<std::vector<T>> readDeltas(Bytes& page, int32_t numValues) {
  using Unsigned = std::make_unsigned_t<T>;
  size_t at = 0;
  bool good = true;
  const auto varint = [&]() -> uint64_t {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= page.size()) break;
      const uint8_t byte = page[at++];
      value |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    good = false;
    return 0;
  };
  const auto zigzag = [&] {
    const uint64_t value = varint();
    return static_cast<Unsigned>((value >> 1) ^ (~(value & 1) + 1));
  };
  const uint64_t blockSize = varint();
  const uint64_t numMiniBlocks = varint();
  const uint64_t total = varint();
  auto value = zigzag();
  if (!good || total > static_cast<uint64_t>(numValues) || blockSize == 0 || blockSize % 128 != 0 || blockSize > (1U << 24) ||
      numMiniBlocks == 0 || blockSize % numMiniBlocks != 0 || blockSize / numMiniBlocks % 32 != 0) {
    return std::nullopt;
  }
  const uint64_t perMiniBlock = blockSize / numMiniBlocks;
  std::vector<T> values;
  values.reserve(total);
  if (total > 0) values.push_back(static_cast<T>(value));
  while (values.size() < total) {
    const auto minDelta = zigzag();
    if (!good || numMiniBlocks > page.size() - at) return std::nullopt;
    const Bytes widths = page.subspan(at, numMiniBlocks);
    at += numMiniBlocks;
    for (uint64_t block = 0; block < numMiniBlocks && values.size() < total; ++block) {
      const uint64_t width = widths[block];
      const uint64_t bytes = width * perMiniBlock / 8;
      const uint64_t count = std::min<uint64_t>(perMiniBlock, total - values.size());
      if (width > 8 * sizeof(T) || (count * width + 7) / 8 > page.size() - at) return std::nullopt;
      for (uint64_t i = 0; i < count; ++i) {
        value += minDelta + static_cast<Unsigned>(bitsAt(page.data() + at, i * width, static_cast<int>(width)));
        values.push_back(static_cast<T>(value));
      }
      at += std::min<uint64_t>(bytes, page.size() - at);
    }
  }
  page = page.subspan(at);
  return values;
}

std::unique_ptr<ValueDecoder> deltaLengthDecoder(Bytes page, int32_t numValues) {
  const auto lengths = readDeltas<int32_t>(page, numValues);
  if (!lengths.has_value()) return nullptr;
  std::vector<StringView> views;
  views.reserve(lengths->size());
  for (const int32_t length : *lengths) {
    if (length < 0 || static_cast<size_t>(length) > page.size()) return nullptr;
    views.emplace_back(reinterpret_cast<const char*>(page.data()), static_cast<uint32_t>(length));
    page = page.subspan(static_cast<size_t>(length));
  }
  return std::make_unique<DecodedValues<StringView>>(std::move(views));
}

std::unique_ptr<ValueDecoder> deltaStringDecoder(Bytes page, int32_t numValues) {
  constexpr uint64_t kLargest = uint64_t{1} << 31;
  const auto prefixes = readDeltas<int32_t>(page, numValues);
  if (!prefixes.has_value()) return nullptr;
  const auto suffixes = readDeltas<int32_t>(page, numValues);
  if (!suffixes.has_value() || suffixes->size() != prefixes->size()) return nullptr;
  uint64_t size = 0;
  for (size_t i = 0; i < prefixes->size(); ++i) {
    if ((*prefixes)[i] < 0 || (*suffixes)[i] < 0) return nullptr;
    size += static_cast<uint64_t>((*prefixes)[i]) + static_cast<uint64_t>((*suffixes)[i]);
    if (size > kLargest) return nullptr;
  }
  auto text = columnar::Buffer::allocate(size);
  auto* to = text->mutableAs<char>();
  const char* previous = to;
  size_t previousSize = 0;
  std::vector<StringView> views;
  views.reserve(prefixes->size());
  for (size_t i = 0; i < prefixes->size(); ++i) {
    const auto prefix = static_cast<size_t>((*prefixes)[i]);
    const auto suffix = static_cast<size_t>((*suffixes)[i]);
    if (prefix > previousSize || suffix > page.size()) return nullptr;
    std::memmove(to, previous, prefix);
    if (suffix > 0) std::memcpy(to + prefix, page.data(), suffix);
    page = page.subspan(suffix);
    views.emplace_back(to, static_cast<uint32_t>(prefix + suffix));
    previous = to;
    previousSize = prefix + suffix;
    to += previousSize;
  }
  return std::make_unique<DecodedValues<StringView>>(std::move(views), std::move(text));
}

// The first bytes of all values, then the second ones, and so on, brought together.
std::shared_ptr<columnar::Buffer> joinStreams(Bytes page, size_t width) {
  const size_t count = page.size() / width;
  auto joined = columnar::Buffer::allocate(count * width);
  uint8_t* to = joined->mutableData();
  for (size_t byte = 0; byte < width; ++byte) {
    const uint8_t* from = page.data() + byte * count;
    for (size_t i = 0; i < count; ++i) to[i * width + byte] = from[i];
  }
  return joined;
}

template <class T>
std::unique_ptr<ValueDecoder> splitDecoder(Bytes page) {
  const auto joined = joinStreams(page, sizeof(T));
  const size_t count = page.size() / sizeof(T);
  return std::make_unique<DecodedValues<T>>(std::vector<T>(joined->as<T>(), joined->as<T>() + count));
}

std::unique_ptr<ValueDecoder> plainDecoder(ParquetType type, int32_t typeLength, Bytes page) {
  switch (type) {
    case ParquetType::kBoolean: return std::make_unique<PlainBooleanDecoder>(page);
    case ParquetType::kInt32:
    case ParquetType::kFloat: return std::make_unique<PlainDecoder<int32_t>>(page);
    case ParquetType::kInt64:
    case ParquetType::kDouble: return std::make_unique<PlainDecoder<int64_t>>(page);
    case ParquetType::kInt96: return std::make_unique<PlainDecoder<Int96>>(page);
    case ParquetType::kByteArray: return std::make_unique<PlainStringDecoder>(page);
    case ParquetType::kFixedLenByteArray:
      if (typeLength <= 0) return nullptr;
      return std::make_unique<PlainFixedDecoder>(page, static_cast<size_t>(typeLength));
  }
  return nullptr;
}

}  // namespace

size_t nativeWidth(ParquetType type) {
  switch (type) {
    case ParquetType::kBoolean: return 1;
    case ParquetType::kInt32:
    case ParquetType::kFloat: return 4;
    case ParquetType::kInt64:
    case ParquetType::kDouble: return 8;
    case ParquetType::kInt96: return 12;
    case ParquetType::kByteArray:
    case ParquetType::kFixedLenByteArray: return sizeof(StringView);
  }
  return 0;
}

std::unique_ptr<ValueDecoder> makeValueDecoder(ParquetType type, int32_t typeLength, ParquetEncoding encoding, Bytes page, int32_t numValues) {
  switch (encoding) {
    case ParquetEncoding::kPlain: return plainDecoder(type, typeLength, page);
    case ParquetEncoding::kRle: {
      uint32_t size;
      if (type != ParquetType::kBoolean || page.size() < 4) return nullptr;
      std::memcpy(&size, page.data(), 4);
      if (size > page.size() - 4) return nullptr;
      return std::make_unique<RleBooleanDecoder>(page.subspan(4, size));
    }
    case ParquetEncoding::kDeltaBinaryPacked:
      if (type == ParquetType::kInt32) {
        auto values = readDeltas<int32_t>(page, numValues);
        return values.has_value() ? std::make_unique<DecodedValues<int32_t>>(std::move(*values)) : nullptr;
      }
      if (type == ParquetType::kInt64) {
        auto values = readDeltas<int64_t>(page, numValues);
        return values.has_value() ? std::make_unique<DecodedValues<int64_t>>(std::move(*values)) : nullptr;
      }
      return nullptr;
    case ParquetEncoding::kDeltaLengthByteArray: return type == ParquetType::kByteArray ? deltaLengthDecoder(page, numValues) : nullptr;
    case ParquetEncoding::kDeltaByteArray:
      return type == ParquetType::kByteArray || type == ParquetType::kFixedLenByteArray ? deltaStringDecoder(page, numValues) : nullptr;
    case ParquetEncoding::kByteStreamSplit:
      if (type == ParquetType::kInt32 || type == ParquetType::kFloat) return splitDecoder<int32_t>(page);
      if (type == ParquetType::kInt64 || type == ParquetType::kDouble) return splitDecoder<int64_t>(page);
      if (type == ParquetType::kFixedLenByteArray && typeLength > 0) {
        const auto length = static_cast<size_t>(typeLength);
        auto joined = joinStreams(page, length);
        const Bytes bytes(joined->data(), page.size() / length * length);
        return std::make_unique<PlainFixedDecoder>(bytes, length, std::move(joined));
      }
      return nullptr;
    case ParquetEncoding::kPlainDictionary:
    case ParquetEncoding::kRleDictionary:
    case ParquetEncoding::kBitPacked: return nullptr;
  }
  return nullptr;
}

}  // namespace flint::sources
