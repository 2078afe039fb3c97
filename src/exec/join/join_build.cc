#include "exec/join/join_build.h"

#include <algorithm>

#include "exec/join/join_filter.h"
#include "exec/join/spilled_join.h"

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

std::vector<DataType> typesOf(const std::vector<expr::ExprPtr>& expressions) {
  std::vector<DataType> types;
  for (const expr::ExprPtr& expression : expressions) types.push_back(expression->dataType());
  return types;
}

}  // namespace

struct JoinBuildSink::Local : LocalState {
  explicit Local(JoinChunks empty) : chunks(std::move(empty)) {}
  expr::ExpressionEvaluator::LocalPtr keys;
  JoinChunks chunks;
  int64_t bytes = 0;  // of the chunks
  JoinKeyHash::Scratch scratch;
  bool hasNullKey = false;
};

JoinBuildSink::JoinBuildSink(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys,
                             std::vector<bool> keyNullable, std::vector<int64_t> dynamicFilterIds, std::shared_ptr<TaskContext> task)
    : build_(std::move(build)),
      keys_(std::move(keys)),
      keyTypes_(typesOf(keys_->expressions())),
      keyNullable_(std::move(keyNullable)),
      dynamicFilterIds_(std::move(dynamicFilterIds)),
      task_(std::move(task)),
      chunks_(makeChunks()) {
  build_->reservation = task_->makeReservation("HashJoin");
}

JoinChunks JoinBuildSink::makeChunks() const {
  return JoinChunks(build_->shape.readsBuildColumns() ? build_->shape.buildTypes : std::vector<DataType>(), keyTypes_);
}

Result<LocalStatePtr> JoinBuildSink::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>(makeChunks());
  local->keys = keys_->makeLocal();
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
  memory::Reservation& reservation = *build_->reservation;
  const int64_t bytes = local.chunks.add(batch, keys, active);
  const int64_t threshold = task_->options().spillThresholdBytes;
  const bool isAsked = isSpilled_.load(std::memory_order_relaxed) || reservation.spillRequested() || (threshold > 0 && local.bytes + bytes > threshold);
  if (!isAsked && reservation.tryGrow(bytes)) {
    local.bytes += bytes;
    reservation.setRevocable(reservation.bytes());
    return Progress::needInput();
  }
  RETURN_IF_ERROR(spill(local.chunks, local.bytes, local.scratch));
  local.bytes = 0;
  return Progress::needInput();
}

Status JoinBuildSink::spill(JoinChunks& chunks, int64_t bytes, JoinKeyHash::Scratch& scratch) {
  if (!isSpilled_.load()) {
    const std::lock_guard lock(mutex_);
    if (build_->spilled == nullptr) build_->spilled = std::make_shared<SpilledJoin>(build_->shape, keyTypes_, keyNullable_, task_->query());
    isSpilled_.store(true);
  }
  RETURN_IF_ERROR(build_->spilled->addBuild(chunks, scratch));
  chunks.clear();
  build_->reservation->shrink(bytes);
  build_->reservation->setRevocable(build_->reservation->bytes());
  build_->reservation->spillDone();
  return Status::ok();
}

Status JoinBuildSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  if (isSpilled_.load()) {
    RETURN_IF_ERROR(spill(local.chunks, local.bytes, local.scratch));
    local.bytes = 0;
  }
  const std::lock_guard lock(mutex_);
  chunks_.append(local.chunks);
  chunkBytes_ += local.bytes;
  build_->hasNullKey = build_->hasNullKey || local.hasNullKey;
  return Status::ok();
}

Result<int32_t> JoinBuildSink::prepareFinalize() {
  memory::Reservation& reservation = *build_->reservation;
  const int64_t tableBytes = JoinChunks::tableBytes(chunks_.numRows(), keyTypes_.size(), build_->shape.marksBuildRows());
  const bool isAsked = reservation.spillRequested() && chunks_.numRows() > 0;
  if (isSpilled_.load() || isAsked || chunks_.numRows() > INT32_MAX || !reservation.tryGrow(tableBytes)) {
    // Rows of threads that ended before the first one spilled are written too.
    JoinKeyHash::Scratch scratch;
    RETURN_IF_ERROR(spill(chunks_, chunkBytes_, scratch));
    reservation.setRevocable(0);
    RETURN_IF_ERROR(build_->spilled->endBuild());
    return 0;
  }
  reservation.setRevocable(0);
  chunks_.prepare(*build_, keyNullable_, task_->options().constantHash);
  numInserts_ = std::clamp(static_cast<int32_t>(build_->numRows / kRowsAnInsert), 1, std::max(1, task_->numThreads()));
  return numInserts_ + static_cast<int32_t>(chunks_.numColumns());
}

Status JoinBuildSink::finalizeTask(int32_t task) {
  if (task < numInserts_) {
    const auto rowsOf = [&](int32_t part) { return static_cast<RowIndex>(int64_t{build_->numRows} * part / numInserts_); };
    build_->table.insert(rowsOf(task), rowsOf(task + 1));
    return Status::ok();
  }
  chunks_.concatenate(*build_, static_cast<size_t>(task - numInserts_));
  return Status::ok();
}

Status JoinBuildSink::finishFinalize() {
  if (!isSpilled_.load()) build_->table.finish();
  return publishFilters();
}

Status JoinBuildSink::publishFilters() {
  if (!build_->shape.dropsUnmatchedProbeRows()) return Status::ok();
  if (build_->spilled != nullptr) {
    connector::DynamicFilterPtr filter = build_->spilled->filter();
    const bool isWanted = filter != nullptr && !dynamicFilterIds_.empty() && dynamicFilterIds_[0] != 0;
    if (isWanted) task_->query().publishDynamicFilter(dynamicFilterIds_[0], std::move(filter));
    return Status::ok();
  }
  for (size_t k = 0; k < dynamicFilterIds_.size() && k < keyTypes_.size(); ++k) {
    if (dynamicFilterIds_[k] == 0) continue;
    task_->query().publishDynamicFilter(dynamicFilterIds_[k], makeJoinFilter(*build_->table.keys()[k], chunks_.ranges()[k]));
  }
  return Status::ok();
}

}  // namespace flint::exec
