#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "exec/operator.h"
#include "exec/order_tracker.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Keeps batches to be read several times: shared subplans, repartitioned rows, cached tables, limits.
///
/// Shape: after `seal`, batch i of `size()` in the order of tags; equal tags in the order they were added.
/// Memory: charged to the query; what is refused, and everything on a spill request or above the threshold, goes to one spill file.
/// Threads: `add` is thread-safe; after `seal` immutable, each reader with a Reader of its own.
/// Errors: those of the spill file.
class ColumnarStore {
 public:
  ColumnarStore(std::shared_ptr<QueryContext> query, std::string name);
  ~ColumnarStore();

  Status add(const ColumnarBatch& batch);
  /// No more batches come.
  Status seal();
  size_t size() const { return entries_.size(); }
  int64_t numRows() const { return numRows_; }
  int64_t bytes() const { return reservation_->bytes(); }
  /// One more than the largest partition index.
  int32_t numPartitions() const { return numPartitions_; }
  BatchTag tagOf(size_t index) const { return entries_[index].tag; }
  columnar::RowIndex rowsOf(size_t index) const { return entries_[index].rows; }

  /// Reads batches, those in the file too.
  ///
  /// Threads: confined to its owner.
  class Reader {
   public:
    explicit Reader(const ColumnarStore& store) : store_(store) {}
    Result<ColumnarBatch> read(size_t index);

   private:
    const ColumnarStore& store_;
    std::unique_ptr<SpillReader> file_;
  };

 private:
  struct Entry {
    BatchTag tag;
    columnar::RowIndex rows;
    ColumnarBatch batch;     // without columns when in the file
    int64_t fileOffset = -1; // >= 0: in the file
  };
  Status spillAll();

  const std::shared_ptr<QueryContext> query_;
  const std::string name_;
  const std::unique_ptr<memory::Reservation> reservation_;
  std::mutex mutex_;
  std::vector<Entry> entries_;
  std::vector<DataType> types_;
  std::unique_ptr<SpillWriter> writer_;
  SpillFilePtr file_;
  int64_t numRows_ = 0;
  int32_t numPartitions_ = 1;
};

/// Fills a store with all it is given.
class StoreSink final : public Sink {
 public:
  explicit StoreSink(std::shared_ptr<ColumnarStore> store) : store_(std::move(store)) {}
  const std::shared_ptr<ColumnarStore>& store() const { return store_; }
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status finishFinalize() override { return store_->seal(); }
  Result<std::unique_ptr<Source>> makeSource() override;

 private:
  const std::shared_ptr<ColumnarStore> store_;
};

/// Gives a sealed store's batches; `columns` (empty: all) picks some.
///
/// Threads: as Source.
class StoreSource final : public Source {
 public:
  explicit StoreSource(std::shared_ptr<const ColumnarStore> store, std::vector<int32_t> columns = {}) : store_(std::move(store)), columns_(std::move(columns)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override;
  int32_t numPartitions() const override { return store_->numPartitions(); }

 private:
  class Local;
  const std::shared_ptr<const ColumnarStore> store_;
  const std::vector<int32_t> columns_;
  int32_t onlyPartition_ = -1;
  std::atomic<size_t> next_{0};
};

}  // namespace flint::exec
