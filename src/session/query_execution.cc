#include "session/query_execution.h"

#include <fmt/core.h>

#include <cstdint>
#include <unordered_map>

#include "analysis/analyzer.h"
#include "exec/observer.h"
#include "exec/plan_runner.h"
#include "exec/run_progress.h"
#include "exec/store/cached_rows.h"
#include "executor/local_cluster.h"
#include "optimizer/optimizer.h"
#include "optimizer/statistics/estimate_text.h"
#include "optimizer/statistics/estimator.h"
#include "plan/logical/annotated_tree.h"
#include "plan/logical/command_parts.h"
#include "plan/physical/physical_nodes.h"
#include "session/cache/cache_manager.h"
#include "session/cartesian_products.h"
#include "session/commands/run_command.h"
#include "session/execution_events.h"
#include "session/execution_options.h"
#include "session/large_stack.h"
#include "session/recursive_queries.h"
#include "session/run_scope.h"
#include "tree/transform.h"

namespace flint::session {

using plan::LogicalPlanPtr;
using plan::PhysicalPlanPtr;

QueryExecution::QueryExecution(SparkSessionPtr session, LogicalPlanPtr unresolved)
    : session_(std::move(session)), unresolved_(std::move(unresolved)), options_(session_->evaluationOptions()), cachedBefore_(INT64_MAX) {}

QueryExecution::QueryExecution(SparkSessionPtr session, LogicalPlanPtr analyzed, int64_t cachedBefore)
    : session_(std::move(session)), unresolved_(analyzed), options_(session_->evaluationOptions()), cachedBefore_(cachedBefore), analyzed_(std::move(analyzed)) {}

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

void QueryExecution::prepare() {
  const std::lock_guard lock(mutex_);
  const Status prepared = onLargeStack([&]() -> Status {
    const Result<LogicalPlanPtr> better = optimizedLocked();
    if (!better.isOk()) return better.status();
    ASSIGN_OR_RETURN(const LogicalPlanPtr flat, withoutRecursiveRows(session_, *better));
    return flat == *better ? plannedLocked().status() : Status::ok();
  });
  static_cast<void>(prepared);  // kept, and told when the query is run
}

bool QueryExecution::stillStands() {
  const std::lock_guard lock(mutex_);
  const Result<LogicalPlanPtr> resolved = onLargeStack([&] { return analyzedLocked(); });
  return resolved.isOk() && !dependencies_.isMomentary && cacheChanges_ == session_->shared().cache->changes();
}

Result<LogicalPlanPtr> QueryExecution::analyzedLocked() {
  if (!analyzed_.has_value() && plan::isCommand(unresolved_->kind())) analyzed_ = runCommand(session_, unresolved_);
  if (!analyzed_.has_value()) {
    cacheChanges_ = session_->shared().cache->changes();
    analyzed_ = analysis::Analyzer(session_->catalog(), session_->conf(), options_).analyze(unresolved_, &dependencies_);
  }
  return *analyzed_;
}

Result<LogicalPlanPtr> QueryExecution::optimizedLocked() {
  if (!optimized_.has_value()) {
    ASSIGN_OR_RETURN(LogicalPlanPtr resolved, analyzedLocked());
    resolved = session_->shared().cache->useCached(resolved, cachedBefore_);
    optimizer::OptimizerContext context(options_, [this](std::string_view key) { return session_->conf().find(key); });
    optimized_ = optimizer::Optimizer::optimize(resolved, context);
    if (optimized_->isOk() && !session_->conf().getBoolean("spark.sql.crossJoin.enabled", true)) {
      if (Status allowed = checkCartesianProducts(optimized_->value()); !allowed.isOk()) optimized_ = Result<LogicalPlanPtr>(allowed.error());
    }
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

Result<std::string> QueryExecution::physicalTreeString() {
  ASSIGN_OR_RETURN(const PhysicalPlanPtr shown, displayPlan());
  return plan::treeString(shown);
}

Result<DataType> QueryExecution::schema() {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzed());
  return resolved->schema();
}

Status QueryExecution::run(std::shared_ptr<exec::ResultConsumer> consumer) { return runInto(std::make_shared<exec::ResultSink>(std::move(consumer))); }

Status QueryExecution::runInto(std::shared_ptr<exec::Sink> sink) {
  ASSIGN_OR_RETURN(const planner::PlannedQuery query, planned());
  ASSIGN_OR_RETURN(const std::shared_ptr<exec::QueryContext> context, startContext());
  ASSIGN_OR_RETURN(const PhysicalPlanPtr root, withSubqueryResults(query, context));
  return runPlan(root, context, std::move(sink));
}

Status QueryExecution::write(const std::shared_ptr<connector::BatchWrite>& write) {
  const auto written = [&]() -> Status {
    ASSIGN_OR_RETURN(const planner::PlannedQuery query, planned());
    ASSIGN_OR_RETURN(const std::shared_ptr<exec::QueryContext> context, startContext());
    ASSIGN_OR_RETURN(const PhysicalPlanPtr rows, withSubqueryResults(query, context));
    plan::WriteFilesExec node;
    node.write = write;
    node.child = rows;
    RETURN_IF_ERROR(runPlan(plan::makePhysical(std::move(node)), context, std::make_shared<exec::ResultSink>(std::make_shared<exec::BatchCollector>())));
    if (const RunScopePtr scope = RunScope::current(); scope != nullptr) RETURN_IF_ERROR(scope->checkCancelled());
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
  const RunScopePtr& scope = RunScope::current();
  auto progress = std::make_shared<exec::RunProgress>(session_->shared().listeners.get(), [weak = std::weak_ptr(scope)] {
    if (const RunScopePtr told = weak.lock()) told->tellParallel();
  });
  if (scope != nullptr) scope->addProgress(progress);
  auto context = std::make_shared<exec::QueryContext>(std::move(pool), options_, executionOptions(session_->conf(), session_->shared()), std::move(progress));
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
    RETURN_IF_ERROR(runPlan(substituted(subquery.plan), context, std::make_shared<exec::ResultSink>(collector)));
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

Status QueryExecution::runPlan(const PhysicalPlanPtr& plan, const std::shared_ptr<exec::QueryContext>& context, std::shared_ptr<exec::Sink> sink) {
  const RunScopePtr scope = RunScope::current();
  const RunScope::Running running(scope, *this);
  ASSIGN_OR_RETURN(const PhysicalPlanPtr root, withCachedRows(plan));
  const ExecutionEvents events(*session_->shared().listeners, root);
  Status status;
  if (cutsStages(session_->conf())) {
    status = executor::LocalCluster::run(*session_->shared().workers, root, context, std::move(sink), session_->shared().listeners.get());
  } else {
    auto task = std::make_shared<exec::TaskContext>(context, context->options().numThreads);
    status = exec::PlanRunner::run(*session_->shared().workers, root, std::move(task), std::move(sink));
  }
  for (const std::shared_ptr<exec::Observer>& observer : context->takeObservers()) {
    if (!status.isOk()) continue;
    ASSIGN_OR_RETURN(exec::ObservedMetrics metrics, observer->finish());
    events.observed(metrics);
    if (scope != nullptr) scope->addObserved(std::move(metrics));
  }
  events.end(status, *context);
  return status;
}

namespace {

// The rows that one run reads, whatever becomes of the cached query meanwhile.
class HeldRows final : public plan::CachedRelation {
 public:
  HeldRows(const CachedQuery& query, CachedRowsPtr rows) : level_(query.storageLevelText()), rows_(std::move(rows)) {}
  std::string storageLevelText() const override { return level_; }
  std::string sourceText() const override { return {}; }
  std::optional<int64_t> numRows() const override { return rows_->numRows(); }
  std::shared_ptr<const void> rows() const override { return rows_; }

 private:
  const std::string level_;
  const CachedRowsPtr rows_;
};

}  // namespace

// Makes the cached rows that a plan reads, where they are yet to be made.
Result<PhysicalPlanPtr> QueryExecution::withCachedRows(const PhysicalPlanPtr& root) {
  std::unordered_map<const void*, std::shared_ptr<const void>> held;
  tree::forEachNode(root, [&](const PhysicalPlanPtr& node) {
    if (const auto* scan = node->as<plan::InMemoryTableScanExec>()) held.emplace(scan->data.get(), scan->data);
  });
  if (held.empty()) return root;
  const auto checkCancelled = [this]() -> Status {
    const std::lock_guard lock(runMutex_);
    return cancelled_.has_value() ? Status(*cancelled_) : Status::ok();
  };
  for (auto& [data, rows] : held) {
    const auto& cached = static_cast<const CachedQuery&>(*plan::cachedRelation(rows));
    ASSIGN_OR_RETURN(CachedRowsPtr made, cached.materialized([&](const LogicalPlanPtr& analyzed) { return makeCachedRows(cached, analyzed); }, checkCancelled));
    rows = std::static_pointer_cast<const plan::CachedRelation>(std::make_shared<const HeldRows>(cached, std::move(made)));
  }
  return onLargeStack([&]() -> Result<PhysicalPlanPtr> {
    return tree::transformUp(root, [&](const PhysicalPlanPtr& node) -> PhysicalPlanPtr {
      const auto* scan = node->as<plan::InMemoryTableScanExec>();
      if (scan == nullptr) return node;
      plan::InMemoryTableScanExec copy = *scan;
      copy.data = held.at(scan->data.get());
      return plan::makePhysical(std::move(copy));
    });
  });
}

Result<CachedRowsPtr> QueryExecution::makeCachedRows(const CachedQuery& cached, const LogicalPlanPtr& analyzed) {
  const auto query = std::make_shared<QueryExecution>(session_, analyzed, cached.id());
  {
    const std::lock_guard lock(runMutex_);
    if (cancelled_.has_value()) return *cancelled_;
    making_ = query;
  }
  CachedRowsPtr rows = session_->shared().cache->makeRows(cached.level());
  const Status made = query->runInto(std::make_shared<exec::CachedRowsSink>(rows));
  {
    const std::lock_guard lock(runMutex_);
    making_ = nullptr;
  }
  RETURN_IF_ERROR(made);
  return rows;
}

void QueryExecution::cancel(Error reason) {
  std::shared_ptr<exec::QueryContext> running;
  std::shared_ptr<QueryExecution> making;
  {
    const std::lock_guard lock(runMutex_);
    cancelled_ = reason;
    running = context_;
    making = making_;
  }
  if (making != nullptr) making->cancel(reason);
  if (running != nullptr) running->cancel(std::move(reason));
}

std::vector<exec::QueryMetrics::Entry> QueryExecution::metrics() const {
  const std::lock_guard lock(runMutex_);
  if (context_ == nullptr) return {};
  // What all operators held at once.
  context_->metrics().metric(0, "Query", "peak memory", exec::Metric::Unit::kSize)->raiseTo(context_->memory().peakBytes());
  return context_->metrics().entries();
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
  // No code is generated, so no stage of generated code can be shown.
  if (mode == ExplainMode::kCodegen) return std::string("Found 0 WholeStageCodegen subtrees.\n");
  const Result<LogicalPlanPtr> better = optimized();
  optimizer::Estimator estimator;
  const auto cost = [&](const LogicalPlanPtr& node) { return optimizer::estimateText(*estimator.estimate(node)); };
  const std::string optimizedText = !better.isOk()               ? better.error().message()
                                    : mode == ExplainMode::kCost ? plan::annotatedTreeString(*better, cost)
                                                                 : plan::treeString(*better);
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
