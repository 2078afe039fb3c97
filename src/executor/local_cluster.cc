#include "executor/local_cluster.h"

#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "exec/exchange/row_router.h"
#include "exec/exchange/shuffle_write_sink.h"
#include "exec/run_progress.h"
#include "exec/stage_cutter.h"
#include "plan/physical/physical_nodes.h"
#include "scheduler/dag_scheduler.h"
#include "shuffle/map_output_tracker.h"

namespace flint::executor {
namespace {

using plan::PhysicalPlanPtr;

/// What a plan refers to but cannot carry: cached data and the write of a query, both of this process.
struct LocalResources {
  std::unordered_map<uint64_t, std::shared_ptr<const void>> cached;
  std::shared_ptr<connector::BatchWrite> write;

  void collect(const PhysicalPlanPtr& plan) {
    tree::forEachNode(plan, [this](const PhysicalPlanPtr& node) {
      if (const auto* scan = node->as<plan::InMemoryTableScanExec>()) cached[scan->key] = scan->data;
      if (const auto* files = node->as<plan::WriteFilesExec>()) write = files->write;
    });
  }
  PhysicalPlanPtr attach(const PhysicalPlanPtr& plan) const {
    return tree::transformUp(plan, [this](const PhysicalPlanPtr& node) -> PhysicalPlanPtr {
      if (const auto* scan = node->as<plan::InMemoryTableScanExec>()) {
        plan::InMemoryTableScanExec copy = *scan;
        const auto found = cached.find(copy.key);
        if (found != cached.end()) copy.data = found->second;
        return plan::makePhysical(std::move(copy));
      }
      if (const auto* files = node->as<plan::WriteFilesExec>()) {
        plan::WriteFilesExec copy = *files;
        copy.write = write;
        return plan::makePhysical(std::move(copy));
      }
      return node;
    });
  }
};

/// One query's run.
class ClusterRun : public std::enable_shared_from_this<ClusterRun> {
 public:
  ClusterRun(exec::WorkerPool& pool, std::shared_ptr<exec::QueryContext> query, exec::StageGraph graph)
      : pool_(pool), query_(std::move(query)), graph_(std::move(graph)) {
    for (const exec::Stage& stage : graph_.stages) {
      resources_.collect(stage.plan);
      encoded_.push_back(plan::encodePlan(stage.plan));
      numTasks_.push_back(0);
      stageIds_.push_back(-1);
    }
  }
  ~ClusterRun() {
    for (const exec::Stage& stage : graph_.stages) shuffle::MapOutputTracker::instance().remove(stage.shuffleId);
  }

  std::vector<scheduler::StageTasks> stages() {
    std::vector<scheduler::StageTasks> out;
    for (size_t i = 0; i < graph_.stages.size(); ++i) {
      out.push_back({.name = graph_.stages[i].plan->nodeName(),
                     .dependencies = graph_.stages[i].dependencies,
                     .countTasks = [self = shared_from_this(), i] { return self->countTasks(i); },
                     .runTask = [self = shared_from_this(), i](int32_t task, scheduler::StageTasks::TaskDone done) { self->runTask(i, task, std::move(done)); }});
    }
    return out;
  }
  const PhysicalPlanPtr& resultRead() const { return graph_.resultRead; }

 private:
  Result<int32_t> countTasks(size_t index) {
    exec::TaskContext task(query_, 1);
    ASSIGN_OR_RETURN(numTasks_[index], exec::countTasks(graph_.stages[index].plan, task));
    if (exec::RunProgress* progress = query_->progress()) stageIds_[index] = progress->stageStarted(graph_.stages[index].plan->nodeName(), numTasks_[index]);
    return numTasks_[index];
  }

