#include "pyworker/readiness.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

namespace flint::pyworker {

class Readiness::Loop {
 public:
  Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wakeEvent_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wakeEvent_;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wakeEvent_, &event);
    thread_ = std::thread([this] { run(); });
  }
  ~Loop() {
    stopping_ = true;
    wakeUp();
    thread_.join();
    ::close(wakeEvent_);
    ::close(epoll_);
  }

  void await(int descriptor, bool forWriting, std::function<void()> ready, Time deadline) {
    const std::lock_guard lock(mutex_);
    const bool known = callbacks_.contains(descriptor);
    callbacks_[descriptor] = {std::move(ready), deadline};
    if (deadline < nextDeadline_) {
      nextDeadline_ = deadline;
      wakeUp();
    }
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
  struct Callback {
    std::function<void()> ready;
    Time deadline = Time::max();
  };

  void wakeUp() {
    const uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wakeEvent_, &one, sizeof(one));
  }

  void run() {
    std::array<epoll_event, 64> events{};
    while (!stopping_) {
      const int count = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), millisecondsLeft());
      if (count < 0 && errno != EINTR) return;
      for (int i = 0; i < count; ++i) {
        const int descriptor = events[static_cast<size_t>(i)].data.fd;
        if (descriptor == wakeEvent_) {
          uint64_t times = 0;
          [[maybe_unused]] const ssize_t read = ::read(wakeEvent_, &times, sizeof(times));
          continue;
        }
        std::function<void()> ready;
        {
          const std::lock_guard lock(mutex_);
          const auto found = callbacks_.find(descriptor);
          if (found != callbacks_.end()) ready = std::exchange(found->second, {}).ready;
        }
        if (ready) ready();
      }
      for (const std::function<void()>& ready : takeLate()) ready();
    }
  }

  int millisecondsLeft() {
    const std::lock_guard lock(mutex_);
    if (nextDeadline_ == Time::max()) return -1;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(nextDeadline_ - std::chrono::steady_clock::now()).count();
    return static_cast<int>(std::clamp<int64_t>(left, 0, 60'000));
  }

  // The callbacks whose deadline has passed.
  std::vector<std::function<void()>> takeLate() {
    std::vector<std::function<void()>> late;
    const std::lock_guard lock(mutex_);
    if (nextDeadline_ == Time::max()) return late;
    const Time now = std::chrono::steady_clock::now();
    if (now < nextDeadline_) return late;
    nextDeadline_ = Time::max();
    for (auto& [descriptor, callback] : callbacks_) {
      if (callback.deadline <= now) late.push_back(std::exchange(callback, {}).ready);
      nextDeadline_ = std::min(nextDeadline_, callback.deadline);
    }
    return late;
  }

  const int epoll_;
  const int wakeEvent_;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;  // a leaf
  std::unordered_map<int, Callback> callbacks_;
  Time nextDeadline_ = Time::max();
  std::thread thread_;
};

Readiness& Readiness::instance() {
  // Never destroyed: workers may end with the process's last threads.
  static auto* const readiness = new Readiness();
  return *readiness;
}

Readiness::Readiness() : loop_(std::make_unique<Loop>()) {}
Readiness::~Readiness() = default;

void Readiness::await(int descriptor, bool forWriting, std::function<void()> ready, Time deadline) { loop_->await(descriptor, forWriting, std::move(ready), deadline); }
void Readiness::forget(int descriptor) { loop_->forget(descriptor); }

}  // namespace flint::pyworker
