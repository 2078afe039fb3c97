#include "shuffle/map_output_tracker.h"

namespace flint::shuffle {

MapOutputTracker& MapOutputTracker::instance() {
  static MapOutputTracker tracker;
  return tracker;
}

int64_t MapOutputTracker::newShuffle() {
  const std::lock_guard lock(mutex_);
  shuffles_[next_];
  return next_++;
}

void MapOutputTracker::add(int64_t shuffleId, int32_t mapTask, MapOutputPtr output) {
  const std::lock_guard lock(mutex_);
  shuffles_[shuffleId][mapTask] = std::move(output);
}

Result<std::vector<MapOutputPtr>> MapOutputTracker::outputs(int64_t shuffleId) const {
  const std::lock_guard lock(mutex_);
  const auto found = shuffles_.find(shuffleId);
  if (found == shuffles_.end()) return Error(condition::kInternalErrorShuffle).with("message", "the shuffle " + std::to_string(shuffleId) + " is not known");
  std::vector<MapOutputPtr> out;
  for (const auto& [task, output] : found->second) out.push_back(output);
  return out;
}

void MapOutputTracker::remove(int64_t shuffleId) {
  std::map<int32_t, MapOutputPtr> removed;
  const std::lock_guard lock(mutex_);
  const auto found = shuffles_.find(shuffleId);
  if (found == shuffles_.end()) return;
  removed.swap(found->second);
  shuffles_.erase(found);
}

}  // namespace flint::shuffle
