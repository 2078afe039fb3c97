#pragma once

#include <sys/types.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "base/status.h"

namespace flint::pyworker {

/// A Python process that forks workers when asked; see python/flint_worker/daemon.py.
///
/// Threads: thread-safe.
class WorkerDaemon {
 public:
  /// Starts `executable` (empty: the default one). Errors: of starting a process.
  static Result<std::shared_ptr<WorkerDaemon>> start(const std::string& executable);
  ~WorkerDaemon();
  WorkerDaemon(const WorkerDaemon&) = delete;
  WorkerDaemon& operator=(const WorkerDaemon&) = delete;

  /// The engine's end of the socket of a worker that is being forked. `slots`: its shared memory (see WorkerSlots), or -1.
  Result<int> fork(const std::map<std::string, std::string>& variables, int slots);
  /// False once it has ended.
  bool isRunning();
  /// The last lines that it and its workers wrote to their error output.
  std::string lastOutput() const;

 private:
  WorkerDaemon(pid_t process, int control, int output);
  void readOutput();

  const pid_t process_;
  const int control_;
  const int output_;
  std::mutex mutex_;
  bool reaped_ = false;
  mutable std::mutex outputMutex_;  // a leaf
  std::string lastOutput_;
};

/// The folder of the worker's Python files: beside the program as it is installed, or FLINT_PYTHON_WORKER.
std::string workerFilesDirectory();
/// The interpreter that runs where none was chosen: PYSPARK_PYTHON, PYSPARK_DRIVER_PYTHON, else the first of `python3`, the virtual environment's, and
/// `python3.11` and its like on the path that finds pyspark; `python3` where none does.
std::string defaultInterpreter();

}  // namespace flint::pyworker
