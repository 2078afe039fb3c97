#include "exec/run_progress.h"

#include <algorithm>

#include "events/live_listener_bus.h"
#include "exec/order_tracker.h"

namespace flint::exec {
namespace {

std::atomic<int64_t> nextJob{0};
std::atomic<int64_t> nextStage{0};

std::string errorText(const Status& status) { return status.isOk() ? std::string() : status.message(); }

}  // namespace

RunProgress::Entry* RunProgress::find(int64_t stageId) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) { return entry.stage.id == stageId; });
  return found == entries_.end() ? nullptr : &*found;
}

void RunProgress::noteTasks(int32_t numTasks) {
  if (numTasks > 1 && whenParallel_ != nullptr && !wasParallel_.exchange(true)) whenParallel_();
}

int64_t RunProgress::runStarted(size_t numStages) {
  if (scheduled_) return -1;
  const int64_t first = nextStage.fetch_add(static_cast<int64_t>(numStages));
  if (bus_ == nullptr || !bus_->hasListeners()) return first;
  const std::lock_guard lock(mutex_);
  jobId_ = nextJob.fetch_add(1);
  events::JobStart started{jobId_, {}, events::eventTime()};
  for (size_t i = 0; i < numStages; ++i) started.stageIds.push_back(first + static_cast<int64_t>(i));
  bus_->post(std::move(started));
  return first;
}

void RunProgress::runEnded(const Status& status) {
  const std::lock_guard lock(mutex_);
  if (jobId_ >= 0) bus_->post(events::JobEnd{jobId_, errorText(status), events::eventTime()});
  jobId_ = -1;
}

void RunProgress::pipelineStarted(int64_t stageId, const std::string& name, int32_t numPartitions, std::shared_ptr<const OrderTracker> order) {
  if (stageId < 0) return;
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({{stageId, name, std::max(numPartitions, 1), 0, false}, std::move(order)});
    if (jobId_ >= 0) {
      bus_->post(events::StageSubmitted{jobId_, stageId, name, 1, events::eventTime()});
      bus_->post(events::TaskStart{stageId, 0, events::eventTime()});
    }
  }
  noteTasks(numPartitions);
}

void RunProgress::pipelineEnded(int64_t stageId, const Status& status) {
  if (stageId < 0) return;
  const std::lock_guard lock(mutex_);
  Entry* entry = find(stageId);
  if (entry == nullptr) return;
  entry->order.reset();
  entry->stage.done = true;
  if (status.isOk()) entry->stage.numCompleted = entry->stage.numTasks;
  if (jobId_ < 0) return;
  bus_->post(events::TaskEnd{stageId, 0, errorText(status), events::eventTime()});
  bus_->post(events::StageCompleted{jobId_, stageId, errorText(status), events::eventTime()});
}

int64_t RunProgress::stageStarted(const std::string& name, int32_t numTasks) {
  scheduled_ = true;
  const int64_t id = nextStage.fetch_add(1);
  {
    const std::lock_guard lock(mutex_);
    entries_.push_back({{id, name, numTasks, 0, numTasks == 0}, nullptr});
  }
  noteTasks(numTasks);
  return id;
}

void RunProgress::taskEnded(int64_t stageId) {
  const std::lock_guard lock(mutex_);
  Entry* entry = find(stageId);
  if (entry == nullptr) return;
  entry->stage.done = ++entry->stage.numCompleted == entry->stage.numTasks;
}

std::vector<RunProgress::Stage> RunProgress::stages() const {
  const std::lock_guard lock(mutex_);
  std::vector<Stage> out;
  for (const Entry& entry : entries_) {
    out.push_back(entry.stage);
    if (entry.order == nullptr) continue;
    out.back().numCompleted = std::clamp(entry.order->frontier().partition, 0, entry.stage.numTasks);
  }
  return out;
}

}  // namespace flint::exec
