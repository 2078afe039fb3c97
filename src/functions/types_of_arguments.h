#pragma once

#include "types/data_type.h"

/// The types that declarations of functions name.
namespace flint::functions {

inline const DataType kBoolean = DataType::boolean();
inline const DataType kTinyint = DataType::byte();
inline const DataType kSmallint = DataType::shortInt();
inline const DataType kInt = DataType::integer();
inline const DataType kBigint = DataType::bigint();
inline const DataType kFloat = DataType::float32();
inline const DataType kDouble = DataType::float64();
inline const DataType kString = DataType::string();
inline const DataType kBinary = DataType::binary();
inline const DataType kDate = DataType::date();
inline const DataType kTimestamp = DataType::timestamp();
inline const DataType kTimestampNtz = DataType::timestampNtz();

}  // namespace flint::functions
