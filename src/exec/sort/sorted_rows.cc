#include "exec/sort/sorted_rows.h"

#include <algorithm>
#include <cstring>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr size_t kFewRows = 1 << 14;  // not worth sorting in parts

}  // namespace

Result<SortChunk> makeSortChunk(const SortOrderKeys& order, expr::ExpressionEvaluator::Local& local, const columnar::ColumnarBatch& batch) {
  SortChunk chunk;
  ASSIGN_OR_RETURN(const auto values, order.values->evaluate(local, batch));
  const ActiveRows active = batch.activeRows();
  chunk.keys.resize(static_cast<size_t>(active.count()) * order.layout.width());
  order.layout.encode(values, active, chunk.keys.data());
  chunk.rows = columnar::compact(batch);
  if (order.layout.needsColumns()) {
    for (const VectorPtr& value : values) chunk.keyColumns.push_back(columnar::compactEncoded(value, active));
  }
  return chunk;
}

SortChunk pickRows(const SortChunk& chunk, const columnar::Selection& rows, size_t width) {
  const ActiveRows active(chunk.rows.numRows(), rows);
  SortChunk picked;
  columnar::ColumnarBatch batch = chunk.rows;
  batch.setSelection(std::make_shared<const columnar::Selection>(rows));
  picked.rows = columnar::compact(batch);
  for (const VectorPtr& column : chunk.keyColumns) picked.keyColumns.push_back(columnar::compactEncoded(column, active));
  picked.keys.resize(rows.size() * width);
  for (size_t i = 0; i < rows.size(); ++i) {
    std::memcpy(picked.keys.data() + i * width, chunk.keys.data() + static_cast<size_t>(rows[i]) * width, width);
  }
  return picked;
}

int64_t bytesOf(const SortChunk& chunk) {
  auto bytes = static_cast<int64_t>(chunk.keys.size()) + chunk.rows.numRows() * static_cast<int64_t>(sizeof(SortEntry));
  const auto add = [&](const VectorPtr& column) {
    // The base of a dictionary is shared by many batches.
    bytes += column->isFlat() ? column->byteSize() : column->isDictionary() ? column->size() * int64_t{4} : 64;
  };
  for (const VectorPtr& column : chunk.rows.columns()) add(column);
  for (const VectorPtr& column : chunk.keyColumns) {
    const auto& columns = chunk.rows.columns();
    if (std::find(columns.begin(), columns.end(), column) == columns.end()) add(column);
  }
  return bytes;
}

void SortedRows::prepare(std::vector<SortChunk> chunks, int32_t numParts, bool byPartition) {
  chunks_ = std::move(chunks);
  std::stable_sort(chunks_.begin(), chunks_.end(), [](const SortChunk& a, const SortChunk& b) {
    return std::pair(a.rows.partition(), a.rows.sequence()) < std::pair(b.rows.partition(), b.rows.sequence());
  });
  size_t total = 0;
  for (const SortChunk& chunk : chunks_) total += static_cast<size_t>(chunk.rows.numRows());
  keys_ = std::make_unique_for_overwrite<std::byte[]>(total * order_.layout.width());
  entries_ = std::make_unique_for_overwrite<SortEntry[]>(total);
  numRows_ = total;
  columns_.resize(types_.size());
  // Parts begin where a chunk begins.
  const size_t partRows = total <= kFewRows ? total : (total + static_cast<size_t>(numParts) - 1) / static_cast<size_t>(numParts);
  size_t at = 0;
  for (size_t c = 0; c < chunks_.size(); ++c) {
    const SortChunk& chunk = chunks_[c];
    const int32_t partition = byPartition ? chunk.rows.partition() : 0;
    const auto rows = static_cast<size_t>(chunk.rows.numRows());
    if (parts_.empty() || parts_.back().partition != partition || parts_.back().end - parts_.back().begin >= partRows) {
      parts_.push_back({at, at, partition});
      firstChunks_.push_back(c);
    }
    at += rows;
    parts_.back().end = at;
  }
  firstChunks_.push_back(chunks_.size());
  if (order_.layout.needsColumns() && !chunks_.empty()) {
    for (size_t k = 0; k < order_.layout.numKeys(); ++k) {
      std::vector<VectorPtr> vectors;
      for (SortChunk& chunk : chunks_) vectors.push_back(std::move(chunk.keyColumns[k]));
      // Of keys that their bytes say nothing is read.
      keyColumns_.push_back(order_.layout.isExact(k) ? nullptr : columnar::concatenate(vectors[0]->type(), vectors));
    }
  }
}

