#pragma once

#include <span>
#include <string_view>

namespace flint {
inline namespace base {

/// One of Spark's error conditions: what a user-facing error is an instance of. The conditions are declared in
/// `base/error_conditions.json`; the build makes a constant of each, `condition::kDivideByZero`, and a sub-condition's
/// constant joins both names: UNRESOLVED_COLUMN.WITH_SUGGESTION is `condition::kUnresolvedColumnWithSuggestion`.
///
/// Invariant: every `<placeholder>` of `message` is one of `parameters`. A sub-condition has its parent's SQLSTATE,
/// message and parameters in front of its own.
/// Threads: immutable; the constants need no initialization at run time.
struct Condition {
  std::string_view name;      ///< `DIVIDE_BY_ZERO`, or `UNRESOLVED_COLUMN.WITH_SUGGESTION`.
  std::string_view sqlState;  ///< Five characters.
  std::string_view message;   ///< With `<parameter>` placeholders.
  const std::string_view* parameters;
  int numParameters;

  /// The names of the parameters, in the order of their declaration.
  std::span<const std::string_view> parameterNames() const {
    return {parameters, static_cast<size_t>(numParameters)};
  }
};

/// The condition of this full name, or nullptr where there is none.
const Condition* findCondition(std::string_view name);

/// Every condition, sub-conditions included, sorted by name.
std::span<const Condition* const> allConditions();

}  // namespace base
}  // namespace flint

#include "base/condition_constants.h"
