#include "exec/order_tracker.h"

#include <algorithm>

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

}  // namespace flint::exec
