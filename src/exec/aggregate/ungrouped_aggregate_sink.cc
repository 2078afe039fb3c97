#include "exec/aggregate/ungrouped_aggregate_sink.h"

#include <atomic>

namespace flint::exec {
namespace {

constexpr int64_t kFloorBytes = 1 << 20;  // of states, taken whatever the budget says

}  // namespace

struct UngroupedAggregateSink::States {
  States(std::shared_ptr<const GroupRowFormat> rowFormat, TaskContext& task)
      : format(std::move(rowFormat)), rows(*format), reservation(task.makeReservation("Aggregate")) {
    group = rows.add(0, nullptr);
  }
  const std::shared_ptr<const GroupRowFormat> format;
  GroupRows rows;
  std::byte* group;
  std::unique_ptr<memory::Reservation> reservation;
};

struct UngroupedAggregateSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr input;
  std::shared_ptr<States> states;
};

// Gives the one row.
class UngroupedAggregateSink::OneRow final : public Source {
 public:
  OneRow(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<States> states) : calls_(std::move(calls)), states_(std::move(states)) {}
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return std::make_unique<LocalState>(); }
  Result<Progress> produce(LocalState&, ColumnarBatch& out) override {
    if (given_.exchange(true)) return Progress::finished();
    const expr::ExpressionEvaluator::LocalPtr results = calls_->results == nullptr ? nullptr : calls_->results->makeLocal();
    const std::byte* group = states_->group;
    ASSIGN_OR_RETURN(auto columns, calls_->finish(states_->format->states, {&group, 1}, {}, results.get()));
    out = ColumnarBatch(std::move(columns), 1);
    return Progress::haveOutput();
  }
  int32_t maxThreads() const override { return 1; }

 private:
  const std::shared_ptr<const AggregateCalls> calls_;
  const std::shared_ptr<States> states_;
  std::atomic<bool> given_{false};
};

UngroupedAggregateSink::UngroupedAggregateSink(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)),
      task_(std::move(task)),
      format_(std::make_shared<const GroupRowFormat>(GroupRowFormat::make(columnar::RowLayout(), calls_->aggregators()))) {}

Result<LocalStatePtr> UngroupedAggregateSink::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>();
  local->input = calls_->input->makeLocal();
  if (calls_->orderSensitive) {
    const std::lock_guard lock(mutex_);
    if (total_ == nullptr) total_ = std::make_shared<States>(format_, *task_);
    local->states = total_;
  } else {
    local->states = std::make_shared<States>(format_, *task_);
  }
  return LocalStatePtr(std::move(local));
}

Result<Progress> UngroupedAggregateSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(const auto columns, calls_->input->evaluate(*local.input, batch));
  States& states = *local.states;
  RETURN_IF_ERROR(calls_->updateOne(format_->states, states.group, columns, batch.activeRows(), states.rows.arena()));
  RETURN_IF_ERROR(charge(states));
  return Progress::needInput();
}

Status UngroupedAggregateSink::charge(States& states) const {
  const int64_t bytes = states.rows.bytes();
  if (bytes <= states.reservation->bytes() || states.reservation->tryResize(bytes + bytes / 8)) return Status::ok();
  if (bytes > kFloorBytes) return task_->query().memory().outOfMemory(bytes);
  states.reservation->growFloor(bytes - states.reservation->bytes());
  return Status::ok();
}

Status UngroupedAggregateSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  if (local.states == nullptr || calls_->orderSensitive) return Status::ok();
  const std::lock_guard lock(mutex_);
  if (total_ == nullptr) {
    total_ = std::move(local.states);
    return Status::ok();
  }
  RETURN_IF_ERROR(format_->states.merge(total_->group, local.states->group, total_->rows.arena()));
  return charge(*total_);
}

Result<std::unique_ptr<Source>> UngroupedAggregateSink::makeSource() {
  if (total_ == nullptr) total_ = std::make_shared<States>(format_, *task_);
  return std::unique_ptr<Source>(std::make_unique<OneRow>(calls_, std::move(total_)));
}

}  // namespace flint::exec
