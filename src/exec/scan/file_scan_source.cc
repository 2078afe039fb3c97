#include "exec/scan/file_scan_source.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "exec/order_tracker.h"
#include "exec/scan/scan_progress.h"
#include "expr/expression_evaluator.h"

namespace flint::exec {

class FileScanSource::Local final : public LocalState {
 public:
  std::unique_ptr<connector::MorselReader> reader;
  connector::Morsel morsel;
  std::vector<connector::Morsel> queue;  // the rest of its partition, where partitions are given whole
  size_t taken = 0;
  bool open = false;
  int64_t sequence = 0;  // of the next batch
  int64_t bytesSeen = 0;
};

Result<std::shared_ptr<FileScanSource>> FileScanSource::make(std::shared_ptr<const plan::FileSourceScanExec> node, TaskContext& task) {
  connector::ScanRequest request;
  const StructFields& schema = node->table->schema();
  for (const expr::AttributePtr& attribute : node->attributes) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const StructField& field) { return field.name == attribute->name; });
    auto position = static_cast<int32_t>(found - schema.begin());
    if (found == schema.end()) {
      // Hidden columns follow the schema's.
      const StructFields hidden = node->table->metadataColumns();
      const auto hiddenOne = std::find_if(hidden.begin(), hidden.end(), [&](const StructField& field) { return field.name == attribute->name; });
      if (hiddenOne == hidden.end()) return internalError("the scanned table has no column " + attribute->name);
      position += static_cast<int32_t>(hiddenOne - hidden.begin());
    }
    request.columns.push_back(position);
    request.columnTypes.push_back(attribute->type);
  }
  for (const expr::ExprPtr& filter : node->filters) {
    ASSIGN_OR_RETURN(expr::ExprPtr bound, expr::bindReferences(filter, node->attributes));
    request.filters.push_back(std::move(bound));
  }
  request.limit = node->limit;
  request.options = &task.evaluation();
  if (task.partition < 0) request.shared = task.query().sharedReads();
  ASSIGN_OR_RETURN(connector::ScanPtr scan, node->table->scan(request, task.options().splits));
  return std::shared_ptr<FileScanSource>(new FileScanSource(std::move(node), std::move(scan)));
}

std::vector<expr::ExprPtr> FileScanSource::enforcedFilters() const {
  std::vector<expr::ExprPtr> out;
  const std::vector<bool> enforced = scan_->enforcedFilters();
  for (size_t i = 0; i < std::min(enforced.size(), node_->filters.size()); ++i) {
    if (enforced[i]) out.push_back(node_->filters[i]);
  }
  return out;
}

Status FileScanSource::start(TaskContext& task) {
  for (const plan::DynamicFilterTarget& target : node_->dynamicFilters) {
    connector::DynamicFilterPtr filter = task.query().findDynamicFilter(target.filterId);
    if (filter == nullptr) continue;
    for (size_t i = 0; i < node_->attributes.size(); ++i) {
      if (node_->attributes[i]->id == target.column->id) dynamicFilters_.emplace_back(static_cast<int32_t>(i), filter);
    }
  }
  QueryMetrics& metrics = task.query().metrics();
  bytesRead_ = metrics.metric(node_->nodeId(), node_->nodeName(), "size of files read", Metric::Unit::kSize);
  scanTime_ = metrics.metric(node_->nodeId(), node_->nodeName(), "scan time", Metric::Unit::kNanos);
  metrics.metric(node_->nodeId(), node_->nodeName(), "number of files read", Metric::Unit::kSum)->add(static_cast<int64_t>(node_->table->inputFiles().size()));
  nextPartition_ = task.partition >= 0 ? task.partition : 0;
  endPartition_ = task.partition >= 0 ? std::min(task.partition + 1, scan_->numPartitions()) : scan_->numPartitions();
  const std::lock_guard lock(mutex_);
  splits_ = metrics.metric(node_->nodeId(), node_->nodeName(), kNumSplits, Metric::Unit::kSum);
  splitsRead_ = metrics.metric(node_->nodeId(), node_->nodeName(), kNumSplitsRead, Metric::Unit::kSum);
  splits_->add(std::max(0, endPartition_ - nextPartition_));
  RETURN_IF_ERROR(fillQueue());
  const auto left = static_cast<size_t>(std::max(0, endPartition_ - nextPartition_));
  maxThreads_ = static_cast<int32_t>(std::clamp<size_t>(queue_.size() + left, 1, 1024));
  return Status::ok();
}

Status FileScanSource::fillQueue() {
  while (taken_ == queue_.size() && nextPartition_ < endPartition_) {
    ASSIGN_OR_RETURN(queue_, scan_->morsels(nextPartition_++));
    taken_ = 0;
    splits_->add(static_cast<int64_t>(queue_.size()) - 1);  // the partition counted as one
  }
  return Status::ok();
}

bool FileScanSource::givePartitionsWhole() {
  const std::lock_guard lock(mutex_);
  wholePartitions_ = true;
  maxThreads_ = std::max(1, endPartition_ - nextPartition_ + (taken_ < queue_.size() ? 1 : 0));
  return true;
}

Result<bool> FileScanSource::takeMorsel(Local& local) {
  if (local.taken == local.queue.size()) {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(fillQueue());
    if (taken_ == queue_.size()) return false;
    local.queue.clear();
    local.taken = 0;
    if (wholePartitions_) {
      local.queue = std::exchange(queue_, {});
      taken_ = 0;
    } else {
      local.queue.push_back(std::move(queue_[taken_++]));
    }
  }
  local.morsel = std::move(local.queue[local.taken++]);
  if (local.position != nullptr) local.position->advance(local.morsel.partition, local.morsel.sequence);
  return true;
}

Result<LocalStatePtr> FileScanSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> FileScanSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  const auto begin = std::chrono::steady_clock::now();
  for (;;) {
    if (!local.open) {
      ASSIGN_OR_RETURN(const bool taken, takeMorsel(local));
      if (!taken) return Progress::finished();
      if (local.reader == nullptr) {
        ASSIGN_OR_RETURN(local.reader, scan_->makeReader());
        for (const auto& [column, filter] : dynamicFilters_) local.reader->addDynamicFilter(column, filter);
      }
      RETURN_IF_ERROR(local.reader->open(local.morsel));
      local.sequence = local.morsel.sequence;
      local.open = true;
    }
    ASSIGN_OR_RETURN(const bool more, local.reader->next(out));
    if (more) {
      out.setPosition(local.morsel.partition, local.sequence);
      local.sequence += std::max<int64_t>(local.morsel.sequenceStep, 0);
      scanTime_->add(std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - begin).count());
      return Progress::haveOutput();
    }
    local.open = false;
    splitsRead_->add(1);
    const int64_t bytes = local.reader->bytesRead();
    bytesRead_->add(bytes - local.bytesSeen);
    local.bytesSeen = bytes;
  }
}

}  // namespace flint::exec
