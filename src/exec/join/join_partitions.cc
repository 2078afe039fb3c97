#include "exec/join/join_partitions.h"

#include <algorithm>

#include "columnar/gather.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr RowIndex kWriteRows = 2048;
constexpr int64_t kWriteBytes = 64 << 10;
constexpr size_t kFileBufferBytes = 32 << 10;

// Bytes of rows that are kept for a while; the base of a dictionary is shared with others.
int64_t heldBytes(const ColumnarBatch& batch) {
  int64_t bytes = 0;
  for (const VectorPtr& column : batch.columns()) {
    bytes += column->isFlat() ? column->byteSize() : column->isDictionary() ? column->size() * int64_t{4} : 64;
  }
  return bytes;
}

}  // namespace

JoinKeyHash::JoinKeyHash(const std::vector<DataType>& keyTypes, bool constant) : constant_(constant || keyTypes.empty()) {
  std::vector<columnar::RowLayout::Column> columns;
  for (const DataType& type : keyTypes) columns.push_back({type, true});
  layout_ = columnar::RowLayout(std::move(columns));
}

const uint64_t* JoinKeyHash::hash(std::span<const VectorPtr> keys, const ActiveRows& active, Scratch& scratch) const {
  const auto count = static_cast<size_t>(active.count());
  scratch.hashes.resize(std::max(scratch.hashes.size(), count));
  if (constant_) {
    std::fill_n(scratch.hashes.begin(), count, 0);
    return scratch.hashes.data();
  }
  scratch.packed.resize(std::max(scratch.packed.size(), count * layout_.width()));
  columnar::StringHeap nested;
  layout_.pack(keys, active, scratch.packed.data(), nested);
  layout_.hash(scratch.packed.data(), count, scratch.hashes.data());
  return scratch.hashes.data();
}

JoinPartitions::JoinPartitions(QueryContext& query, std::string name, std::vector<DataType> types, size_t numPartitions, int32_t depth)
    : query_(query),
      name_(std::move(name)),
      types_(std::move(types)),
      depth_(depth),
      reservation_(query.memory().makeReservation(name_)) {
  for (size_t p = 0; p < numPartitions; ++p) partitions_.push_back(std::make_unique<Partition>());
}

Status JoinPartitions::add(const ColumnarBatch& batch, const ActiveRows& active, const uint64_t* hashes) {
  if (active.isEmpty()) return Status::ok();
  std::vector<columnar::Selection> rows(partitions_.size());
  for (RowIndex i = 0; i < active.count(); ++i) rows[partitionOf(hashes[i])].push_back(active[i]);
  for (size_t p = 0; p < rows.size(); ++p) {
    if (rows[p].empty()) continue;
    const ActiveRows own(batch.numRows(), rows[p]);
    std::vector<VectorPtr> columns;
    for (const VectorPtr& column : batch.columns()) columns.push_back(columnar::compactEncoded(column, own));
    RETURN_IF_ERROR(put(*partitions_[p], ColumnarBatch(std::move(columns), own.count())));
  }
  return Status::ok();
}

Status JoinPartitions::put(Partition& partition, ColumnarBatch rows) {
  const int64_t bytes = heldBytes(rows);
  reservation_->growFloor(bytes);
  const std::lock_guard lock(partition.mutex);
  partition.pendingRows += rows.numRows();
  partition.pendingBytes += bytes;
  partition.pending.push_back(std::move(rows));
  return partition.pendingRows >= kWriteRows || partition.pendingBytes >= kWriteBytes ? write(partition) : Status::ok();
}

Status JoinPartitions::write(Partition& partition) {
  if (partition.pending.empty()) return Status::ok();
  std::vector<VectorPtr> columns;
  for (size_t c = 0; c < types_.size(); ++c) {
    std::vector<VectorPtr> parts;
    for (const ColumnarBatch& batch : partition.pending) parts.push_back(batch.column(c));
    columns.push_back(parts.size() == 1 ? parts[0] : columnar::concatenate(types_[c], parts));
  }
  const ColumnarBatch joined(std::move(columns), partition.pendingRows);
  if (partition.writer == nullptr) {
    ASSIGN_OR_RETURN(partition.writer, SpillWriter::make(query_, name_, kFileBufferBytes));
  }
  RETURN_IF_ERROR(partition.writer->writeBatch(joined));
  partition.pending.clear();
  reservation_->shrink(partition.pendingBytes);
  partition.pendingRows = 0;
  partition.pendingBytes = 0;
  return Status::ok();
}

Status JoinPartitions::seal() {
  for (const auto& partition : partitions_) {
    RETURN_IF_ERROR(write(*partition));
    if (partition->writer == nullptr) continue;
    ASSIGN_OR_RETURN(partition->file, partition->writer->finish());
    partition->writer.reset();
  }
  return Status::ok();
}

}  // namespace flint::exec
