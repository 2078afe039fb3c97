#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connect/service/operation.h"

namespace spark::connect {
class ExecutePlanResponse;
}

namespace flint::connect {

class SessionHolder;

/// Gives each response of an operation its ids and puts it into the operation's buffer.
///
/// Threads: thread-safe.
class ResponseWriter {
 public:
  ResponseWriter(SessionHolder& session, Operation& operation) : session_(session), operation_(operation) {}

  void add(spark::connect::ExecutePlanResponse& message);
  struct ArrowBatch {
    int64_t rowCount = 0;
    int64_t startOffset = 0;
    int64_t chunkIndex = 0;
    int64_t numChunks = 0;  // 0: the batch is not cut
    std::string_view data;
  };
  /// `beside` carries the other fields of the response, such as the schema or the metrics.
  void addArrowBatch(const ArrowBatch& batch, spark::connect::ExecutePlanResponse& beside);

 private:
  std::string fillIds(spark::connect::ExecutePlanResponse& message) const;

  SessionHolder& session_;
  Operation& operation_;
};

}  // namespace flint::connect
