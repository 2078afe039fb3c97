#pragma once

#include <string>
#include <vector>

#include "expr/cast.h"
#include "types/number_text.h"
#include "types/time_zone.h"

/// What the files of casts share: the data of a cast, its errors, and a loop over rows.
namespace flint::expr {

/// What a cast's kernel knows: `KernelArgs::data<CastData>()`.
struct CastData {
  DataType from;
  DataType to;
  CastMode mode = CastMode::kAnsi;
  const TimeZone* zone = nullptr;
  std::vector<FunctionBinding> parts;  // of nested types: the casts of element; key, value; or fields
};

/// Whether a value that does not fit is an error (which CAST raises and TRY_CAST makes null) or is changed quietly.
inline bool isStrict(const CastData& data) { return data.mode != CastMode::kLegacy; }

/// CAST_INVALID_INPUT: `value` as SQL would write it.
Error castInvalidInput(const CastData& data, std::string value);
/// CAST_OVERFLOW.
Error castOverflow(const CastData& data, std::string value);
/// NUMERIC_VALUE_OUT_OF_RANGE of a decimal's text.
Error decimalOutOfRange(const std::string& value, const DataType& target);
/// Marks a row whose value has no place in the target: an error, or null in legacy mode.
void setMissing(const KernelArgs& args, const CastData& data, RowIndex row, Error (*error)(const CastData&, std::string), std::string value);

/// Calls `body(row, value)` for each active row of the first argument.
template <class From, class Body>
void forEachValue(const KernelArgs& args, Body&& body) {
  const auto input = args.column<From>(0);
  if (const From* flat = input.flatValues()) {
    forEachActive(args.activeRows(), [&](RowIndex row) { body(row, flat[row]); });
  } else {
    forEachActive(args.activeRows(), [&](RowIndex row) { body(row, input[row]); });
  }
}

/// The kernels between two types; null pointer where the file knows none.
Kernel findNumericCast(const DataType& from, const DataType& to);
Kernel findDecimalCast(const DataType& from, const DataType& to);
Kernel findCastFromString(const DataType& to);
Kernel findCastToString(const DataType& from);
Kernel findDatetimeCast(const DataType& from, const DataType& to);
Kernel findIntervalCast(const DataType& from, const DataType& to);
Kernel findNestedCast(const DataType& from, const DataType& to);

/// How texts of values differ between a cast and what `show` prints.
struct ValueTextStyle {
  std::string_view null = "null";
  bool hexBinary = false;    // binary values as "[41 42]", not as they stand
};
/// Appends a value as CAST(... AS STRING) writes it: "[1, 2]", "{a -> 1}", "2024-02-29"; the style's word for a null.
void appendValueText(const ColumnVector& vector, RowIndex row, const TimeZone& zone, std::string& out, const ValueTextStyle& style = {});

}  // namespace flint::expr
