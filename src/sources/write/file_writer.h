#pragma once

#include <memory>
#include <string>

#include "columnar/columnar_batch.h"
#include "connector/data_source.h"
#include "io/file_system.h"

namespace flint::sources {

/// Writes one file of a format.
///
/// Threads: confined to its owner.
class FileWriter {
 public:
  virtual ~FileWriter() = default;
  /// Adds the selected rows.
  virtual Status write(const columnar::ColumnarBatch& batch) = 0;
  /// Completes the file.
  virtual Status close() = 0;
  /// Bytes written so far, about.
  virtual int64_t bytesWritten() const = 0;
};

/// A format as `FolderWrite` writes it, with one write's options.
///
/// Threads: immutable.
class WriteFormat {
 public:
  virtual ~WriteFormat() = default;
  /// What a file's name ends with: ".snappy.parquet".
  virtual std::string extension() const = 0;
  virtual Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns) const = 0;
  /// Whether a task without rows leaves an empty file, so that the schema is not lost (Parquet).
  virtual bool keepsEmptyFile() const { return false; }
};

/// A BatchWrite of files below `request.path`, split by `request.partitionColumns` into folders `column=value`.
///
/// Errors: PATH_ALREADY_EXISTS; ALL_PARTITION_COLUMNS_NOT_ALLOWED; UNRESOLVED_COLUMN for a partition column that is not there. Null: mode kIgnore.
Result<std::unique_ptr<connector::BatchWrite>> makeFolderWrite(const connector::WriteRequest& request, std::shared_ptr<const WriteFormat> format);

}  // namespace flint::sources
