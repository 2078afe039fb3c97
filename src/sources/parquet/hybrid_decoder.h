#pragma once

#include <cstdint>
#include <span>

namespace flint::sources {

/// Decodes Parquet's RLE / bit-packed hybrid: dictionary indices, levels, booleans.
///
/// Memory: borrows the bytes, behind which at least 40 more must be readable.
/// Errors: `false` when the bytes end before `count` numbers or are damaged.
/// Threads: confined to its owner.
class HybridDecoder {
 public:
  HybridDecoder() = default;
  HybridDecoder(std::span<const uint8_t> bytes, int bitWidth) : at_(bytes.data()), end_(bytes.data() + bytes.size()), width_(bitWidth) {}

  bool decode(int32_t count, uint32_t* out);
  bool skip(int32_t count);
  /// For numbers of one bit: sets the bits from `offset` on in `bitmap` (which are clear) and adds how many are one to `numOnes`.
  bool decodeBits(int32_t count, uint64_t* bitmap, int64_t offset, int32_t& numOnes);
  /// If the next `count` numbers are one run of the same value: that value; else -1. Consumes nothing.
  int64_t constantRun(int32_t count);

 private:
  bool nextRun();

  const uint8_t* at_ = nullptr;
  const uint8_t* end_ = nullptr;
  int width_ = 0;
  int32_t left_ = 0;             // numbers left in the current run
  bool packed_ = false;
  uint32_t value_ = 0;           // of a repeated run
  const uint8_t* run_ = nullptr;  // bytes of a packed run
  int32_t runAt_ = 0;            // numbers of it that were consumed
};

/// Copies `count` bits from bit `from` of `in` into `bitmap` at `offset`, whose bits there are clear; gives the number of ones.
int32_t copyBits(const uint8_t* in, int64_t from, int32_t count, uint64_t* bitmap, int64_t offset);
/// Sets `count` bits of `bitmap` from `offset` on.
void setBits(uint64_t* bitmap, int64_t offset, int32_t count);

}  // namespace flint::sources
