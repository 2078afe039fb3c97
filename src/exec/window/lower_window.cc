#include "exec/window/lower_window.h"

#include "exec/window/window_sink.h"

namespace flint::exec {

Status lowerWindow(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& window = *node->as<plan::WindowExec>();
  RETURN_IF_ERROR(builder.lower(window.child));
  const expr::EvaluationOptions& options = builder.task().evaluation();
  ASSIGN_OR_RETURN(auto calls, WindowCalls::make(window, options));
  const std::vector<expr::AttributePtr> input = window.child->output();
  std::vector<expr::ExprPtr> keys;
  for (const expr::ExprPtr& key : window.partitionBy) keys.push_back(expr::sortOrder(expr::withoutAlias(key)));
  keys.insert(keys.end(), window.orderBy.begin(), window.orderBy.end());
  ASSIGN_OR_RETURN(SortOrderKeys order, SortOrderKeys::make(keys, input, options));
  std::vector<DataType> types;
  for (const expr::AttributePtr& attribute : input) types.push_back(attribute->dataType());
  std::vector<bool> needed = builder.neededOf(node, input);
  for (size_t i = 0; i < needed.size(); ++i) needed[i] = needed[i] || calls->readsColumn[i];
  builder.breakWith(std::make_shared<WindowSink>(std::move(calls), std::move(order), std::move(types), std::move(needed), builder.sharedTask()));
  return Status::ok();
}

}  // namespace flint::exec
