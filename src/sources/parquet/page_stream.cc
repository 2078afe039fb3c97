#include "sources/parquet/page_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "sources/parquet/thrift_reader.h"

namespace flint::sources {
namespace {

constexpr int64_t kWindow = int64_t{1} << 20;
constexpr int64_t kShortWindow = int64_t{4} << 10;   // while pages are passed over
constexpr int64_t kHeaderGuess = 256;
constexpr int64_t kLargestHeader = int64_t{16} << 20;
constexpr int32_t kLargestPage = 1 << 30;

ParquetEncoding encodingFrom(int32_t encoding) { return static_cast<ParquetEncoding>(std::clamp(encoding, 0, 255)); }

PageHeader readPageHeader(ThriftReader& in) {
  PageHeader header;
  int32_t kind = -1;
  in.topLevel().readStruct([&](int32_t id) {
    switch (id) {
      case 1: kind = in.readInt32(); return true;
      case 2: header.uncompressedSize = in.readInt32(); return true;
      case 3: header.compressedSize = in.readInt32(); return true;
      case 5:
        in.readStruct([&](int32_t field) {
          switch (field) {
            case 1: header.numValues = in.readInt32(); return true;
            case 2: header.encoding = encodingFrom(in.readInt32()); return true;
            case 3: header.definitionEncoding = encodingFrom(in.readInt32()); return true;
            case 4: header.repetitionEncoding = encodingFrom(in.readInt32()); return true;
            default: return false;
          }
        });
        return true;
      case 7:
        in.readStruct([&](int32_t field) {
          if (field == 1) header.numValues = in.readInt32();
          if (field == 2) header.encoding = encodingFrom(in.readInt32());
          return field == 1 || field == 2;
        });
        return true;
      case 8:
        in.readStruct([&](int32_t field) {
          switch (field) {
            case 1: header.numValues = in.readInt32(); return true;
            case 2: header.numNulls = in.readInt32(); return true;
            case 3: header.numRows = in.readInt32(); return true;
            case 4: header.encoding = encodingFrom(in.readInt32()); return true;
            case 5: header.definitionSize = in.readInt32(); return true;
            case 6: header.repetitionSize = in.readInt32(); return true;
            case 7: header.isCompressed = in.readBool(); return true;
            default: return false;
          }
        });
        return true;
      default: return false;
    }
  });
  if (!in.failed() && (kind < 0 || kind > 3)) in.fail();
  header.kind = static_cast<PageKind>(std::clamp(kind, 0, 3));
  return header;
}

}  // namespace

PageStream::PageStream(std::shared_ptr<const io::RandomAccessFile> file, const ColumnChunk& chunk, std::shared_ptr<SharedChunk> shared)
    : file_(std::move(file)), chunk_(chunk), shared_(std::move(shared)), end_(chunk.start + chunk.size), position_(chunk.start), nextPage_(chunk.start) {}

Error PageStream::damaged(std::string reason) const {
  return Error(condition::kFailedReadFileNoHint)
      .with("path", "file://" + file_->path())
      .causedBy(Error(condition::kMalformedFile).with("path", file_->path()).with("reason", std::move(reason)));
}

Status PageStream::need(int64_t size, int64_t ahead) {
  if (position_ >= windowStart_ && position_ + size <= windowEnd_) return Status::ok();
  if (size > end_ - position_) return damaged("a page goes beyond its column chunk");
  const int64_t take = std::min(end_ - position_, std::max(size, ahead));
  if (window_ == nullptr || static_cast<int64_t>(window_->size()) < take) {
    window_ = columnar::Buffer::allocate(static_cast<size_t>(take));
  }
  windowStart_ = position_;
  windowEnd_ = position_;
  RETURN_IF_ERROR(file_->readAt(position_, take, window_->mutableData()));
  windowEnd_ = position_ + take;
  bytesRead_ += take;
  return Status::ok();
}

Status PageStream::readHeader() {
  for (int64_t guess = std::min(kHeaderGuess, end_ - position_);;) {
    RETURN_IF_ERROR(need(guess, passingOver_ ? kShortWindow : kWindow));
    const int64_t there = windowEnd_ - position_;
    ThriftReader in({at(position_), static_cast<size_t>(there)});
    header_ = readPageHeader(in);
    if (!in.failed()) {
      position_ += static_cast<int64_t>(in.position());
      return Status::ok();
    }
    if (there >= end_ - position_ || there >= kLargestHeader) return damaged("a page header cannot be parsed");
    guess = std::min(there * 4, end_ - position_);
  }
}

Result<bool> PageStream::peekHeader() {
  if (position_ >= end_) return false;
  RETURN_IF_ERROR(readHeader());
  return true;
}

Result<bool> PageStream::next() {
  while (true) {
    start_ = position_ = nextPage_;
    if (position_ >= end_) return false;
    if (shared_ == nullptr || !shared_->find(start_, header_, position_)) RETURN_IF_ERROR(readHeader());
    if (header_.compressedSize < 0 || header_.uncompressedSize < 0 || header_.numValues < 0 || header_.uncompressedSize > kLargestPage ||
        header_.compressedSize > end_ - position_) {
      return damaged("a page header holds sizes that cannot be");
    }
    nextPage_ = position_ + header_.compressedSize;
    cameOver_ = passingOver_;
    passingOver_ = true;  // until it is loaded
    if (header_.kind == PageKind::kDataV2) {
      const int64_t levels = int64_t{header_.definitionSize} + header_.repetitionSize;
      if (header_.definitionSize < 0 || header_.repetitionSize < 0 || levels > header_.compressedSize || levels > header_.uncompressedSize) {
        return damaged("a page's levels are longer than the page");
      }
    }
    if (header_.kind != PageKind::kIndex) return true;
  }
}

Result<std::shared_ptr<const columnar::Buffer>> PageStream::loadPassed(const Passed& page) {
  const int64_t start = std::exchange(start_, page.start);
  const int64_t position = std::exchange(position_, page.position);
  const PageHeader header = std::exchange(header_, page.header);
  const bool cameOver = std::exchange(cameOver_, true);
  auto bytes = load();
  start_ = start;
  position_ = position;
  header_ = header;
  cameOver_ = cameOver;
  return bytes;
}

Result<std::shared_ptr<const columnar::Buffer>> PageStream::load() {
  if (!chunk_.codec.has_value()) {
    return Error(condition::kFailedReadFileNoHint)
        .with("path", "file://" + file_->path())
        .causedBy(Error(condition::kMalformedFile).with("path", file_->path()).with("reason", "its compression codec is not known"));
  }
  if (shared_ != nullptr) {
    if (auto kept = shared_->take(start_)) {
      passingOver_ = false;
      return kept;
    }
  }
  // Behind pages that were not wanted, no more may be.
  RETURN_IF_ERROR(need(header_.compressedSize, cameOver_ ? header_.compressedSize : kWindow));
  passingOver_ = false;
  const auto size = static_cast<size_t>(header_.uncompressedSize);
  if (page_ == nullptr || page_.use_count() > 1 || pageCapacity_ < size) {
    pageCapacity_ = size;
    page_ = columnar::Buffer::allocate(size);
  }
  std::memset(page_->mutableData() + size, 0, std::min<size_t>(pageCapacity_ - size, 64));
  std::span<const uint8_t> in(at(position_), static_cast<size_t>(header_.compressedSize));
  std::span<uint8_t> out(page_->mutableData(), size);
  if (header_.kind == PageKind::kDataV2) {
    const auto levels = static_cast<size_t>(header_.definitionSize + header_.repetitionSize);
    std::memcpy(out.data(), in.data(), levels);
    in = in.subspan(levels);
    out = out.subspan(levels);
  }
  const io::BlockCodec codec = header_.kind == PageKind::kDataV2 && !header_.isCompressed ? io::BlockCodec::kNone : *chunk_.codec;
  if (!(out.empty() && in.empty()) && !io::decompressBlock(codec, in, out)) return damaged("a page cannot be decompressed");
  // What others may hold on other threads is not written to again.
  if (shared_ != nullptr && codec != io::BlockCodec::kNone && shared_->keep(start_, header_, position_, page_)) return std::exchange(page_, nullptr);
  return std::shared_ptr<const columnar::Buffer>(page_);
}

}  // namespace flint::sources
