#include "events/live_listener_bus.h"

#include <chrono>

namespace flint::events {

int64_t eventTime() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

LiveListenerBus::LiveListenerBus(size_t capacity) : capacity_(capacity), thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}
LiveListenerBus::~LiveListenerBus() = default;

void LiveListenerBus::addListener(std::shared_ptr<Listener> listener) {
  const std::lock_guard lock(mutex_);
  listeners_.push_back(std::move(listener));
  hasListeners_ = true;
}

void LiveListenerBus::post(ListenerEvent event) {
  {
    const std::lock_guard lock(mutex_);
    if (listeners_.empty()) return;
    if (queue_.size() >= capacity_) {
      ++dropped_;
      return;
    }
    queue_.push_back(std::move(event));
  }
  ready_.notify_one();
}

void LiveListenerBus::waitUntilEmpty() {
  std::unique_lock lock(mutex_);
  empty_.wait(lock, [this] { return queue_.empty() && !delivering_; });
}

int64_t LiveListenerBus::numDropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void LiveListenerBus::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  for (;;) {
    ready_.wait(lock, stop, [this] { return !queue_.empty(); });
    if (queue_.empty()) return;  // stopped
    const ListenerEvent event = std::move(queue_.front());
    queue_.pop_front();
    const std::vector<std::shared_ptr<Listener>> listeners = listeners_;
    delivering_ = true;
    lock.unlock();
    for (const auto& listener : listeners) listener->onEvent(event);
    lock.lock();
    delivering_ = false;
    if (queue_.empty()) empty_.notify_all();
  }
}

}  // namespace flint::events
