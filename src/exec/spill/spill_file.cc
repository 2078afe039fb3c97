#include "exec/spill/spill_file.h"

#include <atomic>

#include "columnar/batch_codec.h"

namespace flint::exec {
namespace {

int64_t nextFileNumber() {
  static std::atomic<int64_t> next{0};
  return next.fetch_add(1);
}

}  // namespace

SpillFile::~SpillFile() {
  // A file that cannot be removed goes with the query's folder.
  static_cast<void>(files_->remove(path_, false).isOk());
}

SpillWriter::SpillWriter(std::shared_ptr<io::FileSystem> files, std::string path, std::unique_ptr<io::OutputFile> file, std::shared_ptr<Metric> spilled,
                         size_t bufferBytes)
    : files_(std::move(files)), path_(std::move(path)), file_(std::move(file)), spilled_(std::move(spilled)), bufferBytes_(bufferBytes) {}
SpillWriter::~SpillWriter() = default;

Result<std::unique_ptr<SpillWriter>> SpillWriter::make(QueryContext& query, std::string_view name, size_t bufferBytes) {
  const std::string& folder = query.options().spillDirectory;
  if (folder.empty()) return Error(condition::kSpillOutOfMemory).with("consumerToSpill", std::string(name)).with("message", "no folder to spill to is set");
  std::shared_ptr<io::FileSystem> files = query.options().spillFiles;
  if (files == nullptr) files = io::localFileSystem();
  RETURN_IF_ERROR(files->makeDirectories(folder));
  std::string path = folder + "/" + std::string(name) + "-" + std::to_string(nextFileNumber()) + ".spill";
  ASSIGN_OR_RETURN(std::unique_ptr<io::OutputFile> file, files->create(path, true));
  auto spilled = query.metrics().metric(0, "Query", "spill size", Metric::Unit::kSize);
  return std::unique_ptr<SpillWriter>(new SpillWriter(std::move(files), std::move(path), std::move(file), std::move(spilled), bufferBytes));
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
  const size_t before = buffer_.size();
  RETURN_IF_ERROR(io::appendFrame(buffer_, block, compressed_));
  bytes_ += static_cast<int64_t>(buffer_.size() - before);
  return buffer_.size() >= bufferBytes_ ? flush() : Status::ok();
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

Result<bool> SpillReader::nextBatch(std::span<const DataType> types, columnar::ColumnarBatch& out) {
  std::string_view block;
  ASSIGN_OR_RETURN(const bool more, nextBlock(block));
  if (!more) return false;
  ByteReader in(block);
  ASSIGN_OR_RETURN(out, columnar::decodeBatch(in, types));
  return true;
}

}  // namespace flint::exec
