#include "session/query_execution.h"

#include <fmt/core.h>

#include "analysis/analyzer.h"
#include "exec/plan_runner.h"
#include "executor/local_cluster.h"
#include "optimizer/optimizer.h"
#include "plan/logical/command_parts.h"
#include "plan/physical/physical_nodes.h"
#include "session/commands/run_command.h"
#include "session/execution_options.h"
#include "session/large_stack.h"
#include "session/recursive_queries.h"

namespace flint::session {

using plan::LogicalPlanPtr;
using plan::PhysicalPlanPtr;

QueryExecution::QueryExecution(SparkSessionPtr session, LogicalPlanPtr unresolved)
    : session_(std::move(session)), unresolved_(std::move(unresolved)), options_(session_->evaluationOptions()) {}

QueryExecution::~QueryExecution() = default;

Result<LogicalPlanPtr> QueryExecution::analyzed() {
  const std::lock_guard lock(mutex_);
  return onLargeStack([&] { return analyzedLocked(); });
}

Result<LogicalPlanPtr> QueryExecution::optimized() {
  const std::lock_guard lock(mutex_);
  return onLargeStack([&] { return optimizedLocked(); });
}

Result<planner::PlannedQuery> QueryExecution::planned() {
  const std::lock_guard lock(mutex_);
  return onLargeStack([&] { return plannedLocked(); });
}

Result<LogicalPlanPtr> QueryExecution::analyzedLocked() {
  if (!analyzed_.has_value() && plan::isCommand(unresolved_->kind())) analyzed_ = runCommand(session_, unresolved_);
  if (!analyzed_.has_value()) {
    analyzed_ = analysis::Analyzer(session_->catalog(), session_->conf(), options_).analyze(unresolved_);
  }
  return *analyzed_;
}

Result<LogicalPlanPtr> QueryExecution::optimizedLocked() {
  if (!optimized_.has_value()) {
    ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzedLocked());
    optimizer::OptimizerContext context(options_, [this](std::string_view key) { return session_->conf().find(key); });
    optimized_ = optimizer::Optimizer::optimize(resolved, context);
  }
  return *optimized_;
}

Result<planner::PlannedQuery> QueryExecution::plannedLocked() {
  if (!planned_.has_value()) {
    ASSIGN_OR_RETURN(LogicalPlanPtr better, optimizedLocked());
    ASSIGN_OR_RETURN(better, withRecursiveRows(session_, better, [this] {
                       const std::lock_guard lock(runMutex_);
                       return cancelled_;
                     }));
    optimizer::OptimizerContext context(options_, [this](std::string_view key) { return session_->conf().find(key); });
    planned_ = planner::Planner::plan(better, plannerOptions(cutsStages(session_->conf())), context);
  }
  return *planned_;
}

planner::PlannerOptions QueryExecution::plannerOptions(bool withExchanges) const {
  const exec::ExecOptions execution = executionOptions(session_->conf(), session_->shared());
  planner::PlannerOptions options;
  options.defaultParallelism = execution.defaultParallelism;
  options.shufflePartitions = execution.shufflePartitions;
  options.autoBroadcastJoinThreshold = session_->conf().getBytes("spark.sql.autoBroadcastJoinThreshold", options.autoBroadcastJoinThreshold);
  options.withExchanges = withExchanges;
  return options;
}

// The plan that EXPLAIN shows: with the Exchanges that the local cut leaves out.
Result<PhysicalPlanPtr> QueryExecution::displayPlan() {
  const std::lock_guard lock(mutex_);
  return onLargeStack([&]() -> Result<PhysicalPlanPtr> {
    ASSIGN_OR_RETURN(LogicalPlanPtr better, optimizedLocked());
    ASSIGN_OR_RETURN(better, withoutRecursiveRows(session_, better));
    optimizer::OptimizerContext context(options_, [this](std::string_view key) { return session_->conf().find(key); });
    ASSIGN_OR_RETURN(const planner::PlannedQuery query, planner::Planner::plan(better, plannerOptions(true), context));
    return query.root;
  });
}

Result<DataType> QueryExecution::schema() {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed());
  return resolved->schema();
}

Status QueryExecution::run(std::shared_ptr<exec::ResultConsumer> consumer) {
  ASSIGN_OR_RETURN(const planner::PlannedQuery query, planned());
  ASSIGN_OR_RETURN(const std::shared_ptr<exec::QueryContext> context, startContext());
  ASSIGN_OR_RETURN(const PhysicalPlanPtr root, withSubqueryResults(query, context));
  return runPlan(root, context, std::move(consumer));
}

Status QueryExecution::write(const std::shared_ptr<connector::BatchWrite>& write) {
  const auto written = [&]() -> Status {
    ASSIGN_OR_RETURN(const planner::PlannedQuery query, planned());
    ASSIGN_OR_RETURN(const std::shared_ptr<exec::QueryContext> context, startContext());
    ASSIGN_OR_RETURN(const PhysicalPlanPtr rows, withSubqueryResults(query, context));
    plan::WriteFilesExec node;
    node.write = write;
    node.child = rows;
    RETURN_IF_ERROR(runPlan(plan::makePhysical(std::move(node)), context, std::make_shared<exec::BatchCollector>()));
    return write->commitJob(context->taskCommits());
  };
  Status status = written();
  if (!status.isOk()) write->abort();
  return status;
}

