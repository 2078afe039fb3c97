#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "exec/batch_stream.h"
#include "exec/operator.h"
#include "exec/task_context.h"
#include "plan/physical/physical_plan.h"

namespace flint::exec {

/// Source → streaming operators → sink, with the pipelines that must have finished before it starts.
struct Pipeline {
  std::shared_ptr<Source> source;      // null: `sourceSink->makeSource()` when it starts
  std::shared_ptr<Sink> sourceSink;
  std::vector<std::shared_ptr<StreamingOperator>> operators;
  std::shared_ptr<Sink> sink;
  std::vector<int32_t> dependencies;   // indexes of pipelines that must have finished, finalized included
  std::vector<RowCounter> counters;    // output rows of the plan nodes in it
  std::string name;                    // for logs and events
  int64_t stageId = -1;                // in the query's progress; -1: not followed
};

/// Turns a PhysicalPlan into pipelines, bottom up. Each node's lowering is in `operator_table.cc`.
///
/// A lowering function typically calls `lower(child)`, then `append(operator)`, or `breakWith(sink)`. A join calls `lowerToSink(build side, sink)`
/// first, then `lower(probe side)` and `append(probe)`; the pipeline then depends on the build's.
/// Threads: confined to its owner.
class PipelineBuilder {
 public:
  explicit PipelineBuilder(std::shared_ptr<TaskContext> task);

  /// After it the open pipeline gives the rows of `node`, columns in the order of `node->output()`.
  Status lower(const plan::PhysicalPlanPtr& node);
  void startWith(std::shared_ptr<Source> source);
  void append(std::shared_ptr<StreamingOperator> op);
  /// Ends the open pipeline in `sink`; the next one starts from `sink->makeSource()`.
  void breakWith(std::shared_ptr<Sink> sink);
  /// Lowers `node` into a pipeline of its own that ends in `sink`; the pipeline open afterwards (the caller's) will wait for it.
  Status lowerToSink(const plan::PhysicalPlanPtr& node, std::shared_ptr<Sink> sink);
  /// As `lowerToSink`, once for each `id`: a later call only makes the open pipeline wait for the first one's, whose sink it gives.
  Result<std::shared_ptr<Sink>> lowerOnce(int64_t id, const plan::PhysicalPlanPtr& node, std::shared_ptr<Sink> sink);
  /// Several inputs, one after the other by partition (UNION ALL): the open pipeline gives the rows of all.
  Status lowerUnion(const std::vector<plan::PhysicalPlanPtr>& nodes);

  /// The open pipeline starts from a source that pulls the rows of several inputs: pipelines without a sink.
  Status lowerInputs(const std::vector<plan::PhysicalPlanPtr>& nodes,
                     const std::function<Result<std::shared_ptr<Source>>(std::vector<Pipeline> inputs)>& makeSource);

  /// Of `node`'s rows only the columns that `expressions` refer to are read, for a lowering that can leave the others out.
  void noteNeeded(const plan::PhysicalPlanPtr& node, std::vector<expr::ExprPtr> expressions) { needed_[node.get()] = std::move(expressions); }
  /// One flag a column of `columns`; empty: all may be read.
  std::vector<bool> neededOf(const plan::PhysicalPlanPtr& node, const std::vector<expr::AttributePtr>& columns) const;

  TaskContext& task() { return *task_; }
  const std::shared_ptr<TaskContext>& sharedTask() { return task_; }
  /// Ends the last open pipeline in `sink` and gives them all, in an order that meets every dependency.
  std::vector<Pipeline> finish(std::shared_ptr<Sink> sink);

 private:
  // Pushes the open pipeline, ended in `sink`; its index.
  int32_t close(std::shared_ptr<Sink> sink);

  struct Once {
    int32_t pipeline;
    std::shared_ptr<Sink> sink;
  };
  std::shared_ptr<TaskContext> task_;
  std::vector<Pipeline> pipelines_;
  std::unordered_map<int64_t, Once> once_;
  std::unordered_map<const plan::PhysicalPlan*, std::vector<expr::ExprPtr>> needed_;
  Pipeline open_;
};

/// How one kind of node becomes operators.
using LowerNode = Status (*)(const plan::PhysicalPlanPtr& node, PipelineBuilder& builder);

}  // namespace flint::exec
