#pragma once

#include <string_view>

#include "expr/aggregate_function.h"
#include "expr/function_registry.h"

/// The errors with which binding an aggregate call refuses its arguments.
namespace flint::functions {

using expr::checkArgumentCount;
using expr::unexpectedArgumentType;

/// DATATYPE_MISMATCH.INVALID_ORDERING_TYPE unless values of argument `index` can be compared.
Status checkOrderable(const expr::BindContext& context, size_t index);
/// ARITHMETIC_OVERFLOW with Spark's hints.
Error aggregateOverflow(std::string_view message, std::string_view alternative);

}  // namespace flint::functions
