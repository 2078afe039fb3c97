#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plan/logical/logical_plan.h"

namespace flint::session {

bool sameName(std::string_view a, std::string_view b, bool caseSensitive);
/// The columns of `output` with one of `names`, in the order of the names. Errors: UNRESOLVED_COLUMN.WITH_SUGGESTION.
Result<std::vector<expr::AttributePtr>> columnsNamed(const std::vector<expr::AttributePtr>& output, const std::vector<std::string>& names,
                                                     bool caseSensitive);

}  // namespace flint::session
