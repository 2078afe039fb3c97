#include "exec/join/join_chunks.h"

#include <algorithm>
#include <iterator>

#include "columnar/gather.h"
#include "exec/join/join_build.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

// What a kept vector takes that was not counted before; strings that only few rows are kept of are copied away from their batch.
int64_t keep(const VectorPtr& source, const ActiveRows& active, columnar::StringHeap& heap, std::vector<VectorPtr>& chunks) {
  VectorPtr kept = columnar::compactEncoded(source, active);
  if (kept->isFlat() && kept->physicalType() == PhysicalType::kString && active.count() < active.size() / 2) {
    const int64_t before = heap.allocatedBytes();
    kept = columnar::copyStrings(kept, heap);
    chunks.push_back(std::move(kept));
    return chunks.back()->size() * int64_t{16} + heap.allocatedBytes() - before;
  }
  int64_t bytes = kept->isConstant() ? 64 : kept->isDictionary() ? kept->size() * int64_t{4} : kept->byteSize();
  if (kept->isDictionary() && (chunks.empty() || !chunks.back()->isDictionary() || chunks.back()->base() != kept->base())) {
    bytes += kept->base()->byteSize();
  }
  chunks.push_back(std::move(kept));
  return bytes;
}

std::vector<std::optional<KeyRange>> emptyRanges(const std::vector<DataType>& keyTypes) {
  std::vector<std::optional<KeyRange>> ranges;
  for (const DataType& type : keyTypes) {
    ranges.push_back(isIntegerKey(type.physicalType()) ? std::optional<KeyRange>(KeyRange{}) : std::nullopt);
  }
  return ranges;
}

}  // namespace

JoinChunks::JoinChunks(std::vector<DataType> columnTypes, std::vector<DataType> keyTypes)
    : columnTypes_(std::move(columnTypes)),
      keyTypes_(std::move(keyTypes)),
      columns_(columnTypes_.size()),
      keys_(keyTypes_.size()),
      ranges_(emptyRanges(keyTypes_)) {}

int64_t JoinChunks::add(const columnar::ColumnarBatch& batch, std::span<const VectorPtr> keys, const ActiveRows& active) {
  int64_t bytes = 0;
  for (size_t c = 0; c < columns_.size(); ++c) bytes += keep(batch.column(c), active, heap_, columns_[c]);
  for (size_t k = 0; k < keys.size(); ++k) {
    if (ranges_[k].has_value()) ranges_[k]->add(*keys[k], active);
    // A key that is a plain column is kept once.
    const auto end = batch.columns().begin() + static_cast<ptrdiff_t>(columns_.size());
    const auto same = std::find(batch.columns().begin(), end, keys[k]);
    if (same != end) {
      keys_[k].push_back(columns_[static_cast<size_t>(same - batch.columns().begin())].back());
    } else {
      bytes += keep(keys[k], active, heap_, keys_[k]);
    }
  }
  chunkRows_.push_back(active.count());
  numRows_ += active.count();
  return bytes;
}

void JoinChunks::append(JoinChunks& other) {
  const auto moveAll = [](std::vector<Vectors>& from, std::vector<Vectors>& to) {
    for (size_t i = 0; i < from.size(); ++i) {
      to[i].insert(to[i].end(), std::make_move_iterator(from[i].begin()), std::make_move_iterator(from[i].end()));
    }
  };
  moveAll(other.keys_, keys_);
  moveAll(other.columns_, columns_);
  chunkRows_.insert(chunkRows_.end(), other.chunkRows_.begin(), other.chunkRows_.end());
  for (size_t k = 0; k < ranges_.size(); ++k) {
    if (ranges_[k].has_value()) ranges_[k]->add(*other.ranges_[k]);
  }
  numRows_ += other.numRows_;
  other.clear();
}

void JoinChunks::clear() {
  for (Vectors& column : columns_) column = {};
  for (Vectors& key : keys_) key = {};
  chunkRows_ = {};
  ranges_ = emptyRanges(keyTypes_);
  heap_ = {};
  numRows_ = 0;
}

std::vector<VectorPtr> JoinChunks::chunk(size_t index) const {
  std::vector<VectorPtr> vectors;
  for (const Vectors& column : columns_) vectors.push_back(column[index]);
  for (const Vectors& key : keys_) vectors.push_back(key[index]);
  return vectors;
}

void JoinChunks::prepare(JoinBuild& build, std::vector<bool> keyNullable, bool constantHash) {
  build.numRows = static_cast<RowIndex>(numRows_);
  std::vector<VectorPtr> keys;
  for (size_t k = 0; k < keys_.size(); ++k) {
    keys.push_back(columnar::concatenate(keyTypes_[k], keys_[k]));
    // A column that is also the key is concatenated once.
    for (Vectors& column : columns_) {
      if (!keys_[k].empty() && column == keys_[k]) column = {keys.back()};
    }
    keys_[k] = {};
  }
  build.columns.resize(columns_.size());
  if (build.shape.marksBuildRows()) build.matched.assign(static_cast<size_t>(numRows_), 0);
  build.table.prepare(std::move(keys), std::move(keyNullable), ranges_, build.numRows, constantHash);
}

void JoinChunks::concatenate(JoinBuild& build, size_t column) {
  build.columns[column] = columnar::concatenate(columnTypes_[column], columns_[column]);
  columns_[column] = {};
}

}  // namespace flint::exec
