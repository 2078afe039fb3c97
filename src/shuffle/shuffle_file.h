#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "columnar/columnar_batch.h"
#include "io/checked_frame.h"
#include "io/file_system.h"

namespace flint::shuffle {

/// One map task's rows: a file, and where in it each partition's frames are. The file is removed with the last reference.
///
/// Threads: immutable.
struct MapOutput {
  struct Segment {
    int64_t begin;
    int64_t end;
  };
  ~MapOutput();
  std::shared_ptr<io::FileSystem> files;
  std::string path;
  std::vector<std::vector<Segment>> partitions;  // segments in the order they were written
  int64_t rows = 0;
};
using MapOutputPtr = std::shared_ptr<const MapOutput>;

/// Writes a map task's rows by partition.
///
/// Memory: what is buffered is held in all partitions together up to 8 MiB, then written.
/// Threads: confined to its owner.
/// Errors: those of the file system; the file is removed then.
class ShuffleWriter {
 public:
  static Result<std::unique_ptr<ShuffleWriter>> make(std::shared_ptr<io::FileSystem> files, const std::string& folder, int32_t numPartitions);
  /// The selected rows of `batch`, behind those the partition has.
  Status write(int32_t partition, const columnar::ColumnarBatch& batch);
  Result<MapOutputPtr> finish();

 private:
  ShuffleWriter(std::shared_ptr<io::FileSystem> files, std::string path, std::unique_ptr<io::OutputFile> file, int32_t numPartitions);
  Status flush();

  std::shared_ptr<MapOutput> output_;
  std::unique_ptr<io::OutputFile> file_;
  std::vector<std::string> buffers_;  // by partition
  std::vector<char> scratch_;
  size_t bufferedBytes_ = 0;
  int64_t position_ = 0;
};

/// Reads one partition of many map outputs, in their order.
///
/// Threads: confined to its owner.
/// Errors: INTERNAL_ERROR_STORAGE for damaged bytes; those of the file system.
class ShuffleReader {
 public:
  ShuffleReader(std::vector<MapOutputPtr> outputs, int32_t partition) : outputs_(std::move(outputs)), partition_(partition) {}
  /// False at the end.
  Result<bool> next(std::span<const DataType> types, columnar::ColumnarBatch& out);

 private:
  const std::vector<MapOutputPtr> outputs_;
  const int32_t partition_;
  size_t output_ = 0;
  size_t segment_ = 0;
  std::unique_ptr<io::FrameReader> frames_;
};

}  // namespace flint::shuffle
