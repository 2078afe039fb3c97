#include "session/execution_events.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "session/query_execution.h"
#include "session/shared_state.h"

namespace flint::session {
namespace {

class Recorder final : public events::Listener {
 public:
  void onEvent(const events::ListenerEvent& event) override {
    std::visit([this](const auto& one) { record(one); }, event);
  }
  std::string trace;
  std::map<std::string, int64_t> metrics;
  std::string observed;
  int stages = 0;

 private:
  void record(const events::JobStart&) { trace += "job("; }
  void record(const events::JobEnd& end) { trace += end.error.empty() ? ")" : "!)"; }
  void record(const events::StageSubmitted&) { ++stages; }
  void record(const events::StageCompleted&) { --stages; }
  void record(const events::TaskStart&) { ++stages; }
  void record(const events::TaskEnd&) { --stages; }
  void record(const events::SqlExecutionStart&) { trace += "sql["; }
  void record(const events::SqlExecutionEnd& end) { trace += end.error.empty() ? "]" : "!]"; }
  void record(const events::SqlOperatorMetric& metric) { metrics[metric.node + " " + metric.name] = metric.value; }
  void record(const events::SqlObservedMetrics& metrics) { observed += metrics.name + "." + metrics.values[0].first + "=" + metrics.values[0].second; }
};

class ExecutionEventsTest : public testing::TestWithParam<const char*> {
 protected:
  ExecutionEventsTest() {
    shared_ = SharedState::make({{"spark.master", "local[2]"}, {"spark.flint.execution.cut", GetParam()}}).value();
    shared_->listeners->addListener(recorder_);
    session_ = SparkSession::make(shared_);
  }
  void run(const char* sql) {
    status_ = statusOf(QueryExecution(session_, session_->parse(sql).value()).collect());
    shared_->listeners->waitUntilEmpty();
  }
  std::shared_ptr<SharedState> shared_;
  std::shared_ptr<Recorder> recorder_ = std::make_shared<Recorder>();
  SparkSessionPtr session_;
  Status status_;
};

TEST_P(ExecutionEventsTest, tellOfAQueryThatEndsWell) {
  run("SELECT id % 3 AS k, count(*) AS n FROM range(0, 1000, 1, 4) GROUP BY 1");
  ASSERT_TRUE(status_.isOk()) << status_.message();
  EXPECT_EQ(recorder_->trace, "sql[job()]");
  EXPECT_EQ(recorder_->stages, 0);
  EXPECT_EQ(recorder_->metrics["Range number of output rows"], 1000);
}

TEST_P(ExecutionEventsTest, tellOfAQueryThatFails) {
  run("SELECT 1 / (id - 500) FROM range(1000)");
  EXPECT_FALSE(status_.isOk());
  EXPECT_EQ(recorder_->trace, "sql[job(!)!]");
}

INSTANTIATE_TEST_SUITE_P(Cuts, ExecutionEventsTest, testing::Values("local", "cluster"));

}  // namespace
}  // namespace flint::session
