#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

namespace flint::session {
class SparkSession;
}

namespace flint::cli {

/// Shows on standard error how far the session's running queries are, from a second after it was made until it ends; then the line is cleared.
///
/// Threads: one of its own draws.
class ProgressBar {
 public:
  explicit ProgressBar(session::SparkSession& session);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Clears the line, and draws no more; from one thread at a time.
  void end();

 private:
  void run();
  std::string line() const;

  session::SparkSession& session_;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable ended_;
  bool isEnded_ = false;
  std::thread thread_;
};

}  // namespace flint::cli
