#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::columnar {

/// Rows in flight between operators.
///
/// Shape: every column has `numRows()` rows, of which only those in `selection()` (all, when null) are there for the reader.
/// `partition` is the partition index its rows belong to, `sequence` its place in that partition: ascending in the order that Spark defines,
/// gaps allowed. Filter, project, generate and probe keep both.
/// Threads: immutable but for its one owner; copying shares the columns.
class ColumnarBatch {
 public:
  ColumnarBatch() = default;
  ColumnarBatch(std::vector<VectorPtr> columns, RowIndex numRows) : columns_(std::move(columns)), numRows_(numRows) {}

  RowIndex numRows() const { return numRows_; }
  RowIndex numSelected() const { return selection_ == nullptr ? numRows_ : static_cast<RowIndex>(selection_->size()); }
  bool isEmpty() const { return numSelected() == 0; }
  size_t numColumns() const { return columns_.size(); }
  const VectorPtr& column(size_t index) const { return columns_[index]; }
  const std::vector<VectorPtr>& columns() const { return columns_; }
  const SelectionPtr& selection() const { return selection_; }
  ActiveRows activeRows() const { return selection_ == nullptr ? ActiveRows(numRows_) : ActiveRows(numRows_, *selection_); }

  int32_t partition() const { return partition_; }
  int64_t sequence() const { return sequence_; }

  void setColumns(std::vector<VectorPtr> columns) { columns_ = std::move(columns); }
  void setSelection(SelectionPtr selection) { selection_ = std::move(selection); }
  void setPosition(int32_t partition, int64_t sequence) {
    partition_ = partition;
    sequence_ = sequence;
  }
  /// This batch's columns replaced, with its rows, selection and position kept.
  ColumnarBatch withColumns(std::vector<VectorPtr> columns) const {
    ColumnarBatch batch = *this;
    batch.columns_ = std::move(columns);
    return batch;
  }
  int64_t byteSize() const;

 private:
  std::vector<VectorPtr> columns_;
  RowIndex numRows_ = 0;
  int32_t partition_ = 0;
  int64_t sequence_ = 0;
  SelectionPtr selection_;
};

}  // namespace flint::columnar
