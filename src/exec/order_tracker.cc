#include "exec/order_tracker.h"

#include <algorithm>
#include <tuple>

#include "exec/operator.h"

namespace flint::exec {

BatchTag OrderTracker::lowest() const { return positions_.empty() ? end() : *std::min_element(positions_.begin(), positions_.end()); }

bool OrderTracker::advance(int32_t slot, BatchTag tag) {
  const std::lock_guard lock(mutex_);
  BatchTag& position = positions_[static_cast<size_t>(slot)];
  if (tag <= position) return false;
  const bool mayMove = position == lowest();
  position = tag;
  return mayMove;
}

bool OrderTracker::finish(int32_t slot) { return advance(slot, end()); }

BatchTag OrderTracker::frontier() const {
  const std::lock_guard lock(mutex_);
  return lowest();
}

SlotPosition::SlotPosition(OrderTracker& tracker, int32_t slot, std::span<const std::shared_ptr<StreamingOperator>> operators)
    : tracker_(tracker), slot_(slot) {
  for (const auto& op : operators) {
    if (op->retags()) retagging_.push_back(op);
  }
}

void SlotPosition::advance(int32_t partition, int64_t sequence) {
  for (const auto& op : retagging_) std::tie(partition, sequence) = op->retag(partition, sequence);
  moved_ |= tracker_.advance(slot_, {partition, sequence});
}

}  // namespace flint::exec
