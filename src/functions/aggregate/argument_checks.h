#pragma once

#include <string_view>

#include "expr/aggregate_function.h"

/// The errors with which binding an aggregate call refuses its arguments.
namespace flint::functions {

/// WRONG_NUM_ARGS unless the call has `least` to `most` arguments.
Status checkArgumentCount(const expr::BindContext& context, size_t least, size_t most);
/// DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE for argument `index` (from 0): `required` names the types it should have.
Error unexpectedInputType(const expr::BindContext& context, size_t index, std::string_view required);
/// DATATYPE_MISMATCH.INVALID_ORDERING_TYPE unless values of argument `index` can be compared.
Status checkOrderable(const expr::BindContext& context, size_t index);
/// "sum(x)" as in Spark's messages.
std::string callSql(const expr::BindContext& context);
/// ARITHMETIC_OVERFLOW with Spark's hints.
Error aggregateOverflow(std::string_view message, std::string_view alternative);

}  // namespace flint::functions
