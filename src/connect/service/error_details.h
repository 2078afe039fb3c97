#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/status.h"

namespace spark::connect {
class FetchErrorDetailsResponse;
class FetchErrorDetailsResponse_Error;
}  // namespace spark::connect

namespace flint::connect {

/// The Java class that Spark would throw for `error`, and its parents: what clients choose their exception by.
std::vector<std::string> javaClassesOf(const Error& error);

/// The errors of one session that a client may still ask details of, by id. The oldest goes when there are many.
///
/// Threads: thread-safe.
class ErrorStore {
 public:
  void add(std::string id, Status error);
  /// The error, forgotten from then on.
  std::optional<Status> take(const std::string& id);

 private:
  std::mutex mutex_;  // a leaf
  std::map<std::string, Status> errors_;
  std::deque<std::string> order_;
};

/// A failed call as gRPC tells it: the message of the status and its details, a serialized google.rpc.Status with an ErrorInfo.
struct RpcError {
  int code = 0;  // of gRPC
  std::string message;
  std::string details;
};
/// `store` keeps the error for FetchErrorDetails; null where there is no session.
RpcError rpcErrorOf(const Status& status, ErrorStore* store);

/// `error` and its causes, five at most, as the messages of FetchErrorDetails.
void encodeError(const Error& error, spark::connect::FetchErrorDetailsResponse& message);

}  // namespace flint::connect
