#include "exec/sort/take_ordered_sink.h"

#include <algorithm>
#include <atomic>

#include "exec/scan/local_table_source.h"
#include "exec/sort/sort_runs.h"

namespace flint::exec {
namespace {

using columnar::RowIndex;
using columnar::Selection;
using columnar::SortKeyLayout;
using columnar::VectorPtr;

constexpr int64_t kFloorBytes = 1 << 20;  // a run of less is not worth its file
constexpr size_t kSlackRows = 8 * 2048;  // kept beyond the limit before the rest is cut off

}  // namespace

struct TakeOrderedSink::Kept {
  std::vector<SortChunk> chunks;
  size_t numRows = 0;
  int64_t bytes = 0;
  bool hasWorst = false;  // `limit` rows are there; what follows is the last of them
  std::vector<std::byte> worstKeys;
  std::vector<VectorPtr> worstColumns;
  RowIndex worstRow = 0;
};

struct TakeOrderedSink::Local : LocalState {
  expr::ExpressionEvaluator::LocalPtr keys;
  std::unique_ptr<memory::Reservation> reservation;
  Kept kept;
};

// Gives the rows, sorted and projected.
class TakeOrderedSink::KeptSource final : public Source {
 public:
  KeptSource(std::shared_ptr<const Plan> plan, std::unique_ptr<SortedRows> rows, std::vector<std::unique_ptr<memory::Reservation>> reservations,
             std::shared_ptr<TaskContext> task)
      : plan_(std::move(plan)), rows_(std::move(rows)), reservations_(std::move(reservations)), task_(std::move(task)) {
    end_ = std::min(rows_->numRows(), static_cast<size_t>(plan_->limit));
    next_ = std::min(end_, static_cast<size_t>(plan_->offset));
  }
  Result<LocalStatePtr> makeLocal(TaskContext&) override { return std::make_unique<LocalState>(); }
  Result<Progress> produce(LocalState&, ColumnarBatch& out) override {
    const std::lock_guard lock(mutex_);
    if (next_ == end_) return Progress::finished();
    const size_t end = std::min(end_, next_ + static_cast<size_t>(task_->options().batchRows));
    const ColumnarBatch sorted(rows_->columns(next_, end), static_cast<RowIndex>(end - next_));
    const auto project = plan_->project->makeLocal();
    ASSIGN_OR_RETURN(auto columns, plan_->project->evaluate(*project, sorted));
    out = sorted.withColumns(std::move(columns));
    out.setPosition(0, static_cast<int64_t>(next_));
    next_ = end;
    return Progress::haveOutput();
  }
  int32_t maxThreads() const override { return 1; }

 private:
  const std::shared_ptr<const Plan> plan_;
  const std::unique_ptr<SortedRows> rows_;
  const std::vector<std::unique_ptr<memory::Reservation>> reservations_;
  const std::shared_ptr<TaskContext> task_;
  std::mutex mutex_;
  size_t next_;  // guarded by mutex_
  size_t end_;
};

// Gives the first rows of sorted runs on disk, projected.
class TakeOrderedSink::MergedSource final : public Source {
 public:
  MergedSource(std::shared_ptr<const Plan> plan, std::vector<SpillFilePtr> runs, std::shared_ptr<TaskContext> task)
      : plan_(std::move(plan)), merged_(std::shared_ptr<const SortOrderKeys>(plan_, &plan_->order), plan_->types, std::move(runs), false, 1, std::move(task)) {}
  Result<LocalStatePtr> makeLocal(TaskContext& task) override { return merged_.makeLocal(task); }
  Result<Progress> produce(LocalState& local, ColumnarBatch& out) override {
    while (next_ < plan_->limit) {
      ColumnarBatch sorted;
      ASSIGN_OR_RETURN(const Progress progress, merged_.produce(local, sorted));
      if (progress.kind != Progress::Kind::kHaveOutput) return progress;
      const int64_t begin = next_;
      next_ += sorted.numRows();
      const int64_t first = std::max(plan_->offset, begin);
      const int64_t end = std::min(plan_->limit, next_);
      if (first >= end) continue;
      sorted = sliceBatch(sorted, static_cast<RowIndex>(first - begin), static_cast<RowIndex>(end - first));
      const auto project = plan_->project->makeLocal();
      ASSIGN_OR_RETURN(auto columns, plan_->project->evaluate(*project, sorted));
      out = sorted.withColumns(std::move(columns));
      out.setPosition(0, first);
      return Progress::haveOutput();
    }
    return Progress::finished();
  }
  int32_t maxThreads() const override { return 1; }

