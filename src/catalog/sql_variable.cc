#include "catalog/sql_variable.h"

namespace flint::catalog {

std::optional<SqlVariable> SqlVariables::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = variables_.find(key);
  return found == variables_.end() ? std::nullopt : std::optional(found->second);
}

void SqlVariables::put(const std::string& key, SqlVariable variable) {
  const std::lock_guard lock(mutex_);
  variables_[key] = std::move(variable);
}

bool SqlVariables::drop(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return variables_.erase(key) > 0;
}

std::map<std::string, SqlVariable> SqlVariables::all() const {
  const std::lock_guard lock(mutex_);
  return variables_;
}

}  // namespace flint::catalog
