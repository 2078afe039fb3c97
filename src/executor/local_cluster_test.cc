#include "executor/local_cluster.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "exec/result_sink.h"
#include "plan/physical/physical_nodes.h"

namespace flint::executor {
namespace {

using plan::Partitioning;
using plan::PhysicalPlanPtr;

PhysicalPlanPtr range(int64_t end, int32_t partitions) {
  plan::RangeExec node;
  node.end = end;
  node.numPartitions = partitions;
  node.id = expr::attribute("id", DataType::bigint(), false);
  return plan::makePhysical(std::move(node));
}

PhysicalPlanPtr exchange(PhysicalPlanPtr child, Partitioning::Kind kind, std::vector<expr::ExprPtr> keys, int32_t partitions) {
  plan::ShuffleExchangeExec node;
  node.partitioning = {.kind = kind, .keys = std::move(keys), .numPartitions = partitions, .userSpecified = true};
  node.child = std::move(child);
  return plan::makePhysical(std::move(node));
}

std::vector<std::vector<int64_t>> partitionsOf(const PhysicalPlanPtr& plan) {
  exec::WorkerPool pool(3);
  exec::ExecOptions options;
  options.numThreads = 3;
  options.spillDirectory = testing::TempDir() + "local-cluster-" + std::to_string(::getpid());
  auto memory = memory::QueryPool::make(std::make_shared<memory::MemoryManager>(1 << 30), "test");
  auto query = std::make_shared<exec::QueryContext>(std::move(memory), expr::EvaluationOptions{}, options);
  auto collector = std::make_shared<exec::BatchCollector>();
  const Status status = LocalCluster::run(pool, plan, query, std::make_shared<exec::ResultSink>(collector), nullptr);
  EXPECT_TRUE(status.isOk()) << status.message();
  std::vector<std::vector<int64_t>> out;
  for (const auto& batch : collector->batches()) {
    if (static_cast<size_t>(batch.partition()) >= out.size()) out.resize(static_cast<size_t>(batch.partition()) + 1);
    for (const auto row : batch.activeRows()) out[static_cast<size_t>(batch.partition())].push_back(batch.column(0)->valueAt(row).asInteger());
  }
  return out;
}

TEST(LocalCluster, aStageWithoutExchangeGivesItsTasksRowsInOrder) {
  EXPECT_EQ(partitionsOf(range(10, 3)), (std::vector<std::vector<int64_t>>{{0, 1, 2}, {3, 4, 5}, {6, 7, 8, 9}}));
}

TEST(LocalCluster, hashPartitionsAreSparks) {
  const PhysicalPlanPtr child = range(10, 2);
  EXPECT_EQ(partitionsOf(exchange(child, Partitioning::Kind::kHash, {child->output()[0]}, 3)),
            (std::vector<std::vector<int64_t>>{{3, 6, 7}, {0}, {1, 2, 4, 5, 8, 9}}));
}

TEST(LocalCluster, unionsAndCoalescesPartitions) {
  plan::UnionExec both;
  const PhysicalPlanPtr child = range(4, 2);
  both.inputs = {exchange(child, Partitioning::Kind::kSingle, {}, 1), range(6, 2)};
  both.attributes = child->output();
  const PhysicalPlanPtr all = plan::makePhysical(std::move(both));
  EXPECT_EQ(partitionsOf(all), (std::vector<std::vector<int64_t>>{{0, 1, 2, 3}, {0, 1, 2}, {3, 4, 5}}));
  plan::CoalesceExec coalesce;
  coalesce.numPartitions = 2;
  coalesce.child = all;
  EXPECT_EQ(partitionsOf(plan::makePhysical(std::move(coalesce))), (std::vector<std::vector<int64_t>>{{0, 1, 2, 3}, {0, 1, 2, 3, 4, 5}}));
}

TEST(LocalCluster, limitsOverOnePartition) {
  plan::GlobalLimitExec limit;
  limit.limit = 4;
  limit.offset = 2;
  limit.child = exchange(range(100, 5), Partitioning::Kind::kSingle, {}, 1);
  EXPECT_EQ(partitionsOf(plan::makePhysical(std::move(limit))), (std::vector<std::vector<int64_t>>{{2, 3, 4, 5}}));
}

}  // namespace
}  // namespace flint::executor
