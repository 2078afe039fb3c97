#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace flint::events {

/// Spark's listener events, with Spark's names. Times are milliseconds since 1970.
struct JobStart {
  int64_t jobId = 0;
  std::vector<int64_t> stageIds;
  int64_t time = 0;
};
struct JobEnd {
  int64_t jobId = 0;
  std::string error;  // empty: it succeeded
  int64_t time = 0;
};
struct StageSubmitted {
  int64_t jobId = 0;
  int64_t stageId = 0;
  std::string name;
  int32_t numTasks = 0;
  int64_t time = 0;
};
struct StageCompleted {
  int64_t jobId = 0;
  int64_t stageId = 0;
  std::string error;
  int64_t time = 0;
};
struct TaskStart {
  int64_t stageId = 0;
  int32_t index = 0;
  int64_t time = 0;
};
struct TaskEnd {
  int64_t stageId = 0;
  int32_t index = 0;
  std::string error;
  int64_t time = 0;
};
struct SqlExecutionStart {
  int64_t executionId = 0;
  std::string description;
  std::string physicalPlan;
  int64_t time = 0;
};
struct SqlExecutionEnd {
  int64_t executionId = 0;
  std::string error;
  int64_t time = 0;
};
/// What an operator of the execution counted, under Spark's metric names; posted when the execution ends.
struct SqlOperatorMetric {
  int64_t executionId = 0;
  int64_t nodeId = 0;
  std::string node;
  std::string name;
  int64_t value = 0;
};
/// What `observe` computed in the execution: values as text.
struct SqlObservedMetrics {
  int64_t executionId = 0;
  std::string name;
  std::vector<std::pair<std::string, std::string>> values;
};

using ListenerEvent = std::variant<JobStart, JobEnd, StageSubmitted, StageCompleted, TaskStart, TaskEnd, SqlExecutionStart, SqlExecutionEnd, SqlOperatorMetric,
                                   SqlObservedMetrics>;

/// Milliseconds since 1970, now.
int64_t eventTime();

}  // namespace flint::events
