#include "exec/aggregate/group_source.h"

#include <algorithm>

namespace flint::exec {
namespace {

constexpr size_t kFewGroups = 1 << 15;
constexpr size_t kPrefetchDistance = 8;
constexpr size_t kMostPasses = 256;
constexpr int64_t kFloorBytes = 1 << 20;  // of groups read back, taken whatever the budget says

// Threads that saw no rows have no part in the groups.
std::vector<std::shared_ptr<ThreadGroups>> withRows(std::vector<std::shared_ptr<ThreadGroups>> groups) {
  std::erase_if(groups, [](const auto& threads) { return threads->rows().size() == 0 && !threads->hasSpilled(); });
  return groups;
}

// Bits of the hash that neither partitions nor the tables begin with.
bool isOfPass(uint64_t hash, size_t pass, size_t numPasses) { return ((hash >> 24) & (numPasses - 1)) == pass; }

}  // namespace

struct GroupSource::Local : LocalState {
  explicit Local(const GroupRowFormat& format) : table(format) {}
  std::unique_ptr<memory::Reservation> reservation;
  expr::ExpressionEvaluator::LocalPtr results;
  GroupTable table;
  std::vector<const std::byte*> groups;
  size_t next = 0;
  int32_t morsel = -1;
  int64_t sequence = 0;
  size_t pass = 0;
  size_t numPasses = 1;  // a power of two
  std::shared_ptr<GroupRows> readBack;  // groups that come from spill files
  std::vector<std::unique_ptr<GroupArena>> arenas;  // of states merged here; kept as long as the rows may be looked at
};

GroupSource::GroupSource(std::shared_ptr<const AggregateCalls> calls, std::shared_ptr<const GroupRowFormat> format,
                         std::vector<std::shared_ptr<ThreadGroups>> groups, std::shared_ptr<TaskContext> task)
    : calls_(std::move(calls)), format_(std::move(format)), groups_(withRows(std::move(groups))), task_(std::move(task)) {
  owner_ = std::make_shared<const std::vector<std::shared_ptr<ThreadGroups>>>(groups_);
  size_t total = 0;
  for (const auto& threads : groups_) total += threads->rows().size();
  bool hasSpilled = false;
  for (const auto& threads : groups_) hasSpilled = hasSpilled || threads->hasSpilled();
  numMorsels_ = total <= kFewGroups && !hasSpilled ? 1 : static_cast<int32_t>(kGroupPartitions);
  // Partitions are freed by the threads that gave them out.
  for (const auto& threads : groups_) {
    if (numMorsels_ > 1) threads->rows().forgetOrder();
  }
}

Result<LocalStatePtr> GroupSource::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>(*format_);
  local->reservation = task.makeReservation("Aggregate output");
  if (calls_->results != nullptr) local->results = calls_->results->makeLocal();
  return LocalStatePtr(std::move(local));
}

size_t GroupSource::passesFor(Local& local, size_t partition) const {
  int64_t bytes = 0;
  for (const auto& threads : groups_) {
    for (const SpillFilePtr& file : threads->spilled(partition)) {
      // What is on disk is packed; a group also takes two slots of the table.
      bytes += 2 * file->bytes() + file->rows() * static_cast<int64_t>(format_->width + 2 * sizeof(uint64_t));
    }
  }
  const int64_t threshold = task_->options().spillThresholdBytes;
  for (size_t passes = 1;; passes *= 2) {
    const int64_t needed = bytes / static_cast<int64_t>(passes);
    if ((threshold <= 0 || needed <= threshold) && local.reservation->tryResize(needed)) return passes;
    if ((threshold <= 0 && needed <= kFloorBytes) || passes == kMostPasses) return passes;
  }
}

