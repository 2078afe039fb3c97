#pragma once

#include <atomic>
#include <cstdint>
#include <vector>

#include "connector/table.h"
#include "exec/order_tracker.h"

namespace flint::exec {

/// Morsels that the threads of a pipeline take in order.
///
/// Threads: thread-safe once filled.
class MorselQueue {
 public:
  void add(connector::Morsel morsel) { morsels_.push_back(std::move(morsel)); }
  size_t size() const { return morsels_.size(); }
  /// The next morsel, null when there is none; `position` (may be null) is told of it.
  const connector::Morsel* take(SlotPosition* position);

 private:
  std::vector<connector::Morsel> morsels_;
  std::atomic<size_t> next_{0};
};

}  // namespace flint::exec
