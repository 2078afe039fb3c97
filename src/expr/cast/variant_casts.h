#pragma once

#include "columnar/variant_builder.h"
#include "columnar/variant_reader.h"
#include "expr/cast/cast_kernels.h"

namespace flint::expr {

/// Whether CAST goes between the two types, of which one is VARIANT.
bool canCastVariant(const DataType& from, const DataType& to);
/// The types that a variant can be read as.
bool isVariantTarget(const DataType& type);
/// From VARIANT where `from` is it, else to it.
Kernel findVariantCast(const DataType& from);

/// Appends a column's value, nested parts included. `row` may be null.
void appendAsVariant(const ColumnVector& vector, RowIndex row, columnar::VariantBuilder& builder);

/// Reads variants as values of one type.
///
/// Threads: confined to its owner.
/// Source: Spark's VariantGet.cast: objects and arrays become structs, maps, arrays and JSON text; other values go by TRY_CAST from their own type.
class VariantConversion {
 public:
  /// With `strict`, a value that does not fit makes the whole fail; else it is a null where it stands.
  VariantConversion(const TimeZone& zone, bool strict) : zone_(zone), strict_(strict) {}
  /// Appends one value. False: it does not fit, and a null was appended.
  bool append(const columnar::VariantReader& variant, columnar::VectorBuilder& builder);
  /// INVALID_VARIANT_CAST.
  Error error(const columnar::VariantReader& variant, const DataType& target) const;

 private:
  bool appendScalar(const columnar::VariantReader& variant, columnar::VectorBuilder& builder);
  bool appendNested(const columnar::VariantReader& variant, columnar::VectorBuilder& builder);
  bool appendByCast(const DataType& from, const Value& value, columnar::VectorBuilder& builder);

  const TimeZone& zone_;
  const bool strict_;
};

}  // namespace flint::expr
