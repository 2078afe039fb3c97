#include "exec/script/script_source.h"

#include <algorithm>

#include "columnar/vector_builder.h"
#include "exec/scan/union_source.h"
#include "exec/script/script_process.h"

namespace flint::exec {
namespace {

using columnar::RowIndex;

constexpr RowIndex kRowsABatch = 2048;

}  // namespace

/// One thread's flow: rows in as lines, a process a partition, lines out as rows.
class ScriptSource::Local final : public LocalState {
 public:
  explicit Local(const ScriptSource& source)
      : source_(source), evaluation_(source.values_->makeLocal()), stream_(source.source_, source.input_.operators, source.input_.counters) {}

  Status open(TaskContext& task) {
    task_ = &task;
    return stream_.open(task, nullptr);
  }

  Result<Progress> produce(ColumnarBatch& out) {
    for (;;) {
      RETURN_IF_ERROR(task_->checkCancelled());
      bool moved = false;
      if (process_ != nullptr) {
        ASSIGN_OR_RETURN(moved, process_->advance());
        if (takeRows(out)) return Progress::haveOutput();
        // One that ended early wants no more of its partition.
        if (process_->isDone() && !moved && (inputEnded_ || (hasWaiting_ && waiting_.partition() != partition_))) {
          process_.reset();
          moved = true;
        }
      }
      if (process_ == nullptr && inputEnded_) return Progress::finished();
      WakerPtr below;
      if (!inputEnded_ && (process_ == nullptr || process_->wantsInput())) {
        ASSIGN_OR_RETURN(Progress progress, takeInput());
        if (progress.kind != Progress::Kind::kBlocked) continue;
        below = std::move(progress.waker);
      }
      if (moved) continue;
      auto waker = std::make_shared<Waker>();
      if (below != nullptr) below->onWake([waker] { waker->wake(); });
      if (process_ != nullptr) process_->awaitReady([waker] { waker->wake(); });
      return Progress::blocked(std::move(waker));
    }
  }

 private:
  Result<Progress> takeInput() {
    if (!hasWaiting_) {
      ASSIGN_OR_RETURN(Progress progress, stream_.next(waiting_));
      if (progress.kind == Progress::Kind::kBlocked) return progress;
      if (progress.kind == Progress::Kind::kFinished) {
        inputEnded_ = true;
        if (process_ != nullptr) process_->endInput();
        return progress;
      }
      hasWaiting_ = true;
    }
    if (process_ != nullptr && waiting_.partition() != partition_) {
      process_->endInput();
      return Progress::needInput();
    }
    if (process_ == nullptr) {
      ASSIGN_OR_RETURN(process_, ScriptProcess::start(source_.node_->script));
      if (waiting_.partition() != partition_) sequence_ = 0;
      partition_ = waiting_.partition();
    }
    hasWaiting_ = false;
    const ColumnarBatch batch = std::move(waiting_);
    waiting_ = ColumnarBatch();
    if (process_->isDone()) return Progress::needInput();
    ASSIGN_OR_RETURN(const std::vector<columnar::VectorPtr> columns, source_.values_->evaluate(*evaluation_, batch));
    const plan::ScriptRowFormat& format = source_.node_->inputFormat;
    std::string lines;
    for (const RowIndex row : batch.activeRows()) {
      for (size_t i = 0; i < columns.size(); ++i) {
        if (i > 0) lines += format.fieldDelimiter;
        const Value value = columns[i]->valueAt(row);
        lines += value.isNull() ? format.nullText : value.asString();
      }
      lines += '\n';
    }
    process_->send(lines);
    return Progress::needInput();
  }

  // Whether there were lines to make rows of.
  bool takeRows(ColumnarBatch& out) {
    std::vector<columnar::VectorBuilder> builders;
    const size_t width = source_.node_->results.size();
    for (size_t i = 0; i < width; ++i) builders.emplace_back(DataType::string());
    RowIndex rows = 0;
    std::string_view line;
    while (rows < kRowsABatch && process_->takeLine(line)) {
      addRow(line, builders);
      ++rows;
    }
    if (rows == 0) return false;
    std::vector<columnar::VectorPtr> columns;
    for (columnar::VectorBuilder& builder : builders) columns.push_back(builder.finish());
    out = ColumnarBatch(std::move(columns), rows);
    out.setPosition(partition_, sequence_++);
    return true;
  }

