#include "exec/aggregate/hash_aggregate_sink.h"

#include "exec/aggregate/group_source.h"
#include "exec/aggregate/thread_groups.h"

namespace flint::exec {
namespace {

std::shared_ptr<const GroupRowFormat> formatOf(const AggregateCalls& calls) {
  std::vector<columnar::RowLayout::Column> columns;
  for (size_t i = 0; i < calls.numKeys; ++i) columns.push_back({calls.keyTypes[i], calls.keyNullable[i]});
  const auto aggregators = calls.aggregators();
  return std::make_shared<const GroupRowFormat>(GroupRowFormat::make(columnar::RowLayout(std::move(columns)), aggregators));
}

}  // namespace

struct HashAggregateSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr input;
  std::shared_ptr<ThreadGroups> groups;
};

HashAggregateSink::HashAggregateSink(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), task_(std::move(task)), format_(formatOf(*calls_)) {}
HashAggregateSink::~HashAggregateSink() = default;

Result<LocalStatePtr> HashAggregateSink::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>();
  local->input = calls_->input->makeLocal();
  if (calls_->orderSensitive) {
    const std::lock_guard lock(mutex_);
    if (sequential_ == nullptr) {
      sequential_ = std::make_shared<ThreadGroups>(calls_, format_, *task_);
      finished_.push_back(sequential_);
    }
    local->groups = sequential_;
  } else {
    local->groups = std::make_shared<ThreadGroups>(calls_, format_, *task_);
  }
  return LocalStatePtr(std::move(local));
}

Result<Progress> HashAggregateSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(const auto columns, calls_->input->evaluate(*local.input, batch));
  const columnar::ActiveRows active = batch.activeRows();
  ThreadGroups& groups = *local.groups;
  std::byte* const* found = groups.find({columns.data(), calls_->numKeys}, active);
  RETURN_IF_ERROR(calls_->update(format_->states, found, columns, active, groups.rows().arena()));
  RETURN_IF_ERROR(groups.charge());
  return Progress::needInput();
}

Status HashAggregateSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  if (local.groups == nullptr || calls_->orderSensitive) return Status::ok();
  local.groups->finish();
  const std::lock_guard lock(mutex_);
  finished_.push_back(std::move(local.groups));
  return Status::ok();
}

Result<std::unique_ptr<Source>> HashAggregateSink::makeSource() {
  if (sequential_ != nullptr) sequential_->finish();
  sequential_ = nullptr;
  return std::unique_ptr<Source>(std::make_unique<GroupSource>(calls_, format_, std::move(finished_), task_));
}

}  // namespace flint::exec
