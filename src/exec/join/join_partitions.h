#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "columnar/row_layout.h"
#include "exec/spill/spill_file.h"
#include "exec/task_context.h"

namespace flint::exec {

/// Hashes join keys, alike on both sides, so that equal keys get into the same partition.
///
/// Threads: immutable.
class JoinKeyHash {
 public:
  JoinKeyHash(const std::vector<DataType>& keyTypes, bool constant);
  struct Scratch {
    std::vector<std::byte> packed;
    std::vector<uint64_t> hashes;
  };
  /// One hash an active row, valid until the scratch is used again.
  const uint64_t* hash(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active, Scratch& scratch) const;

 private:
  const bool constant_;
  columnar::RowLayout layout_;
};

/// The rows of one side of a join on disk, by a few bits of the hash of their keys.
///
/// Shape: a file a partition; `depth` (0 and up) says which bits, so that a partition can be divided again.
/// Memory: rows of a partition are collected until they make a batch worth writing; charged whatever the budget says.
/// Threads: `add` is thread-safe; after `seal` immutable.
/// Errors: those of the spill files.
class JoinPartitions {
 public:
  static constexpr int32_t kBits = 5;
  static constexpr size_t kMost = size_t{1} << kBits;
  static constexpr int32_t kMaxDepth = 8;

  /// With `numPartitions` 1 all rows go to one file.
  JoinPartitions(QueryContext& query, std::string name, std::vector<DataType> types, size_t numPartitions, int32_t depth);

  Status add(const columnar::ColumnarBatch& batch, const columnar::ActiveRows& active, const uint64_t* hashes);
  Status seal();

  size_t size() const { return partitions_.size(); }
  /// Null: no rows.
  const SpillFilePtr& file(size_t partition) const { return partitions_[partition]->file; }
  /// While rows are added: whether the partition that a hash belongs to has any yet.
  bool hasRows(uint64_t hash) const { return file(partitionOf(hash)) != nullptr; }
  const std::vector<DataType>& types() const { return types_; }

 private:
  struct Partition {
    std::mutex mutex;  // a leaf; guards what follows until `seal`
    std::vector<columnar::ColumnarBatch> pending;
    columnar::RowIndex pendingRows = 0;
    int64_t pendingBytes = 0;
    std::unique_ptr<SpillWriter> writer;
    SpillFilePtr file;
  };
  size_t partitionOf(uint64_t hash) const { return partitions_.size() == 1 ? 0 : (hash >> (64 - kBits * (depth_ + 1))) & (kMost - 1); }
  Status put(Partition& partition, columnar::ColumnarBatch rows);
  Status write(Partition& partition);

  QueryContext& query_;
  const std::string name_;
  const std::vector<DataType> types_;
  const int32_t depth_;
  std::unique_ptr<memory::Reservation> reservation_;
  std::vector<std::unique_ptr<Partition>> partitions_;
};

}  // namespace flint::exec
