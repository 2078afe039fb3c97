#include "shuffle/shuffle_file.h"

#include <atomic>

#include "columnar/batch_codec.h"

namespace flint::shuffle {
namespace {

constexpr size_t kBufferBytes = 8 << 20;

}  // namespace

MapOutput::~MapOutput() {
  // A file that cannot be removed goes with the query's folder.
  if (files != nullptr && !path.empty()) static_cast<void>(files->remove(path, false).isOk());
}

ShuffleWriter::ShuffleWriter(std::shared_ptr<io::FileSystem> files, std::string path, std::unique_ptr<io::OutputFile> file, int32_t numPartitions)
    : output_(std::make_shared<MapOutput>()), file_(std::move(file)), buffers_(static_cast<size_t>(numPartitions)) {
  output_->files = std::move(files);
  output_->path = std::move(path);
  output_->partitions.resize(static_cast<size_t>(numPartitions));
}

Result<std::unique_ptr<ShuffleWriter>> ShuffleWriter::make(std::shared_ptr<io::FileSystem> files, const std::string& folder, int32_t numPartitions) {
  static std::atomic<int64_t> next{0};
  RETURN_IF_ERROR(files->makeDirectories(folder));
  std::string path = folder + "/shuffle-" + std::to_string(next.fetch_add(1)) + ".data";
  ASSIGN_OR_RETURN(std::unique_ptr<io::OutputFile> file, files->create(path, true));
  return std::unique_ptr<ShuffleWriter>(new ShuffleWriter(std::move(files), std::move(path), std::move(file), numPartitions));
}

Status ShuffleWriter::write(int32_t partition, const columnar::ColumnarBatch& batch) {
  ByteWriter encoded;
  columnar::encodeBatch(encoded, batch);
  std::string& buffer = buffers_[static_cast<size_t>(partition)];
  const size_t before = buffer.size();
  RETURN_IF_ERROR(io::appendFrame(buffer, encoded.bytes(), scratch_));
  bufferedBytes_ += buffer.size() - before;
  output_->rows += batch.numSelected();
  return bufferedBytes_ >= kBufferBytes ? flush() : Status::ok();
}

Status ShuffleWriter::flush() {
  for (size_t partition = 0; partition < buffers_.size(); ++partition) {
    std::string& buffer = buffers_[partition];
    if (buffer.empty()) continue;
    RETURN_IF_ERROR(file_->append(buffer));
    const int64_t end = position_ + static_cast<int64_t>(buffer.size());
    output_->partitions[partition].push_back({position_, end});
    position_ = end;
    buffer.clear();
  }
  bufferedBytes_ = 0;
  return Status::ok();
}

Result<MapOutputPtr> ShuffleWriter::finish() {
  RETURN_IF_ERROR(flush());
  RETURN_IF_ERROR(file_->close(false));
  return MapOutputPtr(std::move(output_));
}

Result<bool> ShuffleReader::next(std::span<const DataType> types, columnar::ColumnarBatch& out) {
  while (output_ < outputs_.size()) {
    const MapOutput& output = *outputs_[output_];
    const std::vector<MapOutput::Segment>& segments = output.partitions[static_cast<size_t>(partition_)];
    if (frames_ == nullptr) {
      if (segment_ == segments.size()) {
        ++output_;
        segment_ = 0;
        continue;
      }
      ASSIGN_OR_RETURN(auto file, output.files->open(output.path));
      frames_ = std::make_unique<io::FrameReader>(std::move(file), segments[segment_].begin, segments[segment_].end);
      ++segment_;
    }
    std::string_view block;
    ASSIGN_OR_RETURN(const bool more, frames_->next(block));
    if (!more) {
      frames_.reset();
      continue;
    }
    ByteReader in(block);
    ASSIGN_OR_RETURN(out, columnar::decodeBatch(in, types));
    return true;
  }
  return false;
}

}  // namespace flint::shuffle
