#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "base/status.h"
#include "exec/observer.h"
#include "exec/run_progress.h"

namespace flint::session {

class QueryExecution;

/// What a thread works for: one operation of a client. Every query that the thread runs, directly or within a command, belongs to it.
///
/// Threads: thread-safe.
class RunScope {
 public:
  /// The scope that this thread works for; null outside of any.
  static const std::shared_ptr<RunScope>& current();
  /// While it lives, this thread works for `scope`.
  class Entered {
   public:
    explicit Entered(std::shared_ptr<RunScope> scope);
    ~Entered();
    Entered(const Entered&) = delete;
    Entered& operator=(const Entered&) = delete;

   private:
    std::shared_ptr<RunScope> outer_;
  };

  /// Ends what runs, and what is yet to run, with `reason` as its error.
  void cancel(const Error& reason);
  /// The error of `cancel`; ok when not cancelled.
  Status checkCancelled() const;
  /// What `observe` computed in the queries that ended well, in their order; each is given once.
  std::vector<exec::ObservedMetrics> takeObserved();

  /// While it lives, the query is among those that `cancel` reaches.
  class Running {
   public:
    Running(std::shared_ptr<RunScope> scope, QueryExecution& query);
    ~Running();
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

   private:
    const std::shared_ptr<RunScope> scope_;
    QueryExecution& query_;
  };
  void addObserved(exec::ObservedMetrics metrics);
  void addProgress(std::shared_ptr<const exec::RunProgress> progress);
  /// Is called once, when the first stage of several tasks begins; to be said before anything runs.
  void whenParallel(std::function<void()> told) { whenParallel_ = std::move(told); }
  void tellParallel();
  /// The stages of all queries so far.
  std::vector<exec::RunProgress::Stage> stages() const;

 private:
  mutable std::recursive_mutex mutex_;  // held while queries are cancelled, so that none of them goes meanwhile
  std::vector<QueryExecution*> running_;
  std::optional<Error> cancelled_;
  std::vector<exec::ObservedMetrics> observed_;
  mutable std::mutex progressMutex_;  // a leaf: queries tell of their progress while they hold locks of their own
  std::vector<std::shared_ptr<const exec::RunProgress>> progress_;
  std::function<void()> whenParallel_;
  std::once_flag toldParallel_;
};
using RunScopePtr = std::shared_ptr<RunScope>;

}  // namespace flint::session
