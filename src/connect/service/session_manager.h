#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <stop_token>
#include <string>
#include <thread>

#include "connect/service/session_holder.h"

namespace flint::connect {

/// All sessions of a server. Ends those that nobody used for an hour and operations that nobody reads.
///
/// Threads: thread-safe; a thread of its own looks after timeouts and progress reports.
class SessionManager {
 public:
  struct Timeouts {
    int64_t sessionMs = 60 * 60'000;    // spark.connect.session.manager.defaultSessionTimeout
    int64_t detachedMs = 5 * 60'000;    // spark.connect.execute.manager.detachedTimeout
    int64_t progressMs = 2'000;         // spark.connect.progress.reportInterval
  };
  /// `reportProgress` is called every `progressMs` for each operation that runs.
  SessionManager(std::shared_ptr<session::SharedState> shared, Timeouts timeouts,
                 std::function<void(SessionHolder&, Operation&)> reportProgress);
  ~SessionManager();

  /// The session, made where it is not there yet. `observedServerId`: what the client believes it talks to; empty for nothing.
  /// Errors: INVALID_HANDLE.FORMAT, SESSION_CLOSED, SESSION_CHANGED.
  Result<SessionHolderPtr> getOrCreate(const SessionKey& key, const std::string& observedServerId);
  /// Errors: INVALID_HANDLE.SESSION_NOT_FOUND besides those of `getOrCreate`.
  Result<SessionHolderPtr> get(const SessionKey& key, const std::string& observedServerId);
  /// Ends a session, if there is one. Its id stays dead unless `allowReconnect`. Gives the ended session's server-side id, or nothing.
  std::string release(const SessionKey& key, bool allowReconnect);
  /// Errors: INVALID_CLONE_SESSION_REQUEST.* for the new id.
  Result<SessionHolderPtr> clone(const SessionHolderPtr& source, const std::string& newSessionId);
  /// Ends every session.
  void closeAll();

 private:
  void lookAfter(const std::stop_token& stop);
  void endUnused(int64_t nowMs);
  /// Whether nothing runs, and no call came since.
  bool isUnused(int64_t sinceMs) const;
  std::vector<SessionHolderPtr> sessions() const;

  const std::shared_ptr<session::SharedState> shared_;
  const Timeouts timeouts_;
  const std::function<void(SessionHolder&, Operation&)> reportProgress_;
  mutable std::mutex mutex_;  // nothing of a session is called while it is held
  std::condition_variable_any wake_;
  std::map<SessionKey, SessionHolderPtr> sessions_;
  std::set<SessionKey> closed_;
  std::jthread caretaker_;  // last: joined before what it uses is destroyed
};

}  // namespace flint::connect
