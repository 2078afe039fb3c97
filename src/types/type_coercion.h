#pragma once

#include <optional>
#include <span>

#include "types/data_type.h"

/// Spark's rules for the types of mixed operands. `ansi` chooses between the rules of spark.sql.ansi.enabled = true and false.
///
/// Source: AnsiTypeCoercion, TypeCoercion, DecimalPrecision and Cast of Spark.
namespace flint {
inline namespace types {

/// The decimal that holds every value of an integral type; decimals of floating types have Spark's fixed precision.
DataType decimalForType(const DataType& numeric);
/// decimal(precision, scale) with both cut to 38.
DataType boundedDecimal(int precision, int scale);
/// As `boundedDecimal`, but what is over 38 digits is taken from the scale, which keeps at least min(scale, 6).
DataType adjustedDecimal(int precision, int scale);
/// A decimal that holds the values of both; over 38 digits, the scale gives way.
DataType widerDecimal(const DataType& a, const DataType& b);
/// Whether every value of `narrow` (decimal or integral) fits in the decimal type `wide`.
bool isWiderDecimal(const DataType& wide, const DataType& narrow);

/// The type both can be taken as without loss; nothing when there is none.
std::optional<DataType> findTightestCommonType(const DataType& a, const DataType& b, bool ansi = true);
/// As `findTightestCommonType`, also with loss of precision, and with strings: the type of UNION columns, CASE branches, COALESCE and IN.
std::optional<DataType> findWiderTypeForTwo(const DataType& a, const DataType& b, bool ansi = true);
std::optional<DataType> findWiderCommonType(std::span<const DataType> types, bool ansi = true);
/// As `findWiderCommonType`, but strings go with strings only: the type of inline tables' columns, GREATEST, LEAST and array operations.
std::optional<DataType> findWiderTypeWithoutStrings(const DataType& a, const DataType& b, bool ansi = true);
std::optional<DataType> findWiderTypeWithoutStrings(std::span<const DataType> types, bool ansi = true);
/// The common type of a binary comparison's sides, strings with other types included.
std::optional<DataType> findComparisonType(const DataType& a, const DataType& b, bool ansi = true);

/// The type to cast an argument of type `from` to where `target` is expected; nothing when no implicit cast is allowed.
std::optional<DataType> implicitCast(const DataType& from, const DataType& target, bool ansi = true);

/// Casts that never lose information and never fail.
bool canUpCast(const DataType& from, const DataType& to);
/// Casts allowed when a value is stored into a column (INSERT).
bool canAnsiStoreAssign(const DataType& from, const DataType& to);
/// Whether an explicit CAST between the types exists.
bool canCast(const DataType& from, const DataType& to, bool ansi = true);

}  // namespace types
}  // namespace flint
