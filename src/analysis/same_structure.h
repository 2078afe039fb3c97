#pragma once

#include "types/data_type.h"

namespace flint::analysis {

/// Whether types differ in the names of fields and in nullability alone.
bool sameStructure(const DataType& a, const DataType& b);

}  // namespace flint::analysis
