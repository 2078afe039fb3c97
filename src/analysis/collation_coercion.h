#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "expr/nodes.h"

namespace flint::analysis {

/// Gives the texts among `arguments`, and those at the same place in arrays and structs, the collation that an operation on them has: the one that COLLATE names, else that of columns; literals
/// follow. With collations of columns that differ the result of an operation that only passes texts on is indeterminate.
///
/// `call` is shown in errors. Errors: COLLATION_MISMATCH.EXPLICIT, INDETERMINATE_COLLATION_IN_EXPRESSION.
/// Source: behaves as Spark's CollationTypeCoercion.
Status alignCollations(std::vector<expr::ExprPtr>& arguments, bool passesOn, const expr::ExprPtr& call, const expr::EvaluationOptions& options);

/// Does so with the arguments of a function, where it needs them so.
///
/// Errors: those of `alignCollations`.
Status alignArguments(const std::string& name, std::vector<expr::ExprPtr>& arguments, const OriginPtr& origin, const expr::EvaluationOptions& options);
/// Whether a text that was made of texts of several collations is a value of the type, or in one.
bool hasIndeterminateCollation(const DataType& type);

}  // namespace flint::analysis
