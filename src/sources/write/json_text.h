#pragma once

#include <string>
#include <vector>

#include "columnar/column_vector.h"
#include "sources/write/value_text.h"
#include "types/data_type.h"

/// Rows as JSON, as files and the shell have them.
namespace flint::sources {

struct JsonStyle {
  TextStyle values;
  bool ignoreNullFields = true;
};

/// Appends one value of any type.
void appendJson(std::string& out, const columnar::ColumnVector& vector, columnar::RowIndex row, const JsonStyle& style);
/// Appends one row as an object.
void appendJsonObject(std::string& out, const StructFields& fields, const std::vector<columnar::VectorPtr>& columns, columnar::RowIndex row,
                      const JsonStyle& style);

}  // namespace flint::sources
