#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "exec/join/join_bloom.h"
#include "exec/join/join_chunks.h"
#include "exec/join/join_partitions.h"
#include "exec/join/join_shape.h"
#include "exec/operator.h"

namespace flint::exec {

/// A hash join whose build side does not fit: both sides go to disk by the hash of their keys, to be joined partition by partition.
///
/// Shape: build rows are the columns that the join reads, then the keys; probe rows are whole. Without keys there is one partition.
/// Threads: `addBuild` and `addProbe` are thread-safe; `endBuild` comes between them, once; `endProbe` and what follows it after the last `addProbe`.
class SpilledJoin {
 public:
  SpilledJoin(const JoinShape& shape, std::vector<DataType> keyTypes, std::vector<bool> keyNullable, QueryContext& query);

  Status addBuild(const JoinChunks& chunks, JoinKeyHash::Scratch& scratch);
  Status endBuild();
  /// For scans of the probe side, after `endBuild`; null pointer: there is none.
  connector::DynamicFilterPtr filter() const;

  /// The active rows of a probe batch. Rows that no build row can match are left out where the join drops them.
  Status addProbe(const columnar::ColumnarBatch& batch, std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active,
                  JoinKeyHash::Scratch& scratch);
  /// Called by the last thread that has probe rows; more calls do nothing. Wakes those that wait.
  Status endProbe();
  bool isProbed() const { return isProbed_.load(); }
  const WakerPtr& probed() const { return probed_; }

  /// Rows of both sides whose keys hash alike; null: no rows.
  struct Part {
    SpillFilePtr build;
    SpillFilePtr probe;
    int32_t depth = 0;
    bool divisible = true;
  };
  /// The next partition, for one of the threads; empty after the last.
  std::optional<Part> claim();
  /// `part` divided by more bits of the hash. `probeKeys` evaluates the keys of probe rows.
  Result<std::vector<Part>> divide(const Part& part, const expr::ExpressionEvaluator& probeKeys) const;

  const JoinShape& shape() const { return shape_; }
  const std::vector<DataType>& columnTypes() const { return columnTypes_; }
  const std::vector<DataType>& keyTypes() const { return keyTypes_; }
  const std::vector<bool>& keyNullable() const { return keyNullable_; }
  const std::vector<DataType>& buildTypes() const { return buildTypes_; }

 private:
  std::unique_ptr<JoinPartitions> makeSide(bool isBuild, int32_t depth) const;

  const JoinShape& shape_;
  const std::vector<DataType> columnTypes_;  // of the build columns that the join reads
  const std::vector<DataType> keyTypes_;
  const std::vector<bool> keyNullable_;
  const std::vector<DataType> buildTypes_;   // the two above, as they are in the files
  QueryContext& query_;
  const std::shared_ptr<const JoinKeyHash> hash_;
  const std::unique_ptr<memory::Reservation> reservation_;  // of `bloom_`
  const std::shared_ptr<JoinBloom> bloom_;                  // null: probe rows without a partner are kept
  const std::unique_ptr<JoinPartitions> build_;
  const std::unique_ptr<JoinPartitions> probe_;
  const WakerPtr probed_ = std::make_shared<Waker>();
  std::atomic<bool> isEnding_{false};
  std::atomic<bool> isProbed_{false};
  std::atomic<size_t> next_{0};
};

}  // namespace flint::exec
