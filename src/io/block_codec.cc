#include "io/block_codec.h"

#include <brotli/decode.h>
#include <lz4.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <memory>

#include "io/snappy_block.h"

namespace flint::io {
namespace {

bool inflateAll(std::span<const uint8_t> in, std::span<uint8_t> out) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 32) != Z_OK) return false;  // gzip or zlib, by the header
  stream.next_in = const_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  int outcome = inflate(&stream, Z_FINISH);
  // Several members may follow each other.
  while (outcome == Z_STREAM_END && stream.avail_in > 0 && stream.avail_out > 0 && inflateReset(&stream) == Z_OK) {
    outcome = inflate(&stream, Z_FINISH);
  }
  inflateEnd(&stream);
  return outcome == Z_STREAM_END && stream.avail_out == 0;
}

bool unpackRawLz4(std::span<const uint8_t> in, std::span<uint8_t> out) {
  const int size = LZ4_decompress_safe(reinterpret_cast<const char*>(in.data()), reinterpret_cast<char*>(out.data()),
                                       static_cast<int>(in.size()), static_cast<int>(out.size()));
  return size >= 0 && static_cast<size_t>(size) == out.size();
}

uint32_t bigEndian(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, 4);
  return __builtin_bswap32(value);
}

// Hadoop's framing: [whole size][part size][part] ..., big-endian; some writers leave the frames out.
bool unpackHadoopLz4(std::span<const uint8_t> in, std::span<uint8_t> out) {
  std::span<const uint8_t> rest = in;
  size_t done = 0;
  while (rest.size() >= 8) {
    const uint32_t whole = bigEndian(rest.data());
    const uint32_t part = bigEndian(rest.data() + 4);
    rest = rest.subspan(8);
    if (whole > out.size() - done || part > rest.size()) break;
    if (!unpackRawLz4(rest.first(part), out.subspan(done, whole))) break;
    done += whole;
    rest = rest.subspan(part);
  }
  return (rest.empty() && done == out.size()) || unpackRawLz4(in, out);
}

bool unpackZstd(std::span<const uint8_t> in, std::span<uint8_t> out) {
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };
  thread_local const std::unique_ptr<ZSTD_DCtx, Free> context(ZSTD_createDCtx());
  if (context == nullptr) return false;
  const size_t size = ZSTD_decompressDCtx(context.get(), out.data(), out.size(), in.data(), in.size());
  return ZSTD_isError(size) == 0 && size == out.size();
}

}  // namespace

bool decompressBlock(BlockCodec codec, std::span<const uint8_t> in, std::span<uint8_t> out) {
  switch (codec) {
    case BlockCodec::kNone:
      if (in.size() != out.size()) return false;
      if (!out.empty()) std::memcpy(out.data(), in.data(), out.size());
      return true;
    case BlockCodec::kSnappy: return decompressSnappyBlock(in, out);
    case BlockCodec::kGzip: return inflateAll(in, out);
    case BlockCodec::kBrotli: {
      size_t size = out.size();
      return BrotliDecoderDecompress(in.size(), in.data(), &size, out.data()) == BROTLI_DECODER_RESULT_SUCCESS && size == out.size();
    }
    case BlockCodec::kZstd: return unpackZstd(in, out);
    case BlockCodec::kLz4Raw: return unpackRawLz4(in, out);
    case BlockCodec::kLz4Hadoop: return unpackHadoopLz4(in, out);
  }
  return false;
}

}  // namespace flint::io
