#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace flint::connect {

/// Threads with large stacks that requests are parsed, compiled and waited for on; as many as requests run at once, kept for later ones.
///
/// Threads: `post` is thread-safe.
class RequestThreads {
 public:
  RequestThreads() = default;
  ~RequestThreads();
  RequestThreads(const RequestThreads&) = delete;
  RequestThreads& operator=(const RequestThreads&) = delete;

  /// Runs `work` soon; no work waits for another to end.
  void post(std::function<void()> work);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
  size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace flint::connect
