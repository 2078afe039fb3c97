#include "io/snappy_block.h"

#include <array>
#include <cstring>

namespace flint::io {
namespace {

enum Kind : uint32_t { kLiteral = 0, kCopy1 = 1, kCopy2 = 2, kCopy4 = 3 };

constexpr size_t kWord = 16;
constexpr size_t kShortLiteral = 4;                  // bytes; a copy's tag and offset behind it are in the same word
constexpr size_t kLongestShort = 64;                 // of a copy, or of a literal whose length is in its tag
constexpr size_t kRoomIn = kLongestShort + 8;        // what two pieces may read behind the first one's tag
constexpr size_t kRoomOut = 2 * kLongestShort + 16;  // and write

// What a tag says without the bytes behind it.
struct Tag {
  uint8_t length;   // 0: of a long literal, or a copy with four bytes of offset
  uint16_t offset;  // upper bits of a short copy's
};

constexpr std::array<Tag, 256> makeTags() {
  std::array<Tag, 256> tags{};
  for (uint32_t tag = 0; tag < 256; ++tag) {
    const uint32_t upper = tag >> 2;
    switch (tag & 3) {
      case kLiteral: tags[tag] = {static_cast<uint8_t>(upper < 60 ? upper + 1 : 0), 0}; break;
      case kCopy1: tags[tag] = {static_cast<uint8_t>(4 + (upper & 7)), static_cast<uint16_t>(tag >> 5 << 8)}; break;
      case kCopy2: tags[tag] = {static_cast<uint8_t>(upper + 1), 0}; break;
      default: tags[tag] = {0, 0}; break;
    }
  }
  return tags;
}
constexpr std::array<Tag, 256> kTags = makeTags();
constexpr uint32_t kOffsetMask[4] = {0, 0xFF, 0xFFFF, 0xFFFFFFFF};

template <size_t Size>
inline void copyWord(uint8_t* to, const uint8_t* from) {
  struct Word {
    uint8_t bytes[Size];
  } word;
  std::memcpy(&word, from, Size);
  std::memcpy(to, &word, Size);
}

// A copy of at most 64 bytes that reads what it writes; may write 16 bytes more.
inline void copyOverlapping(uint8_t* to, size_t offset, size_t length) {
  if (offset >= kWord) {
    for (size_t i = 0; i < length; i += kWord) copyWord<kWord>(to + i, to + i - offset);
    return;
  }
  size_t done = 0;
  size_t distance = offset;
  if (offset < 8) {
    // Repeated until it is at least a word of eight bytes away.
    for (; done < kWord; ++done) to[done] = to[done - offset];
    distance = kWord / offset * offset;
  }
  for (; done < length; done += 8) copyWord<8>(to + done, to + done - distance);
}

// A piece of at most 64 bytes; reads and writes up to the end of its last word, a longer one than 32 bytes all four.
inline void copyShort(uint8_t* to, const uint8_t* from, size_t length) {
  copyWord<kWord>(to, from);
  if (length <= kWord) return;
  copyWord<kWord>(to + kWord, from + kWord);
  if (length <= 2 * kWord) return;
  copyWord<kWord>(to + 2 * kWord, from + 2 * kWord);
  copyWord<kWord>(to + 3 * kWord, from + 3 * kWord);
}

/// Works through one block.
class SnappyBlock {
 public:
  SnappyBlock(std::span<const uint8_t> in, std::span<uint8_t> out)
      : in_(in.data()), inEnd_(in.data() + in.size()), begin_(out.data()), out_(out.data()), outEnd_(out.data() + out.size()) {}

  bool run() {
    if (!readSize()) return false;
    while (in_ != inEnd_) {
      if (!runFast() || (in_ != inEnd_ && !one())) return false;
    }
    return out_ == outEnd_;
  }

 private:
  size_t left() const { return static_cast<size_t>(inEnd_ - in_); }
  size_t room() const { return static_cast<size_t>(outEnd_ - out_); }

  bool readSize() {
    uint64_t size = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      if (in_ == inEnd_) return false;
      const uint8_t byte = *in_++;
      size |= static_cast<uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return size == room();
    }
    return false;
  }

