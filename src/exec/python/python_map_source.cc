#include "exec/python/python_map_source.h"

#include <algorithm>
#include <deque>
#include <numeric>

#include "columnar/gather.h"
#include "columnar/vector_compare.h"
#include "exec/python/python_accumulators.h"
#include "exec/scan/union_source.h"
#include "pyworker/python_task.h"

namespace flint::exec {
namespace {

using columnar::ActiveRows;
using columnar::BufferPtr;
using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::VectorPtr;
using plan::PythonShape;
using pyworker::PythonTask;

bool isGrouped(PythonShape shape) { return shape == PythonShape::kGroups || shape == PythonShape::kAggregate || shape == PythonShape::kWindow; }
// Whether rows stand beside the results: those of the input, or the keys of groups.
bool isZipped(PythonShape shape) { return shape == PythonShape::kScalar || shape == PythonShape::kAggregate || shape == PythonShape::kWindow; }

// Functions that see an iterator over a partition's batches: a run of the worker for each partition.
bool isByPartition(const plan::PythonMapExec& node) {
  if (node.isBarrier) return false;
  if (node.shape == PythonShape::kTable) return !node.function(0).inOneTask;
  return node.shape == PythonShape::kMap || (node.shape == PythonShape::kScalar && expr::isScalarIterator(node.function(0).function.evalType));
}

// Functions whose rows one thread sends, in order.
// A barrier stage, whose tasks wait for one another, is a single task.
bool isOneTask(const plan::PythonMapExec& node) { return isGrouped(node.shape) || node.isBarrier || (node.shape == PythonShape::kTable && node.function(0).inOneTask); }

// Functions that see batches: one has rows of one partition.
bool seesBatches(const plan::PythonMapExec& node) {
  const expr::PythonEvalType type = node.function(0).function.evalType;
  return node.shape == PythonShape::kScalar && (type == expr::PythonEvalType::kScalarPandas || type == expr::PythonEvalType::kScalarArrow);
}

// Some rows of a flat vector of numbers without nulls, where they lie; null for other vectors.
VectorPtr windowOn(const VectorPtr& vector, RowIndex from, RowIndex count) {
  if (!vector->isFlat() || vector->validity() != nullptr) return nullptr;
  if (vector->type().is(TypeKind::kStruct)) {
    std::vector<VectorPtr> children;
    for (const VectorPtr& child : vector->children()) {
      children.push_back(windowOn(child, from, count));
      if (children.back() == nullptr) return nullptr;
    }
    return ColumnVector::structure(vector->type(), count, nullptr, std::move(children));
  }
  const size_t width = widthOf(vector->physicalType());
  if (vector->physicalType() == PhysicalType::kString || vector->physicalType() == PhysicalType::kList || width == 0) return nullptr;
  const BufferPtr& values = vector->valuesBuffer();
  const size_t start = static_cast<size_t>(from) * width;
  return ColumnVector::flat(vector->type(), count, columnar::Buffer::wrap(values->data() + start, static_cast<size_t>(count) * width, values));
}

std::vector<VectorPtr> slice(const std::vector<VectorPtr>& columns, RowIndex from, RowIndex count) {
  std::vector<RowIndex> rows;
  std::vector<VectorPtr> out;
  out.reserve(columns.size());
  for (const VectorPtr& column : columns) {
    out.push_back(windowOn(column, from, count));
    if (out.back() != nullptr) continue;
    if (rows.empty()) {
      rows.resize(static_cast<size_t>(count));
      std::iota(rows.begin(), rows.end(), from);
    }
    out.back() = columnar::gather(column, rows);
  }
  return out;
}

}  // namespace

/// One thread's flow: rows in, a worker's run at a time, results out.
class PythonMapSource::Local final : public LocalState {
 public:
  explicit Local(const PythonMapSource& source)
      : source_(source), evaluation_(source.arguments_->makeLocal()), writer_(source.run_->fields, source.run_->arrow),
        stream_(source.source_, source.input_.operators, source.input_.counters) {}

