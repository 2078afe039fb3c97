#pragma once

#include <atomic>
#include <memory>

#include "connector/data_source.h"
#include "exec/operator.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Writes rows, one DataWriter a partition; the runtime of `WriteFilesExec`.
///
/// Shape: the writers' commits go to `QueryContext::addTaskCommit`; `makeSource` gives no rows. A query without rows writes one empty partition.
/// Invariant: a writer is committed or aborted.
/// Threads: as Sink; a partition is one thread's.
/// Errors: the writer's.
class WriteSink final : public Sink {
 public:
  explicit WriteSink(std::shared_ptr<connector::BatchWrite> write) : write_(std::move(write)) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<std::unique_ptr<Source>> makeSource() override;
  OrderNeed orderNeed() const override { return OrderNeed::kPartition; }

 private:
  class Local;
  const std::shared_ptr<connector::BatchWrite> write_;
  std::atomic<int32_t> writing_{0};      // threads that have not ended
  std::atomic<bool> wroteAny_{false};
};

/// A source without rows.
class EmptySource final : public Source {
 public:
  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override;
  int32_t maxThreads() const override { return 1; }
};

}  // namespace flint::exec
