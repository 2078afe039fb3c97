#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "types/data_type.h"
#include "types/value.h"

namespace flint::sources {

inline constexpr std::string_view kNullPartition = "__HIVE_DEFAULT_PARTITION__";

/// The name and the unescaped value of a folder `name=value`; nothing for other names.
std::optional<std::pair<std::string, std::string>> parsePartitionFolder(std::string_view folder);

/// The narrowest type of a folder's value: int, bigint, decimal, double, timestamp, date or string; NullType for the null partition.
DataType inferPartitionType(std::string_view value, bool inferTypes, const std::string& timeZone);
/// The type for values of both types.
DataType widerPartitionType(const DataType& a, const DataType& b);
/// The value as `type`; nothing when it has no such value.
std::optional<Value> partitionValue(std::string_view text, const DataType& type, const std::string& timeZone);

/// A folder's name for a value as text: characters that file systems or Hive cannot have become %XX.
std::string escapePathName(std::string_view name);

}  // namespace flint::sources