 private:
  const std::shared_ptr<const Plan> plan_;
  SortedRunsSource merged_;
  int64_t next_ = 0;  // rows that were merged
};

TakeOrderedSink::TakeOrderedSink(Plan plan, std::shared_ptr<TaskContext> task)
    : plan_(std::make_shared<const Plan>(std::move(plan))), task_(std::move(task)) {}

Result<LocalStatePtr> TakeOrderedSink::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>();
  local->keys = plan_->order.values->makeLocal();
  local->reservation = task.makeReservation("TakeOrdered");
  return LocalStatePtr(std::move(local));
}

Selection TakeOrderedSink::notAfterWorst(const Kept& kept, const SortChunk& chunk) const {
  const SortKeyLayout& layout = plan_->order.layout;
  const uint64_t worst = SortKeyLayout::prefix(kept.worstKeys.data());
  Selection rows;
  for (RowIndex row = 0; row < chunk.rows.numRows(); ++row) {
    const std::byte* bytes = chunk.keys.data() + static_cast<size_t>(row) * layout.width();
    const uint64_t prefix = SortKeyLayout::prefix(bytes);
    if (layout.prefixDecides() && prefix != worst) {
      if (prefix < worst) rows.push_back(row);
    } else if (layout.compare({bytes, chunk.keyColumns, row}, {kept.worstKeys.data(), kept.worstColumns, kept.worstRow}) <= 0) {
      // An equal row may come earlier in the order of positions.
      rows.push_back(row);
    }
  }
  return rows;
}

// Sorts what is kept and drops all but the first `limit` rows, chunk by chunk, so that each keeps its position.
void TakeOrderedSink::cut(Kept& kept) const {
  const SortKeyLayout& layout = plan_->order.layout;
  const auto limit = static_cast<size_t>(plan_->limit);
  struct Candidate {
    uint64_t prefix;
    uint32_t chunk;
    RowIndex row;
  };
  std::vector<Candidate> candidates;
  candidates.reserve(kept.numRows);
  for (size_t c = 0; c < kept.chunks.size(); ++c) {
    const std::byte* bytes = kept.chunks[c].keys.data();
    for (RowIndex row = 0; row < kept.chunks[c].rows.numRows(); ++row, bytes += layout.width()) {
      candidates.push_back({SortKeyLayout::prefix(bytes), static_cast<uint32_t>(c), row});
    }
  }
  const auto placeOf = [&](const Candidate& candidate) {
    const SortChunk& chunk = kept.chunks[candidate.chunk];
    return SortKeyLayout::Place{chunk.keys.data() + static_cast<size_t>(candidate.row) * layout.width(), chunk.keyColumns, candidate.row};
  };
  const auto isBefore = [&](const Candidate& a, const Candidate& b) {
    if (a.prefix != b.prefix && layout.prefixDecides()) return a.prefix < b.prefix;
    const int order = layout.compare(placeOf(a), placeOf(b));
    if (order != 0) return order < 0;
    const ColumnarBatch& x = kept.chunks[a.chunk].rows;
    const ColumnarBatch& y = kept.chunks[b.chunk].rows;
    return std::tuple(x.partition(), x.sequence(), a.row) < std::tuple(y.partition(), y.sequence(), b.row);
  };
  if (candidates.size() <= limit || limit == 0) return;
  std::nth_element(candidates.begin(), candidates.begin() + static_cast<ptrdiff_t>(limit) - 1, candidates.end(), isBefore);
  const SortKeyLayout::Place worst = placeOf(candidates[limit - 1]);
  kept.worstKeys.assign(worst.bytes, worst.bytes + layout.width());
  kept.worstColumns.assign(worst.columns.begin(), worst.columns.end());
  kept.worstRow = worst.row;
  kept.hasWorst = true;
  std::vector<Selection> rows(kept.chunks.size());
  for (size_t i = 0; i < limit; ++i) rows[candidates[i].chunk].push_back(candidates[i].row);
  std::vector<SortChunk> cutChunks;
  kept.bytes = 0;
  for (size_t c = 0; c < rows.size(); ++c) {
    if (rows[c].empty()) continue;
    std::sort(rows[c].begin(), rows[c].end());
    const bool isWhole = static_cast<RowIndex>(rows[c].size()) == kept.chunks[c].rows.numRows();
    cutChunks.push_back(isWhole ? std::move(kept.chunks[c]) : pickRows(kept.chunks[c], rows[c], layout.width()));
    kept.bytes += bytesOf(cutChunks.back());
  }
  kept.chunks = std::move(cutChunks);
  kept.numRows = limit;
}

