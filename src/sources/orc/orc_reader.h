#pragma once

#include "sources/files/file_format.h"

namespace flint::sources {

/// The columns of an ORC file, in Spark's types: timestamps without a zone are those of the session's.
/// Errors: FAILED_READ_FILE.CANNOT_READ_FILE_FOOTER.
Result<StructFields> orcSchema(io::FileSystem& files, const std::string& path);

/// Reads a whole file a morsel, with Arrow's ORC reader. Columns are found by name; those of another type are cast.
///
/// Errors: FAILED_READ_FILE.*
Result<std::unique_ptr<FileReader>> makeOrcReader(FileReadRequestPtr request);

}  // namespace flint::sources
