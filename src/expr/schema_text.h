#pragma once

#include <string_view>

#include "base/status.h"
#include "types/data_type.h"

/// Types that functions take as text: `from_json(x, 'a INT')`, `variant_get(x, '$', 'int')`.
namespace flint::expr {

/// Reads a type or a list of columns; the parser, which lies above this layer, gives it at the process's start.
struct SchemaTextReader {
  Result<DataType> (*type)(std::string_view text) = nullptr;         // "array<int>"
  Result<DataType> (*tableSchema)(std::string_view text) = nullptr;  // "a INT, b STRING", as a struct
};

/// Threads: called once, before the first query.
void setSchemaTextReader(const SchemaTextReader& reader);

/// "int". Errors: the parser's.
Result<DataType> readType(std::string_view text);
/// A list of columns, else a type, else a type's JSON form: what from_json and its like take. Errors: the parser's for the type.
Result<DataType> readTypeOrSchema(std::string_view text);

/// The same type with nullable parts everywhere.
DataType asNullable(const DataType& type);

}  // namespace flint::expr
