#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "connect/server/call.h"
#include "connect/service/session_holder.h"

namespace flint::connect {

/// Moves the responses of an operation to one stream, until the operation or the stream ends.
///
/// Threads: thread-safe; shared by the call's handler and by the buffer's callback, which may outlive it. The call lives until `finish` was called, so
/// whoever set `writing_` or `done_` may use it.
class ResponsePump : public std::enable_shared_from_this<ResponsePump> {
 public:
  explicit ResponsePump(Call& call) : call_(call) {}

  /// Starts behind response `afterIndex`.
  void start(SessionHolderPtr session, OperationPtr operation, int64_t afterIndex);
  /// Ends a stream that has no operation (yet).
  void fail(const grpc::Status& status);
  void wrote(bool ok);
  void cancel();

 private:
  void pump();
  std::optional<grpc::Status> next();
  std::optional<grpc::Status> outcome(const std::optional<Status>& ended) const;
  void leave(Operation& operation);

  Call& call_;
  std::mutex mutex_;
  SessionHolderPtr session_;
  OperationPtr operation_;
  ResponseBuffer::ReaderId reader_ = 0;
  int64_t index_ = 0;
  int64_t sentBytes_ = 0;
  int64_t startedMs_ = 0;
  grpc::ByteBuffer bytes_;
  bool writing_ = false;
  bool cancelled_ = false;
  bool done_ = false;
};
using PumpPtr = std::shared_ptr<ResponsePump>;

}  // namespace flint::connect
