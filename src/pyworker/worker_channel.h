#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>

#include "pyworker/worker_pool.h"

namespace flint::pyworker {

/// The bytes of one task on their way to a worker and back, never waiting: in frames, of which the large ones lie in slots of shared memory.
///
/// Shape: a frame is two numbers, then: (slot, size) for bytes in a slot, (-1, size) for bytes that follow on the socket, (-2, 0) when the worker has read all.
/// Memory: holds what was queued and not yet sent.
/// Threads: confined to its owner.
class WorkerChannel {
 public:
  enum class Outcome : uint8_t { kMoved, kNothing, kEnded, kSenseless };

  explicit WorkerChannel(PythonWorker& worker) : worker_(worker) {}

  void queue(std::string bytes);
  /// As they are, before the first frame.
  void queuePlain(const std::string& bytes) { wire_ += bytes; }
  int64_t queuedBytes() const { return queuedBytes_; }
  /// Memory of something that was queued and has gone: for what is queued next.
  std::string takeSpare() { return std::exchange(spare_, {}); }
  bool isEmpty() const { return queue_.empty() && sent_ == wire_.size(); }
  /// Whether there is something to send as soon as the socket takes it.
  bool waitsForSocket() const { return sent_ < wire_.size(); }
  /// Sends what can be sent. True when something could.
  bool write();

  /// Adds up to `size - filled` bytes to `target`. `plain`: what comes before the first frame.
  Outcome read(uint8_t* target, int64_t size, int64_t& filled, bool plain);

 private:
  bool frameNext();
  Outcome readHeader();
  Outcome receive(uint8_t* target, int64_t size, int64_t& filled);

  PythonWorker& worker_;
  std::deque<std::string> queue_;
  std::string spare_;
  size_t framedOfFirst_ = 0;
  int64_t queuedBytes_ = 0;
  std::string wire_;
  size_t sent_ = 0;
  bool heardOf_ = false;      // the worker, that it has read all, since a slot was taken
  bool restOnSocket_ = false;  // of what is queued first
  // The frame that is being read.
  std::array<uint8_t, 8> header_{};
  int64_t headerFilled_ = 0;
  int32_t slot_ = -1;  // -1: on the socket
  int64_t frameAt_ = 0;
  int64_t frameLeft_ = 0;
};

}  // namespace flint::pyworker
