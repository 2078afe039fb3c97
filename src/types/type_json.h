#pragma once

#include <string_view>

#include "base/status.h"
#include "types/data_type.h"

namespace flint {
inline namespace types {

/// The type that Spark's JSON form names: `"integer"`, `{"type":"struct","fields":[...]}`; the inverse of DataType::json. A field's metadata is
/// kept as its JSON text; an empty object is no metadata.
///
/// Errors: INVALID_JSON_DATA_TYPE.
Result<DataType> dataTypeFromJson(std::string_view json);

}  // namespace types
}  // namespace flint
