#include "pyworker/worker_daemon.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <thread>
#include <vector>

#include "base/json_string.h"
#include "pyworker/worker_slots.h"

extern "C" char** environ;

namespace flint::pyworker {
namespace {

constexpr size_t kKeptOutput = 4096;  // bytes
constexpr int kControlDescriptor = 3;

Error systemError(const char* what) { return internalError(std::string(what) + ": " + std::strerror(errno)); }

// Runs `arguments` with nothing of this process open but the given descriptors. 0: not started.
pid_t spawn(const std::vector<std::string>& arguments, int control, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  if (output >= 0) {
    posix_spawn_file_actions_adddup2(&actions, output, 1);
    posix_spawn_file_actions_adddup2(&actions, output, 2);
  } else {
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  }
  if (control >= 0) posix_spawn_file_actions_adddup2(&actions, control, kControlDescriptor);
  posix_spawn_file_actions_addclosefrom_np(&actions, control >= 0 ? kControlDescriptor + 1 : kControlDescriptor);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t all;
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t process = 0;
  const int failure = posix_spawnp(&process, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  errno = failure;
  return failure == 0 ? process : 0;
}

bool findsPyspark(const std::string& interpreter) {
  const pid_t process =
      spawn({interpreter, "-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('pyspark') is None)"}, -1, -1);
  if (process == 0) return false;
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) return false;
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

std::string environmentVariable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

std::string workerFilesDirectory() {
  if (std::string chosen = environmentVariable("FLINT_PYTHON_WORKER"); !chosen.empty()) return chosen;
  std::error_code failure;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", failure);
  return (program.parent_path().parent_path() / "share" / "flint" / "flint_worker").string();
}

std::string defaultInterpreter() {
  for (const char* name : {"PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON"}) {
    if (std::string chosen = environmentVariable(name); !chosen.empty()) return chosen;
  }
  std::vector<std::string> candidates = {"python3"};
  if (const std::string environment = environmentVariable("VIRTUAL_ENV"); !environment.empty()) candidates.push_back(environment + "/bin/python3");
  for (int minor = 14; minor >= 10; --minor) candidates.push_back("python3." + std::to_string(minor));
  for (const std::string& candidate : candidates) {
    if (findsPyspark(candidate)) return candidate;
  }
  return candidates[0];
}

Result<std::shared_ptr<WorkerDaemon>> WorkerDaemon::start(const std::string& executable) {
  std::array<int, 2> control{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, control.data()) != 0) return systemError("no socket for the Python daemon");
  std::array<int, 2> output{};
  if (::pipe2(output.data(), O_CLOEXEC) != 0) {
    ::close(control[0]);
    ::close(control[1]);
    return systemError("no pipe for the Python daemon");
  }
  const std::string interpreter = executable.empty() ? defaultInterpreter() : executable;
  const pid_t process = spawn({interpreter, "-u", workerFilesDirectory() + "/daemon.py", std::to_string(kControlDescriptor)}, control[1], output[1]);
  const int failure = errno;
  ::close(control[1]);
  ::close(output[1]);
  if (process == 0) {
    ::close(control[0]);
    ::close(output[0]);
    return Error(condition::kPythonException)
        .with("msg", "")
        .with("traceback", "Cannot run program \"" + interpreter + "\": " + std::strerror(failure) + "\n")
        .as(ErrorFamily::kExecution);
  }
  auto daemon = std::shared_ptr<WorkerDaemon>(new WorkerDaemon(process, control[0], output[0]));
  // Lives as long as the pipe is open at the other side: until the last worker has ended.
  std::thread([daemon] { daemon->readOutput(); }).detach();
  return daemon;
}

WorkerDaemon::WorkerDaemon(pid_t process, int control, int output) : process_(process), control_(control), output_(output) {}

WorkerDaemon::~WorkerDaemon() {
  ::close(control_);
  ::close(output_);
  isRunning();
}

void WorkerDaemon::readOutput() {
  std::array<char, 4096> buffer{};
  for (;;) {
    const ssize_t count = ::read(output_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, buffer.data(), static_cast<size_t>(count));
    const std::lock_guard lock(outputMutex_);
    lastOutput_.append(buffer.data(), static_cast<size_t>(count));
    if (lastOutput_.size() > kKeptOutput) lastOutput_.erase(0, lastOutput_.size() - kKeptOutput);
  }
}

std::string WorkerDaemon::lastOutput() const {
  const std::lock_guard lock(outputMutex_);
  return lastOutput_;
}

bool WorkerDaemon::isRunning() {
  const std::lock_guard lock(mutex_);
  if (reaped_) return false;
  int status = 0;
  if (::waitpid(process_, &status, WNOHANG) == 0) return true;
  reaped_ = true;
  return false;
}

Result<int> WorkerDaemon::fork(const std::map<std::string, std::string>& variables, int slots) {
  std::array<int, 2> pair{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return systemError("no socket for a Python worker");
  std::string request = "{\"environment\": {";
  for (const auto& [name, value] : variables) {
    if (request.back() != '{') request += ", ";
    appendJsonString(request, name);
    request += ": ";
    appendJsonString(request, value);
  }
  request += "}";
  if (slots >= 0) {
    request += ", \"slots\": [" + std::to_string(WorkerSlots::kInputs) + ", " + std::to_string(WorkerSlots::kOutputs) + ", " + std::to_string(WorkerSlots::kBytes) +
               ", " + std::to_string(WorkerSlots::kFlagBytes) + "]";
  }
  request += "}";
  iovec data{request.data(), request.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> ancillary{};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = ancillary.data();
  const std::array<int, 2> descriptors = {pair[1], slots};
  const size_t descriptorBytes = sizeof(int) * (slots >= 0 ? 2 : 1);
  message.msg_controllen = CMSG_SPACE(descriptorBytes);
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(descriptorBytes);
  std::memcpy(CMSG_DATA(header), descriptors.data(), descriptorBytes);
  const ssize_t sent = ::sendmsg(control_, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  const int failure = errno;
  ::close(pair[1]);
  if (sent < 0) {
    ::close(pair[0]);
    errno = failure;
    return systemError("the Python daemon takes no request");
  }
  ::fcntl(pair[0], F_SETFL, O_NONBLOCK);
  const int bufferBytes = 1 << 20;
  ::setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &bufferBytes, sizeof(bufferBytes));
  return pair[0];
}

}  // namespace flint::pyworker