Result<std::vector<columnar::ColumnarBatch>> QueryExecution::collect() {
  auto collector = std::make_shared<exec::BatchCollector>();
  RETURN_IF_ERROR(run(collector));
  return collector->take();
}

Result<std::shared_ptr<exec::QueryContext>> QueryExecution::startContext() {
  auto pool = memory::QueryPool::make(session_->shared().memory, "query");
  auto context = std::make_shared<exec::QueryContext>(std::move(pool), options_, executionOptions(session_->conf(), session_->shared()));
  const std::lock_guard lock(runMutex_);
  if (cancelled_.has_value()) return *cancelled_;
  context_ = context;
  session_->running().add(context);
  return context;
}

// Subqueries run first, each once; what they give stands in the plan as literals, so that scans can prune by it.
Result<PhysicalPlanPtr> QueryExecution::withSubqueryResults(const planner::PlannedQuery& query, const std::shared_ptr<exec::QueryContext>& context) {
  struct Known {
    expr::ExprId id;
    Value value;
    DataType type;
  };
  std::vector<Known> known;
  const auto substituted = [&](PhysicalPlanPtr plan) {
    runOnLargeStack([&] {
      for (const Known& result : known) plan = planner::substituteSubquery(plan, result.id, result.value, result.type);
    });
    return plan;
  };
  for (const planner::PlannedSubquery& subquery : query.subqueries) {
    auto collector = std::make_shared<exec::BatchCollector>();
    RETURN_IF_ERROR(runPlan(substituted(subquery.plan), context, collector));
    int64_t rows = 0;
    Value value;
    for (const columnar::ColumnarBatch& batch : collector->batches()) {
      if (batch.numSelected() > 0 && rows == 0) value = batch.column(0)->valueAt(batch.activeRows()[0]);
      rows += batch.numSelected();
    }
    if (rows > 1) return Error(condition::kScalarSubqueryTooManyRows).as(ErrorFamily::kRuntime);
    known.push_back({.id = subquery.id, .value = std::move(value), .type = subquery.type});
  }
  return substituted(query.root);
}

Status QueryExecution::runPlan(const PhysicalPlanPtr& root, const std::shared_ptr<exec::QueryContext>& context,
                               std::shared_ptr<exec::ResultConsumer> consumer) {
  if (cutsStages(session_->conf())) {
    return executor::LocalCluster::run(*session_->shared().workers, root, context, std::make_shared<exec::ResultSink>(std::move(consumer)), nullptr);
  }
  auto task = std::make_shared<exec::TaskContext>(context, context->options().numThreads);
  return exec::PlanRunner::run(*session_->shared().workers, root, std::move(task), std::make_shared<exec::ResultSink>(std::move(consumer)));
}

void QueryExecution::cancel(Error reason) {
  std::shared_ptr<exec::QueryContext> running;
  {
    const std::lock_guard lock(runMutex_);
    cancelled_ = reason;
    running = context_;
  }
  if (running != nullptr) running->cancel(std::move(reason));
}

std::vector<exec::QueryMetrics::Entry> QueryExecution::metrics() const {
  const std::lock_guard lock(runMutex_);
  return context_ == nullptr ? std::vector<exec::QueryMetrics::Entry>() : context_->metrics().entries();
}

Result<std::string> QueryExecution::explain(ExplainMode mode) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed());
  std::string physical;
  if (const Result<PhysicalPlanPtr> shown = displayPlan(); shown.isOk()) {
    physical = mode == ExplainMode::kFormatted ? plan::formattedString(*shown) : plan::treeString(*shown);
  } else {
    physical = shown.error().message();
  }
  if (mode == ExplainMode::kSimple || mode == ExplainMode::kFormatted) return fmt::format("== Physical Plan ==\n{}\n", physical);
  const Result<LogicalPlanPtr> better = optimized();
  const std::string optimizedText = better.isOk() ? plan::treeString(*better) : better.error().message();
  if (mode == ExplainMode::kCost) return fmt::format("== Optimized Logical Plan ==\n{}\n\n== Physical Plan ==\n{}\n", optimizedText, physical);
  std::string columns;
  for (const plan::AttributePtr& attribute : resolved->output()) {
    if (!columns.empty()) columns += ", ";
    columns += attribute->name + ": " + attribute->dataType().simpleString();
  }
  return fmt::format("== Parsed Logical Plan ==\n{}\n\n== Analyzed Logical Plan ==\n{}\n{}\n\n== Optimized Logical Plan ==\n{}\n\n== Physical Plan ==\n{}\n",
                     plan::treeString(unresolved_), columns, plan::treeString(resolved), optimizedText, physical);
}

}  // namespace flint::session
