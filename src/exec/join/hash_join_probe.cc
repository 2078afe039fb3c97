#include "exec/join/hash_join_probe.h"

#include <algorithm>

#include "exec/join/join_output.h"
#include "exec/join/spilled_join_reader.h"
#include "exec/order_tracker.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::RowIndex;
using columnar::Selection;
using columnar::VectorPtr;

// A batch of which less than one row in so many is left is written densely.
constexpr RowIndex kSparse = 4;

}  // namespace

struct HashJoinProbe::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  expr::ExpressionEvaluator::LocalPtr condition;
  JoinTable::Scratch scratch;
  std::vector<int32_t> heads;     // one an active row
  std::vector<int32_t> buildRows;
  std::vector<int32_t> probeRows;
  std::vector<int32_t> probePlaces;  // which active row a pair belongs to
  std::vector<uint8_t> hasMatch;     // one an active row
  bool inBatch = false;  // `heads` belong to the current input
  RowIndex place = 0;    // the active row whose chain comes next
  int32_t chain = -1;    // the rest of that chain; -1: start with its head
  bool isFlushed = false;
  bool isLast = false;
  bool givesBuildRows = false;
  RowIndex nextBuildRow = 0;  // the first that was not looked at after the probe
  JoinKeyHash::Scratch hashes;                 // of a spilled join, as what follows
  std::unique_ptr<SpilledJoinReader> spilled;
};

HashJoinProbe::HashJoinProbe(std::shared_ptr<JoinBuild> build, std::shared_ptr<const expr::ExpressionEvaluator> keys,
                             std::shared_ptr<TaskContext> task)
    : build_(std::move(build)), keys_(std::move(keys)), task_(std::move(task)) {}

Result<LocalStatePtr> HashJoinProbe::makeLocal(TaskContext&) {
  auto local = std::make_unique<Local>();
  local->keys = keys_->makeLocal();
  if (build_->shape.condition != nullptr) local->condition = build_->shape.condition->makeLocal();
  build_->openProbes.fetch_add(1);
  return LocalStatePtr(std::move(local));
}

int32_t HashJoinProbe::start(int32_t numPartitions) {
  lastPartition_ = numPartitions - 1;
  return numPartitions;
}

bool HashJoinProbe::isOneStep() const {
  const JoinShape& shape = build_->shape;
  if (build_->table.isUnique()) return true;
  return shape.condition == nullptr && shape.probeOutput != ProbeOutput::kMatches && shape.probeOutput != ProbeOutput::kMatchesOrNulls;
}

Status HashJoinProbe::findMatches(Local& local, const ColumnarBatch& in) const {
  const ActiveRows active = in.activeRows();
  const auto count = static_cast<size_t>(active.count());
  local.heads.resize(std::max(local.heads.size(), count));
  ASSIGN_OR_RETURN(const auto keys, keys_->evaluate(*local.keys, in));
  if (build_->numRows == 0) {
    std::fill_n(local.heads.begin(), count, -1);
  } else {
    build_->table.find(keys, active, local.scratch, local.heads.data());
  }
  if (build_->shape.nullAware && build_->numRows != 0 && !keys.empty()) {
    // NULL NOT IN (a non-empty set) is not true: as if matched.
    for (size_t i = 0; i < count; ++i) {
      if (keys[0]->isNull(active[static_cast<RowIndex>(i)])) local.heads[i] = 0;
    }
  }
  return Status::ok();
}

