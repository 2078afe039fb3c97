#pragma once

#include <memory>
#include <vector>

#include "columnar/columnar_batch.h"
#include "exec/sort/sort_order.h"

namespace flint::exec {

/// Batches that one thread has collected to be sorted, with their keys as bytes.
struct SortChunk {
  columnar::ColumnarBatch rows;                 // dense; its position orders rows with equal keys
  std::vector<columnar::VectorPtr> keyColumns;  // dense; empty unless the layout needs them
  std::vector<std::byte> keys;
};

/// Makes a chunk of a batch; the sort keys are evaluated by `local`.
Result<SortChunk> makeSortChunk(const SortOrderKeys& order, expr::ExpressionEvaluator::Local& local, const columnar::ColumnarBatch& batch);
/// The rows of a chunk that `rows` lists, as a chunk; `width` is that of its keys.
SortChunk pickRows(const SortChunk& chunk, const columnar::Selection& rows, size_t width);
int64_t bytesOf(const SortChunk& chunk);

/// Rows of many chunks, sorted. Row numbers go through the chunks in the order of their positions, so that rows with equal keys keep it.
///
/// Threads: `sortPart` and `concatenateColumn` may run at once for different arguments, between `prepare` and `finish`; then immutable.
class SortedRows {
 public:
  SortedRows(const SortOrderKeys& order, std::vector<DataType> types) : order_(order), types_(std::move(types)) {}

  /// Columns that nobody reads once the rows are sorted give NULLs; one flag a column.
  void setNeeded(std::vector<bool> needed) { needed_ = std::move(needed); }
  /// Takes the chunks, to be sorted in about `numParts` parts; with `byPartition` rows stay in their chunk's partition.
  void prepare(std::vector<SortChunk> chunks, int32_t numParts, bool byPartition);
  int32_t numParts() const { return static_cast<int32_t>(parts_.size()); }
  int32_t numColumns() const { return static_cast<int32_t>(types_.size()); }
  void sortPart(int32_t part);
  void concatenateColumn(int32_t column);
  void finish();
  /// Whether the rows at two places have equal first `numKeys` keys; until `dropKeys`.
  bool equalKeys(size_t numKeys, size_t place, size_t other) const;
  void dropKeys();

  size_t numRows() const { return numRows_; }
  /// A range of sorted rows that share a partition.
  struct Range {
    size_t begin;
    size_t end;
    int32_t partition;
  };
  const std::vector<Range>& ranges() const { return ranges_; }
  int32_t numPartitions() const { return ranges_.empty() ? 1 : ranges_.back().partition + 1; }
  /// The columns of rows [begin, end), in order.
  std::vector<columnar::VectorPtr> columns(size_t begin, size_t end) const;
  uint32_t rowAt(size_t place) const { return entries_[place].row; }

 private:
  bool isNeeded(size_t column) const { return needed_.empty() || needed_[column]; }

  const SortOrderKeys& order_;
  const std::vector<DataType> types_;
  std::vector<bool> needed_;  // empty: all
  std::vector<SortChunk> chunks_;
  std::vector<columnar::VectorPtr> keyColumns_;
  // Both are first written by the threads that sort.
  std::unique_ptr<std::byte[]> keys_;
  std::unique_ptr<SortEntry[]> entries_;
  size_t numRows_ = 0;
  std::vector<Range> parts_;        // each sorted alone; parts of one partition are merged by `finish`
  std::vector<size_t> firstChunks_; // of each part, and the number of chunks
  std::vector<Range> ranges_;
  std::vector<columnar::VectorPtr> columns_;
};

}  // namespace flint::exec
