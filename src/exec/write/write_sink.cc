#include "exec/write/write_sink.h"

namespace flint::exec {

class WriteSink::Local final : public LocalState {
 public:
  ~Local() override {
    if (writer != nullptr) writer->abort();
  }
  Status open(const connector::BatchWrite& write, int32_t next) {
    RETURN_IF_ERROR(commit());
    partition = next;
    ASSIGN_OR_RETURN(writer, write.makeWriter(partition, 0));
    return Status::ok();
  }
  Status commit() {
    if (writer == nullptr) return Status::ok();
    ASSIGN_OR_RETURN(std::string committed, writer->commit());
    writer.reset();
    task->query().addTaskCommit(partition, std::move(committed));
    return Status::ok();
  }
  TaskContext* task = nullptr;
  std::unique_ptr<connector::DataWriter> writer;
  int32_t partition = -1;
  std::shared_ptr<Metric> rows;
};

Result<LocalStatePtr> WriteSink::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>();
  ++writing_;
  local->task = &task;
  local->rows = task.query().metrics().metric(0, "WriteFiles", "number of written rows", Metric::Unit::kSum);
  return LocalStatePtr(std::move(local));
}

Result<Progress> WriteSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  if (local.writer == nullptr || local.partition != batch.partition()) RETURN_IF_ERROR(local.open(*write_, batch.partition()));
  RETURN_IF_ERROR(local.writer->write(batch));
  local.rows->add(batch.numSelected());
  return Progress::needInput();
}

Status WriteSink::combine(LocalState& state) {
  auto& local = static_cast<Local&>(state);
  if (local.writer != nullptr) wroteAny_.store(true);
  const bool last = --writing_ == 0;
  if (last && !wroteAny_.load() && local.task->partition <= 0) RETURN_IF_ERROR(local.open(*write_, 0));
  return local.commit();
}

Result<std::unique_ptr<Source>> WriteSink::makeSource() { return std::unique_ptr<Source>(std::make_unique<EmptySource>()); }

Result<LocalStatePtr> EmptySource::makeLocal(TaskContext&) { return std::make_unique<LocalState>(); }
Result<Progress> EmptySource::produce(LocalState&, ColumnarBatch&) { return Progress::finished(); }

}  // namespace flint::exec
