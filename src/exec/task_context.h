#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

#include "base/status.h"
#include "connector/table.h"
#include "expr/scalar_function.h"
#include "io/file_system.h"
#include "memory/memory_pool.h"

namespace flint::exec {

class Observer;
class RunProgress;

/// One metric of one plan node, under Spark's names ("number of output rows").
///
/// Threads: thread-safe.
class Metric {
 public:
  enum class Unit : uint8_t { kSum, kSize, kTiming, kNanos };
  explicit Metric(Unit unit) : unit_(unit) {}
  void add(int64_t value) { value_.fetch_add(value, std::memory_order_relaxed); }
  void raiseTo(int64_t value);
  int64_t value() const { return value_.load(std::memory_order_relaxed); }
  Unit unit() const { return unit_; }

 private:
  const Unit unit_;
  std::atomic<int64_t> value_{0};
};

/// The metrics of a query, by plan node and name.
///
/// Threads: thread-safe.
class QueryMetrics {
 public:
  struct Entry {
    int64_t nodeId;
    std::string node;
    std::string name;
    std::shared_ptr<Metric> metric;
  };
  std::shared_ptr<Metric> metric(int64_t nodeId, const std::string& node, const std::string& name, Metric::Unit unit);
  std::vector<Entry> entries() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Entry> entries_;
};

/// Settings that operators read; fixed for one query.
struct ExecOptions {
  int32_t batchRows = columnar::kBatchRows;
  int32_t numThreads = 1;                 // T of the task
  int32_t shufflePartitions = 200;
  int32_t defaultParallelism = 1;
  connector::SplitOptions splits;
  std::string spillDirectory;             // a folder of this query's own
  std::shared_ptr<io::FileSystem> spillFiles;  // null: the machine's
  int64_t spillThresholdBytes = 0;        // > 0: operators spill above it whatever the budget says (tests)
  bool constantHash = false;              // tests: every row hashes alike
};

/// What a query's operators share: memory, cancellation, settings, metrics, dynamic filters.
///
/// Threads: thread-safe.
class QueryContext {
 public:
  /// `progress` null: nobody follows it.
  QueryContext(std::shared_ptr<memory::QueryPool> pool, expr::EvaluationOptions evaluation, ExecOptions options,
               std::shared_ptr<RunProgress> progress = nullptr);
  ~QueryContext();

  memory::QueryPool& memory() { return *pool_; }
  const expr::EvaluationOptions& evaluation() const { return evaluation_; }
  const ExecOptions& options() const { return options_; }
  QueryMetrics& metrics() { return metrics_; }
  /// What scans of the query that see all of its partitions keep for one another.
  const std::shared_ptr<connector::SharedReads>& sharedReads() const { return sharedReads_; }
  RunProgress* progress() const { return progress_.get(); }

  void cancel(Error reason);
  bool isCancelled() const { return cancelled_.load(std::memory_order_relaxed); }
  /// The error of `cancel`; ok when not cancelled. Every loop over batches asks.
  Status checkCancelled() const;
  void onCancel(std::function<void()> callback);

  /// Dynamic filters by the id that the planner gave to join and scan.
  void publishDynamicFilter(int64_t id, connector::DynamicFilterPtr filter);
  connector::DynamicFilterPtr findDynamicFilter(int64_t id) const;  // null: not there yet

  /// What the writers of a WriteFilesExec committed, by partition: for `BatchWrite::commitJob`.
  void addTaskCommit(int32_t partition, std::string commit);
  std::vector<std::string> taskCommits() const;

  /// The observer of that name, from `make` where no task asked for it before.
  Result<std::shared_ptr<Observer>> observer(const std::string& name, const std::function<Result<std::shared_ptr<Observer>>()>& make);
  /// All observers, in the order they were made; the query forgets them.
  std::vector<std::shared_ptr<Observer>> takeObservers();

 private:
  const std::shared_ptr<memory::QueryPool> pool_;
  const expr::EvaluationOptions evaluation_;
  const ExecOptions options_;
  const std::shared_ptr<RunProgress> progress_;
  const std::shared_ptr<connector::SharedReads> sharedReads_;
  QueryMetrics metrics_;
  std::atomic<bool> cancelled_{false};
  mutable std::mutex mutex_;  // a leaf
  Status cancelReason_;
  std::vector<std::function<void()>> cancelCallbacks_;
  std::unordered_map<int64_t, connector::DynamicFilterPtr> dynamicFilters_;
  std::map<int32_t, std::string> taskCommits_;
  std::mutex observerMutex_;
  std::vector<std::pair<std::string, std::shared_ptr<Observer>>> observers_;
};

/// One run of a stage's pipelines over a set of input partitions.
///
/// Threads: thread-safe.
class TaskContext {
 public:
  TaskContext(std::shared_ptr<QueryContext> query, int32_t numThreads) : query_(std::move(query)), numThreads_(numThreads) {}
  QueryContext& query() { return *query_; }
  const std::shared_ptr<QueryContext>& sharedQuery() const { return query_; }
  const expr::EvaluationOptions& evaluation() const { return query_->evaluation(); }
  const ExecOptions& options() const { return query_->options(); }
  int32_t numThreads() const { return numThreads_; }
  std::unique_ptr<memory::Reservation> makeReservation(std::string name) { return query_->memory().makeReservation(std::move(name)); }
  Status checkCancelled() const { return query_->checkCancelled(); }
  /// The one input partition of a cluster task; -1 when the task has them all (local).
  int32_t partition = -1;

 private:
  const std::shared_ptr<QueryContext> query_;
  const int32_t numThreads_;
};

}  // namespace flint::exec
