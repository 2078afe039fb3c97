#include "exec/python/lower_python.h"

#include <algorithm>

#include "exec/python/python_cogroup_source.h"
#include "exec/python/python_map_source.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

// Groups come one behind the other: their rows are sorted by the keys.
plan::PhysicalPlanPtr sortedBy(const std::vector<expr::AttributePtr>& keys, const std::vector<expr::ExprPtr>& order, const plan::PhysicalPlanPtr& input) {
  plan::SortExec sort;
  for (const expr::AttributePtr& key : keys) sort.order.push_back(expr::sortOrder(key));
  sort.order.insert(sort.order.end(), order.begin(), order.end());
  if (sort.order.empty()) return input;
  sort.global = true;
  sort.child = input;
  return makePhysical(std::move(sort));
}

Result<std::vector<int32_t>> positionsOf(const std::vector<expr::AttributePtr>& keys, const std::vector<expr::AttributePtr>& input) {
  std::vector<int32_t> out;
  for (const expr::AttributePtr& key : keys) {
    const auto found = std::find_if(input.begin(), input.end(), [&](const expr::AttributePtr& column) { return column->id == key->id; });
    if (found == input.end()) return internalError("a Python node groups by a column that its input lacks");
    out.push_back(static_cast<int32_t>(found - input.begin()));
  }
  return out;
}

}  // namespace

Status lowerPythonMap(const plan::PhysicalPlanPtr& plan, PipelineBuilder& builder) {
  const auto node = std::static_pointer_cast<const plan::PythonMapExec>(plan);
  const expr::EvaluationOptions& options = builder.task().evaluation();
  const std::vector<expr::AttributePtr> columns = node->inputs[0]->output();
  const plan::PhysicalPlanPtr first = sortedBy(node->grouping, node->order, node->inputs[0]);
  ASSIGN_OR_RETURN(std::shared_ptr<PythonRun> run, PythonRun::make(*node, columns));
  ASSIGN_OR_RETURN(std::vector<int32_t> keys, positionsOf(node->grouping, columns));
  if (node->shape != plan::PythonShape::kCoGroups) {
    ASSIGN_OR_RETURN(std::vector<int32_t> passed, positionsOf(node->passed, columns));
    return builder.lowerInputs({first}, [&](std::vector<Pipeline> inputs) -> Result<std::shared_ptr<Source>> {
      ASSIGN_OR_RETURN(std::shared_ptr<PythonMapSource> source, PythonMapSource::make(node, run, std::move(keys), std::move(passed), std::move(inputs[0]), options));
      return std::shared_ptr<Source>(std::move(source));
    });
  }
  if (node->inputs.size() != 2) return internalError("a Python node of pairs of groups needs two inputs");
  const std::vector<expr::AttributePtr> rightColumns = node->inputs[1]->output();
  ASSIGN_OR_RETURN(std::shared_ptr<PythonRun> rightRun, PythonRun::makeRight(*node, rightColumns));
  ASSIGN_OR_RETURN(std::vector<int32_t> rightKeys, positionsOf(node->rightGrouping, rightColumns));
  // The function is told of the right side's columns behind those of the left.
  const auto& more = rightRun->header.functions[0].arguments;
  auto& offsets = run->header.functions[0].arguments;
  offsets.insert(offsets.end(), more.begin(), more.end());
  ASSIGN_OR_RETURN(auto arguments, expr::ExpressionEvaluator::make(run->arguments, options));
  ASSIGN_OR_RETURN(auto rightArguments, expr::ExpressionEvaluator::make(rightRun->arguments, options));
  return builder.lowerInputs({first, sortedBy(node->rightGrouping, {}, node->inputs[1])}, [&](std::vector<Pipeline> inputs) -> Result<std::shared_ptr<Source>> {
    std::array<PythonCoGroupSource::Side, 2> sides = {
        PythonCoGroupSource::Side{run, std::move(keys), std::move(inputs[0]), std::move(arguments)},
        PythonCoGroupSource::Side{rightRun, std::move(rightKeys), std::move(inputs[1]), std::move(rightArguments)}};
    return std::shared_ptr<Source>(std::make_shared<PythonCoGroupSource>(std::move(sides)));
  });
}

}  // namespace flint::exec
