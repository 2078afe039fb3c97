#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/columnar_batch.h"
#include "exec/task_context.h"
#include "io/checked_frame.h"
#include "io/file_system.h"

namespace flint::exec {

/// Rows of an operator on disk, in the query's spill folder; readable any number of times.
///
/// Shape: frames (io/checked_frame.h), each a batch or a block of the operator's own bytes.
/// Memory: none but the path. The file is removed with the last reference.
/// Threads: immutable; readers are independent.
class SpillFile {
 public:
  SpillFile(std::shared_ptr<io::FileSystem> files, std::string path, int64_t bytes, int64_t rows)
      : files_(std::move(files)), path_(std::move(path)), bytes_(bytes), rows_(rows) {}
  ~SpillFile();
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;

  const std::string& path() const { return path_; }
  int64_t bytes() const { return bytes_; }
  int64_t rows() const { return rows_; }

 private:
  friend class SpillReader;
  const std::shared_ptr<io::FileSystem> files_;
  const std::string path_;
  const int64_t bytes_;
  const int64_t rows_;
};
using SpillFilePtr = std::shared_ptr<const SpillFile>;

/// Writes a SpillFile front to back.
///
/// Memory: one frame, and a buffer of `bufferBytes`.
/// Threads: confined to its owner.
/// Errors: FILE_OPERATION_FAILED with the system's reason, as when the disk is full; the file is removed then.
class SpillWriter {
 public:
  /// Makes the query's spill folder when it is not there. Bytes and time are counted in the query's metrics.
  static Result<std::unique_ptr<SpillWriter>> make(QueryContext& query, std::string_view name, size_t bufferBytes = size_t{256} << 10);
  ~SpillWriter();

  /// The selected rows, with the batch's position.
  Status writeBatch(const columnar::ColumnarBatch& batch);
  Status writeBlock(std::string_view block);
  Result<SpillFilePtr> finish();
  int64_t bytes() const { return bytes_; }

 private:
  SpillWriter(std::shared_ptr<io::FileSystem> files, std::string path, std::unique_ptr<io::OutputFile> file, std::shared_ptr<Metric> spilled, size_t bufferBytes);
  Status flush();

  const std::shared_ptr<io::FileSystem> files_;
  const std::string path_;
  std::unique_ptr<io::OutputFile> file_;
  const std::shared_ptr<Metric> spilled_;
  const size_t bufferBytes_;
  std::string buffer_;
  std::vector<char> compressed_;
  int64_t bytes_ = 0;
  int64_t rows_ = 0;
};

/// Reads a SpillFile front to back.
///
/// Memory: one frame.
/// Threads: confined to its owner.
/// Errors: INTERNAL_ERROR_STORAGE with the path for damaged bytes; those of the device.
class SpillReader {
 public:
  static Result<std::unique_ptr<SpillReader>> open(SpillFilePtr file);

  /// False at the end. `types` are those of the batches written.
  Result<bool> nextBatch(std::span<const DataType> types, columnar::ColumnarBatch& out);
  /// The next block; its bytes stay until the next call.
  Result<bool> nextBlock(std::string_view& out) { return frames_.next(out); }
  /// The next read is at `offset`, a value that `SpillWriter::bytes` had between two writes.
  void seek(int64_t offset) { frames_.seek(offset); }

 private:
  SpillReader(SpillFilePtr file, std::shared_ptr<const io::RandomAccessFile> access) : file_(std::move(file)), frames_(std::move(access), 0, file_->bytes()) {}

  const SpillFilePtr file_;
  io::FrameReader frames_;
};

}  // namespace flint::exec
