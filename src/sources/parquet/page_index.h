#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "expr/expression.h"
#include "io/file_system.h"
#include "sources/parquet/file_footer.h"
#include "sources/parquet/file_schema.h"

namespace flint::sources {

/// Ascending ranges [first, second) of rows of a row group.
using RowRanges = std::vector<std::pair<int64_t, int64_t>>;

/// The rows that are in both.
RowRanges intersected(const RowRanges& a, const RowRanges& b);

/// The rows of pages in which the filters may hold, as the file's page index (column and offset index) tells; all rows where there is none.
/// `nodes` and `columns` are the scan's columns, which the filters' BoundReferences refer to. A damaged index is as good as none.
RowRanges matchingRows(const io::RandomAccessFile& file, const RowGroup& group, const std::vector<expr::ExprPtr>& filters,
                       const std::vector<const SchemaNode*>& nodes, const StructFields& columns);

/// Whether a column's bloom filter excludes every row: false only when some equality filter asks for values that it does not hold.
bool bloomFiltersMayMatch(const io::RandomAccessFile& file, const RowGroup& group, const std::vector<expr::ExprPtr>& filters,
                          const std::vector<const SchemaNode*>& nodes, const StructFields& columns);

}  // namespace flint::sources
