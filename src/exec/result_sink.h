#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "exec/operator.h"
#include "exec/order_tracker.h"

namespace flint::exec {

/// Receives a query's rows.
///
/// Threads: one call at a time, from any thread.
class ResultConsumer {
 public:
  virtual ~ResultConsumer() = default;
  /// kNeedInput: taken. kFinished: taken, and no more is wanted. kBlocked: not taken; it comes again after the waker woke.
  virtual Result<Progress> accept(const ColumnarBatch& batch) = 0;
};

/// Keeps all batches, in order: for tests, the shell and small results.
class BatchCollector final : public ResultConsumer {
 public:
  Result<Progress> accept(const ColumnarBatch& batch) override;
  const std::vector<ColumnarBatch>& batches() const { return batches_; }
  std::vector<ColumnarBatch> take() { return std::move(batches_); }

 private:
  std::vector<ColumnarBatch> batches_;
};

/// Hands batches to a consumer in the order of (partition, sequence), through a window of bytes that threads may run ahead.
///
/// Shape: batches of equal tags keep the order in which their thread gave them.
/// Invariant: the thread with the lowest tag is never held up by the window, so the others' wait ends.
/// Memory: at most `windowBytes` and a batch a thread.
/// Threads: as Sink; the consumer is called by one thread at a time.
/// Errors: the consumer's.
class ResultSink final : public Sink {
 public:
  explicit ResultSink(std::shared_ptr<ResultConsumer> consumer, int64_t windowBytes = 16 << 20);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Result<Progress> drain(LocalState& local) override;
  void attachOrder(std::shared_ptr<const OrderTracker> order) override { order_ = std::move(order); }
  void orderAdvanced() override;
  OrderNeed orderNeed() const override { return OrderNeed::kTagged; }

 private:
  // Gives the consumer all that may leave; the mutex is held on entry and exit, not while the consumer runs.
  Status deliver(std::unique_lock<std::mutex>& lock);
  WakerPtr takeSpaceWaker();

  const std::shared_ptr<ResultConsumer> consumer_;
  const int64_t windowBytes_;
  std::shared_ptr<const OrderTracker> order_;
  std::mutex mutex_;
  std::multimap<BatchTag, ColumnarBatch> pending_;
  int64_t pendingBytes_ = 0;
  bool delivering_ = false;
  bool contended_ = false;  // a thread found `delivering_` set
  bool enough_ = false;
  WakerPtr consumerWaker_;  // set: the consumer took no more
  WakerPtr spaceWaker_;     // set: threads wait for room in the window
};

}  // namespace flint::exec
