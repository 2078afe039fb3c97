#pragma once

#include <string_view>
#include <vector>

#include "base/status.h"
#include "expr/nodes.h"

namespace flint::analysis {

/// Gives the texts among `arguments` the collation that an operation on them has: the one that COLLATE names, else that of columns; literals
/// follow. With collations of columns that differ the result of an operation that only passes texts on is indeterminate.
///
/// `call` is shown in errors. Errors: COLLATION_MISMATCH.EXPLICIT, INDETERMINATE_COLLATION_IN_EXPRESSION.
/// Source: behaves as Spark's CollationTypeCoercion.
Status alignCollations(std::vector<expr::ExprPtr>& arguments, bool passesOn, const expr::ExprPtr& call, const expr::EvaluationOptions& options);

/// Whether the texts that function `name` takes have to agree in their collation.
bool joinsCollations(std::string_view name);
/// Errors: INDETERMINATE_COLLATION_IN_EXPRESSION where an argument is a text of several collations and the function has to know it.
Status requireKnownCollations(const std::string& name, const std::vector<expr::ExprPtr>& arguments, const OriginPtr& origin);
/// Whether it only passes texts on, without comparing them.
bool passesTextsOn(std::string_view name);

}  // namespace flint::analysis
