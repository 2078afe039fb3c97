#include "exec/join/join_output.h"

#include <cstring>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

using columnar::Buffer;
using columnar::BufferPtr;
using columnar::ColumnarBatch;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;

BufferPtr indicesOf(std::span<const int32_t> rows) {
  auto buffer = Buffer::allocate(rows.size_bytes());
  if (!rows.empty()) std::memcpy(buffer->mutableData(), rows.data(), rows.size_bytes());
  return buffer;
}

}  // namespace

std::vector<VectorPtr> JoinOutput::buildColumns(std::span<const int32_t> rows) const {
  std::vector<VectorPtr> columns;
  columns.reserve(build_.size());
  const auto count = static_cast<RowIndex>(rows.size());
  if (numBuildRows_ == 0) {
    for (const DataType& type : shape_.buildTypes) columns.push_back(ColumnVector::nulls(type, count));
    return columns;
  }
  auto indices = Buffer::allocate(rows.size_bytes());
  auto* out = indices->mutableAs<int32_t>();
  bool anyAbsent = false;
  for (size_t i = 0; i < rows.size(); ++i) {
    anyAbsent |= rows[i] < 0;
    out[i] = rows[i] < 0 ? 0 : rows[i];
  }
  std::shared_ptr<Buffer> validity;
  if (anyAbsent) {
    validity = Buffer::allocateZeroed(static_cast<size_t>(columnar::bitmapBytes(count)));
    for (RowIndex i = 0; i < count; ++i) {
      if (rows[static_cast<size_t>(i)] >= 0) columnar::setBit(validity->mutableAs<uint64_t>(), i);
    }
  }
  columnar::DictionaryWrap wrap(std::move(indices), count, std::move(validity));
  for (const VectorPtr& column : build_) columns.push_back(wrap.wrap(column));
  return columns;
}

ColumnarBatch JoinOutput::pairs(const ColumnarBatch& probe, std::span<const int32_t> probeRows, std::span<const int32_t> buildRows) const {
  const auto count = static_cast<RowIndex>(probeRows.size());
  columnar::DictionaryWrap wrap(indicesOf(probeRows), count);
  std::vector<VectorPtr> columns;
  columns.reserve(probe.numColumns() + build_.size());
  for (const VectorPtr& column : probe.columns()) columns.push_back(wrap.wrap(column));
  ColumnarBatch batch(shape_.inOrder(std::move(columns), buildColumns(buildRows)), count);
  batch.setPosition(probe.partition(), probe.sequence());
  return batch;
}

ColumnarBatch JoinOutput::extended(const ColumnarBatch& probe, columnar::SelectionPtr selection, std::span<const int32_t> buildRows) const {
  ColumnarBatch batch = probe.withColumns(shape_.inOrder(probe.columns(), buildColumns(buildRows)));
  batch.setSelection(std::move(selection));
  return batch;
}

ColumnarBatch JoinOutput::withoutBuild(const ColumnarBatch& probe, columnar::SelectionPtr selection) const {
  std::vector<VectorPtr> nulls;
  for (const DataType& type : shape_.buildTypes) nulls.push_back(ColumnVector::nulls(type, probe.numRows()));
  ColumnarBatch batch = probe.withColumns(shape_.inOrder(probe.columns(), std::move(nulls)));
  batch.setSelection(std::move(selection));
  return batch;
}

ColumnarBatch JoinOutput::buildOnly(std::span<const int32_t> buildRows, bool withProbeNulls) const {
  const auto count = static_cast<RowIndex>(buildRows.size());
  std::vector<VectorPtr> columns = buildColumns(buildRows);
  if (withProbeNulls) {
    std::vector<VectorPtr> nulls;
    for (const DataType& type : shape_.probeTypes) nulls.push_back(ColumnVector::nulls(type, count));
    columns = shape_.inOrder(std::move(nulls), std::move(columns));
  }
  return ColumnarBatch(std::move(columns), count);
}

}  // namespace flint::exec
