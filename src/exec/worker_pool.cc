#include "exec/worker_pool.h"

#include <algorithm>
#include <chrono>

namespace flint::exec {
namespace {

// How far behind the running queries one that was idle may be: it overtakes them, but not for long.
constexpr double kLargestCreditNanos = 20e6;

}  // namespace

WorkerPool::WorkerPool(int32_t numThreads) {
  for (int32_t i = 0; i < std::max(numThreads, 1); ++i) {
    threads_.emplace_back([this](std::stop_token stop) { run(std::move(stop)); });
  }
}

WorkerPool::~WorkerPool() = default;

WorkerPool::GroupPtr WorkerPool::makeGroup(double weight) { return GroupPtr(new Group(weight > 0 ? weight : 1.0)); }

void WorkerPool::submit(const GroupPtr& group, WorkItemPtr item) {
  {
    const std::lock_guard lock(mutex_);
    group->items_.push_back(std::move(item));
    if (!group->listed_) {
      group->service_ = std::max(group->service_, virtualTime_ - kLargestCreditNanos);
      group->listed_ = true;
      runnable_.push_back(group);
    }
  }
  ready_.notify_one();
}

void WorkerPool::resume(const GroupPtr& group, const WorkItemPtr& item) {
  auto parked = WorkItem::State::kParked;
  if (item->state_.compare_exchange_strong(parked, WorkItem::State::kActive)) submit(group, item);
}

WorkerPool::Claim WorkerPool::takeNext() {
  const auto least = std::min_element(runnable_.begin(), runnable_.end(), [](const GroupPtr& a, const GroupPtr& b) { return a->service_ < b->service_; });
  Claim claim{*least, std::move((*least)->items_.front())};
  claim.group->items_.pop_front();
  virtualTime_ = std::max(virtualTime_, claim.group->service_);
  if (claim.group->items_.empty()) {
    claim.group->listed_ = false;
    runnable_.erase(least);
  }
  return claim;
}

void WorkerPool::finishStep(const Claim& claim, WorkItem::Step step, double nanos) {
  {
    const std::lock_guard lock(mutex_);
    claim.group->service_ += nanos / claim.group->weight_;
    // Time goes on for those that wait too, so that short queries which keep coming do not overtake one another without end.
    virtualTime_ += nanos / static_cast<double>(runnable_.size() + 1);
  }
  switch (step.outcome) {
    case WorkItem::Outcome::kAgain: return submit(claim.group, claim.item);
    case WorkItem::Outcome::kDone: return;
    case WorkItem::Outcome::kParked: break;
  }
  claim.item->state_.store(WorkItem::State::kParked);
  step.waker->onWake([this, group = claim.group, item = claim.item] { resume(group, item); });
  if (claim.item->interrupted()) resume(claim.group, claim.item);
}

void WorkerPool::run(std::stop_token stop) {
  std::unique_lock lock(mutex_);
  while (ready_.wait(lock, stop, [this] { return !runnable_.empty(); })) {
    if (stop.stop_requested()) return;
    const Claim claim = takeNext();
    lock.unlock();
    const auto begin = std::chrono::steady_clock::now();
    WorkItem::Step step = claim.item->step();
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
    finishStep(claim, std::move(step), elapsed.count());
    lock.lock();
  }
}

}  // namespace flint::exec
