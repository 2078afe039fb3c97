#include "exec/script/script_process.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/legacy_conditions.h"
#include "pyworker/readiness.h"

extern char** environ;

namespace flint::exec {
namespace {

constexpr size_t kChunk = size_t{1} << 16;
constexpr size_t kMostPrinted = size_t{1} << 20;
constexpr size_t kMostComplaints = 2048;

struct Pipe {
  int read = -1;
  int write = -1;
  bool open() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return false;
    read = ends[0];
    write = ends[1];
    return true;
  }
  ~Pipe() {
    if (read >= 0) ::close(read);
    if (write >= 0) ::close(write);
  }
  static int release(int& end) {
    const int out = end;
    end = -1;
    ::fcntl(out, F_SETFL, O_NONBLOCK);
    return out;
  }
};

/// Keeps a write into a pipe that nobody reads from ending the process, whatever the program does with SIGPIPE.
class BrokenPipeGuard {
 public:
  BrokenPipeGuard() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    wasPending_ = sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~BrokenPipeGuard() {
    const timespec now{};
    if (!wasPending_) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  BrokenPipeGuard(const BrokenPipeGuard&) = delete;
  BrokenPipeGuard& operator=(const BrokenPipeGuard&) = delete;

 private:
  sigset_t pipe_;
  sigset_t before_;
  bool wasPending_ = false;
};

}  // namespace

Result<std::unique_ptr<ScriptProcess>> ScriptProcess::start(const std::string& script) {
  Pipe input;
  Pipe output;
  Pipe errors;
  if (!input.open() || !output.open() || !errors.open()) return internalError(std::string("a script gets no pipes: ") + std::strerror(errno));
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input.read, STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, output.write, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, errors.write, STDERR_FILENO);
  // A group of its own, so that all of it can be ended; signals as a shell expects them.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::string shell = "/bin/bash";
  std::string flag = "-c";
  std::string text = script;
  char* const arguments[] = {shell.data(), flag.data(), text.data(), nullptr};
  pid_t process = 0;
  const int failed = ::posix_spawn(&process, shell.c_str(), &files, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return internalError(std::string("/bin/bash does not start: ") + std::strerror(failed));
  std::unique_ptr<ScriptProcess> made(new ScriptProcess(process));
  made->input_ = Pipe::release(input.write);
  made->output_ = Pipe::release(output.read);
  made->errors_ = Pipe::release(errors.read);
  made->ended_ = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  return made;
}

ScriptProcess::~ScriptProcess() {
  for (int* descriptor : {&input_, &output_, &errors_, &ended_}) close(*descriptor);
  if (exited_) return;
  ::kill(-process_, SIGKILL);
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
}

void ScriptProcess::close(int& descriptor) {
  if (descriptor < 0) return;
  pyworker::Readiness::instance().forget(descriptor);
  ::close(descriptor);
  descriptor = -1;
}

// Nothing that was not sent is left: it would count as more than the process can take.
void ScriptProcess::closeInput() {
  close(input_);
  unsent_.clear();
  sent_ = 0;
}

bool ScriptProcess::writeSome() {
  if (input_ < 0) return false;
  const BrokenPipeGuard guard;
  bool moved = false;
  while (sent_ < unsent_.size()) {
    const ssize_t count = ::write(input_, unsent_.data() + sent_, unsent_.size() - sent_);
    if (count > 0) {
      sent_ += static_cast<size_t>(count);
      moved = true;
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return moved;
    // It wants no more: what it prints counts.
    closeInput();
    return true;
  }
  unsent_.clear();
  sent_ = 0;
  if (inputEnded_) {
    close(input_);
    moved = true;
  }
  return moved;
}

bool ScriptProcess::readSome(int& descriptor, std::string& into, size_t most) {
  if (descriptor < 0) return false;
  bool moved = false;
  char chunk[kChunk];
  while (into.size() < most) {
    const ssize_t count = ::read(descriptor, chunk, sizeof chunk);
    if (count > 0) {
      into.append(chunk, static_cast<size_t>(count));
      moved = true;
      continue;
    }
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) return moved;
    close(descriptor);
    return true;
  }
  return moved;
}

Result<bool> ScriptProcess::reap() {
  int status = 0;
  const pid_t ended = ::waitpid(process_, &status, ended_ < 0 ? 0 : WNOHANG);
  if (ended == 0) return false;
  exited_ = true;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  if (code == 0) return true;
  return Error(condition::kLegacyErrorTemp2264).with("exitCode", std::to_string(code)).with("stderrBuffer", complaints_).as(ErrorFamily::kExecution);
}

Result<bool> ScriptProcess::advance() {
  bool moved = writeSome();
  if (taken_ > 0 && taken_ * 2 > printed_.size()) {
    printed_.erase(0, taken_);
    taken_ = 0;
  }
  moved = readSome(output_, printed_, taken_ + kMostPrinted) || moved;
  std::string complaints;
  moved = readSome(errors_, complaints, kChunk) || moved;
  complaints_ += complaints;
  if (complaints_.size() > kMostComplaints) complaints_.erase(0, complaints_.size() - kMostComplaints);
  if (output_ < 0 && errors_ < 0 && !exited_) {
    closeInput();
    ASSIGN_OR_RETURN(const bool ended, reap());
    moved = moved || ended;
  }
  return moved;
}

bool ScriptProcess::takeLine(std::string_view& line) {
  if (taken_ == printed_.size()) return false;
  const size_t end = printed_.find('\n', taken_);
  if (end == std::string::npos && output_ >= 0) return false;
  const size_t stop = end == std::string::npos ? printed_.size() : end;
  line = std::string_view(printed_).substr(taken_, stop - taken_);
  taken_ = end == std::string::npos ? printed_.size() : end + 1;
  return true;
}

void ScriptProcess::awaitReady(const std::function<void()>& ready) {
  auto& readiness = pyworker::Readiness::instance();
  if (input_ >= 0 && sent_ < unsent_.size()) readiness.await(input_, true, ready);
  if (output_ >= 0) readiness.await(output_, false, ready);
  if (errors_ >= 0) readiness.await(errors_, false, ready);
  if (output_ < 0 && errors_ < 0 && ended_ >= 0) readiness.await(ended_, false, ready);
}

}  // namespace flint::exec
