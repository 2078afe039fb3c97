#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "events/listener_event.h"

namespace flint::events {

/// Threads: `onEvent` is called by the bus's thread alone.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void onEvent(const ListenerEvent& event) = 0;
};

/// Hands events to listeners in the order they were posted. Posting never waits: beyond `capacity` waiting events, new ones are dropped and counted.
///
/// Threads: thread-safe.
class LiveListenerBus {
 public:
  explicit LiveListenerBus(size_t capacity = 10'000);
  ~LiveListenerBus();  // after delivering what was posted

  void addListener(std::shared_ptr<Listener> listener);
  void post(ListenerEvent event);
  /// False: posting is for nothing.
  bool hasListeners() const { return hasListeners_.load(std::memory_order_relaxed); }
  /// Returns when all that was posted before is delivered. Never from a listener.
  void waitUntilEmpty();
  int64_t numDropped() const;

 private:
  void run(std::stop_token stop);

  const size_t capacity_;
  std::atomic<bool> hasListeners_{false};
  mutable std::mutex mutex_;
  std::condition_variable_any ready_;
  std::condition_variable_any empty_;
  std::deque<ListenerEvent> queue_;
  bool delivering_ = false;
  int64_t dropped_ = 0;
  std::vector<std::shared_ptr<Listener>> listeners_;
  std::jthread thread_;  // last: joined before what it uses is destroyed
};

}  // namespace flint::events
