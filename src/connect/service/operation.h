#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connect/service/response_buffer.h"
#include "session/run_scope.h"

namespace flint::connect {

/// One ExecutePlan: what runs, and the responses it made.
///
/// Threads: thread-safe.
class Operation {
 public:
  enum class State : uint8_t { kRunning, kTerminating, kSucceeded, kFailed, kCancelled };

  /// `charged` (null: nothing) holds the memory of its responses.
  Operation(std::string id, std::vector<std::string> tags, bool reattachable, ResponseBuffer::Limits limits,
            std::unique_ptr<memory::Reservation> charged = nullptr)
      : id_(std::move(id)), tags_(std::move(tags)), reattachable_(reattachable), responses_(limits, std::move(charged)) {}

  const std::string& id() const { return id_; }
  const std::vector<std::string>& tags() const { return tags_; }
  bool reattachable() const { return reattachable_; }
  ResponseBuffer& responses() { return responses_; }
  State state() const { return state_.load(); }

  /// Ends it with `reason` as its error, if it still runs. False: it was over, or being cancelled already.
  bool cancel(Error reason);
  /// What its queries run in; `cancel` reaches them.
  const session::RunScopePtr& scope() const { return scope_; }
  /// The error of `cancel`; ok when not cancelled.
  Status checkCancelled() const;
  /// The query is over; closes the stream of responses.
  void finish(Status outcome);

  /// When the last reader went away, in milliseconds of a steady clock; 0 while one is there.
  std::atomic<int64_t> detachedSinceMs{0};

 private:
  const std::string id_;
  const std::vector<std::string> tags_;
  const bool reattachable_;
  ResponseBuffer responses_;
  std::atomic<State> state_{State::kRunning};
  mutable std::mutex mutex_;
  Status cancelReason_;
  const session::RunScopePtr scope_ = std::make_shared<session::RunScope>();
};
using OperationPtr = std::shared_ptr<Operation>;

}  // namespace flint::connect
