#include "exec/plan_runner.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <thread>

#include "exec/result_sink.h"
#include "plan/physical/physical_nodes.h"

namespace flint::exec {
namespace {

using plan::PhysicalPlanPtr;

plan::PhysicalPlanPtr range(int64_t start, int64_t end, int64_t step, int32_t partitions) {
  plan::RangeExec node;
  node.start = start;
  node.end = end;
  node.step = step;
  node.numPartitions = partitions;
  node.id = expr::attribute("id", DataType::bigint(), false);
  return plan::makePhysical(std::move(node));
}

plan::PhysicalPlanPtr unionOf(std::vector<PhysicalPlanPtr> inputs) {
  plan::UnionExec node;
  node.attributes = inputs[0]->output();
  node.inputs = std::move(inputs);
  return plan::makePhysical(std::move(node));
}

/// A query on a pool of its own.
struct Query {
  explicit Query(int32_t threads, int32_t batchRows = columnar::kBatchRows, int64_t spillThreshold = 0) : pool(threads) {
    ExecOptions options;
    options.spillDirectory = testing::TempDir() + "plan-runner-test";
    options.spillThresholdBytes = spillThreshold;
    options.batchRows = batchRows;
    options.numThreads = threads;
    auto memory = memory::QueryPool::make(std::make_shared<memory::MemoryManager>(1 << 30), "test");
    context = std::make_shared<QueryContext>(std::move(memory), expr::EvaluationOptions{}, options);
    task = std::make_shared<TaskContext>(context, threads);
  }
  Status run(const PhysicalPlanPtr& plan, std::shared_ptr<ResultConsumer> consumer, int64_t window = 16 << 20) {
    return PlanRunner::run(pool, plan, task, std::make_shared<ResultSink>(std::move(consumer), window));
  }
  std::vector<int64_t> values(const PhysicalPlanPtr& plan) {
    auto collector = std::make_shared<BatchCollector>();
    const Status status = run(plan, collector);
    EXPECT_TRUE(status.isOk()) << status.message();
    std::vector<int64_t> out;
    for (const ColumnarBatch& batch : collector->batches()) {
      for (const columnar::RowIndex row : batch.activeRows()) out.push_back(batch.column(0)->valueAt(row).asInteger());
    }
    return out;
  }

  std::vector<std::vector<int64_t>> partitions(const PhysicalPlanPtr& plan) {
    auto collector = std::make_shared<BatchCollector>();
    const Status status = run(plan, collector);
    EXPECT_TRUE(status.isOk()) << status.message();
    std::vector<std::vector<int64_t>> out;
    for (const ColumnarBatch& batch : collector->batches()) {
      if (static_cast<size_t>(batch.partition()) >= out.size()) out.resize(static_cast<size_t>(batch.partition()) + 1);
      for (const columnar::RowIndex row : batch.activeRows()) out[static_cast<size_t>(batch.partition())].push_back(batch.column(0)->valueAt(row).asInteger());
    }
    return out;
  }

