#include "pyworker/worker_question.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "pyworker/question_scope.h"
#include "pyworker/worker_settings.h"

namespace flint::pyworker {
namespace {

constexpr int32_t kQuestion = -100;  // daemon.py: QUESTION
constexpr std::chrono::seconds kLongest{120};
constexpr int64_t kCheckMs = 50;  // between two looks at whether the answer is still wanted
constexpr int32_t kMostBytes = 64 << 20;

Error failed(const std::string& traceback) {
  return Error(condition::kPythonException).with("msg", "").with("traceback", traceback).as(ErrorFamily::kPython);
}

class Exchange {
 public:
  explicit Exchange(const PythonWorker& worker)
      : worker_(worker), socket_(worker.socket()), longest_(worker.environment().longestSilence.count() > 0 ? worker.environment().longestSilence : kLongest) {}

  Status send(const std::string& bytes) {
    for (size_t sent = 0; sent < bytes.size();) {
      const ssize_t count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (count > 0) sent += static_cast<size_t>(count);
      if (count > 0 || errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return Status::ok();  // what it has answered is still to be read
      RETURN_IF_ERROR(wait(POLLOUT));
    }
    return Status::ok();
  }

  Result<std::string> receive(size_t size) {
    std::string out(size, '\0');
    for (size_t filled = 0; filled < size;) {
      const ssize_t count = ::recv(socket_, out.data() + filled, size - filled, MSG_DONTWAIT);
      if (count > 0) filled += static_cast<size_t>(count);
      if (count > 0 || (count < 0 && errno == EINTR)) continue;
      if (count == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return failed(textOfEnd(worker_));
      RETURN_IF_ERROR(wait(POLLIN));
    }
    return out;
  }

  Result<int32_t> receiveInt() {
    ASSIGN_OR_RETURN(const std::string bytes, receive(4));
    uint32_t value = 0;
    for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
    return static_cast<int32_t>(value);
  }

 private:
  Status wait(int16_t events) {
    pollfd waiting{socket_, events, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now()).count();
    if (left <= 0) return failed(textOfSilence(longest_));
    RETURN_IF_ERROR(QuestionScope::check());
    ::poll(&waiting, 1, static_cast<int>(std::min<int64_t>(left, kCheckMs)));
    return Status::ok();
  }

  const PythonWorker& worker_;
  const int socket_;
  const std::chrono::seconds longest_;
  const std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + longest_;
};

}  // namespace

Result<std::string> ask(const WorkerEnvironment& environment, const TaskHeader& header, std::string_view kind, const std::string& request) {
  ASSIGN_OR_RETURN(PythonWorkerPtr worker, WorkerPool::instance().take(environment));
  Exchange exchange(*worker);
  std::string bytes;
  appendInt(bytes, kQuestion);
  appendBytes(bytes, std::string(kind));
  appendBytes(bytes, header.pythonVersion);
  appendBytes(bytes, header.filesDirectory);
  appendInt(bytes, static_cast<int32_t>(header.includes.size()));
  for (const std::string& include : header.includes) appendBytes(bytes, include);
  RETURN_IF_ERROR(exchange.send(bytes + request));
  if (worker->processId == 0) {
    ASSIGN_OR_RETURN(worker->processId, exchange.receiveInt());
  }
  ASSIGN_OR_RETURN(const int32_t code, exchange.receiveInt());
  ASSIGN_OR_RETURN(const int32_t size, exchange.receiveInt());
  if (size < 0 || size > kMostBytes) return failed("the worker gave an answer of no meaning");
  ASSIGN_OR_RETURN(std::string answer, exchange.receive(static_cast<size_t>(size)));
  if (code != 0) return failed(answer);
  WorkerPool::instance().giveBack(std::move(worker));
  return answer;
}

}  // namespace flint::pyworker
