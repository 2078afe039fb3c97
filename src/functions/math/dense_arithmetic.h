#pragma once

#include <cstdint>

#include "columnar/column_vector.h"

/// Arithmetic over rows without gaps, many at a time where the processor can.
namespace flint::functions {

enum class DenseOp : uint8_t { kAdd, kSubtract, kMultiply };

/// `out[i] = left[i] op right[i]` for all rows of two columns of 64-bit integers. False where a result may not fit (`out` is then undefined): to be
/// done row by row.
bool computeDense(DenseOp op, const columnar::ColumnVector& left, const columnar::ColumnVector& right, int64_t* out);

/// The sum of `count` values, those at `indices` where these are given; false where it may not fit into 64 bits (`sum` is then undefined).
bool sumDense(const int64_t* values, const int32_t* indices, int32_t count, int64_t& sum);

}  // namespace flint::functions
