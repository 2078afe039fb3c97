#pragma once

#include "base/status.h"
#include "expr/nodes.h"
#include "expr/scalar_function.h"

namespace flint::analysis {

/// `child[extraction]` or `child.name` (a string literal): a struct's field, an element of an array, a value of a map, or the field of
/// every struct of an array.
/// Errors: FIELD_NOT_FOUND, AMBIGUOUS_REFERENCE_TO_FIELDS, INVALID_EXTRACT_BASE_FIELD_TYPE, INVALID_EXTRACT_FIELD_TYPE.
Result<expr::ExprPtr> extractValue(const expr::ExprPtr& child, const expr::ExprPtr& extraction, const expr::EvaluationOptions& options,
                                   const OriginPtr& origin);

}  // namespace flint::analysis
