#pragma once

#include "base/status.h"
#include "expr/nodes.h"
#include "expr/scalar_function.h"

namespace flint::expr {

/// The kernel that casts values of type `from` to type `to`. Row errors: CAST_INVALID_INPUT, CAST_OVERFLOW and
/// NUMERIC_VALUE_OUT_OF_RANGE; in legacy mode none, as such values become null or wrap around.
/// Errors: DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION for a pair that has no cast.
Result<FunctionBinding> bindCast(const DataType& from, const DataType& to, CastMode mode, const EvaluationOptions& options);

}  // namespace flint::expr
