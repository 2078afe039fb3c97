#pragma once

#include <string>

#include "base/byte_coding.h"
#include "columnar/column_vector.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {

/// Appends the value in row `row` as bytes: equal values (NaNs alike, -0.0 as 0.0 when `normalized`) give equal bytes.
void serializeValue(const ColumnVector& vector, RowIndex row, bool normalized, ByteWriter& out);

/// Reads what `serializeValue` wrote and appends it to `builder`, which has the vector's type. Malformed bytes make `in` fail.
void deserializeValue(ByteReader& in, VectorBuilder& builder);

}  // namespace flint::columnar
