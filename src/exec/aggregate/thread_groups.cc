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

}  // namespace

ThreadGroups::ThreadGroups(std::shared_ptr<const GroupRowFormat> format, TaskContext& task)
    : format_(std::move(format)),
      task_(task),
      rows_(*format_),
      table_(*format_),
      codes_(format_->keys.numColumns()),
      reservation_(task.makeReservation("HashAggregate")),
      constantHash_(task.options().constantHash),
      limit_(std::max<size_t>(4096, kCacheBytes / (format_->width + 2 * sizeof(uint64_t)))) {}

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
  if (bytes <= reservation_->bytes() || reservation_->tryResize(bytes + bytes / 8)) return Status::ok();
  return task_.query().memory().outOfMemory(bytes);
}

void ThreadGroups::finish() {
  table_.release();
  codes_ = CodedKeys(format_->keys.numColumns());
  packed_ = {};
  hashes_ = {};
  groups_ = {};
}

}  // namespace flint::exec