  Status open(TaskContext& task) {
    task_ = &task;
    return stream_.open(task, nullptr);
  }
  Result<Progress> produce(ColumnarBatch& out);

 private:
  PythonShape shape() const { return source_.node_->shape; }
  Status startTask(int32_t partition);
  Status endTask();
  // Takes one batch of the pipeline below, or what was left of one.
  Result<Progress> takeInput();
  Status addBatch(const ColumnarBatch& batch);
  Status addGroups(const ColumnarBatch& batch, const ColumnarBatch& columns);
  void sendRows();
  void endGroup();
  bool isNewGroup(const ColumnarBatch& batch, RowIndex row) const;
  // Whether there was a batch to give.
  Result<bool> giveOutput(ColumnarBatch& out);
  Result<bool> giveZipped(ColumnarBatch& out);
  Result<bool> giveTable(ColumnarBatch& out);

  const PythonMapSource& source_;
  TaskContext* task_ = nullptr;
  const expr::ExpressionEvaluator::LocalPtr evaluation_;
  columnar::ArrowIpcWriter writer_;
  BatchStream stream_;
  ColumnarBatch waiting_;  // of the next partition, while the worker is busy with one
  bool hasWaiting_ = false;
  bool inputEnded_ = false;
  std::unique_ptr<PythonTask> run_;
  bool runInputEnded_ = false;
  bool streamOpen_ = false;  // an Arrow stream was begun and not ended
  int32_t partition_ = 0;    // of the run
  int64_t sequence_ = 0;     // of what the functions give
  // Rows that the results belong to, in order: of batches, or keys of groups.
  struct Carried {
    ColumnarBatch rows;
    RowIndex taken = 0;
    int64_t first = 0;  // the place of its first row among those of the run
  };
  std::deque<Carried> carried_;
  std::vector<VectorPtr> results_;  // of the batch that the worker gave last
  RowIndex numResults_ = 0;
  RowIndex resultsTaken_ = 0;
  int64_t rowsSent_ = 0;  // of the run
  int32_t batchPartition_ = 0;  // of the rows added last
  // The group at hand.
  bool inGroup_ = false;
  std::vector<VectorPtr> groupKeys_;
  RowIndex groupRow_ = 0;
};

Status PythonMapSource::Local::startTask(int32_t partition) {
  pyworker::TaskHeader header = source_.run_->header;
  header.partition = partition;
  ASSIGN_OR_RETURN(run_, PythonTask::start(source_.run_->environment, header));
  runInputEnded_ = false;
  streamOpen_ = false;
  rowsSent_ = 0;
  if (partition != partition_) sequence_ = 0;
  partition_ = partition;
  if (!isGrouped(shape())) {
    run_->send(writer_.schemaMessage());
    streamOpen_ = true;
  }
  return Status::ok();
}

void PythonMapSource::Local::sendRows() {
  if (writer_.numRows() == 0) return;
  writer_.reuse(run_->takeSpare());
  run_->send(writer_.finishBatch());
}

Status PythonMapSource::Local::endTask() {
  if (isGrouped(shape())) {
    endGroup();
    std::string none;
    pyworker::appendInt(none, 0);
    run_->send(std::move(none));
  } else {
    sendRows();
    run_->send(columnar::ArrowIpcWriter::endOfStream());
  }
  run_->endInput();
  runInputEnded_ = true;
  return Status::ok();
}

void PythonMapSource::Local::endGroup() {
  if (!inGroup_) return;
  sendRows();
  run_->send(columnar::ArrowIpcWriter::endOfStream());
  inGroup_ = false;
}

bool PythonMapSource::Local::isNewGroup(const ColumnarBatch& batch, RowIndex row) const {
  if (!inGroup_) return true;
  for (size_t i = 0; i < source_.keys_.size(); ++i) {
    const VectorPtr& key = batch.column(static_cast<size_t>(source_.keys_[i]));
    if (columnar::compareValues(*groupKeys_[i], groupRow_, *key, row) != 0) return true;
  }
  return false;
}

Status PythonMapSource::Local::addGroups(const ColumnarBatch& batch, const ColumnarBatch& columns) {
  const ActiveRows active = batch.activeRows();
  std::vector<RowIndex> starts;
  RowIndex from = 0;
  const RowIndex count = batch.numSelected();
  for (RowIndex i = 0; i <= count; ++i) {
    const bool begins = i < count && isNewGroup(batch, active[i]);
    const bool full = writer_.numRows() + (i - from) >= source_.run_->maxRecordsPerBatch;
    if (i == count || begins || full) {
      writer_.add(columns, from, i - from);
      from = i;
      if (full) sendRows();
    }
    if (!begins) continue;
    endGroup();
    std::string one;
    pyworker::appendInt(one, 1);
    run_->send(one + writer_.schemaMessage());
    inGroup_ = true;
    groupRow_ = active[i];
    groupKeys_.clear();
    for (const int32_t key : source_.keys_) groupKeys_.push_back(batch.column(static_cast<size_t>(key)));
    starts.push_back(active[i]);
  }
  if (shape() != PythonShape::kAggregate || starts.empty()) return Status::ok();
  std::vector<VectorPtr> keys;
  for (const int32_t key : source_.keys_) keys.push_back(columnar::gather(batch.column(static_cast<size_t>(key)), starts));
  ColumnarBatch rows(std::move(keys), static_cast<RowIndex>(starts.size()));
  rows.setPosition(batch.partition(), batch.sequence());
  carried_.push_back({std::move(rows)});
  return Status::ok();
}

Status PythonMapSource::Local::addBatch(const ColumnarBatch& batch) {
  ASSIGN_OR_RETURN(std::vector<VectorPtr> arguments, source_.arguments_->evaluate(*evaluation_, batch));
  const ColumnarBatch columns = toWorkerColumns(*source_.run_, batch, std::move(arguments));
  if (shape() == PythonShape::kScalar || shape() == PythonShape::kWindow) carried_.push_back({columnar::compact(batch)});
  if (isGrouped(shape())) return addGroups(batch, columns);
  if (!source_.passed_.empty()) {
    std::vector<VectorPtr> passed;
    for (const int32_t column : source_.passed_) passed.push_back(batch.column(static_cast<size_t>(column)));
    carried_.push_back({columnar::compact(batch.withColumns(std::move(passed))), 0, rowsSent_});
  }
  if (batch.partition() != batchPartition_ && seesBatches(*source_.node_)) sendRows();
  batchPartition_ = batch.partition();
  rowsSent_ += batch.numSelected();
  const int64_t most = source_.run_->maxRecordsPerBatch;
  for (RowIndex from = 0; from < batch.numSelected();) {
    const auto count = static_cast<RowIndex>(std::min<int64_t>(batch.numSelected() - from, most - writer_.numRows()));
    writer_.add(columns, from, count);
    from += count;
    if (writer_.numRows() >= most) sendRows();
  }
  return Status::ok();
}

Result<Progress> PythonMapSource::Local::takeInput() {
  if (!hasWaiting_) {
    ASSIGN_OR_RETURN(Progress progress, stream_.next(waiting_));
    if (progress.kind == Progress::Kind::kBlocked) return progress;
    if (progress.kind == Progress::Kind::kFinished) {
      inputEnded_ = true;
      // Functions over all rows are called for none, too.
      if (run_ == nullptr && shape() == PythonShape::kAggregate && source_.keys_.empty() && carried_.empty()) {
        RETURN_IF_ERROR(startTask(0));
        std::string one;
        pyworker::appendInt(one, 1);
        run_->send(one + writer_.schemaMessage());
        inGroup_ = true;
        carried_.push_back({ColumnarBatch({}, 1)});
      }
      if (run_ != nullptr && !runInputEnded_) RETURN_IF_ERROR(endTask());
      return progress;
    }
    hasWaiting_ = true;
  }
  if (run_ != nullptr && isByPartition(*source_.node_) && waiting_.partition() != partition_) {
    if (!runInputEnded_) RETURN_IF_ERROR(endTask());
    return Progress::needInput();
  }
  if (run_ == nullptr) RETURN_IF_ERROR(startTask(isOneTask(*source_.node_) ? 0 : waiting_.partition()));
  hasWaiting_ = false;
  const ColumnarBatch batch = std::move(waiting_);
  waiting_ = ColumnarBatch();
  // A function that has returned wants no more of its partition.
  if (!run_->isDone()) RETURN_IF_ERROR(addBatch(batch));
  return Progress::needInput();
}

Result<bool> PythonMapSource::Local::giveZipped(ColumnarBatch& out) {
  while (!carried_.empty() && carried_.front().rows.numRows() == carried_.front().taken) carried_.pop_front();
  if (carried_.empty()) return internalError("a Python worker gave more rows than it got");
  Carried& carried = carried_.front();
  const RowIndex count = std::min(numResults_ - resultsTaken_, carried.rows.numRows() - carried.taken);
  const bool allRows = carried.taken == 0 && count == carried.rows.numRows();
  std::vector<VectorPtr> columns = allRows ? carried.rows.columns() : slice(carried.rows.columns(), carried.taken, count);
  std::vector<VectorPtr> results = count == numResults_ ? results_ : slice(results_, resultsTaken_, count);
  columns.insert(columns.end(), results.begin(), results.end());
  out = ColumnarBatch(std::move(columns), count);
  out.setPosition(carried.rows.partition(), carried.rows.sequence());
  resultsTaken_ += count;
  carried.taken += count;
  if (carried.taken == carried.rows.numRows()) carried_.pop_front();
  return true;
}

Result<bool> PythonMapSource::Local::giveTable(ColumnarBatch& out) {
  const auto place = [&](RowIndex row) { return results_.back()->valueAt(row).asInteger(); };
  const int64_t first = place(resultsTaken_);
  while (carried_.size() > 1 && carried_[1].first <= first) carried_.pop_front();
  if (carried_.empty() || first < carried_[0].first || first >= rowsSent_) return internalError("a Python worker gave rows for a row that it did not get");
  const Carried& carried = carried_[0];
  const int64_t end = carried.first + carried.rows.numRows();
  std::vector<RowIndex> rows;
  for (RowIndex i = resultsTaken_; i < numResults_; ++i) {
    const int64_t at = place(i);
    if (at < carried.first || at >= end) break;
    rows.push_back(static_cast<RowIndex>(at - carried.first));
  }
  const auto count = static_cast<RowIndex>(rows.size());
  if (count == 0) return internalError("a Python worker gave rows in no order");
  std::vector<VectorPtr> columns;
  for (const VectorPtr& column : carried.rows.columns()) columns.push_back(columnar::gather(column, rows));
  std::vector<VectorPtr> results = slice(results_, resultsTaken_, count);
  columns.insert(columns.end(), results.begin(), std::prev(results.end()));
  out = ColumnarBatch(std::move(columns), count);
  out.setPosition(partition_, sequence_++);
  resultsTaken_ += count;
  return true;
}

Result<bool> PythonMapSource::Local::giveOutput(ColumnarBatch& out) {
  for (;;) {
    if (resultsTaken_ < numResults_) {
      if (isZipped(shape())) return giveZipped(out);
      if (!source_.passed_.empty()) return giveTable(out);
      if (shape() == PythonShape::kTable) results_.pop_back();
      out = ColumnarBatch(results_, numResults_);
      out.setPosition(partition_, sequence_++);
      resultsTaken_ = numResults_;
      return true;
    }
    results_.clear();
    numResults_ = resultsTaken_ = 0;
    ColumnarBatch given;
    if (run_ == nullptr || !run_->takeOutput(given)) return false;
    ASSIGN_OR_RETURN(results_, fromWorkerColumns(*source_.run_, given, !isZipped(shape()) && shape() != PythonShape::kTable));
    numResults_ = given.numRows();
  }
}

Result<Progress> PythonMapSource::Local::produce(ColumnarBatch& out) {
  for (;;) {
    RETURN_IF_ERROR(task_->checkCancelled());
    ASSIGN_OR_RETURN(const bool given, giveOutput(out));
    if (given) return Progress::haveOutput();
    bool moved = false;
    if (run_ != nullptr) {
      ASSIGN_OR_RETURN(moved, run_->advance());
      if (run_->isDone() && runInputEnded_ && !moved) {
        if (isZipped(shape()) && std::any_of(carried_.begin(), carried_.end(), [](const Carried& each) { return each.taken < each.rows.numRows(); })) {
          return internalError("a Python worker gave fewer rows than it got");
        }
        carried_.clear();
        RETURN_IF_ERROR(PythonAccumulators::add(*task_, run_->takeAccumulators()));
        run_.reset();
        moved = true;
      }
    }
    if (run_ == nullptr && inputEnded_) return Progress::finished();
    WakerPtr below;
    const bool takes = !inputEnded_ && (run_ == nullptr || run_->isDone() || (run_->wantsInput() && !runInputEnded_));
    if (takes) {
      ASSIGN_OR_RETURN(Progress progress, takeInput());
      if (progress.kind != Progress::Kind::kBlocked) continue;
      below = std::move(progress.waker);
    }
    if (moved) continue;
    auto waker = std::make_shared<Waker>();
    const bool inputMayCome = below != nullptr;
    if (inputMayCome) below->onWake([waker] { waker->wake(); });
    if (run_ != nullptr && !run_->isDone()) run_->awaitReady([waker] { waker->wake(); }, inputMayCome);
    return Progress::blocked(std::move(waker));
  }
}

Result<std::shared_ptr<PythonMapSource>> PythonMapSource::make(std::shared_ptr<const plan::PythonMapExec> node, std::shared_ptr<const PythonRun> run,
                                                               std::vector<int32_t> keys, std::vector<int32_t> passed, Pipeline input,
                                                               const expr::EvaluationOptions& options) {
  ASSIGN_OR_RETURN(auto arguments, expr::ExpressionEvaluator::make(run->arguments, options));
  return std::shared_ptr<PythonMapSource>(
      new PythonMapSource(std::move(node), std::move(run), std::move(keys), std::move(passed), std::move(input), std::move(arguments)));
}

Status PythonMapSource::start(TaskContext& task) {
  ASSIGN_OR_RETURN(StartedSource started, startSource(input_, task));
  source_ = std::move(started.source);
  numPartitions_ = isOneTask(*node_) ? 1 : started.numPartitions;
  oneThread_ = isOneTask(*node_) || needsOneThread(*source_, input_.operators, nullptr);
  if (!oneThread_ && isByPartition(*node_)) oneThread_ = !givePartitionsWhole();
  return Status::ok();
}

bool PythonMapSource::givePartitionsWhole() {
  if (oneThread_) return true;
  const bool keeps = std::none_of(input_.operators.begin(), input_.operators.end(), [](const auto& op) { return op->retags() || op->flushes(); });
  return keeps && source_->givePartitionsWhole();
}

Result<LocalStatePtr> PythonMapSource::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>(*this);
  RETURN_IF_ERROR(local->open(task));
  return LocalStatePtr(std::move(local));
}

Result<Progress> PythonMapSource::produce(LocalState& local, ColumnarBatch& out) { return static_cast<Local&>(local).produce(out); }

}  // namespace flint::exec
