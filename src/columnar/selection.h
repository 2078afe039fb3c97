#pragma once

#include <memory>
#include <span>
#include <vector>

#include "columnar/column_vector.h"

namespace flint::columnar {

/// Row numbers of a batch, ascending.
using Selection = std::vector<RowIndex>;
using SelectionPtr = std::shared_ptr<const Selection>;

/// The rows a kernel works on: all of [0, size), or the listed ones. Borrows the list.
class ActiveRows {
 public:
  explicit ActiveRows(RowIndex size) : size_(size), count_(size) {}
  ActiveRows(RowIndex size, std::span<const RowIndex> rows)
      : rows_(rows.data() == nullptr ? &kNoRow : rows.data()), size_(size), count_(static_cast<RowIndex>(rows.size())) {}

  bool isAll() const { return rows_ == nullptr; }
  /// Rows in the batch, active or not: the size of a result vector.
  RowIndex size() const { return size_; }
  RowIndex count() const { return count_; }
  bool isEmpty() const { return count_ == 0; }
  RowIndex operator[](RowIndex i) const { return rows_ == nullptr ? i : rows_[i]; }
  std::span<const RowIndex> rows() const { return {rows_, static_cast<size_t>(rows_ == nullptr ? 0 : count_)}; }

  class Iterator {
   public:
    Iterator(const RowIndex* rows, RowIndex at) : rows_(rows), at_(at) {}
    RowIndex operator*() const { return rows_ == nullptr ? at_ : rows_[at_]; }
    Iterator& operator++() {
      ++at_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const RowIndex* rows_;
    RowIndex at_;
  };
  Iterator begin() const { return {rows_, 0}; }
  Iterator end() const { return {rows_, count_}; }

 private:
  static constexpr RowIndex kNoRow = 0;  // what an empty list points to: a null pointer means all rows

  const RowIndex* rows_ = nullptr;
  RowIndex size_;
  RowIndex count_;
};

/// Calls `body(row)` for each active row: one dense loop, which the compiler can vectorize, and one over the list.
template <class Body>
inline void forEachActive(const ActiveRows& active, Body&& body) {
  if (active.isAll()) {
    for (RowIndex row = 0; row < active.size(); ++row) body(row);
  } else {
    for (const RowIndex row : active.rows()) body(row);
  }
}

}  // namespace flint::columnar
