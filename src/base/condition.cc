#include "base/condition.h"

#include <algorithm>

namespace flint {
inline namespace base {

const Condition* findCondition(std::string_view name) {
  const auto conditions = allConditions();
  const auto found = std::lower_bound(conditions.begin(), conditions.end(), name,
                                      [](const Condition* condition, std::string_view key) { return condition->name < key; });
  return found != conditions.end() && (*found)->name == name ? *found : nullptr;
}

}  // namespace base
}  // namespace flint
