#pragma once

#include <memory>

#include "columnar/arrow_ipc_writer.h"
#include "io/file_system.h"

namespace arrow {
class RecordBatch;
class Status;
namespace io {
class OutputStream;
}
}  // namespace arrow

namespace flint::sources {

/// An OutputFile that Arrow's writers write to. The first error of the file is kept, since Arrow's statuses cannot carry it.
///
/// Threads: confined to its owner.
class ArrowOutput {
 public:
  explicit ArrowOutput(std::unique_ptr<io::OutputFile> file);
  ~ArrowOutput();

  std::shared_ptr<arrow::io::OutputStream> stream() const;
  int64_t position() const;
  /// Ok, or the file's own error, or INTERNAL_ERROR with what the `writer` says.
  Status check(const arrow::Status& status, const char* writer) const;

 private:
  class Stream;
  const std::shared_ptr<Stream> stream_;
};

/// The rows that were added, as a record batch that shares the encoded bytes.
Result<std::shared_ptr<arrow::RecordBatch>> takeRecordBatch(columnar::ArrowIpcWriter& rows);

}  // namespace flint::sources
