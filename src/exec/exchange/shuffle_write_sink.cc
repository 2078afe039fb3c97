#include "exec/exchange/shuffle_write_sink.h"

namespace flint::exec {

class ShuffleWriteSink::Local final : public LocalState {
 public:
  std::unique_ptr<shuffle::ShuffleWriter> writer;
  RowRouter::LocalPtr routing;
  int64_t rows = 0;
  std::shared_ptr<Metric> written;
};

Result<LocalStatePtr> ShuffleWriteSink::makeLocal(TaskContext& task) {
  auto local = std::make_unique<Local>();
  std::shared_ptr<io::FileSystem> files = task.options().spillFiles;
  if (files == nullptr) files = io::localFileSystem();
  ASSIGN_OR_RETURN(local->writer, shuffle::ShuffleWriter::make(std::move(files), task.options().spillDirectory, numPartitions_));
  if (router_ != nullptr) local->routing = router_->makeLocal();
  local->written = task.query().metrics().metric(0, "Exchange", "shuffle records written", Metric::Unit::kSum);
  return LocalStatePtr(std::move(local));
}

Result<Progress> ShuffleWriteSink::consume(LocalState& state, const ColumnarBatch& batch) {
  auto& local = static_cast<Local&>(state);
  local.written->add(batch.numSelected());
  if (router_ == nullptr) {
    RETURN_IF_ERROR(local.writer->write(single_, batch));
    return Progress::needInput();
  }
  ASSIGN_OR_RETURN(const std::vector<int32_t> routes, router_->route(*local.routing, batch, local.rows + mapTask_));
  local.rows += batch.numSelected();
  std::vector<columnar::Selection> shares(static_cast<size_t>(numPartitions_));
  const columnar::ActiveRows active = batch.activeRows();
  for (size_t i = 0; i < routes.size(); ++i) shares[static_cast<size_t>(routes[i])].push_back(active[static_cast<columnar::RowIndex>(i)]);
  for (int32_t partition = 0; partition < numPartitions_; ++partition) {
    columnar::Selection& rows = shares[static_cast<size_t>(partition)];
    if (rows.empty()) continue;
    ColumnarBatch share = batch;
    share.setSelection(std::make_shared<const columnar::Selection>(std::move(rows)));
    RETURN_IF_ERROR(local.writer->write(partition, share));
  }
  return Progress::needInput();
}

Status ShuffleWriteSink::combine(LocalState& state) {
  ASSIGN_OR_RETURN(shuffle::MapOutputPtr output, static_cast<Local&>(state).writer->finish());
  shuffle::MapOutputTracker::instance().add(shuffleId_, mapTask_, std::move(output));
  return Status::ok();
}

}  // namespace flint::exec
