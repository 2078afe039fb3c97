#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "expr/expression.h"

namespace flint::analysis {

/// Errors: UDTF_ALIAS_NUMBER_MISMATCH where a call with `numColumns` columns is given other than as many names; no names are right for any.
Status checkColumnAliases(const std::vector<std::string>& aliases, size_t numColumns, const OriginPtr& origin);

}  // namespace flint::analysis
