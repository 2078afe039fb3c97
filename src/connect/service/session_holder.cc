#include "connect/service/session_holder.h"

#include <chrono>

#include "connect/service/uuid.h"
#include "pyworker/worker_pool.h"

namespace flint::connect {
namespace {

constexpr size_t kMaxFinished = 10'000;

}  // namespace

int64_t steadyMs() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

Error invalidHandle(const Condition& condition, const std::string& handle) {
  return Error(condition).with("handle", handle).as(ErrorFamily::kSqlConnect);
}

SessionHolder::SessionHolder(SessionKey key, session::SparkSessionPtr spark)
    : key_(std::move(key)), serverSideSessionId_(newUuid()), spark_(std::move(spark)), scratchFiles_(spark_->shared().localDirectory + "/flint-session-" + serverSideSessionId_) {
  touch();
}

void SessionHolder::touch() { lastUsedMs_ = steadyMs(); }

Status SessionHolder::addOperation(const OperationPtr& operation) {
  const std::lock_guard lock(mutex_);
  const auto found = finished_.find(operation->id());
  if (found != finished_.end()) {
    return invalidHandle(found->second.abandoned ? condition::kInvalidHandleOperationAbandoned : condition::kInvalidHandleOperationAlreadyExists, operation->id());
  }
  if (!operations_.emplace(operation->id(), operation).second) {
    return invalidHandle(condition::kInvalidHandleOperationAlreadyExists, operation->id());
  }
  return Status::ok();
}

Result<OperationPtr> SessionHolder::operation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  if (const auto found = operations_.find(id); found != operations_.end()) return found->second;
  const auto finished = finished_.find(id);
  const bool abandoned = finished != finished_.end() && finished->second.abandoned;
  return invalidHandle(abandoned ? condition::kInvalidHandleOperationAbandoned : condition::kInvalidHandleOperationNotFound, id);
}

std::vector<OperationPtr> SessionHolder::operations() const {
  const std::lock_guard lock(mutex_);
  std::vector<OperationPtr> all;
  for (const auto& [id, operation] : operations_) all.push_back(operation);
  return all;
}

void SessionHolder::removeOperation(const std::string& id, bool abandoned) {
  OperationPtr removed;
  {
    const std::lock_guard lock(mutex_);
    const auto found = operations_.find(id);
    if (found == operations_.end()) return;
    removed = std::move(found->second);
    operations_.erase(found);
    // What still runs is cancelled below.
    const Operation::State state = removed->state();
    const bool ended = state != Operation::State::kRunning && state != Operation::State::kTerminating;
    finished_[id] = {ended ? state : Operation::State::kCancelled, abandoned};
    finishedOrder_.push_back(id);
    if (finishedOrder_.size() > kMaxFinished) {
      finished_.erase(finishedOrder_.front());
      finishedOrder_.pop_front();
    }
  }
  removed->cancel(Error(condition::kOperationCanceled).as(ErrorFamily::kSqlConnect));
  removed->responses().close();
}

std::optional<Operation::State> SessionHolder::finishedState(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = finished_.find(id);
  if (found == finished_.end()) return std::nullopt;
  return found->second.state;
}

void SessionHolder::keepRelation(const std::string& id, plan::LogicalPlanPtr relation) {
  const std::lock_guard lock(mutex_);
  relations_[id] = std::move(relation);
}

plan::LogicalPlanPtr SessionHolder::keptRelation(const std::string& id) const {
  const std::lock_guard lock(mutex_);
  const auto found = relations_.find(id);
  return found == relations_.end() ? nullptr : found->second;
}

void SessionHolder::forgetRelation(const std::string& id) {
  const std::lock_guard lock(mutex_);
  relations_.erase(id);
}

void SessionHolder::close() {
  for (const OperationPtr& operation : operations()) removeOperation(operation->id(), false);
  pyworker::WorkerPool::instance().forgetSession(serverSideSessionId_);
}

}  // namespace flint::connect
