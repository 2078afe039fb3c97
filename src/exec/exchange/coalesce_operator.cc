#include "exec/exchange/coalesce_operator.h"

#include <algorithm>

namespace flint::exec {
namespace {

// Sequence numbers of one input partition: below those of the next one in its group.
constexpr int kSequenceBits = 40;

}  // namespace

class CoalesceOperator::Local final : public LocalState {
 public:
  bool given = false;
};

Result<LocalStatePtr> CoalesceOperator::makeLocal(TaskContext&) { return LocalStatePtr(std::make_unique<Local>()); }

int32_t CoalesceOperator::start(int32_t numPartitions) {
  inputs_ = std::max(numPartitions, 1);
  outputs_ = std::clamp(wanted_, 1, inputs_);
  return outputs_;
}

std::pair<int32_t, int64_t> CoalesceOperator::retag(int32_t partition, int64_t sequence) const {
  const int64_t inputs = inputs_;
  const int64_t outputs = outputs_;
  // The last group that begins at or before the partition.
  const int64_t group = std::min((static_cast<int64_t>(partition) * outputs + outputs - 1) / inputs, outputs - 1);
  const int64_t first = group * inputs / outputs;
  return {static_cast<int32_t>(group), ((partition - first) << kSequenceBits) + sequence};
}

Result<Progress> CoalesceOperator::process(LocalState& state, const ColumnarBatch& in, ColumnarBatch& out) {
  auto& local = static_cast<Local&>(state);
  if (local.given) {
    local.given = false;
    return Progress::needInput();
  }
  out = in;
  const auto [partition, sequence] = retag(in.partition(), in.sequence());
  out.setPosition(partition, sequence);
  local.given = true;
  return Progress::haveOutput();
}

}  // namespace flint::exec
