#include "exec/exchange/shuffle_read_source.h"

#include "exec/order_tracker.h"

namespace flint::exec {
namespace {

int32_t writtenPartitions(const std::vector<shuffle::MapOutputPtr>& outputs) {
  int32_t most = 0;
  for (const shuffle::MapOutputPtr& output : outputs) most = std::max(most, static_cast<int32_t>(output->partitions.size()));
  return most;
}

bool keepsPartitions(const plan::ShuffleReadExec& node) { return node.partitioning.kind == plan::Partitioning::Kind::kUnknown; }

int32_t partitionsOf(const plan::ShuffleReadExec& node, int32_t written) {
  if (node.partitioning.kind == plan::Partitioning::Kind::kBroadcast || node.partitioning.kind == plan::Partitioning::Kind::kSingle) return 1;
  if (node.partitioning.numPartitions <= 0) return std::max(1, written);
  return std::max(1, keepsPartitions(node) ? std::min(node.partitioning.numPartitions, written) : node.partitioning.numPartitions);
}

}  // namespace

class ShuffleReadSource::Local final : public LocalState {
 public:
  std::unique_ptr<shuffle::ShuffleReader> reader;
  Read read{0, 0, 0};
  int64_t sequence = 0;
};

Result<int32_t> shuffleReadPartitions(const plan::ShuffleReadExec& node) {
  ASSIGN_OR_RETURN(const auto outputs, shuffle::MapOutputTracker::instance().outputs(node.shuffleId));
  return partitionsOf(node, writtenPartitions(outputs));
}

Status ShuffleReadSource::start(TaskContext& task) {
  for (const expr::AttributePtr& attribute : node_->attributes) types_.push_back(attribute->dataType());
  ASSIGN_OR_RETURN(outputs_, shuffle::MapOutputTracker::instance().outputs(node_->shuffleId));
  const int32_t written = writtenPartitions(outputs_);
  numPartitions_ = partitionsOf(*node_, written);
  const bool all = node_->partitioning.kind == plan::Partitioning::Kind::kBroadcast || task.partition < 0;
  for (int32_t partition = 0; partition < numPartitions_; ++partition) {
    if (!all && task.partition != partition) continue;
    Read read{partition, partition, std::min(partition + 1, written)};
    if (keepsPartitions(*node_)) {
      read.begin = static_cast<int32_t>(static_cast<int64_t>(partition) * written / numPartitions_);
      read.end = static_cast<int32_t>(static_cast<int64_t>(partition + 1) * written / numPartitions_);
    }
    reads_.push_back(read);
  }
  return Status::ok();
}

Result<LocalStatePtr> ShuffleReadSource::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

Result<Progress> ShuffleReadSource::produce(LocalState& state, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  for (;;) {
    if (local.reader == nullptr) {
      if (local.read.begin >= local.read.end) {
        const size_t at = next_.fetch_add(1, std::memory_order_relaxed);
        if (at >= reads_.size()) return Progress::finished();
        local.read = reads_[at];
        local.sequence = 0;
        if (local.position != nullptr) local.position->advance(local.read.partition, 0);
        continue;
      }
      local.reader = std::make_unique<shuffle::ShuffleReader>(outputs_, local.read.begin++);
    }
    ASSIGN_OR_RETURN(const bool more, local.reader->next(types_, out));
    if (more) {
      out.setPosition(local.read.partition, local.sequence++);
      return Progress::haveOutput();
    }
    local.reader.reset();
  }
}

}  // namespace flint::exec
