#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/status.h"

namespace flint::pyworker {

class WorkerDaemon;
class WorkerSlots;

/// What a worker process is started with; workers of different environments are not shared.
struct WorkerEnvironment {
  std::string sessionId;
  std::string executable;  // the interpreter; empty: PYSPARK_PYTHON, else the `python3` that can import pyspark
  std::map<std::string, std::string> variables;
  std::chrono::seconds longestSilence{0};  // a worker that says nothing for longer is ended; 0: it may take any time
  auto operator<=>(const WorkerEnvironment&) const = default;
};

/// The engine's end of one worker process.
///
/// Memory: closing it ends the process.
/// Threads: confined to its owner.
class PythonWorker {
 public:
  PythonWorker(int socket, std::unique_ptr<WorkerSlots> slots, WorkerEnvironment environment, std::shared_ptr<WorkerDaemon> daemon);
  ~PythonWorker();
  PythonWorker(const PythonWorker&) = delete;
  PythonWorker& operator=(const PythonWorker&) = delete;

  int socket() const { return socket_; }  // does not block
  /// Shared memory; null where the system gives none.
  WorkerSlots* slots() const { return slots_.get(); }
  const WorkerEnvironment& environment() const { return environment_; }
  /// The process; 0 before it said so, which is the first thing it does.
  int32_t processId = 0;
  /// What its daemon wrote before it ended, or before the worker began; empty as long as both work.
  std::string startFailure() const;

 private:
  const int socket_;
  const std::unique_ptr<WorkerSlots> slots_;
  const WorkerEnvironment environment_;
  const std::shared_ptr<WorkerDaemon> daemon_;
};
using PythonWorkerPtr = std::unique_ptr<PythonWorker>;

/// The process's Python workers: one daemon an interpreter forks them, idle ones wait for their session's next task.
///
/// Threads: thread-safe; nothing here waits for a worker.
class WorkerPool {
 public:
  static WorkerPool& instance();

  /// An idle worker, or one that is being forked. Errors: where the interpreter cannot be started.
  Result<PythonWorkerPtr> take(const WorkerEnvironment& environment);
  /// Keeps a worker that ended its task well.
  void giveBack(PythonWorkerPtr worker);
  /// Ends the idle workers of a session.
  void forgetSession(const std::string& sessionId);
  /// Starts the interpreter's daemon, so that the first task need not wait for it.
  void warmUp(const std::string& executable);

 private:
  struct Idle {
    PythonWorkerPtr worker;
    std::chrono::steady_clock::time_point since;
  };
  Result<std::shared_ptr<WorkerDaemon>> daemonFor(const std::string& executable);
  void endIdleSince(std::chrono::steady_clock::time_point limit, std::vector<PythonWorkerPtr>& ended);

  std::mutex mutex_;  // guards what follows; daemons are started while it is held
  std::map<std::string, std::shared_ptr<WorkerDaemon>> daemons_;
  std::map<WorkerEnvironment, std::vector<Idle>> idle_;
};

}  // namespace flint::pyworker
