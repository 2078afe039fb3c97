#include "exec/python/profile_ids.h"

#include <mutex>
#include <string>
#include <unordered_map>

namespace flint::exec {
namespace {

constexpr size_t kMostKept = 4096;  // calls

// A mutable state of the process: numbers have to outlive the queries that they were given in.
class KnownCalls {
 public:
  static KnownCalls& instance() {
    static KnownCalls known;
    return known;
  }

  int64_t idOf(std::string key) {
    const std::lock_guard lock(mutex_);
    if (ids_.size() >= kMostKept) ids_.clear();
    const auto [at, isNew] = ids_.try_emplace(std::move(key), 0);
    if (isNew) at->second = expr::newExprId();
    return at->second;
  }

 private:
  std::mutex mutex_;  // a leaf
  std::unordered_map<std::string, int64_t> ids_;
};

}  // namespace

int64_t profileIdOf(const expr::PythonUdf& call, bool stable) {
  if (!stable || !call.isDeterministic) return expr::newExprId();
  std::string key = call.function.sessionId + '\0' + std::to_string(std::hash<std::string>{}(call.function.command));
  for (const expr::ExprPtr& argument : call.arguments) key += '\0' + argument->sql();
  return KnownCalls::instance().idOf(std::move(key));
}

}  // namespace flint::exec
