#include "exec/row/project_operator.h"

#include <algorithm>
#include <unordered_map>

#include "columnar/gather.h"
#include "expr/nodes.h"

namespace flint::exec {

class ProjectOperator::Local final : public LocalState {
 public:
  expr::ExpressionEvaluator::LocalPtr evaluation;
  bool given = false;  // the output for the input at hand
  std::unordered_map<int32_t, int64_t> rowsBefore;  // by partition; kept when places matter
};

Result<std::shared_ptr<ProjectOperator>> ProjectOperator::make(std::vector<expr::ExprPtr> expressions, const expr::EvaluationOptions& options) {
  const bool needsPlaces = std::any_of(expressions.begin(), expressions.end(), [](const expr::ExprPtr& expression) { return !expression->deterministic(); });
  std::vector<int32_t> ordinals;
  for (const expr::ExprPtr& expression : expressions) {
    const auto* column = expression->as<expr::BoundReference>();
    if (column == nullptr) {
      ordinals.clear();
      break;
    }
    ordinals.push_back(column->ordinal);
  }
  ASSIGN_OR_RETURN(auto evaluator, expr::ExpressionEvaluator::make(std::move(expressions), options));
  return std::shared_ptr<ProjectOperator>(new ProjectOperator(std::move(evaluator), std::move(ordinals), needsPlaces));
}

Result<LocalStatePtr> ProjectOperator::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->evaluation = evaluator_->makeLocal();
  return LocalStatePtr(std::move(local));
}

Result<Progress> ProjectOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  if (!ordinals_.empty()) {
    std::vector<columnar::VectorPtr> columns;
    columns.reserve(ordinals_.size());
    for (const int32_t ordinal : ordinals_) columns.push_back(in.column(static_cast<size_t>(ordinal)));
    out = in.withColumns(std::move(columns));
  } else if (needsPlaces_) {
    ColumnarBatch placed = columnar::compact(in);
    int64_t& rowsBefore = local.rowsBefore[in.partition()];
    placed.setPosition(in.partition(), rowsBefore);
    rowsBefore += placed.numRows();
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> columns, evaluator_->evaluate(*local.evaluation, placed));
    out = placed.withColumns(std::move(columns));
    out.setPosition(in.partition(), in.sequence());
  } else {
    ASSIGN_OR_RETURN(std::vector<columnar::VectorPtr> columns, evaluator_->evaluate(*local.evaluation, in));
    out = in.withColumns(std::move(columns));
  }
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