  void runTask(size_t index, int32_t partition, scheduler::StageTasks::TaskDone done) {
    const exec::Stage& stage = graph_.stages[index];
    Result<PhysicalPlanPtr> decoded = plan::decodePlan(encoded_[index], query_->evaluation());
    if (!decoded.isOk()) return done(decoded.status());
    const PhysicalPlanPtr plan = resources_.attach(*decoded);
    Result<std::shared_ptr<exec::Sink>> sink = makeSink(stage, plan, numTasks_[index], partition);
    if (!sink.isOk()) return done(sink.status());
    auto task = std::make_shared<exec::TaskContext>(query_, 1);
    task->partition = partition;
    exec::PlanRunner::start(pool_, plan, std::move(task), std::move(*sink), [query = query_, stage = stageIds_[index], done = std::move(done)](const Status& status) {
      if (query->progress() != nullptr) query->progress()->taskEnded(stage);
      done(status);
    });
  }

  Result<std::shared_ptr<exec::Sink>> makeSink(const exec::Stage& stage, const PhysicalPlanPtr& plan, int32_t numTasks, int32_t partition) const {
    plan::Partitioning partitioning = stage.partitioning;
    switch (partitioning.kind) {
      case plan::Partitioning::Kind::kUnknown:
        return std::shared_ptr<exec::Sink>(std::make_shared<exec::ShuffleWriteSink>(stage.shuffleId, partition, numTasks, nullptr, partition));
      case plan::Partitioning::Kind::kSingle:
      case plan::Partitioning::Kind::kRange:
      case plan::Partitioning::Kind::kBroadcast:
        return std::shared_ptr<exec::Sink>(std::make_shared<exec::ShuffleWriteSink>(stage.shuffleId, partition, 1, nullptr, 0));
      case plan::Partitioning::Kind::kHash:
      case plan::Partitioning::Kind::kRoundRobin:
      case plan::Partitioning::Kind::kDirect: break;
    }
    if (partitioning.numPartitions <= 0) partitioning.numPartitions = query_->options().shufflePartitions;
    ASSIGN_OR_RETURN(auto router, exec::RowRouter::make(partitioning, plan->output(), query_->evaluation()));
    return std::shared_ptr<exec::Sink>(
        std::make_shared<exec::ShuffleWriteSink>(stage.shuffleId, partition, partitioning.numPartitions, std::move(router), 0));
  }

  exec::WorkerPool& pool_;
  const std::shared_ptr<exec::QueryContext> query_;
  const exec::StageGraph graph_;
  LocalResources resources_;
  std::vector<std::string> encoded_;
  std::vector<int32_t> numTasks_;  // by stage; written before its tasks are started, as is
  std::vector<int64_t> stageIds_;  // its id in the query's progress
};

}  // namespace

void LocalCluster::start(exec::WorkerPool& pool, const PhysicalPlanPtr& root, std::shared_ptr<exec::QueryContext> query, std::shared_ptr<exec::Sink> sink,
                         events::LiveListenerBus* bus, exec::PlanRunner::Done done) {
  Result<exec::StageGraph> graph = exec::cutStages(root);
  if (!graph.isOk()) return done(graph.status());
  auto run = std::make_shared<ClusterRun>(pool, query, std::move(*graph));
  const int32_t slots = query->options().numThreads;
  scheduler::DAGScheduler::start(run->stages(), slots, bus, [&pool, run, query, sink = std::move(sink), done = std::move(done)](const Status& status) {
    if (!status.isOk()) return done(status);
    auto task = std::make_shared<exec::TaskContext>(query, query->options().numThreads);
    // The shuffle files stay until the rows are delivered.
    exec::PlanRunner::start(pool, run->resultRead(), std::move(task), sink, [run, done](const Status& outcome) { done(outcome); });
  });
}

Status LocalCluster::run(exec::WorkerPool& pool, const PhysicalPlanPtr& root, std::shared_ptr<exec::QueryContext> query, std::shared_ptr<exec::Sink> sink,
                         events::LiveListenerBus* bus) {
  std::mutex mutex;
  std::condition_variable finished;
  bool ended = false;
  Status outcome;
  start(pool, root, std::move(query), std::move(sink), bus, [&](const Status& status) {
    const std::lock_guard lock(mutex);
    outcome = status;
    ended = true;
    finished.notify_one();
  });
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return ended; });
  return outcome;
}

}  // namespace flint::executor