Status GroupSource::merge(Local& local, size_t first, size_t last) const {
  local.groups.clear();
  local.next = 0;
  size_t most = 0;
  for (const auto& threads : groups_) {
    for (size_t p = first; p < last; ++p) most += threads->rows().partition(p).size();
  }
  local.groups.reserve(most);
  local.readBack = nullptr;
  if (groups_.size() == 1 && groups_[0]->isDistinct()) {
    // A few groups come as their first rows came: in the order that readers expect of a small answer.
    if (const auto* inOrder = groups_[0]->rows().inOrder(); inOrder != nullptr && last - first == kGroupPartitions) {
      local.groups.assign(inOrder->begin(), inOrder->end());
      return Status::ok();
    }
    for (size_t p = first; p < last; ++p) groups_[0]->rows().partition(p).forEach([&](std::byte* row) { local.groups.push_back(row); });
    return Status::ok();
  }
  local.table.release();
  local.table.reserve(most);
  local.arenas.push_back(std::make_unique<GroupArena>());
  GroupArena& arena = *local.arenas.back();
  Status failure;
  for (const auto& threads : groups_) {
    for (size_t p = first; p < last; ++p) {
      // Slots are fetched a few rows ahead of their use.
      std::byte* ahead[kPrefetchDistance];
      size_t seen = 0;
      const auto take = [&](std::byte* row) {
        if (local.numPasses > 1 && !isOfPass(GroupRowFormat::hashOf(row), local.pass, local.numPasses)) return;
        std::byte* same = local.table.findOrTake(row);
        if (same == nullptr) {
          local.groups.push_back(row);
        } else if (Status status = format_->states.merge(same, row, arena); !status.isOk()) {
          failure = status;
        }
      };
      threads->rows().partition(p).forEach([&](std::byte* row) {
        local.table.prefetch(GroupRowFormat::hashOf(row));
        std::byte*& waiting = ahead[seen % kPrefetchDistance];
        if (seen >= kPrefetchDistance) take(waiting);
        waiting = row;
        ++seen;
      });
      const size_t rest = std::min(seen, kPrefetchDistance);
      for (size_t i = seen - rest; i < seen; ++i) take(ahead[i % kPrefetchDistance]);
      RETURN_IF_ERROR(failure);
    }
  }
  for (size_t p = first; p < last; ++p) RETURN_IF_ERROR(mergeSpilled(local, p));
  local.table.release();
  return Status::ok();
}

Status GroupSource::mergeSpilled(Local& local, size_t partition) const {
  bool any = false;
  for (const auto& threads : groups_) any = any || !threads->spilled(partition).empty();
  if (!any) return Status::ok();
  local.readBack = std::make_shared<GroupRows>(*format_);
  const std::vector<DataType> types = ThreadGroups::spillTypes(*calls_);
  std::vector<std::byte> packed;
  std::vector<uint64_t> hashes;
  std::vector<std::byte*> found;
  for (const auto& threads : groups_) {
    for (const SpillFilePtr& file : threads->spilled(partition)) {
      ASSIGN_OR_RETURN(const auto reader, SpillReader::open(file));
      while (true) {
        RETURN_IF_ERROR(task_->checkCancelled());
        ColumnarBatch batch;
        ASSIGN_OR_RETURN(const bool hasBatch, reader->nextBatch(types, batch));
        if (!hasBatch) break;
        columnar::ActiveRows active(batch.numRows());
        columnar::StringHeap scratch;
        const auto hashKeys = [&] {
          const auto count = static_cast<size_t>(active.count());
          packed.resize(count * format_->keys.width());
          hashes.resize(count);
          found.resize(count);
          format_->keys.pack({batch.columns().data(), calls_->numKeys}, active, packed.data(), scratch);
          format_->keys.hash(packed.data(), count, hashes.data());
          if (task_->options().constantHash) std::fill(hashes.begin(), hashes.end(), 0);
        };
        hashKeys();
        columnar::Selection ofPass;
        if (local.numPasses > 1) {
          for (columnar::RowIndex row = 0; row < batch.numRows(); ++row) {
            if (isOfPass(hashes[static_cast<size_t>(row)], local.pass, local.numPasses)) ofPass.push_back(row);
          }
          if (ofPass.empty()) continue;
          active = columnar::ActiveRows(batch.numRows(), ofPass);
          hashKeys();
        }
        const auto count = static_cast<size_t>(active.count());
        local.table.findOrAdd(packed.data(), hashes.data(), count, found.data(), *local.readBack);
        size_t column = calls_->numKeys;
        for (size_t c = 0; c < calls_->calls.size(); ++c) {
          const expr::Aggregator& aggregator = *calls_->calls[c].aggregator;
          const size_t width = aggregator.encodedTypes().size();
          RETURN_IF_ERROR(aggregator.mergeEncoded(found.data(), format_->states.states[c].offset, {batch.columns().data() + column, width}, active,
                                                  local.readBack->arena()));
          column += width;
        }
      }
    }
  }
  const int64_t bytes = local.readBack->bytes() + local.table.bytes();
  if (!local.reservation->tryResize(bytes)) {
    if (local.numPasses == kMostPasses && bytes > kFloorBytes) return task_->query().memory().outOfMemory(bytes);
    local.reservation->growFloor(bytes - local.reservation->bytes());
  }
  for (size_t p = 0; p < kGroupPartitions; ++p) local.readBack->partition(p).forEach([&](std::byte* row) { local.groups.push_back(row); });
  return Status::ok();
}

