#include "exec/row/filter_operator.h"

#include <unordered_map>

#include "columnar/gather.h"

namespace flint::exec {

class FilterOperator::Local final : public LocalState {
 public:
  expr::ExpressionEvaluator::LocalPtr evaluation;
  bool given = false;
  std::unordered_map<int32_t, int64_t> rowsBefore;
};

Result<std::shared_ptr<FilterOperator>> FilterOperator::make(expr::ExprPtr condition, const expr::EvaluationOptions& options) {
  const bool needsPlaces = !condition->deterministic();
  ASSIGN_OR_RETURN(auto evaluator, expr::ExpressionEvaluator::make({std::move(condition)}, options));
  return std::shared_ptr<FilterOperator>(new FilterOperator(std::move(evaluator), needsPlaces));
}

Result<LocalStatePtr> FilterOperator::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->evaluation = evaluator_->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> FilterOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  out = needsPlaces_ ? columnar::compact(in) : in;
  if (needsPlaces_) {
    int64_t& rowsBefore = local.rowsBefore[in.partition()];
    out.setPosition(in.partition(), rowsBefore);
    rowsBefore += out.numRows();
  }
  ASSIGN_OR_RETURN(columnar::SelectionPtr rows, evaluator_->filter(*local.evaluation, out));
  if (rows != nullptr) out.setSelection(std::move(rows));
  out.setPosition(in.partition(), in.sequence());
  if (out.isEmpty()) return Progress::needInput();
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
