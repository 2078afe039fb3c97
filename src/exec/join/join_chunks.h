#pragma once

#include <optional>
#include <span>
#include <vector>

#include "columnar/columnar_batch.h"
#include "columnar/vector_builder.h"
#include "exec/join/join_table.h"

namespace flint::exec {

struct JoinBuild;

/// Rows of a join's build side as they are collected, before they become a JoinBuild.
///
/// Shape: each `add` is a chunk: one vector for each column that the join reads and for each key, which may be the same vector.
/// Threads: confined to its owner.
class JoinChunks {
 public:
  JoinChunks(std::vector<DataType> columnTypes, std::vector<DataType> keyTypes);

  /// Keeps the active rows of `batch`, whose first columns are those that the join reads; the bytes that this holds on to.
  int64_t add(const columnar::ColumnarBatch& batch, std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active);
  void append(JoinChunks& other);
  void clear();

  int64_t numRows() const { return numRows_; }
  size_t numChunks() const { return chunkRows_.size(); }
  const std::vector<std::optional<KeyRange>>& ranges() const { return ranges_; }
  /// Bytes that the table and flags of so many rows take.
  static int64_t tableBytes(int64_t numRows, size_t numKeys, bool marked) {
    return numKeys == 0 ? 0 : JoinTable::estimateBytes(static_cast<columnar::RowIndex>(numRows), numKeys) + (marked ? numRows : 0);
  }

  /// A chunk's columns, then its keys.
  std::vector<columnar::VectorPtr> chunk(size_t index) const;
  columnar::RowIndex rowsOfChunk(size_t index) const { return chunkRows_[index]; }

  /// Turns the chunks into `build`: `prepare`, then any number of `build.table.insert` and one `concatenate` a column at once, then `build.table.finish`.
  void prepare(JoinBuild& build, std::vector<bool> keyNullable, bool constantHash);
  void concatenate(JoinBuild& build, size_t column);
  size_t numColumns() const { return columns_.size(); }

 private:
  // Vectors of one column, one a chunk.
  using Vectors = std::vector<columnar::VectorPtr>;

  std::vector<DataType> columnTypes_;
  std::vector<DataType> keyTypes_;
  std::vector<Vectors> columns_;
  std::vector<Vectors> keys_;
  std::vector<columnar::RowIndex> chunkRows_;
  std::vector<std::optional<KeyRange>> ranges_;
  columnar::StringHeap heap_;
  int64_t numRows_ = 0;
};

}  // namespace flint::exec
