#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "columnar/buffer.h"
#include "sources/parquet/file_footer.h"

namespace flint::sources {

/// Bytes of one value in the layout that decoders write: BOOLEAN uint8_t, INT32, INT64, FLOAT, DOUBLE as they are, INT96 its 12 bytes,
/// BYTE_ARRAY and FIXED_LEN_BYTE_ARRAY as StringView.
size_t nativeWidth(ParquetType type);

/// Decodes the values of one page, without the nulls.
///
/// Memory: borrows the page, behind which 64 bytes must be readable; StringViews point into it or into `owner()`.
/// Errors: `false` when the page holds fewer values or is damaged.
/// Threads: confined to its owner.
class ValueDecoder {
 public:
  virtual ~ValueDecoder() = default;
  virtual bool decode(int32_t count, void* out) = 0;
  virtual bool skip(int32_t count) = 0;
  virtual std::shared_ptr<const void> owner() const { return nullptr; }
};

/// The decoder of an encoding that is no dictionary's; null when the type does not have that encoding or the page is damaged.
/// `numValues` bounds how many there can be.
std::unique_ptr<ValueDecoder> makeValueDecoder(ParquetType type, int32_t typeLength, ParquetEncoding encoding, std::span<const uint8_t> page,
                                               int32_t numValues);

}  // namespace flint::sources
