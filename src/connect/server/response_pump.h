#pragma once

#include <memory>

#include "connect/server/call.h"
#include "connect/service/session_holder.h"

namespace flint::connect {

/// Moves the responses of an operation to one stream, until the operation or the stream ends.
///
/// Threads: thread-safe; shared by the call's handler and by the buffer's callback, which may outlive it.
class ResponsePump {
 public:
  static std::shared_ptr<ResponsePump> make(Call& call);
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