template <class HasMatch>
bool HashJoinProbe::emitDecided(const ColumnarBatch& in, HasMatch&& hasMatch, ColumnarBatch& out) const {
  const ActiveRows active = in.activeRows();
  const ProbeOutput output = build_->shape.probeOutput;
  if (output == ProbeOutput::kNothing) return false;
  if (output == ProbeOutput::kExistence) {
    auto values = columnar::Buffer::allocateZeroed(static_cast<size_t>(in.numRows()));
    for (RowIndex i = 0; i < active.count(); ++i) values->mutableData()[active[i]] = hasMatch(i) ? 1 : 0;
    std::vector<VectorPtr> columns = in.columns();
    columns.push_back(columnar::ColumnVector::flat(DataType::boolean(), in.numRows(), std::move(values)));
    out = in.withColumns(std::move(columns));
    return true;
  }
  const bool wanted = output == ProbeOutput::kMatched;
  auto selection = std::make_shared<Selection>();
  for (RowIndex i = 0; i < active.count(); ++i) {
    if (hasMatch(i) == wanted) selection->push_back(active[i]);
  }
  if (selection->empty()) return false;
  if (output == ProbeOutput::kMatchesOrNulls) {
    out = JoinOutput(build_->shape, build_->columns, build_->numRows).withoutBuild(in, std::move(selection));
    return true;
  }
  out = in;
  if (static_cast<RowIndex>(selection->size()) != in.numSelected()) out.setSelection(std::move(selection));
  return true;
}

bool HashJoinProbe::hasMatch(const LocalState& state, RowIndex i) const {
  const auto& local = static_cast<const Local&>(state);
  return isOneStep() ? local.heads[static_cast<size_t>(i)] >= 0 : local.hasMatch[static_cast<size_t>(i)] != 0;
}

bool HashJoinProbe::decide(const ColumnarBatch& in, const uint8_t* hasMatch, ColumnarBatch& out) const {
  return emitDecided(in, [hasMatch](RowIndex i) { return hasMatch[i] != 0; }, out);
}

// Takes away matches that the condition refuses.
Status HashJoinProbe::filterHeads(Local& local, const ColumnarBatch& in) const {
  const ActiveRows active = in.activeRows();
  auto candidates = std::make_shared<Selection>();
  local.buildRows.assign(static_cast<size_t>(in.numRows()), 0);
  for (RowIndex i = 0; i < active.count(); ++i) {
    const int32_t head = local.heads[static_cast<size_t>(i)];
    if (head < 0) continue;
    candidates->push_back(active[i]);
    local.buildRows[static_cast<size_t>(active[i])] = head;
  }
  if (candidates->empty()) return Status::ok();
  const JoinOutput output(build_->shape, build_->columns, build_->numRows);
  const ColumnarBatch joined = output.extended(in, candidates, local.buildRows);
  ASSIGN_OR_RETURN(const columnar::SelectionPtr passed, build_->shape.condition->filter(*local.condition, joined));
  if (passed == nullptr) return Status::ok();
  size_t at = 0;
  for (RowIndex i = 0; i < active.count(); ++i) {
    if (at < passed->size() && (*passed)[at] == active[i]) {
      ++at;
    } else {
      local.heads[static_cast<size_t>(i)] = -1;
    }
  }
  return Status::ok();
}

