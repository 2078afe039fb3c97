#include "memory/memory_pool.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace flint::memory {
namespace {

TEST(MemoryManager, refusesWhatIsBeyondTheBudget) {
  auto manager = std::make_shared<MemoryManager>(100);
  auto pool = QueryPool::make(manager, "q");
  auto reservation = pool->makeReservation("sort");
  EXPECT_TRUE(reservation->tryGrow(60));
  EXPECT_FALSE(reservation->tryGrow(50));
  EXPECT_EQ(manager->used(), 60);
  reservation->growFloor(50);
  EXPECT_EQ(manager->used(), 110);
  reservation.reset();
  EXPECT_EQ(manager->used(), 0);
  EXPECT_EQ(pool->bytes(), 0);
  EXPECT_EQ(pool->peakBytes(), 110);
}

TEST(MemoryManager, asksTheLargestRevocableHolderOfAnyQueryToSpill) {
  auto manager = std::make_shared<MemoryManager>(100);
  auto first = QueryPool::make(manager, "a");
  auto second = QueryPool::make(manager, "b");
  auto small = first->makeReservation("small");
  auto large = second->makeReservation("large");
  auto fixed = second->makeReservation("fixed");
  ASSERT_TRUE(small->tryGrow(20));
  ASSERT_TRUE(large->tryGrow(30));
  ASSERT_TRUE(fixed->tryGrow(50));
  small->setRevocable(20);
  large->setRevocable(30);
  EXPECT_FALSE(small->tryGrow(1));
  EXPECT_TRUE(large->spillRequested());
  EXPECT_FALSE(small->spillRequested());
  EXPECT_FALSE(fixed->spillRequested());
}

TEST(MemoryManager, wakesWaitersOnceWhenMemoryIsFreed) {
  auto manager = std::make_shared<MemoryManager>(100);
  auto pool = QueryPool::make(manager, "q");
  auto reservation = pool->makeReservation("sort");
  ASSERT_TRUE(reservation->tryGrow(100));
  int woken = 0;
  manager->onFreed([&] { ++woken; });
  EXPECT_EQ(woken, 0);
  reservation->shrink(10);
  reservation->shrink(10);
  EXPECT_EQ(woken, 1);
}

TEST(MemoryManager, countsExactlyUnderManyThreads) {
  auto manager = std::make_shared<MemoryManager>(1 << 20);
  auto pool = QueryPool::make(manager, "q");
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 1000; ++i) {
          auto reservation = pool->makeReservation("r");
          reservation->setRevocable(1);
          if (!reservation->tryGrow((1 << 18) + i)) manager->onFreed([] {});
        }
      });
    }
  }
  EXPECT_EQ(manager->used(), 0);
}

TEST(QueryPool, namesTheConditionOfARefusal) {
  auto pool = QueryPool::make(std::make_shared<MemoryManager>(10), "q");
  EXPECT_EQ(pool->outOfMemory(100).condition().name, "UNABLE_TO_ACQUIRE_MEMORY");
}

}  // namespace
}  // namespace flint::memory
