#include "exec/task_context.h"

namespace flint::exec {

void Metric::raiseTo(int64_t value) {
  int64_t seen = value_.load(std::memory_order_relaxed);
  while (seen < value && !value_.compare_exchange_weak(seen, value, std::memory_order_relaxed)) {
  }
}

std::shared_ptr<Metric> QueryMetrics::metric(int64_t nodeId, const std::string& node, const std::string& name, Metric::Unit unit) {
  const std::lock_guard lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.nodeId == nodeId && entry.name == name && entry.node == node) return entry.metric;
  }
  entries_.push_back({nodeId, node, name, std::make_shared<Metric>(unit)});
  return entries_.back().metric;
}

std::vector<QueryMetrics::Entry> QueryMetrics::entries() const {
  const std::lock_guard lock(mutex_);
  return entries_;
}

QueryContext::QueryContext(std::shared_ptr<memory::QueryPool> pool, expr::EvaluationOptions evaluation, ExecOptions options,
                           std::shared_ptr<RunProgress> progress)
    : pool_(std::move(pool)), evaluation_(std::move(evaluation)), options_(std::move(options)), progress_(std::move(progress)), sharedReads_(std::make_shared<connector::SharedReads>(*pool_)) {}
QueryContext::~QueryContext() {
  if (options_.spillDirectory.empty()) return;
  // The files went with their last readers; where one is left, so is the folder.
  const std::shared_ptr<io::FileSystem> files = options_.spillFiles != nullptr ? options_.spillFiles : io::localFileSystem();
  static_cast<void>(files->remove(options_.spillDirectory, false).isOk());
}

void QueryContext::cancel(Error reason) {
  std::vector<std::function<void()>> callbacks;
  {
    const std::lock_guard lock(mutex_);
    if (!cancelReason_.isOk()) return;
    cancelReason_ = Status(std::move(reason));
    cancelled_.store(true);
    callbacks.swap(cancelCallbacks_);
  }
  for (const auto& callback : callbacks) callback();
}

Status QueryContext::checkCancelled() const {
  if (!isCancelled()) return Status::ok();
  const std::lock_guard lock(mutex_);
  return cancelReason_;
}

Result<std::shared_ptr<Observer>> QueryContext::observer(const std::string& name, const std::function<Result<std::shared_ptr<Observer>>()>& make) {
  const std::lock_guard lock(observerMutex_);
  for (const auto& [known, observer] : observers_) {
    if (known == name) return observer;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<Observer> made, make());
  observers_.emplace_back(name, made);
  return made;
}

std::vector<std::shared_ptr<Observer>> QueryContext::takeObservers() {
  const std::lock_guard lock(observerMutex_);
  std::vector<std::shared_ptr<Observer>> out;
  for (auto& [name, observer] : std::exchange(observers_, {})) out.push_back(std::move(observer));
  return out;
}

void QueryContext::onCancel(std::function<void()> callback) {
  {
    const std::lock_guard lock(mutex_);
    if (cancelReason_.isOk()) {
      cancelCallbacks_.push_back(std::move(callback));
      return;
    }
  }
  callback();
}

void QueryContext::publishDynamicFilter(int64_t id, connector::DynamicFilterPtr filter) {
  const std::lock_guard lock(mutex_);
  dynamicFilters_[id] = std::move(filter);
}

connector::DynamicFilterPtr QueryContext::findDynamicFilter(int64_t id) const {
  const std::lock_guard lock(mutex_);
  const auto found = dynamicFilters_.find(id);
  return found == dynamicFilters_.end() ? nullptr : found->second;
}

void QueryContext::addTaskCommit(int32_t partition, std::string commit) {
  const std::lock_guard lock(mutex_);
  taskCommits_[partition] = std::move(commit);
}

std::vector<std::string> QueryContext::taskCommits() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> out;
  for (const auto& [partition, commit] : taskCommits_) out.push_back(commit);
  return out;
}

}  // namespace flint::exec