// Inner and outer matches of a unique table.
bool HashJoinProbe::emitMatches(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const {
  const ActiveRows active = in.activeRows();
  const auto count = static_cast<size_t>(active.count());
  const JoinOutput output(build_->shape, build_->columns, build_->numRows);
  size_t matched = 0;
  for (size_t i = 0; i < count; ++i) matched += local.heads[i] >= 0 ? 1 : 0;
  const bool keepsAll = build_->shape.probeOutput == ProbeOutput::kMatchesOrNulls || matched == count;
  if (!keepsAll && matched == 0) return false;
  const auto left = static_cast<RowIndex>(keepsAll ? count : matched);
  if (left < in.numRows() / kSparse) {
    local.probeRows.clear();
    local.buildRows.clear();
    for (size_t i = 0; i < count; ++i) {
      if (!keepsAll && local.heads[i] < 0) continue;
      local.probeRows.push_back(active[static_cast<RowIndex>(i)]);
      local.buildRows.push_back(local.heads[i]);
    }
    out = output.pairs(in, local.probeRows, local.buildRows);
    return true;
  }
  if (keepsAll && active.isAll()) {
    out = output.extended(in, nullptr, {local.heads.data(), count});
    return true;
  }
  local.buildRows.assign(static_cast<size_t>(in.numRows()), 0);
  auto selection = std::make_shared<Selection>();
  selection->reserve(static_cast<size_t>(left));
  for (size_t i = 0; i < count; ++i) {
    const RowIndex row = active[static_cast<RowIndex>(i)];
    if (keepsAll || local.heads[i] >= 0) {
      selection->push_back(row);
      local.buildRows[static_cast<size_t>(row)] = local.heads[i];
    }
  }
  out = output.extended(in, std::move(selection), local.buildRows);
  return true;
}

Result<bool> HashJoinProbe::oneStep(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const {
  const JoinShape& shape = build_->shape;
  const auto count = static_cast<size_t>(in.numSelected());
  if (shape.condition != nullptr) RETURN_IF_ERROR(filterHeads(local, in));
  if (shape.marksBuildRows()) {
    for (size_t i = 0; i < count; ++i) {
      for (int32_t row = local.heads[i]; row >= 0; row = build_->table.next(row)) build_->mark(row);
    }
  }
  if (shape.probeOutput == ProbeOutput::kMatches || shape.probeOutput == ProbeOutput::kMatchesOrNulls) return emitMatches(local, in, out);
  return emitDecided(in, [&](RowIndex i) { return local.heads[static_cast<size_t>(i)] >= 0; }, out);
}

// The next batch of pairs that pass; false when this input has no more rows to give.
Result<bool> HashJoinProbe::nextPairs(Local& local, const ColumnarBatch& in, ColumnarBatch& out) const {
  const JoinShape& shape = build_->shape;
  const ActiveRows active = in.activeRows();
  const auto limit = static_cast<size_t>(task_->options().batchRows);
  const bool givesPairs = shape.probeOutput == ProbeOutput::kMatches || shape.probeOutput == ProbeOutput::kMatchesOrNulls;
  const bool needsOneMatch = !givesPairs && !shape.marksBuildRows();
  const bool givesNullsInPlace = shape.probeOutput == ProbeOutput::kMatchesOrNulls && shape.condition == nullptr;
  while (local.place < active.count()) {
    local.probeRows.clear();
    local.buildRows.clear();
    local.probePlaces.clear();
    while (local.place < active.count() && local.probeRows.size() < limit) {
      if (needsOneMatch && local.hasMatch[static_cast<size_t>(local.place)] != 0) {
        local.chain = -1;
        ++local.place;
        continue;
      }
      int32_t row = local.chain >= 0 ? local.chain : local.heads[static_cast<size_t>(local.place)];
      const RowIndex probeRow = active[local.place];
      const auto put = [&](int32_t buildRow) {
        local.probeRows.push_back(probeRow);
        local.buildRows.push_back(buildRow);
        local.probePlaces.push_back(local.place);
      };
      if (row < 0 && givesNullsInPlace) put(-1);
      for (; row >= 0 && local.probeRows.size() < limit; row = build_->table.next(row)) put(row);
      local.chain = row;
      if (row < 0) ++local.place;
    }
    if (local.probeRows.empty()) break;
    ColumnarBatch joined;
    if (givesPairs || shape.condition != nullptr) {
      joined = JoinOutput(shape, build_->columns, build_->numRows).pairs(in, local.probeRows, local.buildRows);
    }
    columnar::SelectionPtr passed;
    if (shape.condition != nullptr) {
      ASSIGN_OR_RETURN(passed, shape.condition->filter(*local.condition, joined));
      joined.setSelection(passed);
    }
    const ActiveRows kept = passed == nullptr ? ActiveRows(static_cast<RowIndex>(local.probeRows.size()))
                                              : ActiveRows(static_cast<RowIndex>(local.probeRows.size()), *passed);
    for (const RowIndex pair : kept) {
      const int32_t buildRow = local.buildRows[static_cast<size_t>(pair)];
      if (buildRow < 0) continue;
      local.hasMatch[static_cast<size_t>(local.probePlaces[static_cast<size_t>(pair)])] = 1;
      if (shape.marksBuildRows()) build_->mark(buildRow);
    }
    if (givesPairs && !kept.isEmpty()) {
      out = std::move(joined);
      return true;
    }
  }
  if (local.place == active.count() && local.inBatch) {
    local.place = active.count() + 1;
    if (shape.probeOutput == ProbeOutput::kMatches || givesNullsInPlace) return false;
    return emitDecided(in, [&](RowIndex i) { return local.hasMatch[static_cast<size_t>(i)] != 0; }, out);
  }
  return false;
}

Result<Progress> HashJoinProbe::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  const JoinShape& shape = build_->shape;
  if (build_->spilled != nullptr) return spill(local, in);
  if (!local.inBatch) {
    if (in.isEmpty()) return Progress::needInput();
    if (shape.nullAware && build_->hasNullKey) return Progress::finished();
    if (build_->numRows == 0 && shape.dropsUnmatchedProbeRows()) return Progress::finished();
    RETURN_IF_ERROR(findMatches(local, in));
    if (isOneStep()) {
      ASSIGN_OR_RETURN(const bool hasOutput, oneStep(local, in, out));
      if (!hasOutput) return Progress::needInput();
      local.inBatch = true;
      local.place = in.numSelected() + 1;
      return Progress::haveOutput();
    }
    local.inBatch = true;
    local.place = 0;
    local.chain = -1;
    local.hasMatch.assign(static_cast<size_t>(in.numSelected()), 0);
  }
  if (local.place <= in.numSelected()) {
    ASSIGN_OR_RETURN(const bool hasOutput, nextPairs(local, in, out));
    if (hasOutput) return Progress::haveOutput();
  }
  local.inBatch = false;
  return Progress::needInput();
}

Result<Progress> HashJoinProbe::spill(Local& local, const ColumnarBatch& in) const {
  if (build_->shape.nullAware && build_->hasNullKey) return Progress::finished();
  if (in.isEmpty()) return Progress::needInput();
  ASSIGN_OR_RETURN(const auto keys, keys_->evaluate(*local.keys, in));
  RETURN_IF_ERROR(build_->spilled->addProbe(in, keys, in.activeRows(), local.hashes));
  return Progress::needInput();
}

Result<Progress> HashJoinProbe::flushSpilled(Local& local, ColumnarBatch& out) const {
  if (build_->shape.nullAware && build_->hasNullKey) return Progress::finished();
  SpilledJoin& spilled = *build_->spilled;
  if (local.isLast) {
    local.isLast = false;
    RETURN_IF_ERROR(spilled.endProbe());
  }
  if (!spilled.isProbed()) return Progress::blocked(spilled.probed());
  if (local.spilled == nullptr) local.spilled = std::make_unique<SpilledJoinReader>(build_->spilled, keys_, task_);
  ASSIGN_OR_RETURN(Progress progress, local.spilled->next(out));
  if (progress.kind == Progress::Kind::kHaveOutput) out.setPosition(lastPartition_, kFlushSequence);
  return progress;
}

Result<Progress> HashJoinProbe::flush(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  const BuildOutput output = build_->shape.buildOutput;
  if (!local.isFlushed) {
    local.isFlushed = true;
    local.isLast = build_->openProbes.fetch_sub(1) == 1;
  }
  if (build_->spilled != nullptr) return flushSpilled(local, out);
  if (!local.isLast || output == BuildOutput::kNothing) return Progress::finished();
  if (!local.givesBuildRows) {
    // A thread that opens later, when the input has ended, would be a last one too.
    if (build_->isProbed.exchange(true)) return Progress::finished();
    local.givesBuildRows = true;
  }
  const uint8_t wanted = output == BuildOutput::kMatchedRows ? 1 : 0;
  const auto limit = static_cast<size_t>(task_->options().batchRows);
  local.buildRows.clear();
  RowIndex row = local.nextBuildRow;
  for (; row < build_->numRows && local.buildRows.size() < limit; ++row) {
    if (build_->matched[static_cast<size_t>(row)] == wanted) local.buildRows.push_back(row);
  }
  local.nextBuildRow = row;
  if (local.buildRows.empty()) return Progress::finished();
  RETURN_IF_ERROR(task_->checkCancelled());
  out = JoinOutput(build_->shape, build_->columns, build_->numRows).buildOnly(local.buildRows, output == BuildOutput::kUnmatchedWithNulls);
  out.setPosition(lastPartition_, kFlushSequence);
  return Progress::haveOutput();
}

}  // namespace flint::exec
