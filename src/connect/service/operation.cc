#include "connect/service/operation.h"

namespace flint::connect {

bool Operation::cancel(Error reason) {
  std::function<void(const Error&)> onCancel;
  Status status(std::move(reason));
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kRunning) return false;
    state_ = State::kTerminating;
    cancelReason_ = status;
    onCancel = onCancel_;
  }
  if (onCancel) onCancel(status.error());
  return true;
}

void Operation::setCancelHandler(std::function<void(const Error&)> onCancel) {
  Status cancelled;
  {
    const std::lock_guard lock(mutex_);
    onCancel_ = onCancel;
    cancelled = cancelReason_;
  }
  if (onCancel && !cancelled.isOk()) onCancel(cancelled.error());
}

Status Operation::checkCancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelReason_;
}

void Operation::finish(Status outcome) {
  {
    const std::lock_guard lock(mutex_);
    onCancel_ = nullptr;
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
