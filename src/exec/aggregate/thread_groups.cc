#include "exec/aggregate/thread_groups.h"

#include <algorithm>

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr size_t kCacheBytes = 1 << 20;       // of table and groups, what a core's second-level cache holds
constexpr double kWorthGrowing = 1.3;         // groups made for one distinct key, above which a larger table pays
constexpr size_t kScratchBytes = 1 << 20;
constexpr size_t kSpillRows = 2048;
constexpr int64_t kFloorBytes = 1 << 20;      // taken whatever the budget says: fewer groups are not worth their files

}  // namespace

ThreadGroups::ThreadGroups(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<const GroupRowFormat> format, TaskContext& task)
    : calls_(std::move(calls)),
      format_(std::move(format)),
      task_(task),
      rows_(*format_),
      table_(*format_),
      codes_(format_->keys.numColumns()),
      reservation_(task.makeReservation("HashAggregate")),
      constantHash_(task.options().constantHash),
      limit_(std::max<size_t>(4096, kCacheBytes / (format_->width + 2 * sizeof(uint64_t)))),
      spilled_(kGroupPartitions) {}

void ThreadGroups::makeRoom(size_t count) {
  if (table_.size() + count <= limit_) return;
  // Codes remember groups of the table: they are forgotten together.
  if (wasForgotten_ && static_cast<double>(made_) > kWorthGrowing * distinct_.estimate()) {
    limit_ = std::max(limit_ * 2, static_cast<size_t>(distinct_.estimate() * 1.25) + count);
    return;
  }
  if (made_ == 0) return;
  wasForgotten_ = true;
  table_.clear();
  codes_.forget();
}

void ThreadGroups::hashAndFind(std::span<const VectorPtr> keys, const ActiveRows& active, std::byte** groups) {
  const auto count = static_cast<size_t>(active.count());
  packed_.resize(std::max(packed_.size(), count * format_->keys.width()));
  hashes_.resize(std::max(hashes_.size(), count));
  if (scratch_.allocatedBytes() > static_cast<int64_t>(kScratchBytes)) scratch_ = {};
  format_->keys.pack(keys, active, packed_.data(), scratch_);
  if (constantHash_) {
    std::fill(hashes_.begin(), hashes_.end(), 0);
  } else {
    format_->keys.hash(packed_.data(), count, hashes_.data());
  }
  const size_t before = table_.size();
  if (table_.findOrAdd(packed_.data(), hashes_.data(), count, groups, rows_) == 0) return;
  made_ += table_.size() - before;
  for (size_t i = 0; i < count; ++i) distinct_.add(hashes_[i]);
}

void ThreadGroups::findByCode(std::span<const VectorPtr> keys, const ActiveRows& active) {
  const uint32_t* codes = codes_.codes();
  std::byte** known = codes_.groups();
  const auto count = static_cast<size_t>(active.count());
  std::vector<RowIndex> missing;
  std::vector<uint32_t> missingCodes;
  static std::byte pending;  // marks codes whose group is being looked for
  for (size_t i = 0; i < count; ++i) {
    std::byte* group = known[codes[i]];
    groups_[i] = group;
    if (group == nullptr) {
      missing.push_back(active[static_cast<RowIndex>(i)]);
      missingCodes.push_back(codes[i]);
      known[codes[i]] = &pending;
    }
  }
  if (missing.empty()) return;
  std::vector<std::byte*> found(missing.size());
  hashAndFind(keys, ActiveRows(active.size(), missing), found.data());
  for (size_t i = 0; i < found.size(); ++i) known[missingCodes[i]] = found[i];
  for (size_t i = 0; i < count; ++i) groups_[i] = known[codes[i]];
}

std::byte* const* ThreadGroups::find(std::span<const VectorPtr> keys, const ActiveRows& active) {
  const auto count = static_cast<size_t>(active.count());
  makeRoom(count);
  groups_.resize(std::max(groups_.size(), count));
  if (codes_.map(keys, active)) {
    findByCode(keys, active);
  } else {
    hashAndFind(keys, active, groups_.data());
  }
  return groups_.data();
}

Status ThreadGroups::charge() {
  const int64_t bytes = rows_.bytes() + table_.bytes() + codes_.bytes();
  const int64_t threshold = task_.options().spillThresholdBytes;
  const bool isAsked = reservation_->spillRequested() || (threshold > 0 && bytes > threshold);
  if (!isAsked && (bytes <= reservation_->bytes() || reservation_->tryResize(bytes + bytes / 8))) {
    reservation_->setRevocable(bytes);
    return Status::ok();
  }
  if (!isAsked && bytes <= kFloorBytes) {
    reservation_->growFloor(bytes - reservation_->bytes());
    return Status::ok();
  }
  if (rows_.size() == 0) return isAsked ? Status::ok() : Status(task_.query().memory().outOfMemory(bytes));
  return spill();
}

std::vector<DataType> ThreadGroups::spillTypes(const AggregateCalls& calls) {
  std::vector<DataType> types = calls.keyTypes;
  for (const AggregateCalls::Call& call : calls.calls) {
    for (DataType& type : call.aggregator->encodedTypes()) types.push_back(std::move(type));
  }
  return types;
}

Status ThreadGroups::spill() {
  for (size_t p = 0; p < kGroupPartitions; ++p) {
    if (rows_.partition(p).size() == 0) continue;
    std::vector<const std::byte*> groups;
    rows_.partition(p).forEach([&](const std::byte* row) { groups.push_back(row); });
    ASSIGN_OR_RETURN(const auto writer, SpillWriter::make(task_.query(), "aggregate"));
    for (size_t begin = 0; begin < groups.size(); begin += kSpillRows) {
      const size_t count = std::min(kSpillRows, groups.size() - begin);
      std::vector<const std::byte*> keyRows(count);
      for (size_t i = 0; i < count; ++i) keyRows[i] = groups[begin + i] + GroupRowFormat::kKeys;
      std::vector<VectorPtr> columns;
      for (size_t k = 0; k < calls_->numKeys; ++k) columns.push_back(format_->keys.unpack(k, keyRows, nullptr));
      RETURN_IF_ERROR(calls_->encode(format_->states, {groups.data() + begin, count}, columns));
      RETURN_IF_ERROR(writer->writeBatch(columnar::ColumnarBatch(std::move(columns), static_cast<RowIndex>(count))));
    }
    ASSIGN_OR_RETURN(SpillFilePtr file, writer->finish());
    spilled_[p].push_back(std::move(file));
  }
  hasSpilled_ = true;
  wasForgotten_ = true;
  rows_.clear();
  table_.release();
  codes_ = CodedKeys(format_->keys.numColumns());
  reservation_->setRevocable(0);
  reservation_->shrink(reservation_->bytes());
  reservation_->spillDone();
  return Status::ok();
}

void ThreadGroups::finish() {
  table_.release();
  codes_ = CodedKeys(format_->keys.numColumns());
  packed_ = {};
  hashes_ = {};
  groups_ = {};
}

}  // namespace flint::exec
