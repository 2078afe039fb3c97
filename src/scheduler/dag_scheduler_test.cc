#include "scheduler/dag_scheduler.h"

#include <gtest/gtest.h>

#include <set>

#include "events/live_listener_bus.h"

namespace flint::scheduler {
namespace {

StageTasks stage(std::vector<int32_t> dependencies, int32_t tasks, std::function<Status(int32_t)> run) {
  return {.name = "stage", .dependencies = std::move(dependencies), .countTasks = [tasks] { return Result<int32_t>(tasks); },
          .runTask = [run = std::move(run)](int32_t task, StageTasks::TaskDone done) { done(run(task)); }};
}

TEST(DAGScheduler, runsAStageAfterThoseItDependsOn) {
  std::vector<std::string> order;
  const auto record = [&](const char* name) { return [&order, name](int32_t task) { order.push_back(name + std::to_string(task)); return Status::ok(); }; };
  bool done = false;
  DAGScheduler::start({stage({}, 2, record("a")), stage({}, 0, record("none")), stage({0, 1}, 2, record("b"))}, 2, nullptr, [&](const Status& status) {
    EXPECT_TRUE(status.isOk());
    done = true;
  });
  EXPECT_TRUE(done);
  EXPECT_EQ(order, (std::vector<std::string>{"a0", "a1", "b0", "b1"}));
}

TEST(DAGScheduler, startsNoTaskAfterOneFailed) {
  int ran = 0;
  Status outcome;
  DAGScheduler::start({stage({}, 5, [&](int32_t task) { ++ran; return task == 1 ? Status(internalError("broken")) : Status::ok(); })}, 1, nullptr,
                      [&](const Status& status) { outcome = status; });
  EXPECT_FALSE(outcome.isOk());
  EXPECT_EQ(ran, 2);
}

class Recorder final : public events::Listener {
 public:
  void onEvent(const events::ListenerEvent& event) override { kinds.push_back(event.index()); }
  std::vector<size_t> kinds;
};

TEST(DAGScheduler, postsEventsInOrder) {
  events::LiveListenerBus bus;
  auto recorder = std::make_shared<Recorder>();
  bus.addListener(recorder);
  DAGScheduler::start({stage({}, 1, [](int32_t) { return Status::ok(); })}, 1, &bus, [](const Status&) {});
  bus.waitUntilEmpty();
  EXPECT_EQ(recorder->kinds, (std::vector<size_t>{0, 2, 4, 5, 3, 1}));
}

}  // namespace
}  // namespace flint::scheduler
