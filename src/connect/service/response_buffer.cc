#include "connect/service/response_buffer.h"

#include <utility>

namespace flint::connect {

void ResponseBuffer::append(std::string id, std::string bytes) {
  std::function<void()> onChange;
  const auto size = static_cast<int64_t>(bytes.size());
  const bool fits = charged_ == nullptr || charged_->tryGrow(size);
  if (!fits) charged_->growFloor(size);
  {
    const std::lock_guard lock(mutex_);
    if (finished_ || closed_) {
      freedBytes_ += size;
      return;
    }
    auto response = std::make_shared<Response>();
    response->id = std::move(id);
    response->index = ++lastIndex_;
    response->bytes = std::move(bytes);
    unreadBytes_ += size;
    memoryIsShort_ = !fits;
    responses_.push_back(std::move(response));
    onChange = onChange_;
  }
  if (onChange) onChange();
}

void ResponseBuffer::finish(Status outcome) {
  std::function<void()> onChange;
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return;
    finished_ = true;
    outcome_ = std::move(outcome);
    onChange = onChange_;
  }
  if (onChange) onChange();
}

bool ResponseBuffer::isFullLocked() const { return !closed_ && (unreadBytes_ > limits_.unreadBytes || (memoryIsShort_ && unreadBytes_ > 0)); }

bool ResponseBuffer::isFull() const {
  const std::lock_guard lock(mutex_);
  return isFullLocked();
}

exec::WakerPtr ResponseBuffer::whenRoom() {
  const std::lock_guard lock(mutex_);
  if (!isFullLocked()) {
    auto awake = std::make_shared<exec::Waker>();
    awake->wake();
    return awake;
  }
  if (roomWaker_ == nullptr) roomWaker_ = std::make_shared<exec::Waker>();
  return roomWaker_;
}

std::function<void()> ResponseBuffer::wakeProducerLocked() {
  if (roomWaker_ == nullptr || isFullLocked()) return [] {};
  return [waker = std::exchange(roomWaker_, nullptr)] { waker->wake(); };
}

void ResponseBuffer::close() {
  std::function<void()> wake;
  std::function<void()> onChange;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropLocked(lastIndex_);
    wake = wakeProducerLocked();
    onChange = onChange_;
  }
  giveBack();
  wake();
  if (onChange) onChange();
}

void ResponseBuffer::giveBack() {
  int64_t freed = 0;
  {
    const std::lock_guard lock(mutex_);
    freed = std::exchange(freedBytes_, 0);
  }
  if (charged_ != nullptr) charged_->shrink(freed);
}

ResponseBuffer::ReaderId ResponseBuffer::attach(std::function<void()> onChange) {
  std::function<void()> superseded;
  ReaderId id = 0;
  {
    const std::lock_guard lock(mutex_);
    superseded = std::exchange(onChange_, std::move(onChange));
    id = reader_ = nextReader_++;
  }
  if (superseded) superseded();
  return id;
}

void ResponseBuffer::detach(ReaderId reader) {
  std::function<void()> released;  // destroyed without the lock
  const std::lock_guard lock(mutex_);
  if (reader != reader_) return;
  reader_ = 0;
  released = std::exchange(onChange_, nullptr);
}

bool ResponseBuffer::hasReader() const {
  const std::lock_guard lock(mutex_);
  return reader_ != 0;
}

bool ResponseBuffer::isFinished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

std::optional<Status> ResponseBuffer::endBehind(int64_t index) const {
  const std::lock_guard lock(mutex_);
  if (!finished_ || index < lastIndex_) return std::nullopt;
  return outcome_;
}

void ResponseBuffer::dropLocked(int64_t upToIndex) {
  while (!responses_.empty() && responses_.front()->index <= upToIndex) {
    const Response& response = *responses_.front();
    const auto size = static_cast<int64_t>(response.bytes.size());
    (response.index <= readIndex_ ? retainedBytes_ : unreadBytes_) -= size;
    freedBytes_ += size;
    droppedId_ = response.id;
    droppedIndex_ = response.index;
    responses_.pop_front();
  }
}

ResponseBuffer::Next ResponseBuffer::next(ReaderId reader, int64_t afterIndex) {
  Next out;
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    if (reader != reader_) {
      out.kind = Next::Kind::kSuperseded;
      return out;
    }
    if (afterIndex >= lastIndex_) {
      if (finished_) {
        out.kind = Next::Kind::kEnd;
        out.outcome = outcome_;
      } else if (closed_) {
        out.kind = Next::Kind::kGone;
      }
      return out;
    }
    const int64_t first = responses_.empty() ? lastIndex_ + 1 : responses_.front()->index;
    if (afterIndex + 1 < first) {
      out.kind = Next::Kind::kGone;
      return out;
    }
    out.kind = Next::Kind::kResponse;
    out.response = responses_[static_cast<size_t>(afterIndex + 1 - first)];
    if (out.response->index > readIndex_) {
      readIndex_ = out.response->index;
      const auto size = static_cast<int64_t>(out.response->bytes.size());
      unreadBytes_ -= size;
      retainedBytes_ += size;
    }
    if (!limits_.keepsRead) dropLocked(readIndex_);
    // The last one read stays whatever its size: the client may not have got it.
    while (retainedBytes_ > limits_.retainedBytes && responses_.front()->index < readIndex_) dropLocked(responses_.front()->index);
    wake = wakeProducerLocked();
  }
  giveBack();
  wake();
  return out;
}

int64_t ResponseBuffer::indexOf(std::string_view id) const {
  const std::lock_guard lock(mutex_);
  for (const ResponsePtr& response : responses_) {
    if (response->id == id) return response->index;
  }
  return id == droppedId_ ? droppedIndex_ : 0;
}

void ResponseBuffer::releaseUntil(std::string_view id) {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    for (const ResponsePtr& response : responses_) {
      if (response->id != id) continue;
      dropLocked(response->index);
      break;
    }
    wake = wakeProducerLocked();
  }
  giveBack();
  wake();
}

}  // namespace flint::connect
