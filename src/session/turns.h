#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>

namespace flint::session {

/// Lets as many threads as there are cores plan queries at once, the others in the order they came: where dozens plan at the same time each takes as long
/// as all, and the threads that run queries wait among them.
///
/// Nobody waits for long: planning may itself wait, for a catalog or a user's program, and must not keep others.
/// Threads: thread-safe.
class Turns {
 public:
  explicit Turns(int32_t atOnce) : free_(atOnce) {}

  /// Ends with its owner.
  class Turn {
   public:
    explicit Turn(Turns* turns) : turns_(turns) {}
    ~Turn() { end(); }
    Turn(Turn&& other) noexcept : turns_(other.turns_) { other.turns_ = nullptr; }
    Turn& operator=(Turn&&) = delete;
    void end();

   private:
    Turns* turns_;  // null: there is nothing to give back
  };
  /// The turn, or none when it did not come within `patience`.
  Turn take(std::chrono::milliseconds patience = std::chrono::milliseconds(50));

 private:
  struct Waiter {
    std::condition_variable called;
    bool isCalled = false;
  };
  void giveBack();

  std::mutex mutex_;
  int32_t free_;
  std::deque<Waiter*> waiters_;
};

}  // namespace flint::session