void SortedRows::sortPart(int32_t part) {
  const Range& range = parts_[static_cast<size_t>(part)];
  std::byte* to = keys_.get() + range.begin * order_.layout.width();
  for (size_t c = firstChunks_[static_cast<size_t>(part)]; c < firstChunks_[static_cast<size_t>(part) + 1]; ++c) {
    const std::vector<std::byte> keys = std::exchange(chunks_[c].keys, {});
    if (!keys.empty()) std::memcpy(to, keys.data(), keys.size());
    to += keys.size();
  }
  for (size_t i = range.begin; i < range.end; ++i) {
    entries_[i] = {columnar::SortKeyLayout::prefix(keys_.get() + i * order_.layout.width()), static_cast<uint32_t>(i)};
  }
  sortEntries(order_.layout, keys_.get(), keyColumns_, {entries_.get() + range.begin, range.end - range.begin});
}

void SortedRows::concatenateColumn(int32_t column) {
  const auto c = static_cast<size_t>(column);
  if (!isNeeded(c)) {
    columns_[c] = columnar::ColumnVector::nulls(types_[c], static_cast<RowIndex>(numRows_));
    return;
  }
  std::vector<VectorPtr> vectors;
  for (const SortChunk& chunk : chunks_) vectors.push_back(chunk.rows.column(c));
  columns_[c] = columnar::concatenate(types_[c], vectors);
}

void SortedRows::finish() {
  const auto isBefore = [&](const SortEntry& a, const SortEntry& b) { return entryIsBefore(order_.layout, keys_.get(), keyColumns_, a, b); };
  // Neighbouring parts of a partition are merged two by two.
  while (true) {
    std::vector<Range> merged;
    for (size_t p = 0; p < parts_.size(); ++p) {
      if (p + 1 < parts_.size() && parts_[p].partition == parts_[p + 1].partition) {
        SortEntry* const first = entries_.get();
        std::inplace_merge(first + parts_[p].begin, first + parts_[p].end, first + parts_[p + 1].end, isBefore);
        merged.push_back({parts_[p].begin, parts_[p + 1].end, parts_[p].partition});
        ++p;
      } else {
        merged.push_back(parts_[p]);
      }
    }
    const bool isDone = merged.size() == parts_.size();
    parts_ = std::move(merged);
    if (isDone) break;
  }
  ranges_ = std::move(parts_);
  chunks_ = {};
}

void SortedRows::dropKeys() {
  keys_ = nullptr;
  keyColumns_ = {};
}

bool SortedRows::equalKeys(size_t numKeys, size_t place, size_t other) const {
  if (numKeys == 0) return true;
  // Mostly told without a look at rows that lie anywhere in memory.
  if (numKeys == order_.layout.numKeys() && order_.layout.prefixDecides() && entries_[place].prefix != entries_[other].prefix) return false;
  const auto placeOf = [&](size_t at) {
    const uint32_t row = entries_[at].row;
    return columnar::SortKeyLayout::Place{keys_.get() + row * order_.layout.width(), keyColumns_, static_cast<RowIndex>(row)};
  };
  return order_.layout.equalFirst(numKeys, placeOf(place), placeOf(other));
}

std::vector<VectorPtr> SortedRows::columns(size_t begin, size_t end) const {
  std::vector<RowIndex> rows(end - begin);
  for (size_t i = begin; i < end; ++i) rows[i - begin] = static_cast<RowIndex>(entries_[i].row);
  std::vector<VectorPtr> columns;
  columns.reserve(columns_.size());
  for (size_t c = 0; c < columns_.size(); ++c) {
    columns.push_back(isNeeded(c) ? columnar::gather(columns_[c], rows) : columnar::ColumnVector::nulls(types_[c], static_cast<RowIndex>(rows.size())));
  }
  return columns;
}

}  // namespace flint::exec
