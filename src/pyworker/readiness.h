#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace flint::pyworker {

/// Tells when sockets can go on: one thread for all of the process's workers.
///
/// Threads: thread-safe; callbacks run on its thread and must be short.
class Readiness {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static Readiness& instance();
  ~Readiness();
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  /// Calls `ready` once, when `descriptor` can be read, or written where `forWriting`, or was closed by the other side, or at `deadline`.
  /// A later call for the same descriptor takes the place of this one.
  void await(int descriptor, bool forWriting, std::function<void()> ready, Time deadline = Time::max());
  /// Before a descriptor is closed: its callback will not begin any more.
  void forget(int descriptor);

 private:
  Readiness();
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace flint::pyworker
