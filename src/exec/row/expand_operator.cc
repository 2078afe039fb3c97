#include "exec/row/expand_operator.h"

namespace flint::exec {

class ExpandOperator::Local final : public LocalState {
 public:
  std::vector<expr::ExpressionEvaluator::LocalPtr> evaluations;
  size_t next = 0;  // projection for the input at hand
};

Result<std::shared_ptr<ExpandOperator>> ExpandOperator::make(std::vector<std::vector<expr::ExprPtr>> projections, const expr::EvaluationOptions& options) {
  std::vector<std::shared_ptr<const expr::ExpressionEvaluator>> evaluators;
  for (std::vector<expr::ExprPtr>& projection : projections) {
    ASSIGN_OR_RETURN(auto evaluator, expr::ExpressionEvaluator::make(std::move(projection), options));
    evaluators.push_back(std::move(evaluator));
  }
  return std::shared_ptr<ExpandOperator>(new ExpandOperator(std::move(evaluators)));
}

Result<LocalStatePtr> ExpandOperator::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  for (const auto& evaluator : evaluators_) local->evaluations.push_back(evaluator->makeLocal());
  return LocalStatePtr(std::move(local));
}

Result<Progress> ExpandOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.next == evaluators_.size()) {
    local.next = 0;
    return Progress::needInput();
  }
  ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> columns, evaluators_[local.next]->evaluate(*local.evaluations[local.next], in));
  ++local.next;
  out = in.withColumns(std::move(columns));
  return Progress::haveOutput();
}

}  // namespace flint::exec