  void addRow(std::string_view line, std::vector<columnar::VectorBuilder>& builders) const {
    const plan::ScriptRowFormat& format = source_.node_->outputFormat;
    // Empty fields at the end are no fields; a key has the whole rest as its value.
    std::string_view rest = line;
    if (!source_.node_->schemaLess && !format.fieldDelimiter.empty()) {
      while (rest.ends_with(format.fieldDelimiter)) rest.remove_suffix(format.fieldDelimiter.size());
    }
    bool more = true;
    for (size_t i = 0; i < builders.size(); ++i) {
      if (!more) {
        builders[i].appendNull();
        continue;
      }
      const bool takesRest = source_.node_->schemaLess && i + 1 == builders.size();
      const size_t end = takesRest || format.fieldDelimiter.empty() ? std::string_view::npos : rest.find(format.fieldDelimiter);
      const std::string_view field = rest.substr(0, end);
      more = end != std::string_view::npos;
      if (more) rest.remove_prefix(end + format.fieldDelimiter.size());
      if (field == format.nullText) {
        builders[i].appendNull();
      } else {
        builders[i].appendString(field);
      }
    }
  }

  const ScriptSource& source_;
  TaskContext* task_ = nullptr;
  const expr::ExpressionEvaluator::LocalPtr evaluation_;
  BatchStream stream_;
  ColumnarBatch waiting_;  // of the next partition, while the script is busy with one
  bool hasWaiting_ = false;
  bool inputEnded_ = false;
  std::unique_ptr<ScriptProcess> process_;
  int32_t partition_ = 0;  // of the process
  int64_t sequence_ = 0;
};

Result<std::shared_ptr<ScriptSource>> ScriptSource::make(std::shared_ptr<const plan::ScriptTransformationExec> node, Pipeline input, const expr::EvaluationOptions& options) {
  std::vector<expr::ExprPtr> bound;
  for (const expr::ExprPtr& column : node->inputs) {
    ASSIGN_OR_RETURN(expr::ExprPtr value, expr::bindReferences(column, node->child->output()));
    bound.push_back(std::move(value));
  }
  ASSIGN_OR_RETURN(auto values, expr::ExpressionEvaluator::make(bound, options));
  return std::shared_ptr<ScriptSource>(new ScriptSource(std::move(node), std::move(input), std::move(values)));
}

Status ScriptSource::start(TaskContext& task) {
  ASSIGN_OR_RETURN(StartedSource started, startSource(input_, task));
  source_ = std::move(started.source);
  numPartitions_ = started.numPartitions;
  oneThread_ = needsOneThread(*source_, input_.operators, nullptr);
  if (!oneThread_) oneThread_ = !givePartitionsWhole();
  return Status::ok();
}

bool ScriptSource::givePartitionsWhole() {
  if (oneThread_) return true;
  const bool keeps = std::none_of(input_.operators.begin(), input_.operators.end(), [](const auto& op) { return op->retags() || op->flushes(); });
  return keeps && source_->givePartitionsWhole();
}

Result<LocalStatePtr> ScriptSource::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>(*this);
  RETURN_IF_ERROR(local->open(task));
  return LocalStatePtr(std::move(local));
}

Result<Progress> ScriptSource::produce(LocalState& local, ColumnarBatch& out) { return static_cast<Local&>(local).produce(out); }

Status lowerScript(const plan::PhysicalPlanPtr& plan, PipelineBuilder& builder) {
  const auto node = std::static_pointer_cast<const plan::ScriptTransformationExec>(plan);
  const expr::EvaluationOptions& options = builder.task().evaluation();
  return builder.lowerInputs({node->child}, [&](std::vector<Pipeline> inputs) -> Result<std::shared_ptr<Source>> {
    ASSIGN_OR_RETURN(std::shared_ptr<ScriptSource> source, ScriptSource::make(node, std::move(inputs[0]), options));
    return std::shared_ptr<Source>(std::move(source));
  });
}

}  // namespace flint::exec
