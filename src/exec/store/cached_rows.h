#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "exec/operator.h"
#include "exec/order_tracker.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"
#include "expr/value_bounds.h"

namespace flint::exec {

/// The rows that `cache()` keeps for later queries: batches in memory, and in files what memory has no room for.
///
/// Shape: after `seal`, batch i of `size()` in the order of tags.
/// Memory: charged to the context's pool; what is refused goes to a file at once, and `evict` moves more there later. Texts are copied, so that
/// rows keep nothing of their source alive.
/// Threads: thread-safe; readers each with a Reader of their own.
/// Errors: those of the files.
class CachedRows {
 public:
  /// `context` is the cache's own: its pool is charged, its spill folder written to. Without `inMemory` all rows go to files.
  CachedRows(std::shared_ptr<QueryContext> context, bool inMemory);
  ~CachedRows();

  Status add(const ColumnarBatch& batch);
  /// No more batches come.
  Status seal();
  /// Moves batches out of memory until `bytes` are free; gives how many became so. 0 while rows are still being added.
  int64_t evict(int64_t bytes);

  size_t size() const { return entries_.size(); }
  int64_t numRows() const { return numRows_; }
  int32_t numPartitions() const { return numPartitions_; }
  BatchTag tagOf(size_t index) const { return entries_[index].tag; }
  int64_t memoryBytes() const { return reservation_->bytes(); }
  /// Whether a batch may have rows that satisfy all filters, which are bound to its columns.
  bool mayMatch(size_t index, const std::vector<expr::ExprPtr>& filters) const;

  /// Threads: confined to its owner.
  class Reader {
   public:
    explicit Reader(const CachedRows& rows) : rows_(rows) {}
    Result<ColumnarBatch> read(size_t index);

   private:
    const CachedRows& rows_;
    SpillFilePtr open_;
    std::unique_ptr<SpillReader> file_;
  };

 private:
  struct Entry {
    BatchTag tag;
    ColumnarBatch batch;  // without columns when in a file
    int64_t bytes = 0;
    int64_t fileOffset = -1;  // >= 0: in a file
    SpillFilePtr file;        // null while it is written
    std::vector<expr::ValueBounds> bounds;  // of each column
  };

  const std::shared_ptr<QueryContext> context_;
  const bool inMemory_;
  const std::unique_ptr<memory::Reservation> reservation_;
  mutable std::mutex mutex_;  // a leaf
  std::vector<Entry> entries_;
  std::vector<DataType> types_;
  std::unique_ptr<SpillWriter> writer_;
  int64_t numRows_ = 0;
  int32_t numPartitions_ = 1;
  bool sealed_ = false;
};

/// Fills the cache with all it is given.
class CachedRowsSink final : public Sink {
 public:
  explicit CachedRowsSink(std::shared_ptr<CachedRows> rows) : rows_(std::move(rows)) {}
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return std::make_unique<LocalState>(); }
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status finishFinalize() override { return rows_->seal(); }

 private:
  const std::shared_ptr<CachedRows> rows_;
};

/// Gives cached rows to a query, but for batches in which no row satisfies the filters.
///
/// Threads: as Source.
class CachedRowsSource final : public Source {
 public:
  /// `filters` are bound to the rows' columns; rows that do not satisfy them may be given.
  CachedRowsSource(std::shared_ptr<const CachedRows> rows, std::vector<expr::ExprPtr> filters) : rows_(std::move(rows)), filters_(std::move(filters)) {}
  Status start(TaskContext& task) override;
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override;
  int32_t numPartitions() const override { return rows_->numPartitions(); }

 private:
  class Local;
  const std::shared_ptr<const CachedRows> rows_;
  const std::vector<expr::ExprPtr> filters_;
  int32_t onlyPartition_ = -1;
  std::atomic<size_t> next_{0};
};

}  // namespace flint::exec
