#pragma once

#include <optional>

#include "connector/table.h"
#include "exec/join/join_table.h"

namespace flint::exec {

/// A filter for scans of the probe side from the values of one build key: bounds, and an exact bitmap for integers of a moderate range, else
/// a blocked Bloom filter.
connector::DynamicFilterPtr makeJoinFilter(const columnar::ColumnVector& key, const std::optional<KeyRange>& range);

}  // namespace flint::exec
