#pragma once

#include <memory>
#include <vector>

#include "exec/exchange/row_router.h"
#include "exec/store/columnar_store.h"

namespace flint::exec {

/// Spreads rows over partitions that the user asked for; the local runtime of `ShuffleExchangeExec`.
///
/// Shape: `makeSource` gives the partitions one after the other; inside one, rows keep the order of their tags.
/// Memory: as ColumnarStore, and four bytes a row.
/// Threads: as Sink.
class RepartitionSink final : public Sink {
 public:
  RepartitionSink(std::shared_ptr<QueryContext> query, std::shared_ptr<const RowRouter> router);
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Result<int32_t> prepareFinalize() override;
  Status finalizeTask(int32_t task) override;
  Status finishFinalize() override;
  Result<std::unique_ptr<Source>> makeSource() override;

 private:
  Status chooseBounds();

  const std::shared_ptr<ColumnarStore> store_;
  const std::shared_ptr<const RowRouter> router_;
  int32_t numTasks_ = 1;
  std::vector<int64_t> firstRow_;                   // by batch: rows before it
  std::vector<std::vector<int32_t>> routes_;        // by batch: the partition of each row
  std::unique_ptr<RangeBounds> bounds_;
};

}  // namespace flint::exec
