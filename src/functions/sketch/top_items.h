#pragma once

#include <optional>

#include "columnar/column_vector.h"
#include "columnar/vector_builder.h"
#include "functions/sketch/frequent_items.h"

namespace flint::functions {

/// The frequent items of one column, null among them, as approx_top_k and its like keep them.
struct TopItems {
  FrequentItems items;
  int64_t nulls = 0;

  explicit TopItems(int64_t maxItems) : items(maxItems) {}
  void add(const columnar::ColumnVector& vector, columnar::RowIndex row);
  void merge(const TopItems& other);
  void encode(ByteWriter& out) const;
  void decode(ByteReader& in);
  /// Appends an array of (item, count) structs. Errors: of bytes that do not hold the builder's type.
  Status appendTop(size_t k, columnar::VectorBuilder& result) const;

  /// ARRAY<STRUCT<item, count>>
  static DataType topType(const DataType& item);
  /// The struct in which a sketch travels: its bytes, the number of items tracked, and the items' type twice.
  static DataType sketchType(const DataType& item);
};

inline constexpr int64_t kDefaultTopK = 5;
inline constexpr int64_t kDefaultMaxItems = 10'000;
inline constexpr int64_t kMostMaxItems = 1'000'000;

}  // namespace flint::functions
