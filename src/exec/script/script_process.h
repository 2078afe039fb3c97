#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::exec {

/// A process of bash that gets lines and prints lines. One that is destroyed before its end is killed, with what it started.
///
/// Memory: holds what was sent and not yet read by the process, and printed lines not yet taken.
/// Threads: confined to its owner.
/// Errors: _LEGACY_ERROR_TEMP_2264 with what it wrote to its standard error, for one that does not end well.
class ScriptProcess {
 public:
  static Result<std::unique_ptr<ScriptProcess>> start(const std::string& script);
  ~ScriptProcess();
  ScriptProcess(const ScriptProcess&) = delete;
  ScriptProcess& operator=(const ScriptProcess&) = delete;

  /// What it no longer reads is dropped.
  void send(std::string_view text) {
    if (input_ >= 0) unsent_ += text;
  }
  /// After the last input.
  void endInput() { inputEnded_ = true; }
  /// Whether it has taken enough of what was sent to send more.
  bool wantsInput() const { return !inputEnded_ && unsent_.size() - sent_ < kMostUnsent; }
  /// Moves what can be moved without waiting; false when nothing could be.
  Result<bool> advance();
  /// The next whole line, without its end; after the end of the output also what follows the last end of a line.
  bool takeLine(std::string_view& line);
  /// It has ended well and all it printed has been read.
  bool isDone() const { return exited_; }
  /// Calls `ready` when `advance` can go on; perhaps several times.
  void awaitReady(const std::function<void()>& ready);

 private:
  static constexpr size_t kMostUnsent = size_t{1} << 18;
  explicit ScriptProcess(pid_t process) : process_(process) {}
  bool writeSome();
  void closeInput();
  bool readSome(int& descriptor, std::string& into, size_t most);
  Result<bool> reap();
  static void close(int& descriptor);

  const pid_t process_;
  int input_ = -1;    // its standard input, and so on
  int output_ = -1;
  int errors_ = -1;
  int ended_ = -1;    // can be read when the process has ended; -1: not known
  std::string unsent_;
  size_t sent_ = 0;   // of `unsent_`
  std::string printed_;
  size_t taken_ = 0;  // of `printed_`
  std::string complaints_;
  bool inputEnded_ = false;
  bool exited_ = false;
};

}  // namespace flint::exec
