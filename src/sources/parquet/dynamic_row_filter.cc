#include "sources/parquet/dynamic_row_filter.h"

#include <numeric>

namespace flint::sources {

using columnar::RowIndex;
using columnar::Selection;

// Whether the values of the column's dictionary are known to pass or not.
bool DynamicRowFilter::testDictionary(const columnar::ColumnVector& column, size_t rows) {
  if (column.base() != base_) {
    base_ = column.base();
    passes_.clear();
    seen_ = 0;
  }
  if (!passes_.empty()) return true;
  seen_ += static_cast<int64_t>(rows);
  const auto size = static_cast<size_t>(base_->size());
  if (seen_ < base_->size()) return false;
  Selection values(size);
  std::iota(values.begin(), values.end(), 0);
  if (size == 0 || !filter_->apply(*base_, values)) return false;
  passes_.assign(size, 0);
  for (const RowIndex value : values) passes_[static_cast<size_t>(value)] = 1;
  return true;
}

void DynamicRowFilter::apply(const columnar::VectorPtr& column, columnar::SelectionPtr& selection) {
  auto kept = std::make_shared<Selection>();
  if (selection != nullptr) {
    *kept = *selection;
  } else {
    kept->resize(static_cast<size_t>(column->size()));
    std::iota(kept->begin(), kept->end(), 0);
  }
  const size_t before = kept->size();
  if (column->isDictionary() && testDictionary(*column, before)) {
    const int32_t* codes = column->indices();
    size_t next = 0;
    for (const RowIndex row : *kept) {
      (*kept)[next] = row;
      next += passes_[static_cast<size_t>(codes[row])];
    }
    kept->resize(next);
    if (column->mayHaveNulls()) std::erase_if(*kept, [&](RowIndex row) { return column->isNull(row); });
  } else if (!filter_->apply(*column, *kept)) {
    return;
  }
  tested_ += static_cast<int64_t>(before);
  kept_ += static_cast<int64_t>(kept->size());
  if (kept->size() < before) selection = std::move(kept);
}

}  // namespace flint::sources
