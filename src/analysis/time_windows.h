#pragma once

#include <memory>

#include "base/status.h"
#include "plan/logical/relational.h"

namespace flint::analysis {

/// A SELECT that calls `window` or `session_window`, as one over a plan that gives the windows as a column of that name; null for any other.
/// All plans are unresolved. Rows that are in several windows come once for each, rows in none do not come.
///
/// Errors: _LEGACY_ERROR_TEMP_1039 where there are several windows.
/// Source: Spark's TimeWindowing and SessionWindowing rules.
Result<std::shared_ptr<const plan::Project>> withTimeWindows(const plan::Project& select);
/// As the other; sessions are those of the rows that are equal in the other grouping expressions.
Result<std::shared_ptr<const plan::Aggregate>> withTimeWindows(const plan::Aggregate& select);

}  // namespace flint::analysis
