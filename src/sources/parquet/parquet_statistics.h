#pragma once

#include "connector/table.h"
#include "sources/files/file_index.h"

namespace flint::sources {

/// What footers say of a table's columns: rows, bytes, smallest and largest values, nulls, and distinct values as the sizes of the
/// dictionaries tell. Kept for each state of the files.
///
/// Threads: thread-safe.
Result<connector::TableStatistics> parquetStatistics(const FileIndex& index, const StructFields& columns, bool caseSensitive);

}  // namespace flint::sources
