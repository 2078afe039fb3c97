#pragma once

#include "expr/function_registry.h"

namespace flint::functions {

/// What stands for a search in texts with a collation: the function of collated_search.cc of the same name; none where no text has one.
/// Errors: DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for collations that tell cases but no accents apart.
Result<expr::ExprPtr> rewriteCollated(const expr::BindContext& context);

/// What stands for LIKE and the functions of regular expressions over a text with a collation: UTF8_LCASE ignores case, others are refused.
Result<expr::ExprPtr> rewriteCollatedPattern(const expr::BindContext& context);

}  // namespace flint::functions
