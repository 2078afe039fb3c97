#pragma once

#include <cstdint>

/// Arithmetic over rows without gaps, many at a time where the processor can.
namespace flint::functions {

enum class DenseOp : uint8_t { kAdd, kSubtract, kMultiply };

/// One operand of each row: the values, or one value for all rows.
struct DenseOperand {
  const int64_t* values;
  bool isConstant;
};

/// `out[i] = left[i] op right[i]` for `count` rows. False where a result may not fit (`out` is then undefined): to be done row by row.
bool computeDense(DenseOp op, DenseOperand left, DenseOperand right, int64_t* out, int32_t count);

/// The sum of `count` values, those at `indices` where these are given; false where it may not fit into 64 bits (`sum` is then undefined).
bool sumDense(const int64_t* values, const int32_t* indices, int32_t count, int64_t& sum);

}  // namespace flint::functions
