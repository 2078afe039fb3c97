#include "pyworker/worker_pool.h"

#include <unistd.h>

#include <csignal>

#include "pyworker/readiness.h"
#include "pyworker/worker_daemon.h"
#include "pyworker/worker_slots.h"

namespace flint::pyworker {
namespace {

constexpr std::chrono::seconds kIdleTime{60};
constexpr size_t kMostIdle = 64;  // of one environment

}  // namespace

PythonWorker::PythonWorker(int socket, std::unique_ptr<WorkerSlots> slots, WorkerEnvironment environment, std::shared_ptr<WorkerDaemon> daemon)
    : socket_(socket), slots_(std::move(slots)), environment_(std::move(environment)), daemon_(std::move(daemon)) {}

PythonWorker::~PythonWorker() {
  Readiness::instance().forget(socket_);
  ::close(socket_);
  // A function that loops does not see that its socket was closed.
  if (processId > 1) ::kill(processId, SIGKILL);
}

std::string PythonWorker::startFailure() const { return daemon_->isRunning() && processId != 0 ? std::string() : daemon_->lastOutput(); }

WorkerPool& WorkerPool::instance() {
  // Never destroyed: queries may end with the process's last threads.
  static auto* const pool = new WorkerPool();
  return *pool;
}

Result<std::shared_ptr<WorkerDaemon>> WorkerPool::daemonFor(const std::string& executable) {
  std::shared_ptr<WorkerDaemon>& daemon = daemons_[executable];
  if (daemon == nullptr || !daemon->isRunning()) {
    ASSIGN_OR_RETURN(daemon, WorkerDaemon::start(executable));
  }
  return daemon;
}

void WorkerPool::endIdleSince(std::chrono::steady_clock::time_point limit, std::vector<PythonWorkerPtr>& ended) {
  for (auto at = idle_.begin(); at != idle_.end();) {
    std::vector<Idle>& workers = at->second;
    size_t old = 0;
    while (old < workers.size() && workers[old].since < limit) ended.push_back(std::move(workers[old++].worker));
    workers.erase(workers.begin(), workers.begin() + static_cast<std::ptrdiff_t>(old));
    at = workers.empty() ? idle_.erase(at) : std::next(at);
  }
}

Result<PythonWorkerPtr> WorkerPool::take(const WorkerEnvironment& environment) {
  std::vector<PythonWorkerPtr> ended;  // destroyed after the lock
  const std::lock_guard lock(mutex_);
  endIdleSince(std::chrono::steady_clock::now() - kIdleTime, ended);
  const auto found = idle_.find(environment);
  if (found != idle_.end()) {
    PythonWorkerPtr worker = std::move(found->second.back().worker);
    found->second.pop_back();
    if (found->second.empty()) idle_.erase(found);
    return worker;
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<WorkerDaemon> daemon, daemonFor(environment.executable));
  Result<std::unique_ptr<WorkerSlots>> made = WorkerSlots::make();
  std::unique_ptr<WorkerSlots> slots = made.isOk() ? std::move(made).value() : nullptr;  // without, all goes over the socket
  const Result<int> socket = daemon->fork(environment.variables, slots == nullptr ? -1 : slots->descriptor());
  if (socket.isOk()) return std::make_unique<PythonWorker>(*socket, std::move(slots), environment, daemon);
  if (daemon->isRunning() || daemon->lastOutput().empty()) return socket.status();
  return Error(condition::kPythonException).with("msg", "").with("traceback", "Python worker failed to start:\n" + daemon->lastOutput()).as(ErrorFamily::kExecution);
}

void WorkerPool::giveBack(PythonWorkerPtr worker) {
  std::vector<PythonWorkerPtr> ended;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  endIdleSince(now - kIdleTime, ended);
  std::vector<Idle>& workers = idle_[worker->environment()];
  if (workers.size() >= kMostIdle) {
    ended.push_back(std::move(worker));
    return;
  }
  workers.push_back({std::move(worker), now});
}

void WorkerPool::forgetSession(const std::string& sessionId) {
  std::vector<PythonWorkerPtr> ended;
  const std::lock_guard lock(mutex_);
  for (auto at = idle_.begin(); at != idle_.end();) {
    if (at->first.sessionId != sessionId) {
      ++at;
      continue;
    }
    for (Idle& idle : at->second) ended.push_back(std::move(idle.worker));
    at = idle_.erase(at);
  }
}

void WorkerPool::warmUp(const std::string& executable) {
  const std::lock_guard lock(mutex_);
  // Where it does not start, the task that needs it says so.
  [[maybe_unused]] const auto daemon = daemonFor(executable);
}

}  // namespace flint::pyworker
