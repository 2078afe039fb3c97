#pragma once

#include <string>
#include <vector>

#include "catalog/sql_function.h"

namespace flint::session {

/// The lines of DESCRIBE FUNCTION for a function whose body is SQL; `extended` adds its comment, settings and body.
std::vector<std::string> describeSqlFunction(const catalog::SqlFunction& function, bool extended);

}  // namespace flint::session
