#pragma once

#include <string_view>
#include <vector>

#include "expr/unresolved.h"

namespace flint::connect {

/// What a function stands for that clients send and SQL does not have (`distributed_sequence_id`, `pandas_var` ...), in terms of those it has; null
/// for other names and for another number of arguments.
expr::ExprPtr clientFunction(std::string_view name, const std::vector<expr::ExprPtr>& arguments);

}  // namespace flint::connect
