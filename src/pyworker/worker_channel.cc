#include "pyworker/worker_channel.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "pyworker/task_header.h"
#include "pyworker/worker_slots.h"

namespace flint::pyworker {
namespace {

constexpr int32_t kOnSocket = -1;
constexpr int32_t kSlotsLeft = -2;
constexpr size_t kLeastInSlot = 8192;      // bytes
constexpr size_t kMostOnSocket = 1 << 16;  // bytes of a frame

int32_t numberAt(const uint8_t* bytes) {
  return static_cast<int32_t>(static_cast<uint32_t>(bytes[0]) << 24 | static_cast<uint32_t>(bytes[1]) << 16 | static_cast<uint32_t>(bytes[2]) << 8 | bytes[3]);
}

void appendHeader(std::string& out, int32_t slot, size_t size) {
  appendInt(out, slot);
  appendInt(out, static_cast<int32_t>(size));
}

}  // namespace

void WorkerChannel::queue(std::string bytes) {
  if (bytes.empty()) return;
  queuedBytes_ += static_cast<int64_t>(bytes.size());
  queue_.push_back(std::move(bytes));
}

// Makes a frame of what is queued first; false where it has to wait for a slot.
bool WorkerChannel::frameNext() {
  const std::string& first = queue_.front();
  const size_t left = first.size() - framedOfFirst_;
  size_t count = std::min(left, kMostOnSocket);
  WorkerSlots* slots = worker_.slots();
  std::optional<size_t> slot;
  if (slots != nullptr && left >= kLeastInSlot && !restOnSocket_) {
    slot = slots->takeInput();
    // A worker says when it has read all. If no slot is free then, its function keeps what it got, or has written where the flags are.
    if (!slot.has_value() && !std::exchange(heardOf_, false)) return false;
    restOnSocket_ = !slot.has_value();
  }
  if (slot.has_value()) {
    heardOf_ = false;
    count = std::min(left, WorkerSlots::kBytes);
    std::memcpy(slots->input(*slot).data(), first.data() + framedOfFirst_, count);
    appendHeader(wire_, static_cast<int32_t>(*slot), count);
  } else {
    appendHeader(wire_, kOnSocket, count);
    wire_.append(first, framedOfFirst_, count);
  }
  queuedBytes_ -= static_cast<int64_t>(count);
  framedOfFirst_ += count;
  if (framedOfFirst_ == first.size()) {
    if (first.capacity() > spare_.capacity()) spare_ = std::move(queue_.front());
    queue_.pop_front();
    framedOfFirst_ = 0;
    restOnSocket_ = false;
  }
  return true;
}

bool WorkerChannel::write() {
  bool moved = false;
  for (;;) {
    while (!queue_.empty() && wire_.size() - sent_ < kMostOnSocket && frameNext()) moved = true;
    if (sent_ == wire_.size()) {
      wire_.clear();
      sent_ = 0;
      return moved;
    }
    const ssize_t count = ::send(worker_.socket(), wire_.data() + sent_, wire_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return moved;
      // The worker has closed its end: what it said before is still to be read.
      queue_.clear();
      wire_.clear();
      queuedBytes_ = 0;
      framedOfFirst_ = sent_ = 0;
      return moved;
    }
    moved = true;
    sent_ += static_cast<size_t>(count);
  }
}

WorkerChannel::Outcome WorkerChannel::receive(uint8_t* target, int64_t size, int64_t& filled) {
  for (;;) {
    const ssize_t count = ::recv(worker_.socket(), target + filled, static_cast<size_t>(size - filled), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Outcome::kNothing;
    if (count <= 0) return Outcome::kEnded;
    filled += count;
    return Outcome::kMoved;
  }
}

WorkerChannel::Outcome WorkerChannel::readHeader() {
  const Outcome outcome = receive(header_.data(), 8, headerFilled_);
  if (outcome != Outcome::kMoved || headerFilled_ < 8) return outcome;
  headerFilled_ = 0;
  slot_ = numberAt(header_.data());
  frameLeft_ = numberAt(header_.data() + 4);
  frameAt_ = 0;
  if (slot_ == kSlotsLeft && frameLeft_ == 0) {
    heardOf_ = true;
    return outcome;
  }
  const bool inSlot = slot_ >= 0 && worker_.slots() != nullptr && static_cast<size_t>(slot_) < WorkerSlots::kOutputs;
  if (!inSlot && slot_ != kOnSocket) return Outcome::kSenseless;
  return frameLeft_ > 0 && (!inSlot || frameLeft_ <= static_cast<int64_t>(WorkerSlots::kBytes)) ? outcome : Outcome::kSenseless;
}

WorkerChannel::Outcome WorkerChannel::read(uint8_t* target, int64_t size, int64_t& filled, bool plain) {
  if (plain) return receive(target, size, filled);
  if (frameLeft_ == 0) return readHeader();
  const int64_t count = std::min(size - filled, frameLeft_);
  if (slot_ == kOnSocket) {
    const int64_t before = filled;
    const Outcome outcome = receive(target, before + count, filled);
    frameLeft_ -= filled - before;
    return outcome;
  }
  std::memcpy(target + filled, worker_.slots()->output(static_cast<size_t>(slot_)).data() + frameAt_, static_cast<size_t>(count));
  filled += count;
  frameAt_ += count;
  frameLeft_ -= count;
  if (frameLeft_ == 0) worker_.slots()->releaseOutput(static_cast<size_t>(slot_));
  return Outcome::kMoved;
}

}  // namespace flint::pyworker