void GroupSource::freePartitions(size_t first, size_t last) const {
  for (const auto& threads : groups_) {
    for (size_t p = first; p < last; ++p) threads->rows().clearPartition(p);
  }
}

Result<Progress> GroupSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  const size_t width = numMorsels_ == 1 ? kGroupPartitions : 1;
  while (local.next == local.groups.size()) {
    if (local.morsel >= 0 && local.pass + 1 < local.numPasses) {
      ++local.pass;
      RETURN_IF_ERROR(task_->checkCancelled());
      RETURN_IF_ERROR(merge(local, static_cast<size_t>(local.morsel), static_cast<size_t>(local.morsel) + 1));
      continue;
    }
    if (local.morsel >= 0) freePartitions(static_cast<size_t>(local.morsel) * width, (static_cast<size_t>(local.morsel) + 1) * width);
    local.morsel = -1;
    RETURN_IF_ERROR(task_->checkCancelled());
    const int32_t morsel = nextMorsel_.fetch_add(1);
    if (morsel >= numMorsels_) {
      local.groups.clear();
      local.next = 0;
      local.readBack = nullptr;
      local.reservation->shrink(local.reservation->bytes());
      return Progress::finished();
    }
    local.morsel = morsel;
    local.sequence = 0;
    local.pass = 0;
    local.readBack = nullptr;
    local.reservation->shrink(local.reservation->bytes());
    local.numPasses = numMorsels_ == 1 ? 1 : passesFor(local, static_cast<size_t>(morsel));
    RETURN_IF_ERROR(merge(local, static_cast<size_t>(morsel) * width, (static_cast<size_t>(morsel) + 1) * width));
  }
  const size_t count = std::min(local.groups.size() - local.next, static_cast<size_t>(task_->options().batchRows));
  const std::span<const std::byte* const> groups(local.groups.data() + local.next, count);
  std::vector<const std::byte*> keyRows(count);
  for (size_t i = 0; i < count; ++i) keyRows[i] = groups[i] + GroupRowFormat::kKeys;
  // Strings of keys live with the threads' groups, or with those read back.
  std::shared_ptr<const void> owner = owner_;
  if (local.readBack != nullptr) owner = std::make_shared<const std::pair<std::shared_ptr<const void>, std::shared_ptr<GroupRows>>>(owner_, local.readBack);
  std::vector<columnar::VectorPtr> keys;
  for (size_t k = 0; k < calls_->numKeys; ++k) keys.push_back(format_->keys.unpack(k, keyRows, owner));
  ASSIGN_OR_RETURN(auto columns, calls_->finish(format_->states, groups, std::move(keys), local.results.get()));
  local.next += count;
  out = ColumnarBatch(std::move(columns), static_cast<columnar::RowIndex>(count));
  out.setPosition(local.morsel, local.sequence++);
  return Progress::haveOutput();
}

}  // namespace flint::exec
