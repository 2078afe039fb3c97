#pragma once

#include "base/status.h"
#include "types/data_type.h"

namespace flint::sources {

/// The fields of both schemas: those of `left`, with types that hold the values of both, then those that only `right` has.
/// Errors: CANNOT_MERGE_SCHEMAS.
Result<StructFields> mergeSchemas(const StructFields& left, const StructFields& right, bool caseSensitive);

}  // namespace flint::sources
