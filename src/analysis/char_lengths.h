#pragma once

#include <optional>
#include <string>

#include "expr/expression.h"
#include "types/data_type.h"

/// CHAR(n) and VARCHAR(n) columns: strings to every expression, with what the table declares in the column's metadata.
/// Source: keeps the behaviour of Spark's CharVarcharUtils.
namespace flint::analysis {

bool holdsCharLengths(const DataType& type);
/// `type` with strings in the place of CHAR and VARCHAR.
DataType asStrings(const DataType& type);

/// Column metadata that tells the declared type, beside what `metadata` says already.
std::string withDeclaredType(const std::string& metadata, const DataType& type);
/// The type that a column's metadata tells; `otherwise` when none.
DataType declaredType(const std::string& metadata, const DataType& otherwise);

/// `value`, a string or what holds strings, as a column declared as `declared` is read: CHAR filled up with spaces. Unresolved.
expr::ExprPtr paddedForReading(const expr::ExprPtr& value, const DataType& declared);
/// `value` as such a column takes it: checked, cut and filled up. Unresolved.
expr::ExprPtr checkedForWriting(const expr::ExprPtr& value, const DataType& declared);

}  // namespace flint::analysis
