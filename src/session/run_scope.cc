#include "session/run_scope.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "session/query_execution.h"

namespace flint::session {
namespace {

thread_local std::shared_ptr<RunScope> currentScope;

}  // namespace

const std::shared_ptr<RunScope>& RunScope::current() { return currentScope; }

RunScope::Entered::Entered(std::shared_ptr<RunScope> scope) : outer_(std::exchange(currentScope, std::move(scope))) {}
RunScope::Entered::~Entered() { currentScope = std::move(outer_); }

void RunScope::cancel(const Error& reason) {
  const std::lock_guard lock(mutex_);
  if (cancelled_.has_value()) return;
  cancelled_ = reason;
  for (QueryExecution* query : running_) query->cancel(reason);
}

Status RunScope::checkCancelled() const {
  const std::lock_guard lock(mutex_);
  return cancelled_.has_value() ? Status(*cancelled_) : Status::ok();
}

std::vector<exec::ObservedMetrics> RunScope::takeObserved() {
  const std::lock_guard lock(mutex_);
  return std::exchange(observed_, {});
}

void RunScope::addObserved(exec::ObservedMetrics metrics) {
  const std::lock_guard lock(mutex_);
  observed_.push_back(std::move(metrics));
}

void RunScope::addProgress(std::shared_ptr<const exec::RunProgress> progress) {
  const std::lock_guard lock(progressMutex_);
  progress_.push_back(std::move(progress));
}

void RunScope::tellParallel() {
  if (whenParallel_ != nullptr) std::call_once(toldParallel_, whenParallel_);
}

std::vector<exec::RunProgress::Stage> RunScope::stages() const {
  std::vector<std::shared_ptr<const exec::RunProgress>> all;
  {
    const std::lock_guard lock(progressMutex_);
    all = progress_;
  }
  std::vector<exec::RunProgress::Stage> out;
  for (const auto& progress : all) {
    std::vector<exec::RunProgress::Stage> stages = progress->stages();
    out.insert(out.end(), std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
  }
  return out;
}

RunScope::Running::Running(std::shared_ptr<RunScope> scope, QueryExecution& query) : scope_(std::move(scope)), query_(query) {
  if (scope_ == nullptr) return;
  const std::lock_guard lock(scope_->mutex_);
  scope_->running_.push_back(&query_);
  if (scope_->cancelled_.has_value()) query_.cancel(*scope_->cancelled_);
}

RunScope::Running::~Running() {
  if (scope_ == nullptr) return;
  const std::lock_guard lock(scope_->mutex_);
  std::erase(scope_->running_, &query_);
}

}  // namespace flint::session
