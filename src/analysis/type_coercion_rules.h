#pragma once

#include <vector>

#include "base/status.h"
#include "expr/nodes.h"
#include "expr/scalar_function.h"

/// The casts that Spark's type coercion puts into expressions that are nodes of their own. Functions coerce by their bindings.
namespace flint::analysis {

/// `expression` as `type`, by an implicit cast where the types differ in more than nullability.
expr::ExprPtr castImplicitly(const expr::ExprPtr& expression, const DataType& type, const expr::EvaluationOptions& options);

/// What stands for a value where it is compared: a key for a string with a collation, else the value itself.
Result<expr::ExprPtr> comparedByCollation(const expr::ExprPtr& value, const expr::EvaluationOptions& options);

/// Errors: DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES, .INVALID_ORDERING_TYPE.
Result<expr::ExprPtr> coerceComparison(const expr::Comparison& node, const expr::EvaluationOptions& options);
/// AND, OR, NOT of booleans. Errors: DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE, .UNEXPECTED_INPUT_TYPE.
Result<expr::ExprPtr> coerceLogic(const expr::ExprPtr& node, const expr::EvaluationOptions& options);
/// Errors: DATATYPE_MISMATCH.DATA_DIFF_TYPES.
Result<expr::ExprPtr> coerceCaseWhen(const expr::CaseWhen& node, const expr::EvaluationOptions& options);
Result<expr::ExprPtr> coerceCoalesce(const expr::Coalesce& node, const expr::EvaluationOptions& options);
Result<expr::ExprPtr> coerceIn(const expr::In& node, const expr::EvaluationOptions& options);
/// Errors: DATATYPE_MISMATCH.CAST_WITHOUT_SUGGESTION, .CAST_WITH_CONF_SUGGESTION.
Status checkCast(const expr::Cast& node, const expr::EvaluationOptions& options);

}  // namespace flint::analysis