Result<Progress> TakeOrderedSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (batch.isEmpty()) return Progress::needInput();
  if (plan_->limit <= plan_->offset) return Progress::finished();
  ASSIGN_OR_RETURN(SortChunk chunk, makeSortChunk(plan_->order, *local.keys, batch));
  Kept& kept = local.kept;
  if (kept.hasWorst) {
    const Selection rows = notAfterWorst(kept, chunk);
    if (rows.empty()) return Progress::needInput();
    if (static_cast<RowIndex>(rows.size()) < chunk.rows.numRows()) chunk = pickRows(chunk, rows, plan_->order.layout.width());
  }
  kept.numRows += static_cast<size_t>(chunk.rows.numRows());
  kept.bytes += bytesOf(chunk);
  kept.chunks.push_back(std::move(chunk));
  const auto limit = static_cast<size_t>(plan_->limit);
  if (kept.numRows > limit + std::max(limit, kept.hasWorst ? kSlackRows : size_t{2048})) cut(kept);
  memory::Reservation& reservation = *local.reservation;
  const int64_t threshold = task_->options().spillThresholdBytes;
  const auto isAsked = [&] { return reservation.spillRequested() || (threshold > 0 && kept.bytes > threshold); };
  if (isAsked() || !reservation.tryResize(kept.bytes)) {
    cut(kept);
    if (isAsked() || (kept.bytes > kFloorBytes && !reservation.tryResize(kept.bytes))) {
      RETURN_IF_ERROR(spill(kept));
      reservation.spillDone();
    }
    if (!reservation.tryResize(kept.bytes)) reservation.growFloor(kept.bytes - reservation.bytes());
  }
  reservation.setRevocable(kept.bytes);
  return Progress::needInput();
}

// Writes out what is kept. The worst row stays known: as many rows as the limit says go before it, wherever they are.
Status TakeOrderedSink::spill(Kept& kept) {
  ASSIGN_OR_RETURN(SpillFilePtr run, writeSortRun(plan_->order, plan_->types, std::move(kept.chunks), false, task_->query()));
  kept.chunks.clear();
  kept.numRows = 0;
  kept.bytes = 0;
  const std::lock_guard lock(mutex_);
  runs_.push_back(std::move(run));
  return Status::ok();
}

Status TakeOrderedSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  cut(local.kept);
  local.reservation->setRevocable(0);
  const std::lock_guard lock(mutex_);
  chunks_.insert(chunks_.end(), std::make_move_iterator(local.kept.chunks.begin()), std::make_move_iterator(local.kept.chunks.end()));
  local.kept = Kept();
  reservations_.push_back(std::move(local.reservation));
  return Status::ok();
}

Result<std::unique_ptr<Source>> TakeOrderedSink::makeSource() {
  if (!runs_.empty()) {
    Kept rest;
    rest.chunks = std::move(chunks_);
    if (!rest.chunks.empty()) RETURN_IF_ERROR(spill(rest));
    reservations_.clear();
    return std::unique_ptr<Source>(std::make_unique<MergedSource>(plan_, std::move(runs_), task_));
  }
  auto rows = std::make_unique<SortedRows>(plan_->order, plan_->types);
  rows->prepare(std::move(chunks_), 1, false);
  for (int32_t part = 0; part < rows->numParts(); ++part) rows->sortPart(part);
  for (int32_t column = 0; column < rows->numColumns(); ++column) rows->concatenateColumn(column);
  rows->finish();
  rows->dropKeys();
  return std::unique_ptr<Source>(std::make_unique<KeptSource>(plan_, std::move(rows), std::move(reservations_), task_));
}

}  // namespace flint::exec
