#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "expr/unresolved.h"

/// Column names as DataFrame calls write them.
namespace flint::session {

/// "a.`b.c`" → [a, b.c]. Errors: INVALID_ATTRIBUTE_NAME_SYNTAX.
Result<std::vector<std::string>> parseAttributeName(const std::string& name);
/// A column by a name as in `parseAttributeName`.
Result<expr::ExprPtr> columnByName(const std::string& name);
/// A column whose name is `name` as it stands, dots included.
expr::ExprPtr columnNamed(const std::string& name);

}  // namespace flint::session
