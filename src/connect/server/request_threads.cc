#include "connect/server/request_threads.h"

#include "session/large_stack.h"

namespace flint::connect {

RequestThreads::~RequestThreads() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  threads_.clear();
}

void RequestThreads::post(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    work_.push_back(std::move(work));
    if (idle_ < work_.size()) {
      threads_.emplace_back([this] { session::runOnLargeStack([this] { loop(); }); });
      return;
    }
  }
  wake_.notify_one();
}

void RequestThreads::loop() {
  std::unique_lock lock(mutex_);
  while (true) {
    while (!work_.empty()) {
      std::function<void()> work = std::move(work_.front());
      work_.pop_front();
      lock.unlock();
      work();
      work = nullptr;
      lock.lock();
    }
    if (stopping_) return;
    ++idle_;
    wake_.wait(lock, [this] { return stopping_ || !work_.empty(); });
    --idle_;
  }
}

}  // namespace flint::connect
