#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "exec/operator.h"

namespace flint::exec {

/// A piece of a query that one thread at a time works on, a few milliseconds a step.
class WorkItem {
 public:
  enum class Outcome : uint8_t { kAgain, kDone, kParked };
  struct Step {
    Outcome outcome = Outcome::kDone;
    WakerPtr waker = nullptr;  // kParked: what resumes it
  };
  virtual ~WorkItem() = default;
  virtual Step step() = 0;
  /// True once the query was cancelled: a parked item then runs again to see it.
  virtual bool interrupted() const = 0;

 private:
  friend class WorkerPool;
  enum class State : uint8_t { kActive, kParked };
  std::atomic<State> state_{State::kActive};
};
using WorkItemPtr = std::shared_ptr<WorkItem>;

/// The process's threads, shared by all queries: each step is taken from the query with the least weighted service, a new one first.
///
/// Threads: thread-safe.
class WorkerPool {
 public:
  /// One query's claim on the threads.
  class Group {
   private:
    friend class WorkerPool;
    explicit Group(double weight) : weight_(weight) {}
    const double weight_;
    double service_ = -1;            // nanoseconds by weight; guarded by the pool's mutex, as is all here. -1: has not run yet
    bool listed_ = false;
    std::deque<WorkItemPtr> items_;
  };
  using GroupPtr = std::shared_ptr<Group>;

  explicit WorkerPool(int32_t numThreads);
  ~WorkerPool();

  int32_t numThreads() const { return static_cast<int32_t>(threads_.size()); }
  GroupPtr makeGroup(double weight = 1.0);
  void submit(const GroupPtr& group, WorkItemPtr item);
  /// Runs a parked item again; nothing for one that is not parked.
  void resume(const GroupPtr& group, const WorkItemPtr& item);

 private:
  struct Claim {
    GroupPtr group;
    WorkItemPtr item;
  };
  void run(std::stop_token stop);
  // Of the group with the least service; the mutex is held.
  Claim takeNext();
  void finishStep(const Claim& claim, WorkItem::Step step, double nanos);

  std::mutex mutex_;  // a leaf
  std::condition_variable_any ready_;
  std::vector<GroupPtr> runnable_;  // those with items
  double virtualTime_ = 0;          // service that a query which never waited has had: at least that of each one that ran
  std::vector<std::jthread> threads_;  // last: joined before what they use is destroyed
};

}  // namespace flint::exec
