#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "columnar/columnar_batch.h"
#include "pyworker/task_header.h"
#include "pyworker/worker_channel.h"
#include "pyworker/worker_pool.h"

namespace flint::pyworker {

/// One run of Python functions in a worker: a header and Arrow streams in, Arrow batches out.
///
/// Shape: the bytes of the input are Arrow IPC messages (and the numbers that some kinds of functions want between streams); they are the caller's to frame.
/// The output is one Arrow stream, given batch by batch.
/// Memory: holds what was sent and not yet taken by the worker, and one batch on its way in. A task that is destroyed before its end ends the worker.
/// Threads: confined to its owner.
/// Errors: PYTHON_EXCEPTION with the worker's traceback; an execution error where the worker ended by itself.
class PythonTask {
 public:
  static Result<std::unique_ptr<PythonTask>> start(const WorkerEnvironment& environment, const TaskHeader& header);
  ~PythonTask();
  PythonTask(const PythonTask&) = delete;
  PythonTask& operator=(const PythonTask&) = delete;

  void send(std::string bytes);
  /// Memory that something sent before was in, to make what is sent next in; may be empty.
  std::string takeSpare() { return channel_ == nullptr ? std::string() : channel_->takeSpare(); }
  /// After the last input.
  void endInput();
  /// Whether the worker has taken enough of what was sent to send more.
  bool wantsInput() const;
  /// Moves what can be moved without waiting; false when nothing could be. May be called again after the end.
  Result<bool> advance();
  /// The next batch of the output; false when there is none yet.
  bool takeOutput(columnar::ColumnarBatch& batch);
  /// All output has been read and the worker is free: `advance` has seen to it that it works on for others.
  bool isDone() const { return done_; }
  /// After the end: what the functions added to accumulators, each a pickled pair of the accumulator's number and the sum.
  std::vector<std::string> takeAccumulators() { return std::exchange(accumulators_, {}); }
  /// Calls `ready` once when `advance` can go on, which may be because the worker was silent for too long. `inputMayCome`: the worker may be waiting for
  /// its caller, so that its silence does not count.
  void awaitReady(std::function<void()> ready, bool inputMayCome = false);

 private:
  enum class Part : uint8_t { kProcessId, kCode, kTiming, kErrorSize, kError, kArrow, kAccumulatorCount, kAccumulatorSize, kAccumulator, kEnd };
  class ArrowInput;

  PythonTask(PythonWorkerPtr worker, std::string header);
  Result<bool> readSome();
  // What was read of the part at hand, `wanted_` bytes.
  Status handle();
  void expect(Part part, int64_t size);
  int32_t number() const;
  Error workerEnded() const;
  Error workerSilent() const;

  PythonWorkerPtr worker_;
  std::unique_ptr<WorkerChannel> channel_;  // to `worker_`; null when that is gone
  Part part_ = Part::kCode;
  int64_t wanted_ = 0;
  int64_t filled_ = 0;
  int32_t accumulatorsLeft_ = 0;
  std::vector<std::string> accumulators_;
  bool done_ = false;
  std::chrono::steady_clock::time_point lastMoved_ = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point silentUntil_ = std::chrono::steady_clock::time_point::max();  // then it is ended
  std::shared_ptr<ArrowInput> arrow_;  // also the buffer that parts are read into
};

}  // namespace flint::pyworker
