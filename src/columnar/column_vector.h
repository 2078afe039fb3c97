#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "columnar/buffer.h"
#include "columnar/string_view.h"
#include "columnar/validity.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::columnar {

class ColumnVector;
using VectorPtr = std::shared_ptr<const ColumnVector>;
using RowIndex = int32_t;

/// Rows a batch aims at; an operator must take batches of any size from 1 up.
inline constexpr RowIndex kBatchRows = 2048;

enum class Encoding : uint8_t { kFlat, kConstant, kDictionary };

/// The values of one column of a batch.
///
/// Shape: `size()` rows. kFlat: `values<T>()` holds one T a row (uint8_t for booleans; StringView, ListEntry, CalendarInterval;
/// none for structs, whose children have `size()` rows each). A list's children hold all elements, each row being a ListEntry range.
/// kConstant: every row is row 0 of `base()`, flat with one row. kDictionary: row r is row `indices()[r]` of `base()`, which is flat.
/// Validity: `validity()` is a bitmap over this vector's own rows, null when it adds no nulls; a row is null when its bit is clear or,
/// for the two other encodings, when the base's row is null. Values under null rows are defined but arbitrary.
/// Memory: shares buffers; `owners()` keep alive what StringViews point to.
/// Threads: immutable once shared.
class ColumnVector {
 public:
  using Owners = std::vector<std::shared_ptr<const void>>;

  static VectorPtr flat(DataType type, RowIndex size, BufferPtr values, BufferPtr validity = nullptr, Owners owners = {});
  static VectorPtr list(DataType type, RowIndex size, BufferPtr entries, BufferPtr validity, std::vector<VectorPtr> children);
  static VectorPtr structure(DataType type, RowIndex size, BufferPtr validity, std::vector<VectorPtr> children);
  /// `base` row `row`, repeated `size` times.
  static VectorPtr constant(VectorPtr base, RowIndex row, RowIndex size);
  static VectorPtr constant(DataType type, const Value& value, RowIndex size);
  static VectorPtr nulls(DataType type, RowIndex size);
  /// `indices` are int32, one a row, below `base->size()` also under null rows. A base that is not flat is composed away.
  static VectorPtr dictionary(VectorPtr base, RowIndex size, BufferPtr indices, BufferPtr validity = nullptr);
  /// The same values as another type of the same physical type (a decimal's scale, a struct's field names).
  static VectorPtr withType(const VectorPtr& vector, DataType type);

  const DataType& type() const { return type_; }
  PhysicalType physicalType() const { return physicalType_; }
  Encoding encoding() const { return encoding_; }
  bool isFlat() const { return encoding_ == Encoding::kFlat; }
  bool isConstant() const { return encoding_ == Encoding::kConstant; }
  bool isDictionary() const { return encoding_ == Encoding::kDictionary; }
  RowIndex size() const { return size_; }

  template <class T>
  const T* values() const {
    return values_->as<T>();
  }
  const uint64_t* validity() const { return validity_ == nullptr ? nullptr : validity_->as<uint64_t>(); }
  const BufferPtr& valuesBuffer() const { return values_; }
  const BufferPtr& validityBuffer() const { return validity_; }
  const int32_t* indices() const { return values_->as<int32_t>(); }
  const VectorPtr& base() const { return children_[0]; }
  const std::vector<VectorPtr>& children() const { return children_; }
  const Owners& owners() const { return owners_; }

  /// False only when no row can be null.
  bool mayHaveNulls() const { return validity_ != nullptr || (!isFlat() && base()->mayHaveNulls()); }
  bool isNull(RowIndex row) const;
  /// The row of `base()` (or of this, when flat) that holds row `row`.
  RowIndex baseRow(RowIndex row) const {
    return isFlat() ? row : isConstant() ? 0 : indices()[row];
  }
  /// One value, slowly: for tests, literals and messages.
  Value valueAt(RowIndex row) const;
  /// Bytes of all buffers reachable from here, shared ones counted in full.
  int64_t byteSize() const;

 private:
  ColumnVector(DataType type, Encoding encoding, RowIndex size, BufferPtr values, BufferPtr validity, std::vector<VectorPtr> children,
               Owners owners);

  DataType type_;
  PhysicalType physicalType_;
  Encoding encoding_;
  RowIndex size_;
  BufferPtr values_;    // or indices
  BufferPtr validity_;
  std::vector<VectorPtr> children_;  // of a nested type; or the base
  Owners owners_;
};

}  // namespace flint::columnar
