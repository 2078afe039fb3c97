#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "plan/logical/logical_plan.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::catalog {

/// A session variable: DECLARE name type DEFAULT value.
struct SqlVariable {
  std::string name;  // as declared
  DataType type;
  Value value;
  plan::ExprPtr defaultValue;  // unresolved; null pointer: NULL
  std::string defaultText;
};

/// A session's variables by name, lower case unless names have case.
///
/// Threads: thread-safe.
class SqlVariables {
 public:
  std::optional<SqlVariable> find(const std::string& key) const;
  void put(const std::string& key, SqlVariable variable);
  bool drop(const std::string& key);
  std::map<std::string, SqlVariable> all() const;

 private:
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, SqlVariable> variables_;
};

}  // namespace flint::catalog
