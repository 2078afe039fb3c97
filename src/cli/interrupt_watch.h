#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <thread>

namespace flint::cli {

/// Turns Ctrl-C (SIGINT) into a call.
///
/// Threads: made on the program's first thread before any other thread is, since it blocks the signal in all of them. The handler is called on a thread
/// of its own, one call at a time, and never after `setHandler` or `~Scope` that replaced it has returned.
class InterruptWatch {
 public:
  using Handler = std::function<void()>;

  /// `otherwise` is called while no Scope lives.
  explicit InterruptWatch(Handler otherwise);
  ~InterruptWatch();

  /// The handler while it lives.
  class Scope {
   public:
    Scope(InterruptWatch& watch, Handler handler);
    ~Scope();
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    InterruptWatch& watch_;
    Handler before_;
  };

 private:
  void run();

  std::mutex mutex_;  // held while a handler runs
  Handler handler_;
  std::atomic<bool> stopped_{false};
  std::thread thread_;
};

}  // namespace flint::cli
