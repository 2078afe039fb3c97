#include "exec/sort/lower_sort.h"

#include "exec/sort/sort_sink.h"
#include "exec/sort/take_ordered_sink.h"

namespace flint::exec {
namespace {

std::vector<DataType> typesOf(const std::vector<expr::AttributePtr>& attributes) {
  std::vector<DataType> types;
  for (const expr::AttributePtr& attribute : attributes) types.push_back(attribute->dataType());
  return types;
}

}  // namespace

Status lowerSort(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& sort = *node->as<plan::SortExec>();
  RETURN_IF_ERROR(builder.lower(sort.child));
  const std::vector<expr::AttributePtr> input = sort.child->output();
  ASSIGN_OR_RETURN(SortOrderKeys order, SortOrderKeys::make(sort.order, input, builder.task().evaluation()));
  builder.breakWith(std::make_shared<SortSink>(std::move(order), typesOf(input), sort.global, builder.sharedTask()));
  return Status::ok();
}

Status lowerTakeOrdered(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& take = *node->as<plan::TakeOrderedAndProjectExec>();
  RETURN_IF_ERROR(builder.lower(take.child));
  const std::vector<expr::AttributePtr> input = take.child->output();
  TakeOrderedSink::Plan plan{.types = typesOf(input), .limit = take.limit + take.offset, .offset = take.offset};
  ASSIGN_OR_RETURN(plan.order, SortOrderKeys::make(take.order, input, builder.task().evaluation()));
  std::vector<expr::ExprPtr> project;
  for (const expr::ExprPtr& expression : take.projectList) {
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(expr::withoutAlias(expression), input));
    project.push_back(std::move(bound));
  }
  ASSIGN_OR_RETURN(plan.project, expr::ExpressionEvaluator::make(std::move(project), builder.task().evaluation()));
  builder.breakWith(std::make_shared<TakeOrderedSink>(std::move(plan), builder.sharedTask()));
  return Status::ok();
}

}  // namespace flint::exec
