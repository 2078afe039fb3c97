#pragma once

#include "columnar/column_vector.h"

namespace flint::columnar {

/// Reads one column whatever its encoding: `reader[row]` and `reader.isNull(row)`, both without a virtual call.
///
/// Shape: T is the C++ type of the column's physical type (uint8_t for booleans). For structs use `base()` and `baseRow`.
/// Memory: borrows from the vector, which must outlive it.
template <class T>
class VectorReader {
 public:
  explicit VectorReader(const ColumnVector& vector)
      : base_(vector.isFlat() ? &vector : vector.base().get()),
        values_(base_->valuesBuffer() == nullptr ? nullptr : base_->template values<T>()),
        indices_(vector.isDictionary() ? vector.indices() : nullptr),
        mask_(vector.isConstant() ? 0 : -1),
        rowValidity_(vector.validity()),
        baseValidity_(vector.isFlat() ? nullptr : base_->validity()) {}

  RowIndex baseRow(RowIndex row) const { return indices_ != nullptr ? indices_[row] : row & mask_; }
  const T& operator[](RowIndex row) const { return values_[baseRow(row)]; }
  bool isNull(RowIndex row) const {
    return (rowValidity_ != nullptr && !bitIsSet(rowValidity_, row)) ||
           (baseValidity_ != nullptr && !bitIsSet(baseValidity_, baseRow(row)));
  }
  bool mayHaveNulls() const { return rowValidity_ != nullptr || baseValidity_ != nullptr; }
  bool isConstant() const { return mask_ == 0; }
  /// The values of a flat column, one a row; null for the other encodings.
  const T* flatValues() const { return indices_ == nullptr && mask_ != 0 ? values_ : nullptr; }
  const ColumnVector& base() const { return *base_; }

 private:
  const ColumnVector* base_;
  const T* values_;
  const int32_t* indices_;
  RowIndex mask_;
  const uint64_t* rowValidity_;
  const uint64_t* baseValidity_;
};

}  // namespace flint::columnar
