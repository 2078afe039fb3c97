#include "io/byte_stream.h"

#include <bzlib.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace flint::io {
namespace {

constexpr size_t kInputChunk = 1 << 18;
constexpr int kAnyHeader = 15 + 32;  // zlib's way to take gzip and zlib headers alike

class FileStream final : public ByteStream {
 public:
  FileStream(std::shared_ptr<const RandomAccessFile> file, int64_t offset) : file_(std::move(file)), offset_(offset) {}
  Result<size_t> read(char* out, size_t size) override {
    const int64_t count = std::min<int64_t>(static_cast<int64_t>(size), file_->size() - offset_);
    if (count <= 0) return size_t{0};
    RETURN_IF_ERROR(file_->readAt(offset_, count, out));
    offset_ += count;
    return static_cast<size_t>(count);
  }
  const std::string& path() const { return file_->path(); }

 private:
  const std::shared_ptr<const RandomAccessFile> file_;
  int64_t offset_;
};

class TextStream final : public ByteStream {
 public:
  explicit TextStream(std::string text) : text_(std::move(text)) {}
  Result<size_t> read(char* out, size_t size) override {
    const size_t count = std::min(size, text_.size() - position_);
    std::memcpy(out, text_.data() + position_, count);
    position_ += count;
    return count;
  }

 private:
  const std::string text_;
  size_t position_ = 0;
};

// Feeds a decoder from a file; `step` turns input into output and says when a member of the stream ended.
class DecodingStream : public ByteStream {
 public:
  explicit DecodingStream(std::unique_ptr<FileStream> input) : input_(std::move(input)), chunk_(kInputChunk) {}

  Result<size_t> read(char* out, size_t size) override {
    size_t written = 0;
    while (written == 0) {
      if (available_ == 0 && !inputEnded_) {
        ASSIGN_OR_RETURN(available_, input_->read(chunk_.data(), chunk_.size()));
        next_ = chunk_.data();
        inputEnded_ = available_ == 0;
      }
      if (inputEnded_ && available_ == 0) {
        if (!atMemberEnd_) return damaged("it ends early");
        return size_t{0};
      }
      ASSIGN_OR_RETURN(written, step(out, size));
    }
    return written;
  }

 protected:
  // Uses up some of the `available_` bytes at `next_`.
  virtual Result<size_t> step(char* out, size_t size) = 0;
  Error damaged(std::string_view why) const {
    return Error(condition::kFailedReadFileNoHint).with("path", "file:" + input_->path() + " (" + std::string(why) + ")");
  }

  const std::unique_ptr<FileStream> input_;
  std::vector<char> chunk_;
  const char* next_ = nullptr;
  size_t available_ = 0;
  bool inputEnded_ = false;
  bool atMemberEnd_ = true;
};

class InflateStream final : public DecodingStream {
 public:
  explicit InflateStream(std::unique_ptr<FileStream> input) : DecodingStream(std::move(input)) { open_ = inflateInit2(&stream_, kAnyHeader) == Z_OK; }
  ~InflateStream() override {
    if (open_) inflateEnd(&stream_);
  }

 private:
  Result<size_t> step(char* out, size_t size) override {
    if (!open_) return damaged("zlib could not be started");
    if (atMemberEnd_) inflateReset(&stream_);
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(next_));
    stream_.avail_in = static_cast<uInt>(available_);
    stream_.next_out = reinterpret_cast<Bytef*>(out);
    stream_.avail_out = static_cast<uInt>(size);
    const int outcome = inflate(&stream_, Z_NO_FLUSH);
    if (outcome != Z_OK && outcome != Z_STREAM_END && outcome != Z_BUF_ERROR) return damaged("its compressed data is damaged");
    atMemberEnd_ = outcome == Z_STREAM_END;
    next_ = reinterpret_cast<const char*>(stream_.next_in);
    available_ = stream_.avail_in;
    return size - stream_.avail_out;
  }
  z_stream stream_{};
  bool open_ = false;
};

