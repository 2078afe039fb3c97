#include "exec/scan/morsel_queue.h"

namespace flint::exec {

const connector::Morsel* MorselQueue::take(SlotPosition* position) {
  const size_t at = next_.fetch_add(1, std::memory_order_relaxed);
  if (at >= morsels_.size()) return nullptr;
  if (position != nullptr) position->advance(morsels_[at].partition, morsels_[at].sequence);
  return &morsels_[at];
}

}  // namespace flint::exec
