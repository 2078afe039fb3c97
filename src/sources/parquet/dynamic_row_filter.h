#pragma once

#include <cstdint>
#include <vector>

#include "columnar/columnar_batch.h"
#include "connector/table.h"

namespace flint::sources {

/// A dynamic filter over the batches of one column. Values of a dictionary are tested once each, as soon as more rows than it has values were tested
/// without that: then a row costs the look at a byte.
///
/// Threads: confined to its owner.
class DynamicRowFilter {
 public:
  DynamicRowFilter(int32_t column, connector::DynamicFilterPtr filter) : column_(column), filter_(std::move(filter)) {}

  int32_t column() const { return column_; }
  const connector::DynamicFilter& filter() const { return *filter_; }
  /// Whether the column is better read as codes of its dictionary, however large: next to no row's value is wanted.
  bool prefersCodes() const { return tested_ > 0 && kept_ * kSelective < tested_; }
  /// `selection` (null: all of the column's rows) without the rows that cannot matter.
  void apply(const columnar::VectorPtr& column, columnar::SelectionPtr& selection);

 private:
  static constexpr int64_t kSelective = 8;
  bool testDictionary(const columnar::ColumnVector& column, size_t rows);

  const int32_t column_;
  const connector::DynamicFilterPtr filter_;
  columnar::VectorPtr base_;     // the dictionary that `passes_` and `seen_` are of
  std::vector<uint8_t> passes_;  // a byte a value of it; empty: not tested
  int64_t seen_ = 0;             // rows tested one by one
  int64_t tested_ = 0;
  int64_t kept_ = 0;
};

}  // namespace flint::sources
