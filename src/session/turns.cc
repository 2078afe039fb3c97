#include "session/turns.h"

#include <algorithm>

namespace flint::session {

Turns::Turn Turns::take(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  if (free_ > 0) {
    --free_;
    return Turn(this);
  }
  Waiter self;
  waiters_.push_back(&self);
  if (self.called.wait_for(lock, patience, [&] { return self.isCalled; })) return Turn(this);
  std::erase(waiters_, &self);
  return Turn(nullptr);
}

void Turns::giveBack() {
  const std::lock_guard lock(mutex_);
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  Waiter* next = waiters_.front();
  waiters_.pop_front();
  next->isCalled = true;
  next->called.notify_one();
}

void Turns::Turn::end() {
  if (turns_ != nullptr) turns_->giveBack();
  turns_ = nullptr;
}

}  // namespace flint::session
