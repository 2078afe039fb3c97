#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "exec/result_sink.h"
#include "exec/store/columnar_store.h"

namespace flint::exec {

/// Keeps the first rows, or the last, in the order of their tags; the runtime of `GlobalLimitExec` and `CollectTailExec`.
///
/// Shape: `makeSource` gives them as one partition, in order.
/// Invariant: the pipeline stops as soon as the first rows are all there.
/// Memory: as ColumnarStore; the last rows are held until newer ones replace them.
/// Threads: as Sink.
class LimitSink final : public Sink {
 public:
  /// The rows after the first `offset`, at most `limit` (negative: all).
  static std::shared_ptr<LimitSink> first(std::shared_ptr<QueryContext> query, int64_t limit, int64_t offset);
  static std::shared_ptr<LimitSink> last(std::shared_ptr<QueryContext> query, int64_t limit);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override { return ordered_.makeLocal(task); }
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override { return ordered_.consume(local, batch); }
  Result<Progress> drain(LocalState& local) override { return ordered_.drain(local); }
  void attachOrder(std::shared_ptr<const OrderTracker> order) override { ordered_.attachOrder(std::move(order)); }
  void orderAdvanced() override { ordered_.orderAdvanced(); }
  OrderNeed orderNeed() const override { return OrderNeed::kTagged; }
  Status finishFinalize() override;
  Result<std::unique_ptr<Source>> makeSource() override;

 private:
  class Keeper;
  LimitSink(std::shared_ptr<ColumnarStore> store, std::shared_ptr<Keeper> keeper);

  const std::shared_ptr<ColumnarStore> store_;
  const std::shared_ptr<Keeper> keeper_;
  ResultSink ordered_;
};

}  // namespace flint::exec
