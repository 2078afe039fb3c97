#include "session/running_queries.h"

#include "exec/task_context.h"

namespace flint::session {

void RunningQueries::add(const std::shared_ptr<exec::QueryContext>& context) {
  const std::lock_guard lock(mutex_);
  std::erase_if(contexts_, [](const std::weak_ptr<exec::QueryContext>& one) { return one.expired(); });
  contexts_.push_back(context);
}

void RunningQueries::cancelAll(const Error& reason) {
  for (const std::shared_ptr<exec::QueryContext>& context : all()) context->cancel(reason);
}

std::vector<std::shared_ptr<exec::QueryContext>> RunningQueries::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<exec::QueryContext>> alive;
  for (const std::weak_ptr<exec::QueryContext>& one : contexts_) {
    if (auto context = one.lock(); context != nullptr) alive.push_back(std::move(context));
  }
  return alive;
}

}  // namespace flint::session
