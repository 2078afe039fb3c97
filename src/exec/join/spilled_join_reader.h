#pragma once

#include <memory>
#include <vector>

#include "exec/join/hash_join_probe.h"
#include "exec/join/spilled_join.h"

namespace flint::exec {

/// One thread's work on the partitions of a spilled join.
///
/// Shape: a partition whose build rows fit is joined as in memory. One that does not is divided; where that does not help (one key, no keys) its
/// build rows are taken block by block, each with all probe rows, and what a probe row gives by itself is decided after the last block.
/// Memory: the build rows of one partition or block, charged; a small block is taken whatever the budget says.
/// Threads: confined to its owner.
class SpilledJoinReader {
 public:
  SpilledJoinReader(std::shared_ptr<SpilledJoin> join, std::shared_ptr<const expr::ExpressionEvaluator> probeKeys, std::shared_ptr<TaskContext> task);
  ~SpilledJoinReader();

  /// kHaveOutput with rows, kFinished when no partition is left.
  Result<Progress> next(ColumnarBatch& out);

 private:
  enum class Phase : uint8_t { kClaim, kBuild, kProbe, kBuildRows, kDecide };

  Result<bool> claim();
  Status loadBlock();
  // Makes `probe_` look rows up in `chunks`.
  Status makeProbe(JoinChunks chunks, const JoinShape& shape);
  bool charge(int64_t bytes);
  Result<bool> probeNext(ColumnarBatch& out);
  Result<bool> decideNext(ColumnarBatch& out);
  Result<bool> nextProbeBatch();
  void dropBlock();

  const std::shared_ptr<SpilledJoin> join_;
  const std::shared_ptr<const expr::ExpressionEvaluator> probeKeys_;
  const std::shared_ptr<TaskContext> task_;
  const std::unique_ptr<memory::Reservation> reservation_;
  Phase phase_ = Phase::kClaim;
  std::vector<SpilledJoin::Part> parts_;  // the last one is next
  SpilledJoin::Part part_;
  std::unique_ptr<SpillReader> buildRows_;
  std::unique_ptr<SpillReader> probeRows_;
  std::unique_ptr<HashJoinProbe> probe_;
  LocalStatePtr probeLocal_;
  ColumnarBatch batch_;          // of probe rows
  bool inBatch_ = false;
  bool inBlocks_ = false;        // the build rows do not fit as a whole
  bool hasBuildRows_ = false;    // some are left for the next block
  std::vector<uint8_t> hasMatch_;  // by the probe row's place in the file, when in blocks
  size_t place_ = 0;               // of the current batch in it
};

}  // namespace flint::exec
