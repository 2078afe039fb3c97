#include "catalog/sql_function.h"

namespace flint::catalog {

SqlFunctionPtr SqlFunctions::find(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = functions_.find(key);
  return found == functions_.end() ? nullptr : found->second;
}

bool SqlFunctions::add(const std::string& key, SqlFunctionPtr function, bool replace) {
  const std::lock_guard lock(mutex_);
  if (!replace && functions_.contains(key)) return false;
  functions_[key] = std::move(function);
  return true;
}

bool SqlFunctions::drop(const std::string& key) {
  const std::lock_guard lock(mutex_);
  return functions_.erase(key) > 0;
}

std::vector<SqlFunctionPtr> SqlFunctions::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<SqlFunctionPtr> out;
  for (const auto& [key, function] : functions_) out.push_back(function);
  return out;
}

void SqlFunctions::dropDatabase(const std::string& database) {
  const std::lock_guard lock(mutex_);
  std::erase_if(functions_, [&](const auto& entry) { return entry.first.starts_with(database + "."); });
}

}  // namespace flint::catalog
