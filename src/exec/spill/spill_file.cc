#include "exec/spill/spill_file.h"

#include <lz4.h>

#include <atomic>
#include <cstring>

#include "base/hash.h"
#include "columnar/batch_codec.h"

namespace flint::exec {
namespace {

constexpr size_t kBufferBytes = 256 << 10;
constexpr uint32_t kLargestFrame = 0x7E000000;  // what LZ4 can compress

struct FrameHeader {
  uint32_t rawSize;
  uint32_t storedSize;  // equal to rawSize: not compressed
  uint64_t checksum;    // of the stored bytes
};
static_assert(sizeof(FrameHeader) == 16);

int64_t nextFileNumber() {
  static std::atomic<int64_t> next{0};
  return next.fetch_add(1);
}

}  // namespace

SpillFile::~SpillFile() {
  // A file that cannot be removed goes with the query's folder.
  static_cast<void>(files_->remove(path_, false).isOk());
}

SpillWriter::SpillWriter(std::shared_ptr<io::FileSystem> files, std::string path, std::unique_ptr<io::OutputFile> file, std::shared_ptr<Metric> spilled)
    : files_(std::move(files)), path_(std::move(path)), file_(std::move(file)), spilled_(std::move(spilled)) {}
SpillWriter::~SpillWriter() = default;

Result<std::unique_ptr<SpillWriter>> SpillWriter::make(QueryContext& query, std::string_view name) {
  const std::string& folder = query.options().spillDirectory;
  if (folder.empty()) return Error(condition::kSpillOutOfMemory).with("consumerToSpill", std::string(name)).with("message", "no folder to spill to is set");
  std::shared_ptr<io::FileSystem> files = query.options().spillFiles;
  if (files == nullptr) files = io::localFileSystem();
  RETURN_IF_ERROR(files->makeDirectories(folder));
  std::string path = folder + "/" + std::string(name) + "-" + std::to_string(nextFileNumber()) + ".spill";
  ASSIGN_OR_RETURN(std::unique_ptr<io::OutputFile> file, files->create(path, true));
  auto spilled = query.metrics().metric(0, "Query", "spill size", Metric::Unit::kSize);
  return std::unique_ptr<SpillWriter>(new SpillWriter(std::move(files), std::move(path), std::move(file), std::move(spilled)));
}

Status SpillWriter::flush() {
  if (buffer_.empty()) return Status::ok();
  RETURN_IF_ERROR(file_->append(buffer_));
  spilled_->add(static_cast<int64_t>(buffer_.size()));
  buffer_.clear();
  return Status::ok();
}

Status SpillWriter::writeBatch(const columnar::ColumnarBatch& batch) {
  ByteWriter encoded;
  columnar::encodeBatch(encoded, batch);
  rows_ += batch.numSelected();
  return writeBlock(encoded.bytes());
}

Status SpillWriter::writeBlock(std::string_view block) {
  if (block.size() > kLargestFrame) return internalError("a block of more than 2 GB cannot be spilled");
  const int rawSize = static_cast<int>(block.size());
  compressed_.resize(static_cast<size_t>(LZ4_compressBound(rawSize)));
  const int packed = LZ4_compress_default(block.data(), compressed_.data(), rawSize, static_cast<int>(compressed_.size()));
  std::string_view stored = block;
  if (packed > 0 && static_cast<size_t>(packed) < block.size()) stored = {compressed_.data(), static_cast<size_t>(packed)};
  const FrameHeader header{static_cast<uint32_t>(block.size()), static_cast<uint32_t>(stored.size()), hashBytes(stored.data(), stored.size())};
  buffer_.append(reinterpret_cast<const char*>(&header), sizeof(header));
  buffer_.append(stored);
  bytes_ += static_cast<int64_t>(sizeof(header) + stored.size());
  return buffer_.size() >= kBufferBytes ? flush() : Status::ok();
}

Result<SpillFilePtr> SpillWriter::finish() {
  RETURN_IF_ERROR(flush());
  RETURN_IF_ERROR(file_->close(false));
  file_.reset();
  return SpillFilePtr(std::make_shared<SpillFile>(files_, path_, bytes_, rows_));
}

Result<std::unique_ptr<SpillReader>> SpillReader::open(SpillFilePtr file) {
  ASSIGN_OR_RETURN(auto access, file->files_->open(file->path()));
  return std::unique_ptr<SpillReader>(new SpillReader(std::move(file), std::move(access)));
}

Error SpillReader::damaged(std::string_view what) const {
  return Error(condition::kInternalErrorStorage).with("message", "the spill file " + file_->path() + " is damaged: " + std::string(what));
}

Result<bool> SpillReader::nextBlock(std::string_view& out) {
  if (offset_ >= file_->bytes()) return false;
  FrameHeader header;
  if (access_->size() < file_->bytes()) return damaged("it is shorter than what was written");
  RETURN_IF_ERROR(access_->readAt(offset_, sizeof(header), &header));
  offset_ += static_cast<int64_t>(sizeof(header));
  if (header.storedSize > header.rawSize || header.rawSize > kLargestFrame || offset_ + header.storedSize > file_->bytes()) return damaged("a frame has an impossible size");
  stored_.resize(header.storedSize);
  RETURN_IF_ERROR(access_->readAt(offset_, header.storedSize, stored_.data()));
  offset_ += header.storedSize;
  if (hashBytes(stored_.data(), stored_.size()) != header.checksum) return damaged("a checksum does not match");
  if (header.storedSize == header.rawSize) {
    out = {stored_.data(), stored_.size()};
    return true;
  }
  raw_.resize(header.rawSize);
  const int unpacked = LZ4_decompress_safe(stored_.data(), raw_.data(), static_cast<int>(header.storedSize), static_cast<int>(header.rawSize));
  if (unpacked != static_cast<int>(header.rawSize)) return damaged("a frame cannot be decompressed");
  out = {raw_.data(), raw_.size()};
  return true;
}

Result<bool> SpillReader::nextBatch(std::span<const DataType> types, columnar::ColumnarBatch& out) {
  std::string_view block;
  ASSIGN_OR_RETURN(const bool more, nextBlock(block));
  if (!more) return false;
  ByteReader in(block);
  ASSIGN_OR_RETURN(out, columnar::decodeBatch(in, types));
  return true;
}

}  // namespace flint::exec
