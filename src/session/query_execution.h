#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/dependencies.h"
#include "base/status.h"
#include "columnar/columnar_batch.h"
#include "connector/data_source.h"
#include "exec/result_sink.h"
#include "exec/task_context.h"
#include "plan/logical/logical_plan.h"
#include "planner/planner.h"
#include "session/cache/cached_query.h"
#include "session/spark_session.h"

namespace flint::session {

enum class ExplainMode : uint8_t { kSimple, kExtended, kCodegen, kCost, kFormatted };

/// The journey of one query, each step on demand and once: unresolved → analyzed → optimized → physical → rows.
///
/// Threads: thread-safe.
class QueryExecution {
 public:
  QueryExecution(SparkSessionPtr session, plan::LogicalPlanPtr unresolved);
  /// A plan that is analyzed already; it reads only rows that were cached before number `cachedBefore`.
  QueryExecution(SparkSessionPtr session, plan::LogicalPlanPtr analyzed, int64_t cachedBefore);
  ~QueryExecution();

  /// Errors: of the analyzer.
  Result<plan::LogicalPlanPtr> analyzed();
  Result<plan::LogicalPlanPtr> optimized();
  Result<planner::PlannedQuery> planned();
  /// Plans the query, so that it can start at once when it is run; nothing runs, so that recursive queries stay as they are. Errors show when it runs.
  void prepare();
  /// Whether another query of the same text would be planned as this one, as long as the session did nothing in between. Analyzes it.
  bool stillStands();
  /// The columns, as a struct type.
  Result<DataType> schema();
  /// The physical plan as EXPLAIN shows it. Errors: of any step up to the planner.
  Result<std::string> physicalTreeString();
  /// The text of EXPLAIN, as Spark lays it out. Errors: of the analyzer.
  Result<std::string> explain(ExplainMode mode);

  /// Runs the query to its end; the calling thread waits. Errors: of any step; the reason given to `cancel`.
  Status run(std::shared_ptr<exec::ResultConsumer> consumer);
  Result<std::vector<columnar::ColumnarBatch>> collect();
  /// Runs the query into an operator of the caller's.
  Status runInto(std::shared_ptr<exec::Sink> sink);
  /// Runs the query into `write` and commits it. Errors: of any step; nothing is left behind then.
  Status write(const std::shared_ptr<connector::BatchWrite>& write);
  /// Ends a run from another thread, with `reason` as its error.
  void cancel(Error reason);
  /// Metrics of the last run's operators.
  std::vector<exec::QueryMetrics::Entry> metrics() const;

 private:
  Result<plan::LogicalPlanPtr> analyzedLocked();
  Result<plan::LogicalPlanPtr> optimizedLocked();
  Result<planner::PlannedQuery> plannedLocked();
  planner::PlannerOptions plannerOptions(bool withExchanges) const;
  Result<plan::PhysicalPlanPtr> displayPlan();
  Result<std::shared_ptr<exec::QueryContext>> startContext();
  Result<plan::PhysicalPlanPtr> withSubqueryResults(const planner::PlannedQuery& planned, const std::shared_ptr<exec::QueryContext>& context);
  Result<plan::PhysicalPlanPtr> withCachedRows(const plan::PhysicalPlanPtr& root);
  Result<CachedRowsPtr> makeCachedRows(const CachedQuery& cached, const plan::LogicalPlanPtr& analyzed);
  Status runPlan(const plan::PhysicalPlanPtr& plan, const std::shared_ptr<exec::QueryContext>& context, std::shared_ptr<exec::Sink> sink);

  const SparkSessionPtr session_;
  const plan::LogicalPlanPtr unresolved_;
  const expr::EvaluationOptions options_;
  const int64_t cachedBefore_;
  std::mutex mutex_;  // held while a step is computed; never while the query runs
  std::optional<Result<plan::LogicalPlanPtr>> analyzed_;
  analysis::Dependencies dependencies_;
  uint64_t cacheChanges_ = 0;  // of the cache when it was analyzed
  std::optional<Result<plan::LogicalPlanPtr>> optimized_;
  std::optional<Result<planner::PlannedQuery>> planned_;
  mutable std::mutex runMutex_;  // a leaf
  std::shared_ptr<exec::QueryContext> context_;
  std::shared_ptr<QueryExecution> making_;  // makes cached rows that this query reads
  std::optional<Error> cancelled_;
};

}  // namespace flint::session
