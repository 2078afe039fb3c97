#include "exec/join/join_build.h"

#include <algorithm>

#include "columnar/gather.h"
#include "exec/join/join_filter.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr RowIndex kRowsAnInsert = 128 << 10;  // fewer are not worth a task

// The active rows in which no key is NULL; true in `sawNull` when one was.
columnar::Selection rowsWithKeys(const std::vector<VectorPtr>& keys, const ActiveRows& active, bool& sawNull) {
  columnar::Selection rows;
  rows.reserve(static_cast<size_t>(active.count()));
  for (const RowIndex row : active) {
    bool isNull = false;
    for (const VectorPtr& key : keys) isNull = isNull || key->isNull(row);
    if (!isNull) rows.push_back(row);
    sawNull = sawNull || isNull;
  }
  return rows;
}

// What a kept vector takes that was not counted before; strings that only few rows are kept of are copied away from their batch.
int64_t keep(const VectorPtr& source, const ActiveRows& active, columnar::StringHeap& heap, std::vector<VectorPtr>& chunks) {
  VectorPtr kept = columnar::compactEncoded(source, active);
  if (kept->isFlat() && kept->physicalType() == PhysicalType::kString && active.count() < active.size() / 2) {
    const int64_t before = heap.allocatedBytes();
    kept = columnar::copyStrings(kept, heap);
    chunks.push_back(std::move(kept));
    return chunks.back()->size() * int64_t{16} + heap.allocatedBytes() - before;
  }
  int64_t bytes = kept->isConstant() ? 64 : kept->isDictionary() ? kept->size() * int64_t{4} : kept->byteSize();
  if (kept->isDictionary() && (chunks.empty() || !chunks.back()->isDictionary() || chunks.back()->base() != kept->base())) {
    bytes += kept->base()->byteSize();
  }
  chunks.push_back(std::move(kept));
  return bytes;
}

}  // namespace

struct JoinBuildSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  std::vector<Chunks> keyChunks;
  std::vector<Chunks> columnChunks;
  std::vector<std::optional<KeyRange>> ranges;
  columnar::StringHeap heap;
  int64_t numRows = 0;
  bool hasNullKey = false;
};

JoinBuildSink::JoinBuildSink(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys,
                             std::vector<bool> keyNullable, std::vector<int64_t> dynamicFilterIds, std::shared_ptr<TaskContext> task)
    : build_(std::move(build)),
      keys_(std::move(keys)),
      keyNullable_(std::move(keyNullable)),
      dynamicFilterIds_(std::move(dynamicFilterIds)),
      task_(std::move(task)),
      keyChunks_(keys_->expressions().size()),
      columnChunks_(build_->shape.readsBuildColumns() ? build_->shape.numBuild() : 0) {
  for (const expr::ExprPtr& key : keys_->expressions()) {
    ranges_.push_back(isIntegerKey(key->dataType().physicalType()) ? std::optional<KeyRange>(KeyRange{}) : std::nullopt);
  }
  build_->reservation = task_->makeReservation("HashJoin");
}

Result<LocalStatePtr> JoinBuildSink::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->keys = keys_->makeLocal();
  local->keyChunks.resize(keyChunks_.size());
  local->columnChunks.resize(columnChunks_.size());
  for (const auto& range : ranges_) local->ranges.push_back(range.has_value() ? std::optional<KeyRange>(KeyRange{}) : std::nullopt);
  return LocalStatePtr(std::move(local));
}

Result<Progress> JoinBuildSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(const auto keys, keys_->evaluate(*local.keys, batch));
  ActiveRows active = batch.activeRows();
  columnar::Selection withKeys;
  bool mayHaveNulls = false;
  for (const VectorPtr& key : keys) mayHaveNulls = mayHaveNulls || key->mayHaveNulls();
  if (mayHaveNulls && !keepsNullKeys()) {
    withKeys = rowsWithKeys(keys, active, local.hasNullKey);
    if (static_cast<RowIndex>(withKeys.size()) != active.count()) active = ActiveRows(active.size(), withKeys);
    if (active.isEmpty()) return Progress::needInput();
  }
  int64_t bytes = 0;
  for (size_t c = 0; c < local.columnChunks.size(); ++c) bytes += keep(batch.column(c), active, local.heap, local.columnChunks[c]);
  for (size_t k = 0; k < keys.size(); ++k) {
    if (local.ranges[k].has_value()) local.ranges[k]->add(*keys[k], active);
    // A key that is a plain column is kept once.
    const auto same = std::find(batch.columns().begin(), batch.columns().end(), keys[k]);
    if (same != batch.columns().end() && !local.columnChunks.empty()) {
      local.keyChunks[k].push_back(local.columnChunks[static_cast<size_t>(same - batch.columns().begin())].back());
    } else {
      bytes += keep(keys[k], active, local.heap, local.keyChunks[k]);
    }
  }
  local.numRows += active.count();
  if (!build_->reservation->tryGrow(bytes)) return task_->query().memory().outOfMemory(bytes);
  return Progress::needInput();
}

