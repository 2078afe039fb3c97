#pragma once

#include <optional>

#include "expr/value_bounds.h"
#include "sources/parquet/file_footer.h"
#include "sources/parquet/file_schema.h"

namespace flint::sources {

/// The bounds of a leaf's chunk, read as `type`.
expr::ValueBounds valueBoundsOf(const SchemaNode& leaf, const ColumnChunk& chunk, const DataType& type, const FileFooter& footer);

/// The bounds that a leaf's smallest and largest value, in the file's encoding, give.
expr::ValueBounds boundsFrom(const SchemaElement& leaf, std::optional<std::string_view> min, std::optional<std::string_view> max, const DataType& type);

}  // namespace flint::sources
