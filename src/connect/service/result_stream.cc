#include "connect/service/result_stream.h"

#include <spark/connect/base.pb.h>

#include <algorithm>

#include "base/condition.h"
#include "columnar/vector_reader.h"

namespace flint::connect {
namespace {

using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;

// Bytes of one value in Arrow's form, roughly.
int64_t widthOf(const ColumnVector& vector, RowIndex row) {
  const ColumnVector& base = vector.isFlat() ? vector : *vector.base();
  const RowIndex at = vector.baseRow(row);
  if (vector.isNull(row)) return 8;
  switch (base.physicalType()) {
    case PhysicalType::kString: return 4 + base.values<columnar::StringView>()[at].size();
    case PhysicalType::kList: {
      const columnar::ListEntry entry = base.values<columnar::ListEntry>()[at];
      int64_t width = 4;
      for (const columnar::VectorPtr& child : base.children()) {
        for (int32_t i = 0; i < entry.length; ++i) width += widthOf(*child, entry.offset + i);
      }
      return width;
    }
    case PhysicalType::kStruct: {
      int64_t width = 1;
      for (const columnar::VectorPtr& child : base.children()) width += widthOf(*child, at);
      return width;
    }
    default: return 8;
  }
}

}  // namespace

ResultStream::ResultStream(const StructFields& fields, columnar::ArrowWriteOptions options, ResponseWriter& writer, Operation& operation, Limits limits)
    : arrow_(fields, std::move(options)), writer_(writer), operation_(operation), limits_(limits), beside_(std::make_unique<spark::connect::ExecutePlanResponse>()) {}

ResultStream::~ResultStream() = default;

Result<exec::Progress> ResultStream::accept(const ColumnarBatch& batch) {
  RETURN_IF_ERROR(checkSize());
  if (operation_.responses().isFull()) return exec::Progress::blocked(operation_.responses().whenRoom());
  // Rows are added in steps whose width is known: a single wide batch becomes several messages.
  constexpr RowIndex kStep = 64;
  const columnar::ActiveRows active = batch.activeRows();
  RowIndex from = 0;
  int64_t width = 0;
  bool fixedWidth = true;
  for (const columnar::VectorPtr& column : batch.columns()) {
    const PhysicalType type = column->physicalType();
    fixedWidth = fixedWidth && type != PhysicalType::kString && type != PhysicalType::kList && type != PhysicalType::kStruct;
  }
  const RowIndex step = fixedWidth ? static_cast<RowIndex>(std::max<int64_t>(1, limits_.maxRows)) : kStep;
  while (from < active.count()) {
    RowIndex count = std::min(step, active.count() - from);
    count = static_cast<RowIndex>(std::min<int64_t>(count, limits_.maxRows - arrow_.numRows()));
    if (fixedWidth) {
      width = int64_t{8} * static_cast<int64_t>(batch.numColumns()) * count;
    } else {
      width = 0;
      for (RowIndex i = 0; i < count; ++i) {
        for (const columnar::VectorPtr& column : batch.columns()) width += widthOf(*column, active[from + i]);
        if (i > 0 && width > limits_.targetBytes) count = i;
      }
    }
    if (arrow_.numRows() > 0 && pendingBytes_ + width > limits_.targetBytes) {
      flush();
      continue;
    }
    arrow_.add(batch, from, count);
    pendingBytes_ += width;
    from += count;
    if (arrow_.numRows() >= limits_.maxRows) flush();
  }
  return exec::Progress::needInput();
}

void ResultStream::flush() {
  const int64_t rows = arrow_.numRows();
  const std::string stream = arrow_.finish();
  pendingBytes_ = 0;
  send(stream, rows);
}

void ResultStream::send(std::string_view stream, int64_t rows) {
  ResponseWriter::ArrowBatch batch;
  batch.rowCount = rows;
  batch.startOffset = sentRows_;
  batch.data = stream;
  sentAny_ = true;
  sentRows_ += rows;
  sentBytes_ += static_cast<int64_t>(stream.size());
  const auto size = static_cast<int64_t>(stream.size());
  if (limits_.chunkBytes > 0) batch.numChunks = std::max<int64_t>(1, (size + limits_.chunkBytes - 1) / limits_.chunkBytes);
  if (batch.numChunks == 0) {
    writer_.addArrowBatch(batch, *beside_);
    return beside_->Clear();
  }
  for (batch.chunkIndex = 0; batch.chunkIndex < batch.numChunks; ++batch.chunkIndex) {
    batch.data = stream.substr(static_cast<size_t>(batch.chunkIndex * limits_.chunkBytes), static_cast<size_t>(limits_.chunkBytes));
    writer_.addArrowBatch(batch, *beside_);
    beside_->Clear();
  }
}

Status ResultStream::checkSize() const {
  const int64_t bytes = sentBytes_ + pendingBytes_;
  if (limits_.maxResultBytes <= 0 || bytes <= limits_.maxResultBytes) return Status::ok();
  return Error(condition::kSparkJobCancelled)
      .with("jobId", operation_.id())
      .with("reason", "Total size of serialized results (" + std::to_string(bytes) + " B) is bigger than spark.driver.maxResultSize (" +
                          std::to_string(limits_.maxResultBytes) + " B)");
}

Status ResultStream::finish() {
  RETURN_IF_ERROR(checkSize());
  if (arrow_.numRows() > 0 || !sentAny_) {
    flush();
  } else {
    writer_.add(*beside_);
  }
  return Status::ok();
}

}  // namespace flint::connect
