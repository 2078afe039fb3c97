#include "session/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace flint::session {
namespace {

using std::chrono::milliseconds;

TEST(Turns, asManyAtOnceAsThereAre) {
  Turns turns(2);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::vector<std::jthread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 200; ++round) {
        const Turns::Turn turn = turns.take(milliseconds(60'000));
        const int now = ++inside;
        for (int seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
        }
        --inside;
      }
    });
  }
  threads.clear();
  EXPECT_LE(most, 2);
  EXPECT_GE(most, 1);
}

TEST(Turns, whoWaitedTooLongGoesWithout) {
  Turns turns(1);
  Turns::Turn first = turns.take();
  {
    const Turns::Turn none = turns.take(milliseconds(1));
  }
  first.end();
  Turns::Turn second = turns.take(milliseconds(60'000));
  // A turn that was not given is not given back: the only one is still taken.
  std::atomic<bool> came{false};
  std::jthread other([&] {
    const Turns::Turn third = turns.take(milliseconds(60'000));
    came = true;
  });
  EXPECT_FALSE(came);
  second.end();
  other.join();
  EXPECT_TRUE(came);
}

}  // namespace
}  // namespace flint::session
