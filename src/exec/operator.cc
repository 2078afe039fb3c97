#include "exec/operator.h"

#include "exec/order_tracker.h"

namespace flint::exec {

void Waker::wake() {
  std::vector<std::function<void()>> resumes;
  {
    const std::lock_guard lock(mutex_);
    awake_ = true;
    resumes.swap(resumes_);
  }
  for (const auto& resume : resumes) resume();
}

void Waker::onWake(std::function<void()> resume) {
  {
    const std::lock_guard lock(mutex_);
    if (!awake_) {
      resumes_.push_back(std::move(resume));
      return;
    }
  }
  resume();
}

Status Source::start(TaskContext&) { return Status::ok(); }

Result<Progress> StreamingOperator::flush(LocalState&, ColumnarBatch&) { return Progress::finished(); }

Result<Progress> Sink::drain(LocalState&) { return Progress::finished(); }
Status Sink::combine(LocalState&) { return Status::ok(); }
void Sink::attachOrder(std::shared_ptr<const OrderTracker>) {}
Status Sink::finalizeTask(int32_t) { return Status::ok(); }

}  // namespace flint::exec
