#include "exec/join/lower_join.h"

#include "exec/join/hash_join_probe.h"
#include "exec/join/join_build.h"

namespace flint::exec {
namespace {

Result<std::shared_ptr<const expr::ExpressionEvaluator>> bindKeys(const std::vector<expr::ExprPtr>& keys, const plan::PhysicalPlan& input,
                                                                  const expr::EvaluationOptions& options) {
  const std::vector<expr::AttributePtr> attributes = input.output();
  std::vector<expr::ExprPtr> bound;
  for (const expr::ExprPtr& key : keys) {
    ASSIGN_OR_RETURN(expr::ExprPtr made, expr::bindReferences(key, attributes));
    bound.push_back(std::move(made));
  }
  return expr::ExpressionEvaluator::make(std::move(bound), options);
}

template <class Node>
Status lowerJoin(const Node& node, PipelineBuilder& builder) {
  const expr::EvaluationOptions& options = builder.task().evaluation();
  auto build = std::make_shared<JoinBuild>();
  ASSIGN_OR_RETURN(build->shape, JoinShape::make(node.type, node.buildSide, node.condition, *node.left, *node.right, options));
  const bool buildIsLeft = build->shape.buildIsLeft;
  const plan::PhysicalPlanPtr& buildInput = buildIsLeft ? node.left : node.right;
  const plan::PhysicalPlanPtr& probeInput = buildIsLeft ? node.right : node.left;
  ASSIGN_OR_RETURN(auto buildKeys, bindKeys(buildIsLeft ? node.leftKeys : node.rightKeys, *buildInput, options));
  ASSIGN_OR_RETURN(auto probeKeys, bindKeys(buildIsLeft ? node.rightKeys : node.leftKeys, *probeInput, options));
  std::vector<bool> nullable;
  for (size_t i = 0; i < node.leftKeys.size(); ++i) nullable.push_back(node.leftKeys[i]->nullable() || node.rightKeys[i]->nullable());
  auto sink = std::make_shared<JoinBuildSink>(build, std::move(buildKeys), std::move(nullable), node.dynamicFilterIds, builder.sharedTask());
  RETURN_IF_ERROR(builder.lowerToSink(buildInput, std::move(sink)));
  RETURN_IF_ERROR(builder.lower(probeInput));
  builder.append(std::make_shared<HashJoinProbe>(std::move(build), std::move(probeKeys), builder.sharedTask()));
  return Status::ok();
}

template <class Node>
Status lowerWithoutKeys(const Node& node, plan::JoinType type, plan::BuildSide buildSide, PipelineBuilder& builder) {
  const expr::EvaluationOptions& options = builder.task().evaluation();
  auto build = std::make_shared<JoinBuild>();
  ASSIGN_OR_RETURN(build->shape, JoinShape::make(type, buildSide, node.condition, *node.left, *node.right, options));
  build->shape.nullAware = false;  // the condition says what NULLs do
  ASSIGN_OR_RETURN(auto noKeys, expr::ExpressionEvaluator::make({}, options));
  auto sink = std::make_shared<JoinBuildSink>(build, noKeys, std::vector<bool>(), std::vector<int64_t>(), builder.sharedTask());
  RETURN_IF_ERROR(builder.lowerToSink(build->shape.buildIsLeft ? node.left : node.right, std::move(sink)));
  RETURN_IF_ERROR(builder.lower(build->shape.buildIsLeft ? node.right : node.left));
  builder.append(std::make_shared<HashJoinProbe>(std::move(build), std::move(noKeys), builder.sharedTask()));
  return Status::ok();
}

}  // namespace

Status lowerNestedLoopJoin(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  const auto& join = *node->as<plan::BroadcastNestedLoopJoinExec>();
  return lowerWithoutKeys(join, join.type, join.buildSide, builder);
}

Status lowerHashJoin(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder) {
  if (const auto* join = node->as<plan::ShuffledHashJoinExec>()) return lowerJoin(*join, builder);
  return lowerJoin(*node->as<plan::BroadcastHashJoinExec>(), builder);
}

}  // namespace flint::exec
