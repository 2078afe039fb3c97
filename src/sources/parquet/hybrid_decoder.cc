#include "sources/parquet/hybrid_decoder.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "sources/parquet/bit_unpack.h"

namespace flint::sources {

bool HybridDecoder::nextRun() {
  uint64_t head = 0;
  for (int shift = 0;; shift += 7) {
    if (at_ >= end_ || shift > 35) return false;
    const uint8_t byte = *at_++;
    head |= static_cast<uint64_t>(byte & 0x7F) << shift;
    if (byte < 0x80) break;
  }
  const auto room = static_cast<uint64_t>(end_ - at_);
  packed_ = (head & 1) != 0;
  if (packed_) {
    const uint64_t groups = head >> 1;
    uint64_t bytes = groups * static_cast<uint64_t>(width_);
    uint64_t count = groups * 8;
    if (groups == 0 || groups > INT32_MAX / 8) return false;
    if (bytes > room) {  // some writers cut the last group's padding off
      bytes = room;
      count = room * 8 / static_cast<uint64_t>(width_);
      if (count == 0) return false;
    }
    run_ = at_;
    runAt_ = 0;
    left_ = static_cast<int32_t>(count);
    at_ += bytes;
    return true;
  }
  const uint64_t count = head >> 1;
  const auto bytes = static_cast<size_t>((width_ + 7) / 8);
  if (count == 0 || count > INT32_MAX || bytes > room) return false;
  value_ = 0;
  std::memcpy(&value_, at_, bytes);
  at_ += bytes;
  left_ = static_cast<int32_t>(count);
  return true;
}

bool HybridDecoder::decode(int32_t count, uint32_t* out) {
  while (count > 0) {
    if (left_ == 0 && !nextRun()) return false;
    int32_t take = std::min(count, left_);
    if (!packed_) {
      std::fill_n(out, take, value_);
    } else {
      int32_t done = 0;
      // Up to the next group of eight one by one, so that the bulk starts at a byte.
      for (; done < take && ((runAt_ + done) & 7) != 0; ++done) {
        out[done] = static_cast<uint32_t>(bitsAt(run_, static_cast<uint64_t>(runAt_ + done) * static_cast<uint64_t>(width_), width_));
      }
      if (done < take) unpackBits(run_ + static_cast<int64_t>(runAt_ + done) / 8 * width_, width_, take - done, out + done);
      runAt_ += take;
    }
    left_ -= take;
    out += take;
    count -= take;
  }
  return true;
}

bool HybridDecoder::skip(int32_t count) {
  while (count > 0) {
    if (left_ == 0 && !nextRun()) return false;
    const int32_t take = std::min(count, left_);
    runAt_ += take;
    left_ -= take;
    count -= take;
  }
  return true;
}

bool HybridDecoder::decodeBits(int32_t count, uint64_t* bitmap, int64_t offset, int32_t& numOnes) {
  while (count > 0) {
    if (left_ == 0 && !nextRun()) return false;
    const int32_t take = std::min(count, left_);
    if (packed_) {
      numOnes += copyBits(run_, runAt_, take, bitmap, offset);
      runAt_ += take;
    } else if (value_ != 0) {
      setBits(bitmap, offset, take);
      numOnes += take;
    }
    left_ -= take;
    offset += take;
    count -= take;
  }
  return true;
}

int64_t HybridDecoder::constantRun(int32_t count) {
  if (left_ == 0 && !nextRun()) return -1;
  return !packed_ && left_ >= count ? static_cast<int64_t>(value_) : -1;
}

int32_t copyBits(const uint8_t* in, int64_t from, int32_t count, uint64_t* bitmap, int64_t offset) {
  int32_t ones = 0;
  while (count > 0) {
    const int to = static_cast<int>(offset & 63);
    const int take = std::min(count, 64 - to);
    const uint64_t bits = bitsAt(in, static_cast<uint64_t>(from), take);
    bitmap[offset >> 6] |= bits << to;
    ones += std::popcount(bits);
    from += take;
    offset += take;
    count -= take;
  }
  return ones;
}

void setBits(uint64_t* bitmap, int64_t offset, int32_t count) {
  while (count > 0) {
    const int to = static_cast<int>(offset & 63);
    const int take = std::min(count, 64 - to);
    bitmap[offset >> 6] |= (take == 64 ? ~uint64_t{0} : (uint64_t{1} << take) - 1) << to;
    offset += take;
    count -= take;
  }
}

}  // namespace flint::sources