Status JoinBuildSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  const std::lock_guard lock(mutex_);
  const auto moveAll = [](std::vector<Chunks>& from, std::vector<Chunks>& to) {
    for (size_t i = 0; i < from.size(); ++i) {
      to[i].insert(to[i].end(), std::make_move_iterator(from[i].begin()), std::make_move_iterator(from[i].end()));
      from[i].clear();
    }
  };
  moveAll(local.keyChunks, keyChunks_);
  moveAll(local.columnChunks, columnChunks_);
  for (size_t k = 0; k < ranges_.size(); ++k) {
    if (ranges_[k].has_value()) ranges_[k]->add(*local.ranges[k]);
  }
  numRows_ += local.numRows;
  build_->hasNullKey = build_->hasNullKey || local.hasNullKey;
  local.numRows = 0;
  return Status::ok();
}

Result<int32_t> JoinBuildSink::prepareFinalize() {
  if (numRows_ > INT32_MAX) return task_->query().memory().outOfMemory(numRows_ * 8);
  build_->numRows = static_cast<RowIndex>(numRows_);
  const int64_t tableBytes = keyChunks_.empty() ? 0 : JoinTable::estimateBytes(build_->numRows, keyChunks_.size());
  if (!build_->reservation->tryGrow(tableBytes)) return task_->query().memory().outOfMemory(tableBytes);
  std::vector<VectorPtr> keys;
  for (size_t k = 0; k < keyChunks_.size(); ++k) {
    keys.push_back(columnar::concatenate(keys_->expressions()[k]->dataType(), keyChunks_[k]));
    // A column that is also the key is concatenated once.
    for (size_t c = 0; c < columnChunks_.size(); ++c) {
      if (!keyChunks_[k].empty() && columnChunks_[c] == keyChunks_[k]) columnChunks_[c] = {keys.back()};
    }
    keyChunks_[k] = {};
  }
  build_->columns.resize(columnChunks_.size());
  if (build_->shape.marksBuildRows()) build_->matched.assign(static_cast<size_t>(numRows_), 0);
  build_->table.prepare(std::move(keys), keyNullable_, ranges_, build_->numRows, task_->options().constantHash);
  numInserts_ = std::clamp(static_cast<int32_t>(build_->numRows / kRowsAnInsert), 1, std::max(1, task_->numThreads()));
  return numInserts_ + static_cast<int32_t>(columnChunks_.size());
}

Status JoinBuildSink::finalizeTask(int32_t task) {
  if (task < numInserts_) {
    const auto rowsOf = [&](int32_t part) { return static_cast<RowIndex>(int64_t{build_->numRows} * part / numInserts_); };
    build_->table.insert(rowsOf(task), rowsOf(task + 1));
    return Status::ok();
  }
  const auto column = static_cast<size_t>(task - numInserts_);
  build_->columns[column] = columnar::concatenate(build_->shape.buildTypes[column], columnChunks_[column]);
  columnChunks_[column] = {};
  return Status::ok();
}

Status JoinBuildSink::finishFinalize() {
  build_->table.finish();
  return publishFilters();
}

Status JoinBuildSink::publishFilters() {
  if (!build_->shape.dropsUnmatchedProbeRows()) return Status::ok();
  for (size_t k = 0; k < dynamicFilterIds_.size() && k < ranges_.size(); ++k) {
    if (dynamicFilterIds_[k] == 0) continue;
    task_->query().publishDynamicFilter(dynamicFilterIds_[k], makeJoinFilter(*build_->table.keys()[k], ranges_[k]));
  }
  return Status::ok();
}

}  // namespace flint::exec
