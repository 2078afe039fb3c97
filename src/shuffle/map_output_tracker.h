#pragma once

#include <map>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "shuffle/shuffle_file.h"

namespace flint::shuffle {

/// Where the map outputs of each shuffle are.
///
/// Invariant: a shuffle's outputs are all there before a task of a later stage asks for them.
/// Threads: thread-safe.
class MapOutputTracker {
 public:
  /// The process's.
  static MapOutputTracker& instance();
  /// Ids are unique in the process.
  int64_t newShuffle();
  void add(int64_t shuffleId, int32_t mapTask, MapOutputPtr output);
  /// By map task. Errors: INTERNAL_ERROR_SHUFFLE when the shuffle is not known.
  Result<std::vector<MapOutputPtr>> outputs(int64_t shuffleId) const;
  void remove(int64_t shuffleId);

 private:
  mutable std::mutex mutex_;  // a leaf
  int64_t next_ = 1;
  std::unordered_map<int64_t, std::map<int32_t, MapOutputPtr>> shuffles_;
};

}  // namespace flint::shuffle
