#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "base/status.h"

namespace flint::pyworker {

/// Memory that the engine and one worker share: slots for batches on their way there, and for batches on their way back.
///
/// Shape: behind a page of flags, one byte a slot, lie kInputs slots of what goes to the worker and kOutputs of what comes from it, kBytes each. Whoever fills a
/// slot sets its flag and says so on the socket; the other side clears the flag when it needs the slot no more.
/// Invariant: the worker may write anything anywhere at any time, so the engine believes no flag but for what to use next, and copies what it reads. The size is sealed.
/// Memory: pages are there once they were written; a slot is used again before another is begun.
/// Threads: confined to its owner.
class WorkerSlots {
 public:
  static constexpr size_t kInputs = 6;
  static constexpr size_t kOutputs = 4;
  static constexpr size_t kBytes = size_t{2} << 20;
  static constexpr size_t kFlagBytes = 4096;
  static constexpr size_t kTotal = kFlagBytes + (kInputs + kOutputs) * kBytes;

  static Result<std::unique_ptr<WorkerSlots>> make();
  ~WorkerSlots();
  WorkerSlots(const WorkerSlots&) = delete;
  WorkerSlots& operator=(const WorkerSlots&) = delete;

  int descriptor() const { return descriptor_; }
  /// The lowest slot that the worker does not use, now taken for it.
  std::optional<size_t> takeInput();
  std::span<uint8_t, kBytes> input(size_t slot) const { return std::span<uint8_t, kBytes>(memory_ + kFlagBytes + slot * kBytes, kBytes); }
  std::span<const uint8_t, kBytes> output(size_t slot) const {
    return std::span<const uint8_t, kBytes>(memory_ + kFlagBytes + (kInputs + slot) * kBytes, kBytes);
  }
  void releaseOutput(size_t slot);

 private:
  WorkerSlots(int descriptor, uint8_t* memory) : descriptor_(descriptor), memory_(memory) {}
  const int descriptor_;
  uint8_t* const memory_;
};

}  // namespace flint::pyworker