  WorkerPool pool;
  std::shared_ptr<QueryContext> context;
  std::shared_ptr<TaskContext> task;
};

PhysicalPlanPtr globalLimit(PhysicalPlanPtr child, int64_t limit, int64_t offset) {
  plan::GlobalLimitExec node;
  node.limit = limit;
  node.offset = offset;
  node.child = std::move(child);
  return plan::makePhysical(std::move(node));
}

PhysicalPlanPtr shared(PhysicalPlanPtr child) {
  plan::SharedSubplanExec node;
  node.id = 1;
  node.attributes = child->output();
  node.child = std::move(child);
  return plan::makePhysical(std::move(node));
}

std::vector<int64_t> numbers(int64_t start, int64_t end, int64_t step) {
  std::vector<int64_t> out;
  for (int64_t i = start; step > 0 ? i < end : i > end; i += step) out.push_back(i);
  return out;
}

TEST(PlanRunner, givesRowsInOrderWithAnyNumberOfThreads) {
  for (const int32_t threads : {1, 7}) {
    for (const int32_t batchRows : {1, 2048}) {
      const int64_t end = batchRows == 1 ? 3000 : 3'000'000;
      Query query(threads, batchRows);
      EXPECT_EQ(query.values(range(0, end, 3, 5)), numbers(0, end, 3)) << threads << " threads, batches of " << batchRows;
    }
  }
}

TEST(PlanRunner, givesDescendingAndEmptyRanges) {
  Query query(2);
  EXPECT_EQ(query.values(range(10, -10, -3, 4)), numbers(10, -10, -3));
  EXPECT_TRUE(query.values(range(5, 5, 1, 4)).empty());
  EXPECT_EQ(query.values(range(INT64_MAX - 2, INT64_MAX, 1, 2)), (std::vector<int64_t>{INT64_MAX - 2, INT64_MAX - 1}));
}

TEST(PlanRunner, unionGivesItsInputsOneAfterTheOther) {
  for (const int32_t threads : {1, 7}) {
    Query query(threads);
    std::vector<int64_t> expected = numbers(0, 300'000, 1);
    for (const int64_t value : numbers(5, 600'000, 1)) expected.push_back(value);
    EXPECT_EQ(query.values(unionOf({range(0, 300'000, 1, 3), unionOf({range(5, 6, 1, 1), range(6, 600'000, 1, 2)})})), expected);
  }
}

TEST(PlanRunner, limitTakesTheFirstRowsInOrder) {
  for (const int32_t threads : {1, 7}) {
    Query query(threads);
    EXPECT_EQ(query.values(globalLimit(range(0, INT64_MAX, 1, 3), 5000, 3000)), numbers(3000, 8000, 1));
    EXPECT_EQ(query.values(globalLimit(range(0, 1'000'000, 1, 3), -1, 999'990)), numbers(999'990, 1'000'000, 1));
    EXPECT_TRUE(query.values(globalLimit(range(0, 10, 1, 3), 5, 20)).empty());
  }
}

TEST(PlanRunner, tailTakesTheLastRowsInOrder) {
  for (const int32_t threads : {1, 7}) {
    Query query(threads);
    plan::CollectTailExec tail;
    tail.limit = 5000;
    tail.child = range(0, 1'000'000, 1, 3);
    EXPECT_EQ(query.values(plan::makePhysical(std::move(tail))), numbers(995'000, 1'000'000, 1));
  }
}

TEST(PlanRunner, aSharedSubplanRunsOnce) {
  for (const int64_t threshold : {0, 100'000}) {
    Query query(3, 2048, threshold);
    const PhysicalPlanPtr child = range(0, 100'000, 1, 4);
    std::vector<int64_t> expected = numbers(0, 100'000, 1);
    for (const int64_t value : numbers(0, 100'000, 1)) expected.push_back(value);
    EXPECT_EQ(query.values(unionOf({shared(child), shared(child)})), expected);
    for (const auto& entry : query.context->metrics().entries()) {
      if (entry.node == "Range" && entry.name == "number of output rows") {
        EXPECT_EQ(entry.metric->value(), 100'000);
      } else if (entry.name == "spill size") {
        EXPECT_GT(entry.metric->value(), 0);
      }
    }
  }
}

PhysicalPlanPtr repartitioned(PhysicalPlanPtr child, plan::Partitioning::Kind kind, std::vector<expr::ExprPtr> keys, int32_t partitions) {
  plan::ShuffleExchangeExec node;
  node.partitioning = {.kind = kind, .keys = std::move(keys), .numPartitions = partitions, .userSpecified = true};
  node.child = std::move(child);
  return plan::makePhysical(std::move(node));
}

TEST(PlanRunner, repartitionsAsSparkDoes) {
  for (const int32_t threads : {1, 7}) {
    Query query(threads);
    const PhysicalPlanPtr child = range(0, 10, 1, 2);
    EXPECT_EQ(query.partitions(repartitioned(child, plan::Partitioning::Kind::kHash, {child->output()[0]}, 3)),
              (std::vector<std::vector<int64_t>>{{3, 6, 7}, {0}, {1, 2, 4, 5, 8, 9}}));
    EXPECT_EQ(query.partitions(repartitioned(child, plan::Partitioning::Kind::kRange, {expr::sortOrder(child->output()[0], false)}, 2)),
              (std::vector<std::vector<int64_t>>{{5, 6, 7, 8, 9}, {0, 1, 2, 3, 4}}));
    const auto dealt = query.partitions(repartitioned(range(0, 100'000, 1, 4), plan::Partitioning::Kind::kRoundRobin, {}, 5));
    ASSERT_EQ(dealt.size(), 5u);
    for (const auto& partition : dealt) EXPECT_EQ(partition.size(), 20'000u);
  }
}

TEST(PlanRunner, coalesceJoinsNeighbouringPartitions) {
  for (const int32_t threads : {1, 7}) {
    Query query(threads);
    plan::CoalesceExec node;
    node.numPartitions = 2;
    node.child = range(0, 1'000'000, 1, 5);
    EXPECT_EQ(query.partitions(plan::makePhysical(std::move(node))), (std::vector<std::vector<int64_t>>{numbers(0, 400'000, 1), numbers(400'000, 1'000'000, 1)}));
  }
}

// spark.range(0, 40, 1, 2).sample(False, 0.3, 7) of Spark 4.2.0.
TEST(PlanRunner, samplesTheRowsThatSparkDoes) {
  for (const int32_t batchRows : {1, 2048}) {
    Query query(7, batchRows);
    plan::SampleExec node;
    node.upperBound = 0.3;
    node.seed = 7;
    node.child = range(0, 40, 1, 2);
    EXPECT_EQ(query.values(plan::makePhysical(std::move(node))), (std::vector<int64_t>{0, 6, 8, 11, 13, 22, 27, 30, 38}));
  }
}

/// Takes one batch in three, and wakes the producers from another thread.
class SlowConsumer final : public ResultConsumer {
 public:
  SlowConsumer() : thread_([this](std::stop_token stop) { run(std::move(stop)); }) {}
  Result<Progress> accept(const ColumnarBatch& batch) override {
    const std::lock_guard lock(mutex_);
    if (++calls_ % 3 != 0) {
      auto waker = std::make_shared<Waker>();
      wakers_.push_back(waker);
      ready_.notify_one();
      return Progress::blocked(waker);
    }
    for (const columnar::RowIndex row : batch.activeRows()) rows.push_back(batch.column(0)->valueAt(row).asInteger());
    return Progress::needInput();
  }
  std::vector<int64_t> rows;

 private:
  void run(std::stop_token stop) {
    std::unique_lock lock(mutex_);
    while (ready_.wait(lock, stop, [this] { return !wakers_.empty(); })) {
      std::vector<WakerPtr> wakers = std::move(wakers_);
      wakers_.clear();
      lock.unlock();
      for (const WakerPtr& waker : wakers) waker->wake();
      lock.lock();
    }
  }
  std::mutex mutex_;
  std::condition_variable_any ready_;
  int calls_ = 0;
  std::vector<WakerPtr> wakers_;
  std::jthread thread_;
};

TEST(PlanRunner, waitsForAConsumerThatIsFull) {
  for (const int32_t threads : {1, 7}) {
    for (const int64_t window : {0, 200'000}) {
      Query query(threads);
      auto consumer = std::make_shared<SlowConsumer>();
      const Status status = query.run(range(0, 2'000'000, 1, 9), consumer, window);
      ASSERT_TRUE(status.isOk()) << status.message();
      EXPECT_EQ(consumer->rows, numbers(0, 2'000'000, 1));
    }
  }
}

/// Never takes a batch; tells when the first was offered.
class FullConsumer final : public ResultConsumer {
 public:
  Result<Progress> accept(const ColumnarBatch&) override {
    const std::lock_guard lock(mutex_);
    offered_ = true;
    ready_.notify_one();
    return Progress::blocked(never_);
  }
  void waitUntilOffered() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return offered_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable ready_;
  bool offered_ = false;
  const WakerPtr never_ = std::make_shared<Waker>();
};

TEST(PlanRunner, aCancelledQueryEndsAlsoWhenItsThreadsAreParked) {
  Query query(3);
  auto consumer = std::make_shared<FullConsumer>();
  std::jthread canceller([&] {
    consumer->waitUntilOffered();
    query.context->cancel(Error(condition::kOperationCanceled));
  });
  const Status status = query.run(range(0, 50'000'000, 1, 9), consumer, 1000);
  ASSERT_FALSE(status.isOk());
  EXPECT_EQ(status.error().condition().name, "OPERATION_CANCELED");
}

class EnoughConsumer final : public ResultConsumer {
 public:
  Result<Progress> accept(const ColumnarBatch& batch) override {
    rows += batch.numSelected();
    return Progress::finished();
  }
  int64_t rows = 0;
};

TEST(PlanRunner, stopsEarlyWhenTheConsumerHasEnough) {
  Query query(2);
  auto consumer = std::make_shared<EnoughConsumer>();
  EXPECT_TRUE(query.run(range(0, INT64_MAX, 1, 2), consumer).isOk());
  EXPECT_EQ(consumer->rows, columnar::kBatchRows);
}

class FailingConsumer final : public ResultConsumer {
 public:
  Result<Progress> accept(const ColumnarBatch&) override { return internalError("the consumer broke"); }
};

TEST(PlanRunner, givesTheErrorOfTheConsumer) {
  Query query(4);
  const Status status = query.run(range(0, 10'000'000, 1, 8), std::make_shared<FailingConsumer>());
  ASSERT_FALSE(status.isOk());
  EXPECT_TRUE(status.error().parameter("message")->starts_with("the consumer broke"));
  EXPECT_EQ(query.context->memory().bytes(), 0);
}

TEST(PlanRunner, countsTheRowsOfEachNode) {
  Query query(2);
  query.values(range(0, 1000, 1, 2));
  const auto entries = query.context->metrics().entries();
  ASSERT_FALSE(entries.empty());
  EXPECT_EQ(entries[0].name, "number of output rows");
  EXPECT_EQ(entries[0].metric->value(), 1000);
}

}  // namespace
}  // namespace flint::exec
