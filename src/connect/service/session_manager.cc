#include "connect/service/session_manager.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>

#include "connect/service/uuid.h"

namespace flint::connect {
namespace {

constexpr size_t kMaxClosed = 10'000;
constexpr size_t kFreeBytesToKeep = size_t{32} << 20;

// What queries freed, the allocator keeps for the next ones; a server that nobody uses gives it back.
void giveFreeMemoryBack() {
  if (::mallinfo2().fordblks > kFreeBytesToKeep) ::malloc_trim(0);
}

Status checkObserved(const SessionHolder& holder, const std::string& observedServerId) {
  if (observedServerId.empty() || observedServerId == holder.serverSideSessionId()) return Status::ok();
  return invalidHandle(condition::kInvalidHandleSessionChanged, holder.key().sessionId);
}

}  // namespace

SessionManager::SessionManager(std::shared_ptr<session::SharedState> shared, Timeouts timeouts,
                               std::function<void(SessionHolder&, Operation&)> reportProgress)
    : shared_(std::move(shared)),
      timeouts_(timeouts),
      reportProgress_(std::move(reportProgress)),
      caretaker_([this](const std::stop_token& stop) { lookAfter(stop); }) {}

SessionManager::~SessionManager() { closeAll(); }

Result<SessionHolderPtr> SessionManager::getOrCreate(const SessionKey& key, const std::string& observedServerId) {
  if (!isUuid(key.sessionId)) return invalidHandle(condition::kInvalidHandleFormat, key.sessionId);
  SessionHolderPtr holder;
  {
    const std::lock_guard lock(mutex_);
    if (closed_.contains(key)) return invalidHandle(condition::kInvalidHandleSessionClosed, key.sessionId);
    auto found = sessions_.find(key);
    if (found == sessions_.end()) {
      if (!observedServerId.empty()) return invalidHandle(condition::kInvalidHandleSessionChanged, key.sessionId);
      found = sessions_.emplace(key, std::make_shared<SessionHolder>(key, session::SparkSession::make(shared_))).first;
    }
    holder = found->second;
  }
  RETURN_IF_ERROR(checkObserved(*holder, observedServerId));
  holder->touch();
  return holder;
}

Result<SessionHolderPtr> SessionManager::get(const SessionKey& key, const std::string& observedServerId) {
  if (!isUuid(key.sessionId)) return invalidHandle(condition::kInvalidHandleFormat, key.sessionId);
  SessionHolderPtr holder;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found == sessions_.end()) {
      return invalidHandle(closed_.contains(key) ? condition::kInvalidHandleSessionClosed : condition::kInvalidHandleSessionNotFound, key.sessionId);
    }
    holder = found->second;
  }
  RETURN_IF_ERROR(checkObserved(*holder, observedServerId));
  holder->touch();
  return holder;
}

std::string SessionManager::release(const SessionKey& key, bool allowReconnect) {
  SessionHolderPtr ended;
  {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key);
    if (found != sessions_.end()) {
      ended = std::move(found->second);
      sessions_.erase(found);
    }
    if (!allowReconnect) {
      if (closed_.size() >= kMaxClosed) closed_.erase(closed_.begin());
      closed_.insert(key);
    }
  }
  if (ended == nullptr) return {};
  ended->close();
  return ended->serverSideSessionId();
}

Result<SessionHolderPtr> SessionManager::clone(const SessionHolderPtr& source, const std::string& newSessionId) {
  const std::string id = newSessionId.empty() ? newUuid() : newSessionId;
  const auto refused = [&](const Condition& condition) { return Error(condition).with("targetSessionId", id).as(ErrorFamily::kSqlConnect); };
  if (!isUuid(id)) return refused(condition::kInvalidCloneSessionRequestTargetSessionIdFormat);
  const SessionKey key{source->key().userId, id};
  auto copy = std::make_shared<SessionHolder>(key, source->spark().clone());
  copy->artifacts().copyFrom(source->artifacts());
  const std::lock_guard lock(mutex_);
  if (closed_.contains(key)) return refused(condition::kInvalidCloneSessionRequestTargetSessionIdAlreadyClosed);
  if (!sessions_.emplace(key, copy).second) return refused(condition::kInvalidCloneSessionRequestTargetSessionIdAlreadyExists);
  return copy;
}

std::vector<SessionHolderPtr> SessionManager::sessions() const {
  const std::lock_guard lock(mutex_);
  std::vector<SessionHolderPtr> all;
  for (const auto& [key, holder] : sessions_) all.push_back(holder);
  return all;
}

void SessionManager::closeAll() {
  std::map<SessionKey, SessionHolderPtr> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(sessions_);
  }
  for (const auto& [key, holder] : all) holder->close();
}

void SessionManager::endUnused(int64_t nowMs) {
  for (const SessionHolderPtr& holder : sessions()) {
    const std::vector<OperationPtr> operations = holder->operations();
    for (const OperationPtr& operation : operations) {
      const int64_t detachedSince = operation->detachedSinceMs;
      if (detachedSince != 0 && nowMs - detachedSince > timeouts_.detachedMs) holder->removeOperation(operation->id(), true);
    }
    if (operations.empty() && timeouts_.sessionMs > 0 && nowMs - holder->lastUsedMs() > timeouts_.sessionMs) release(holder->key(), false);
  }
}

bool SessionManager::isUnused(int64_t sinceMs) const {
  for (const SessionHolderPtr& holder : sessions()) {
    if (holder->lastUsedMs() >= sinceMs) return false;
    for (const OperationPtr& operation : holder->operations()) {
      if (operation->state() == Operation::State::kRunning) return false;
    }
  }
  return true;
}

void SessionManager::lookAfter(const std::stop_token& stop) {
  const auto interval = std::chrono::milliseconds(std::clamp<int64_t>(std::min({timeouts_.progressMs, timeouts_.detachedMs, timeouts_.sessionMs}), 100, 10'000));
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, interval, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const int64_t nowMs = steadyMs();
    endUnused(nowMs);
    if (isUnused(nowMs - interval.count())) giveFreeMemoryBack();
    if (reportProgress_ == nullptr) continue;
    for (const SessionHolderPtr& holder : sessions()) {
      for (const OperationPtr& operation : holder->operations()) {
        if (operation->state() == Operation::State::kRunning) reportProgress_(*holder, *operation);
      }
    }
  }
}

}  // namespace flint::connect
