#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "exec/operator.h"
#include "memory/memory_pool.h"

namespace flint::connect {

/// One message of an operation's stream, serialized.
struct Response {
  std::string id;
  int64_t index = 0;  // from 1
  std::string bytes;
};
using ResponsePtr = std::shared_ptr<const Response>;

/// The responses of one operation, between the query that makes them and the stream that sends them.
///
/// Shape: responses are numbered from 1; `finish` ends the stream after the last one, with the operation's error where it failed.
/// Invariant: at most one reader is attached; attaching another supersedes it. A response stays until it was released, or was read and lies
/// more than `retainedBytes` behind the last one read; without `keepsRead` it goes as soon as it was read.
/// Memory: all responses are charged. The producer is to stop while `isFull`: more than `unreadBytes` wait for a reader, or any do and the
/// process has no memory left.
/// Threads: thread-safe. Callbacks run on the thread whose call made them due, with no lock held.
/// Source: the role of Spark's ExecuteResponseObserver.
class ResponseBuffer {
 public:
  struct Limits {
    int64_t unreadBytes = int64_t{32} << 20;
    int64_t retainedBytes = int64_t{10} << 20;
    bool keepsRead = true;  // for reattaching
  };
  /// `charged` (null: nothing) holds the memory of the responses.
  explicit ResponseBuffer(Limits limits, std::unique_ptr<memory::Reservation> charged = nullptr) : limits_(limits), charged_(std::move(charged)) {}

  // The producer's side.
  void append(std::string id, std::string bytes);
  /// Ends the stream; later calls change nothing.
  void finish(Status outcome);
  bool isFull() const;
  /// Woken once there is room again, or nobody will read any more.
  exec::WakerPtr whenRoom();
  /// Nobody will read any more: everything is dropped, and the producer is never held up again.
  void close();

  // The readers' side.
  using ReaderId = int64_t;
  /// The new reader starts behind response `afterIndex`. `onChange` is called whenever `next` may say something else than kWait.
  ReaderId attach(std::function<void()> onChange);
  void detach(ReaderId reader);
  bool hasReader() const;
  struct Next {
    enum class Kind : uint8_t { kResponse, kWait, kEnd, kSuperseded, kGone };
    Kind kind = Kind::kWait;
    ResponsePtr response;  // kResponse
    Status outcome;        // kEnd
  };
  /// What follows response number `afterIndex`. kGone: it was dropped already.
  Next next(ReaderId reader, int64_t afterIndex);
  /// The number of the response with this id, 0 where it is not (or no longer) known. The last one dropped is known.
  int64_t indexOf(std::string_view id) const;
  /// Drops the responses up to and including this one; unknown ids are passed over.
  void releaseUntil(std::string_view id);
  bool isFinished() const;
  /// How the operation ended, if it did and nothing follows response number `index`.
  std::optional<Status> endBehind(int64_t index) const;

 private:
  // Both under the lock; the returned callbacks are run after it.
  void dropLocked(int64_t upToIndex);
  std::function<void()> wakeProducerLocked();

  bool isFullLocked() const;
  // What was dropped is no longer charged; not under the lock, as others may wait for the memory.
  void giveBack();

  const Limits limits_;
  const std::unique_ptr<memory::Reservation> charged_;
  mutable std::mutex mutex_;  // a leaf
  std::deque<ResponsePtr> responses_;
  int64_t lastIndex_ = 0;
  int64_t readIndex_ = 0;     // the highest number that a reader took
  int64_t unreadBytes_ = 0;
  int64_t freedBytes_ = 0;      // still charged
  std::string droppedId_;       // of the last one dropped: a stream may go on behind it
  int64_t droppedIndex_ = 0;
  bool memoryIsShort_ = false;  // the last response did not fit into the budget
  int64_t retainedBytes_ = 0;  // of those read
  bool finished_ = false;
  bool closed_ = false;
  Status outcome_;
  ReaderId reader_ = 0;
  ReaderId nextReader_ = 1;
  std::function<void()> onChange_;
  exec::WakerPtr roomWaker_;
};

}  // namespace flint::connect
