#include "exec/window/window_source.h"

#include <algorithm>

#include "exec/window/window_morsel.h"

namespace flint::exec {
namespace {

constexpr size_t kMorselRows = 16 << 10;

}  // namespace

struct WindowSource::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr inputs;
  WindowMorsel rows;
  size_t next = 0;
  size_t firstRow = 0;
};

WindowSource::WindowSource(std::shared_ptr<const WindowCalls> calls, std::shared_ptr<const WindowSink::Sorted> sorted, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), sorted_(std::move(sorted)), task_(std::move(task)) {
  const std::vector<size_t>& begins = sorted_->partitions;
  for (size_t first = 0; first + 1 < begins.size();) {
    size_t end = first + 1;
    while (end + 1 < begins.size() && begins[end + 1] - begins[first] <= kMorselRows) ++end;
    morsels_.push_back({first, end});
    first = end;
  }
}

int32_t WindowSource::maxThreads() const { return static_cast<int32_t>(std::clamp<size_t>(morsels_.size(), 1, INT32_MAX)); }

Result<LocalStatePtr> WindowSource::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->inputs = calls_->inputs->makeLocal();
  return LocalStatePtr(std::move(local));
}

Status WindowSource::evaluate(Local& local, const Morsel& morsel) const {
  const size_t begin = sorted_->partitions[morsel.firstPartition];
  const size_t end = sorted_->partitions[morsel.endPartition];
  local.rows = WindowMorsel();
  local.rows.columns = sorted_->rows.columns(begin, end);
  local.rows.numRows = end - begin;
  for (size_t p = morsel.firstPartition; p <= morsel.endPartition; ++p) local.rows.partitions.push_back(sorted_->partitions[p] - begin);
  local.rows.beginsPeers.assign(sorted_->beginsPeers.begin() + static_cast<ptrdiff_t>(begin), sorted_->beginsPeers.begin() + static_cast<ptrdiff_t>(end));
  local.firstRow = begin;
  local.next = 0;
  return local.rows.evaluate(*calls_, *local.inputs, *task_);
}

Result<Progress> WindowSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  while (local.next == local.rows.numRows) {
    RETURN_IF_ERROR(task_->checkCancelled());
    const size_t morsel = next_.fetch_add(1);
    if (morsel >= morsels_.size()) return Progress::finished();
    RETURN_IF_ERROR(evaluate(local, morsels_[morsel]));
  }
  const size_t end = std::min(local.rows.numRows, local.next + static_cast<size_t>(task_->options().batchRows));
  out = local.rows.batch(local.next, end);
  out.setPosition(0, static_cast<int64_t>(local.firstRow + local.next));
  local.next = end;
  return Progress::haveOutput();
}

}  // namespace flint::exec
