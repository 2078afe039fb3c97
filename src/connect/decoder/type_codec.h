#pragma once

#include "base/status.h"
#include "types/data_type.h"

namespace spark::connect {
class DataType;
}

namespace flint::connect {

/// Types as messages and back.
///
/// Errors: CONNECT_INVALID_PLAN.* for a message without a kind or of one that no type has.
Result<DataType> decodeType(const spark::connect::DataType& message);
void encodeType(const DataType& type, spark::connect::DataType& message);

/// Schema text as clients send it: a type's JSON form or DDL. A type that is no struct becomes one with the column `value`.
Result<DataType> parseSchemaText(const std::string& text);

}  // namespace flint::connect
