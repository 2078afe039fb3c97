#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "columnar/columnar_batch.h"
#include "types/data_type.h"

namespace flint::columnar {

/// What Spark's settings decide about Arrow data.
struct ArrowWriteOptions {
  std::string timeZone = "UTC";  // of timestamp columns
  bool largeVarTypes = false;    // 64-bit offsets for strings, binaries and lists
};

/// Writes rows as Arrow IPC streams of one record batch each: schema message, record batch message, end of stream.
///
/// Shape: rows are added from any number of batches; `finish` gives them as one stream and starts again empty, also when there are none.
/// Dictionaries, constants and selections are written out; types become Arrow's as Spark's ArrowUtils says.
/// Memory: holds the columns of the added batches until `finish`; the stream is one string, not charged here.
/// Threads: confined to its owner.
/// Source: https://arrow.apache.org/docs/format/Columnar.html
class ArrowIpcWriter {
 public:
  ArrowIpcWriter(StructFields fields, ArrowWriteOptions options);

  /// Adds the active rows number `from` to `from + count - 1` of `batch`, whose columns have the types of the fields.
  void add(const ColumnarBatch& batch, RowIndex from, RowIndex count);
  void add(const ColumnarBatch& batch) { add(batch, 0, batch.numSelected()); }
  int64_t numRows() const { return numRows_; }
  std::string finish();
  /// For streams of several batches: what they start with, the added rows as one record batch, and what they end with.
  const std::string& schemaMessage() const { return schemaMessage_; }
  std::string finishBatch();
  /// Memory of a batch that was finished before and is not needed any more: the next one is made there.
  void reuse(std::string memory) { spare_ = std::move(memory); }
  static std::string endOfStream();

 private:
  std::string write(std::string prefix);

  struct Part {
    ColumnarBatch batch;
    RowIndex from;
    RowIndex count;
  };

  StructFields fields_;
  ArrowWriteOptions options_;
  std::string schemaMessage_;
  std::vector<Part> parts_;
  int64_t numRows_ = 0;
  std::string spare_;
  // Of the batch before.
  size_t metadataBytes_ = 0;
  size_t lastBytes_ = 0;
};

}  // namespace flint::columnar
