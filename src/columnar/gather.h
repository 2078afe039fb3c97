#pragma once

#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/columnar_batch.h"
#include "columnar/selection.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {

/// In a list of rows: no row, which gives NULL.
inline constexpr RowIndex kNoRow = -1;

/// The rows `rows` of `source` as a flat vector, one an entry. Strings still point into the source's memory, which the result keeps alive.
VectorPtr gather(const VectorPtr& source, std::span<const RowIndex> rows);

/// The active rows of `source`, one behind the other; `source` itself when it is flat and every row is active.
VectorPtr compact(const VectorPtr& source, const ActiveRows& active);

/// As `compact`, keeping a dictionary encoding (and a constant one) instead of writing its values out.
VectorPtr compactEncoded(const VectorPtr& source, const ActiveRows& active);

/// A flat or dictionary vector with the strings of `source` copied into `heap`, so that it does not keep the source's memory alive.
VectorPtr copyStrings(const VectorPtr& source, StringHeap& heap);

/// `vectors` of type `type`, one behind the other, flat; or a dictionary when all share one dictionary.
VectorPtr concatenate(const DataType& type, std::span<const VectorPtr> vectors);

/// The rows of `batch` that are there, densely, with its position; columns keep their encoding.
ColumnarBatch compact(const ColumnarBatch& batch);

/// Wraps many columns in the same indices, composing equal dictionaries once.
///
/// Shape: `indices` holds int32 row numbers of the columns to wrap; results have `size` rows. `validity` (optional) marks rows to become NULL.
/// Threads: confined to its owner.
class DictionaryWrap {
 public:
  DictionaryWrap(BufferPtr indices, RowIndex size, BufferPtr validity = nullptr)
      : indices_(std::move(indices)), size_(size), validity_(std::move(validity)) {}
  VectorPtr wrap(const VectorPtr& column);

 private:
  const BufferPtr indices_;
  const RowIndex size_;
  const BufferPtr validity_;
  // What dictionary columns were composed to, by their own indices and validity.
  struct Composed {
    const Buffer* indices;
    const Buffer* validity;
    BufferPtr composedIndices;
    BufferPtr composedValidity;
  };
  std::vector<Composed> composed_;
};

}  // namespace flint::columnar
