#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "base/status.h"
#include "columnar/columnar_batch.h"

namespace flint::exec {

using columnar::ColumnarBatch;
class TaskContext;
class OrderTracker;
class SlotPosition;

/// Something a blocked pipeline waits for. `wake` runs, once, every callback registered so far, and later ones at once.
///
/// Threads: thread-safe.
class Waker {
 public:
  void wake();
  void onWake(std::function<void()> resume);

 private:
  std::mutex mutex_;  // a leaf: callbacks run after it is released
  bool awake_ = false;
  std::vector<std::function<void()>> resumes_;
};
using WakerPtr = std::shared_ptr<Waker>;

/// What a step did. No step ever waits: it answers kBlocked with what will wake it.
struct Progress {
  enum class Kind : uint8_t {
    kNeedInput,   // done with its input; give the next batch
    kHaveOutput,  // `out` is filled; call again with the same input for more
    kFinished,    // nothing more will come, and no more input is wanted
    kBlocked,     // call again, with the same arguments, after `waker` woke
  };
  Kind kind = Kind::kNeedInput;
  WakerPtr waker = nullptr;

  static Progress needInput() { return {Kind::kNeedInput}; }
  static Progress haveOutput() { return {Kind::kHaveOutput}; }
  static Progress finished() { return {Kind::kFinished}; }
  static Progress blocked(WakerPtr waker) { return {Kind::kBlocked, std::move(waker)}; }
};

/// One thread's part of an operator's state.
class LocalState {
 public:
  virtual ~LocalState() = default;
  SlotPosition* position = nullptr;  // a source's: told when a morsel is taken, so that others know what can still come
};
using LocalStatePtr = std::unique_ptr<LocalState>;

/// What an operator needs to know of the order of rows.
enum class OrderNeed : uint8_t {
  kNone,        // any order; tags are not looked at
  kTagged,      // rows may come in any order, their (partition, sequence) tags are used
  kPartition,   // the batches of a partition must come in the order of their tags, from one thread; partitions may be worked on side by side
  kSequential,  // batches must come in the order of their tags, from one thread at a time
};

/// Gives batches: a scan, or what a sink collected.
///
/// The object is the state shared by all threads of one pipeline run.
/// Invariant: the tags that one thread gives never decrease, and two threads never give equal tags, unless all tags are equal (no order).
/// Threads: `produce` runs on many threads at once, each with its own LocalState.
class Source {
 public:
  virtual ~Source() = default;
  /// Called once, by one thread, when the pipeline starts and all it depends on is done; before every other member.
  virtual Status start(TaskContext& task);
  virtual Result<LocalStatePtr> makeLocal(TaskContext& task) = 0;
  /// kHaveOutput with a non-empty batch (within a morsel, in order of sequence), kFinished when this thread has no more, or kBlocked.
  virtual Result<Progress> produce(LocalState& local, ColumnarBatch& out) = 0;
  /// Asked between `start` and `maxThreads`: true when from now on one thread gives all of a partition. False: the source does not work so.
  virtual bool givePartitionsWhole() { return false; }
  /// How many threads can work at once; more would find nothing to do.
  virtual int32_t maxThreads() const = 0;
  /// Partitions its tags range over.
  virtual int32_t numPartitions() const { return 1; }
};

/// Turns batches into batches, keeping their tags: filter, project, probe, generate.
///
/// Threads: as Source.
class StreamingOperator {
 public:
  virtual ~StreamingOperator() = default;
  virtual Result<LocalStatePtr> makeLocal(TaskContext& task) = 0;
  /// kNeedInput: `in` is used up and `out` is empty. kHaveOutput: `out` holds rows, `in` may give more. kFinished: no input can give rows any more.
  virtual Result<Progress> process(LocalState& local, const ColumnarBatch& in, ColumnarBatch& out) = 0;
  /// After this thread's last input: kHaveOutput as long as there is more, then kFinished.
  virtual Result<Progress> flush(LocalState& local, ColumnarBatch& out);
  /// Whether `flush` may give rows, whichever partitions the thread has seen.
  virtual bool flushes() const { return false; }
  virtual OrderNeed orderNeed() const { return OrderNeed::kNone; }
  /// Called once, before `makeLocal`: the partitions of its input; it answers with those of its output.
  virtual int32_t start(int32_t numPartitions) { return numPartitions; }
  /// True for one that changes tags: then `retag` gives the tag of what it makes of a batch. Rising tags stay rising.
  virtual bool retags() const { return false; }
  virtual std::pair<int32_t, int64_t> retag(int32_t partition, int64_t sequence) const { return {partition, sequence}; }
};

/// Takes batches and keeps or passes on what they hold: build sides, aggregates, sorts, results.
///
/// Order of calls: makeLocal and consume on many threads; combine once a thread, after its last batch; then, on one thread, `prepareFinalize`;
/// `finalizeTask(0..n-1)` on many; `finishFinalize` on one; then `makeSource`, where the sink feeds another pipeline.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual Result<LocalStatePtr> makeLocal(TaskContext& task) = 0;
  /// kNeedInput, kFinished (enough: the pipeline stops early), or kBlocked: the same batch comes again.
  virtual Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) = 0;
  /// After a thread's last batch and before `combine`: kBlocked as long as something this sink keeps must leave first, then kFinished.
  virtual Result<Progress> drain(LocalState& local);
  virtual Status combine(LocalState& local);
  /// Before `makeLocal`, for sinks whose orderNeed is not kNone: tells which tags can still come.
  virtual void attachOrder(std::shared_ptr<const OrderTracker> order);
  /// A thread went on to later tags; called often, from any thread, for sinks whose orderNeed is kTagged.
  virtual void orderAdvanced() {}
  /// The number of finalize tasks that may run in parallel.
  virtual Result<int32_t> prepareFinalize() { return 0; }
  virtual Status finalizeTask(int32_t task);
  virtual Status finishFinalize() { return Status::ok(); }
  /// The rows it gives to the next pipeline, once. Null for sinks that end a query or serve other operators only.
  virtual Result<std::unique_ptr<Source>> makeSource() { return std::unique_ptr<Source>(); }
  virtual OrderNeed orderNeed() const { return OrderNeed::kNone; }
};

}  // namespace flint::exec
