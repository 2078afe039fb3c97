#include "pyworker/readiness.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>

namespace flint::pyworker {

class Readiness::Loop {
 public:
  Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), stopEvent_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = stopEvent_;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, stopEvent_, &event);
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(stopEvent_, &one, sizeof(one));
    thread_.join();
    ::close(stopEvent_);
    ::close(epoll_);
  }

  void await(int descriptor, bool forWriting, std::function<void()> ready) {
    const std::lock_guard lock(mutex_);
    const bool known = callbacks_.contains(descriptor);
    callbacks_[descriptor] = std::move(ready);
    epoll_event event{};
    event.events = EPOLLONESHOT | EPOLLIN | EPOLLRDHUP | (forWriting ? EPOLLOUT : 0U);
    event.data.fd = descriptor;
    if (::epoll_ctl(epoll_, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) != 0 && errno == EEXIST) {
      ::epoll_ctl(epoll_, EPOLL_CTL_MOD, descriptor, &event);
    }
  }

  void forget(int descriptor) {
    const std::lock_guard lock(mutex_);
    callbacks_.erase(descriptor);
    ::epoll_ctl(epoll_, EPOLL_CTL_DEL, descriptor, nullptr);
  }

 private:
  void run() {
    std::array<epoll_event, 64> events{};
    for (;;) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
      if (count < 0 && errno != EINTR) return;
      for (int i = 0; i < count; ++i) {
        if (events[static_cast<size_t>(i)].data.fd == stopEvent_) return;
        std::function<void()> ready;
        {
          const std::lock_guard lock(mutex_);
          const auto found = callbacks_.find(events[static_cast<size_t>(i)].data.fd);
          if (found != callbacks_.end()) ready = std::exchange(found->second, nullptr);
        }
        if (ready) ready();
      }
    }
  }

  const int epoll_;
  const int stopEvent_;
  std::mutex mutex_;  // a leaf
  std::unordered_map<int, std::function<void()>> callbacks_;
  std::thread thread_;
};

Readiness& Readiness::instance() {
  // Never destroyed: workers may end with the process's last threads.
  static auto* const readiness = new Readiness();
  return *readiness;
}

Readiness::Readiness() : loop_(std::make_unique<Loop>()) {}
Readiness::~Readiness() = default;

void Readiness::await(int descriptor, bool forWriting, std::function<void()> ready) { loop_->await(descriptor, forWriting, std::move(ready)); }
void Readiness::forget(int descriptor) { loop_->forget(descriptor); }

}  // namespace flint::pyworker
