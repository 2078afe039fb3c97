#pragma once

#include <string_view>

#include "base/status.h"
#include "types/data_type.h"

namespace flint {
inline namespace types {

/// The type whose `json()` is `text`: a quoted name ("integer", "decimal(10,2)") or an object of a nested or user-defined type.
/// Errors: INVALID_JSON_DATA_TYPE.
Result<DataType> parseTypeJson(std::string_view text);

}  // namespace types
}  // namespace flint
