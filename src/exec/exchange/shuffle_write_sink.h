#pragma once

#include <memory>

#include "exec/exchange/row_router.h"
#include "exec/operator.h"
#include "shuffle/map_output_tracker.h"

namespace flint::exec {

/// Writes a map task's rows to its shuffle, each to the partition its router decides, or all to one partition.
///
/// Shape: inside a partition rows keep the order of their tags. The map output is known to the tracker after `combine`.
/// Threads: as Sink; one thread at a time, in order.
/// Errors: those of the router and of the file system.
class ShuffleWriteSink final : public Sink {
 public:
  /// A null router sends all rows to partition `single`.
  ShuffleWriteSink(int64_t shuffleId, int32_t mapTask, int32_t numPartitions, std::shared_ptr<const RowRouter> router, int32_t single)
      : shuffleId_(shuffleId), mapTask_(mapTask), numPartitions_(numPartitions), router_(std::move(router)), single_(single) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  OrderNeed orderNeed() const override { return OrderNeed::kSequential; }

 private:
  class Local;
  const int64_t shuffleId_;
  const int32_t mapTask_;
  const int32_t numPartitions_;
  const std::shared_ptr<const RowRouter> router_;
  const int32_t single_;
};

}  // namespace flint::exec
