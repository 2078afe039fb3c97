#pragma once

#include "types/data_type.h"

namespace flint::columnar {

/// Whether a column of type `a` can be called one of `b` without touching its values: names of fields, nullability and collations may differ, and
/// a user-defined type is what it is made of.
bool hasSameLayout(const DataType& a, const DataType& b);

}  // namespace flint::columnar