  // The pieces whose tags come with one load of eight bytes: their lengths are not waited for twice.
  struct Pieces {
    uint64_t word;
    uint32_t tag;
    uint32_t kind;
    explicit Pieces(const uint8_t* in) {
      std::memcpy(&word, in, sizeof(word));
      readTag();
    }
    void pass(size_t bytes) {
      word >>= 8 * bytes;
      readTag();
    }
    void readTag() {
      tag = static_cast<uint32_t>(word) & 0xFF;
      kind = tag & 3;
    }
    bool isShortCopy() const { return kind == kCopy1 || kind == kCopy2; }
    size_t length() const { return kTags[tag].length; }
    size_t offset() const { return kTags[tag].offset + (static_cast<uint32_t>(word >> 8) & kOffsetMask[kind]); }
  };

  // Short pieces, as long as there is room to copy more than they have. Stops before any other piece.
  // Columns of numbers are short literals and copies by turns, texts mostly copies behind copies.
  bool runFast() {
    if (left() <= kRoomIn || room() <= kRoomOut) return true;
    const uint8_t* in = in_;
    uint8_t* out = out_;
    const uint8_t* const lastIn = inEnd_ - kRoomIn;
    uint8_t* const lastOut = outEnd_ - kRoomOut;
    bool isSound = true;
    while (in < lastIn && out < lastOut) {
      Pieces pieces(in);
      const bool hadLiteral = pieces.kind == kLiteral;
      if (hadLiteral) {
        const size_t length = (pieces.tag >> 2) + 1;
        if (length > kShortLiteral) {
          if (length > 60) break;
          copyShort(out, in + 1, length);
          in += 1 + length;
          out += length;
          continue;
        }
        pieces.word >>= 8;
        std::memcpy(out, &pieces.word, sizeof(pieces.word));
        in += 1 + length;
        out += length;
        pieces.pass(length);
        if (pieces.kind == kLiteral) continue;
      }
      if (pieces.kind == kCopy4) [[unlikely]] break;
      const size_t offset = pieces.offset();
      const size_t length = pieces.length();
      if (offset < length || offset > static_cast<size_t>(out - begin_)) [[unlikely]] {
        if (offset == 0 || offset > static_cast<size_t>(out - begin_)) {
          isSound = false;
          break;
        }
        copyOverlapping(out, offset, length);
      } else {
        copyShort(out, out - offset, length);
      }
      in += 1 + pieces.kind;
      out += length;
      if (hadLiteral) continue;
      pieces.pass(1 + pieces.kind);
      if (!pieces.isShortCopy()) continue;
      const size_t second = pieces.offset();
      // Any that is not plain begins the next turn.
      if (second < pieces.length() || second > static_cast<size_t>(out - begin_)) [[unlikely]] continue;
      copyShort(out, out - second, pieces.length());
      in += 1 + pieces.kind;
      out += pieces.length();
    }
    in_ = in;
    out_ = out;
    return isSound;
  }

  // Any piece, with every bound looked at.
  bool one() {
    const uint32_t byte = *in_++;
    const uint32_t kind = byte & 3;
    if (kind == kLiteral) {
      size_t length = (byte >> 2) + 1;
      if (length > 60) {
        const size_t bytes = length - 60;
        if (left() < bytes) return false;
        length = 0;
        for (size_t i = 0; i < bytes; ++i) length |= static_cast<size_t>(in_[i]) << (8 * i);
        ++length;
        in_ += bytes;
      }
      if (length > left() || length > room()) return false;
      std::memcpy(out_, in_, length);
      in_ += length;
      out_ += length;
      return true;
    }
    const size_t bytes = kind == kCopy4 ? 4 : kind;
    if (left() < bytes) return false;
    size_t offset = kind == kCopy1 ? byte >> 5 << 8 : 0;
    for (size_t i = 0; i < bytes; ++i) offset |= static_cast<size_t>(in_[i]) << (8 * i);
    in_ += bytes;
    const size_t length = kind == kCopy1 ? 4 + (byte >> 2 & 7) : (byte >> 2) + 1;
    if (offset == 0 || offset > static_cast<size_t>(out_ - begin_) || length > room()) return false;
    for (size_t i = 0; i < length; ++i) out_[i] = out_[i - offset];
    out_ += length;
    return true;
  }

  const uint8_t* in_;
  const uint8_t* const inEnd_;
  const uint8_t* const begin_;
  uint8_t* out_;
  uint8_t* const outEnd_;
};

}  // namespace

bool decompressSnappyBlock(std::span<const uint8_t> in, std::span<uint8_t> out) { return SnappyBlock(in, out).run(); }

}  // namespace flint::io
