#pragma once

#include <memory>

#include "connect/server/call.h"
#include "connect/service/session_holder.h"

namespace flint::connect {

/// When a stream that can be taken up again ends itself, and what is kept for that.
struct StreamLimits {
  int64_t maxBytes = int64_t{1} << 30;        // spark.connect.execute.reattachable.senderMaxStreamSize
  int64_t maxMs = 2 * 60'000;                 // spark.connect.execute.reattachable.senderMaxStreamDuration
  int64_t retainedBytes = int64_t{10} << 20;  // spark.connect.execute.reattachable.observerRetryBufferSize
};

/// Moves the responses of an operation to one stream, until the operation or the stream ends.
///
/// Threads: thread-safe; shared by the call's handler and by the buffer's callback, which may outlive it.
class ResponsePump {
 public:
  /// `limits` outlives it.
  static std::shared_ptr<ResponsePump> make(Call& call, const StreamLimits& limits);
  virtual ~ResponsePump() = default;

  /// Starts behind response `afterIndex`.
  virtual void start(SessionHolderPtr session, OperationPtr operation, int64_t afterIndex) = 0;
  /// Ends a stream that has no operation (yet).
  virtual void fail(const grpc::Status& status) = 0;
  /// The call's last write has ended.
  virtual void wrote(bool ok) = 0;
  virtual void cancel() = 0;
};
using PumpPtr = std::shared_ptr<ResponsePump>;

}  // namespace flint::connect
