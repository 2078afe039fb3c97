#include "connect/service/operation.h"

namespace flint::connect {

bool Operation::cancel(Error reason) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kRunning) return false;
    state_ = State::kTerminating;
    cancelReason_ = Status(reason);
  }
  scope_->cancel(reason);
  return true;
}

Status Operation::checkCancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelReason_;
}

void Operation::finish(Status outcome) {
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::kTerminating) {
      state_ = State::kCancelled;
      outcome = cancelReason_;
    } else {
      state_ = outcome.isOk() ? State::kSucceeded : State::kFailed;
    }
  }
  responses_.finish(std::move(outcome));
}

}  // namespace flint::connect
