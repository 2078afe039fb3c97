#include "exec/aggregate/finish_states_operator.h"

#include "columnar/gather.h"

namespace flint::exec {

struct FinishStatesOperator::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr input;
  expr::ExpressionEvaluator::LocalPtr results;
  bool given = false;  // the output for the input at hand
};

FinishStatesOperator::FinishStatesOperator(std::shared_ptr<const AggregateCalls> calls)
    : calls_(std::move(calls)), format_(GroupRowFormat::make(columnar::RowLayout(), calls_->aggregators())) {}

Result<LocalStatePtr> FinishStatesOperator::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->input = calls_->input->makeLocal();
  local->results = calls_->results->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> FinishStatesOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  if (in.isEmpty()) return Progress::needInput();
  const ColumnarBatch dense = columnar::compact(in);
  ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> columns, calls_->input->evaluate(*local.input, dense));
  GroupRows rows(format_);
  std::vector<std::byte*> groups(static_cast<size_t>(dense.numRows()));
  for (std::byte*& group : groups) group = rows.add(0, nullptr);
  RETURN_IF_ERROR(calls_->update(format_.states, groups.data(), columns, dense.activeRows(), rows.arena()));
  columns.resize(calls_->numKeys);
  const std::vector<const std::byte*> made(groups.begin(), groups.end());
  ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> results, calls_->finish(format_.states, made, std::move(columns), local.results.get()));
  out = dense.withColumns(std::move(results));
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