class Bzip2Stream final : public DecodingStream {
 public:
  explicit Bzip2Stream(std::unique_ptr<FileStream> input) : DecodingStream(std::move(input)) {}
  ~Bzip2Stream() override {
    if (!atMemberEnd_) BZ2_bzDecompressEnd(&stream_);
  }

 private:
  Result<size_t> step(char* out, size_t size) override {
    if (atMemberEnd_) {
      stream_ = {};
      if (BZ2_bzDecompressInit(&stream_, 0, 0) != BZ_OK) return damaged("bzip2 could not be started");
      atMemberEnd_ = false;
    }
    stream_.next_in = const_cast<char*>(next_);
    stream_.avail_in = static_cast<unsigned>(available_);
    stream_.next_out = out;
    stream_.avail_out = static_cast<unsigned>(size);
    const int outcome = BZ2_bzDecompress(&stream_);
    if (outcome != BZ_OK && outcome != BZ_STREAM_END) return damaged("its compressed data is damaged");
    next_ = stream_.next_in;
    available_ = stream_.avail_in;
    const size_t written = size - stream_.avail_out;
    if (outcome == BZ_STREAM_END) {
      BZ2_bzDecompressEnd(&stream_);
      atMemberEnd_ = true;
    }
    return written;
  }
  bz_stream stream_{};
};

class ZstdStream final : public DecodingStream {
 public:
  explicit ZstdStream(std::unique_ptr<FileStream> input) : DecodingStream(std::move(input)), stream_(ZSTD_createDStream()) {}
  ~ZstdStream() override { ZSTD_freeDStream(stream_); }

 private:
  Result<size_t> step(char* out, size_t size) override {
    ZSTD_inBuffer in{next_, available_, 0};
    ZSTD_outBuffer output{out, size, 0};
    const size_t outcome = ZSTD_decompressStream(stream_, &output, &in);
    if (ZSTD_isError(outcome)) return damaged("its compressed data is damaged");
    atMemberEnd_ = outcome == 0;
    next_ += in.pos;
    available_ -= in.pos;
    return output.pos;
  }
  ZSTD_DStream* const stream_;
};

}  // namespace

StreamCodec streamCodecOf(std::string_view path) {
  if (path.ends_with(".gz")) return StreamCodec::kGzip;
  if (path.ends_with(".bz2")) return StreamCodec::kBzip2;
  if (path.ends_with(".zst")) return StreamCodec::kZstd;
  if (path.ends_with(".lz4")) return StreamCodec::kLz4;
  if (path.ends_with(".snappy")) return StreamCodec::kSnappy;
  if (path.ends_with(".deflate")) return StreamCodec::kDeflate;
  return StreamCodec::kNone;
}

Result<std::unique_ptr<ByteStream>> openStream(std::shared_ptr<const RandomAccessFile> file, int64_t offset, StreamCodec codec) {
  auto input = std::make_unique<FileStream>(std::move(file), offset);
  switch (codec) {
    case StreamCodec::kNone: return std::unique_ptr<ByteStream>(std::move(input));
    case StreamCodec::kGzip:
    case StreamCodec::kDeflate: return std::unique_ptr<ByteStream>(std::make_unique<InflateStream>(std::move(input)));
    case StreamCodec::kBzip2: return std::unique_ptr<ByteStream>(std::make_unique<Bzip2Stream>(std::move(input)));
    case StreamCodec::kZstd: return std::unique_ptr<ByteStream>(std::make_unique<ZstdStream>(std::move(input)));
    case StreamCodec::kLz4:
    case StreamCodec::kSnappy: break;
  }
  return Error(condition::kCodecNotAvailableWithAvailableCodecsSuggestion)
      .with("codecName", codec == StreamCodec::kLz4 ? "lz4" : "snappy")
      .with("availableCodecs", "gzip, bzip2, zstd, deflate");
}

std::unique_ptr<ByteStream> streamOf(std::string text) { return std::make_unique<TextStream>(std::move(text)); }

}  // namespace flint::io
