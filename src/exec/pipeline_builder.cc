#include "exec/pipeline_builder.h"

#include "exec/operator_table.h"
#include "exec/scan/union_source.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

bool waitsForDynamicFilters(const plan::PhysicalPlanPtr& plan) {
  return tree::anyNode(plan, [](const plan::PhysicalPlanPtr& node) {
    const auto* scan = node->as<plan::FileSourceScanExec>();
    return scan != nullptr && !scan->dynamicFilters.empty();
  });
}

}  // namespace

PipelineBuilder::PipelineBuilder(std::shared_ptr<TaskContext> task) : task_(std::move(task)) {}

Status PipelineBuilder::lower(const plan::PhysicalPlanPtr& node) {
  const LowerNode lowering = findLowering(node->kind());
  if (lowering == nullptr) return internalError(std::string("no operator runs ") + node->nodeName());
  RETURN_IF_ERROR(lowering(node, *this));
  if (node->nodeId() < 0) return Status::ok();  // made while lowering: no node of the query's plan
  open_.counters.push_back({open_.operators.size(), task_->query().metrics().metric(node->nodeId(), node->nodeName(), "number of output rows", Metric::Unit::kSum)});
  return Status::ok();
}

void PipelineBuilder::startWith(std::shared_ptr<Source> source) { open_.source = std::move(source); }

void PipelineBuilder::append(std::shared_ptr<StreamingOperator> op) { open_.operators.push_back(std::move(op)); }

int32_t PipelineBuilder::close(std::shared_ptr<Sink> sink) {
  open_.sink = std::move(sink);
  pipelines_.push_back(std::move(open_));
  open_ = Pipeline();
  return static_cast<int32_t>(pipelines_.size()) - 1;
}

void PipelineBuilder::breakWith(std::shared_ptr<Sink> sink) {
  const int32_t closed = close(sink);
  open_.sourceSink = std::move(sink);
  open_.dependencies.push_back(closed);
}

Status PipelineBuilder::lowerToSink(const plan::PhysicalPlanPtr& node, std::shared_ptr<Sink> sink) {
  Pipeline caller = std::move(open_);
  open_ = Pipeline();
  if (waitsForDynamicFilters(node)) open_.dependencies = caller.dependencies;
  const Status lowered = lower(node);
  if (!lowered.isOk()) return lowered;
  const int32_t closed = close(std::move(sink));
  open_ = std::move(caller);
  open_.dependencies.push_back(closed);
  return Status::ok();
}

Result<std::shared_ptr<Sink>> PipelineBuilder::lowerOnce(int64_t id, const plan::PhysicalPlanPtr& node, std::shared_ptr<Sink> sink) {
  const auto found = once_.find(id);
  if (found != once_.end()) {
    open_.dependencies.push_back(found->second.pipeline);
    return found->second.sink;
  }
  RETURN_IF_ERROR(lowerToSink(node, sink));
  once_.emplace(id, Once{open_.dependencies.back(), sink});
  return sink;
}

Status PipelineBuilder::lowerInputs(const std::vector<plan::PhysicalPlanPtr>& nodes,
                                    const std::function<Result<std::shared_ptr<Source>>(std::vector<Pipeline> inputs)>& makeSource) {
  Pipeline caller = std::move(open_);
  std::vector<Pipeline> inputs;
  for (const plan::PhysicalPlanPtr& node : nodes) {
    open_ = Pipeline();
    open_.dependencies = caller.dependencies;
    RETURN_IF_ERROR(lower(node));
    inputs.push_back(std::move(open_));
  }
  for (const Pipeline& input : inputs) {
    caller.dependencies.insert(caller.dependencies.end(), input.dependencies.begin(), input.dependencies.end());
  }
  open_ = std::move(caller);
  ASSIGN_OR_RETURN(open_.source, makeSource(std::move(inputs)));
  return Status::ok();
}

Status PipelineBuilder::lowerUnion(const std::vector<plan::PhysicalPlanPtr>& nodes) {
  return lowerInputs(nodes, [](std::vector<Pipeline> inputs) -> Result<std::shared_ptr<Source>> {
    return std::shared_ptr<Source>(std::make_shared<UnionSource>(std::move(inputs)));
  });
}

std::vector<bool> PipelineBuilder::neededOf(const plan::PhysicalPlanPtr& node, const std::vector<expr::AttributePtr>& columns) const {
  const auto found = needed_.find(node.get());
  if (found == needed_.end()) return {};
  std::vector<bool> needed(columns.size(), false);
  for (const expr::ExprPtr& expression : found->second) {
    tree::forEachNode(expression, [&](const expr::ExprPtr& part) {
      const auto* reference = part->as<expr::AttributeReference>();
      for (size_t i = 0; reference != nullptr && i < columns.size(); ++i) needed[i] = needed[i] || columns[i]->id == reference->id;
    });
  }
  return needed;
}

std::vector<Pipeline> PipelineBuilder::finish(std::shared_ptr<Sink> sink) {
  close(std::move(sink));
  return std::move(pipelines_);
}

}  // namespace flint::exec
