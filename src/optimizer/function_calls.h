#pragma once

#include <string>
#include <vector>

#include "expr/nodes.h"

/// Calls of built-in functions that rules make.
namespace flint::optimizer {

/// Errors: INTERNAL_ERROR where there is no such function; those of binding.
Result<expr::ExprPtr> bindAggregate(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options);
Result<expr::ExprPtr> bindScalarCall(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options);
Result<expr::ExprPtr> bindGenerator(std::string name, std::vector<expr::ExprPtr> arguments, const expr::EvaluationOptions& options);
Result<expr::ExprPtr> bindRowNumber(const expr::EvaluationOptions& options);

}  // namespace flint::optimizer
