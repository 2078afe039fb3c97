#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

namespace flint::exec {

class StreamingOperator;

/// A batch's place: the order of results, writes and limits.
struct BatchTag {
  int32_t partition = std::numeric_limits<int32_t>::min();
  int64_t sequence = std::numeric_limits<int64_t>::min();
  auto operator<=>(const BatchTag&) const = default;
};

/// The sequence number of what operators give when their input has ended: in the last partition, behind all that came with the input.
inline constexpr int64_t kFlushSequence = int64_t{1} << 62;

/// Knows the lowest tag that any thread of a pipeline can still give.
///
/// Invariant: a slot's position only rises, and is never above the tag of a batch it has yet to give.
/// Threads: thread-safe.
class OrderTracker {
 public:
  explicit OrderTracker(int32_t numSlots) : positions_(static_cast<size_t>(numSlots)) {}

  /// True when this moved the frontier.
  bool advance(int32_t slot, BatchTag tag);
  bool finish(int32_t slot);
  BatchTag frontier() const;
  static BatchTag end() { return {std::numeric_limits<int32_t>::max(), std::numeric_limits<int64_t>::max()}; }

 private:
  BatchTag lowest() const;

  mutable std::mutex mutex_;  // a leaf
  std::vector<BatchTag> positions_;
};

/// Where one thread of a pipeline is.
///
/// Threads: confined to the slot's thread.
class SlotPosition {
 public:
  /// `operators` are those of the pipeline, whose retagging the tracker sees.
  SlotPosition(OrderTracker& tracker, int32_t slot, std::span<const std::shared_ptr<StreamingOperator>> operators);
  /// This thread's source gives nothing below the tag any more.
  void advance(int32_t partition, int64_t sequence);
  void finish() { moved_ |= tracker_.finish(slot_); }
  /// Whether the lowest tag that can still come has changed since the last call.
  bool takeMoved() { return std::exchange(moved_, false); }

 private:
  bool moved_ = false;
  OrderTracker& tracker_;
  const int32_t slot_;
  std::vector<std::shared_ptr<const StreamingOperator>> retagging_;
};

}  // namespace flint::exec
