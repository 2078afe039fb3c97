#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "exec/join/join_chunks.h"
#include "exec/join/join_partitions.h"
#include "exec/join/join_shape.h"
#include "exec/join/join_table.h"
#include "exec/operator.h"
#include "exec/task_context.h"

namespace flint::exec {

class SpilledJoin;

/// The build side of a hash join, as the probe sees it.
///
/// Shape: `columns` are the build side's columns (or none, when nothing reads them), `numRows` long; the table's row numbers point into them. When
/// it did not fit, `spilled` has all rows, and columns and table are empty.
/// Threads: written by the build sink; then immutable, but for `matched` (relaxed flags) and the counters of probing threads.
struct JoinBuild {
  JoinShape shape;
  JoinTable table;
  std::vector<columnar::VectorPtr> columns;
  columnar::RowIndex numRows = 0;
  bool hasNullKey = false;            // null-aware anti joins
  std::vector<uint8_t> matched;       // one a row, when the shape marks build rows
  std::atomic<int32_t> openProbes{0};
  std::atomic<bool> isProbed{false};  // a thread gives the build rows
  std::shared_ptr<SpilledJoin> spilled;
  std::unique_ptr<memory::Reservation> reservation;

  void mark(int32_t row) { std::atomic_ref<uint8_t>(matched[static_cast<size_t>(row)]).store(1, std::memory_order_relaxed); }
};

/// Collects the build side of a hash join, then makes its table in parallel and publishes dynamic filters.
///
/// Memory: columns and table are charged to one reservation. Where that is refused, all rows go to disk (SpilledJoin). Threads: as Sink.
class JoinBuildSink final : public Sink {
 public:
  JoinBuildSink(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys, std::vector<bool> keyNullable,
                std::vector<int64_t> dynamicFilterIds, std::shared_ptr<TaskContext> task);

  Result<LocalStatePtr> makeLocal(TaskContext& task) override;
  Result<Progress> consume(LocalState& local, const ColumnarBatch& batch) override;
  Status combine(LocalState& local) override;
  Result<int32_t> prepareFinalize() override;
  Status finalizeTask(int32_t task) override;
  Status finishFinalize() override;

 private:
  struct Local;

  bool keepsNullKeys() const { return build_->shape.buildOutput != BuildOutput::kNothing; }
  JoinChunks makeChunks() const;
  // Writes out what a thread holds; from then on the join is a spilled one.
  Status spill(JoinChunks& chunks, int64_t bytes, JoinKeyHash::Scratch& scratch);
  Status publishFilters();

  const std::shared_ptr<JoinBuild> build_;
  const std::shared_ptr<const expr::ExpressionEvaluator> keys_;
  const std::vector<DataType> keyTypes_;
  const std::vector<bool> keyNullable_;
  const std::vector<int64_t> dynamicFilterIds_;
  const std::shared_ptr<TaskContext> task_;
  std::atomic<bool> isSpilled_{false};  // `build_->spilled` is set
  std::mutex mutex_;                    // guards what follows until finalization, and the making of `build_->spilled`
  JoinChunks chunks_;
  int64_t chunkBytes_ = 0;
  int32_t numInserts_ = 0;
};

}  // namespace flint::exec
