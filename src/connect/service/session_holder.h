#pragma once

#include <atomic>
#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "connect/service/artifact_store.h"
#include "connect/service/error_details.h"
#include "connect/service/operation.h"
#include "connect/service/prepared_query.h"
#include "connect/service/scratch_files.h"
#include "plan/logical/logical_plan.h"
#include "session/spark_session.h"

namespace flint::connect {

struct SessionKey {
  std::string userId;
  std::string sessionId;
  auto operator<=>(const SessionKey&) const = default;
};

/// A client's session: Spark's, and what the protocol adds to it.
///
/// Threads: thread-safe.
class SessionHolder {
 public:
  SessionHolder(SessionKey key, session::SparkSessionPtr spark);

  const SessionKey& key() const { return key_; }
  const std::string& serverSideSessionId() const { return serverSideSessionId_; }
  session::SparkSession& spark() { return *spark_; }
  const session::SparkSessionPtr& sparkPtr() const { return spark_; }
  ErrorStore& errors() { return errors_; }
  ArtifactStore& artifacts() { return artifacts_; }
  ScratchFiles& scratchFiles() { return scratchFiles_; }
  PreparedQuery& prepared() { return prepared_; }

  // Operations.
  /// Errors: INVALID_HANDLE.OPERATION_ALREADY_EXISTS, OPERATION_ABANDONED.
  Status addOperation(const OperationPtr& operation);
  /// Errors: INVALID_HANDLE.OPERATION_NOT_FOUND, OPERATION_ABANDONED.
  Result<OperationPtr> operation(const std::string& id) const;
  std::vector<OperationPtr> operations() const;
  /// Forgets it; its state at the end is still told by `finishedState`.
  void removeOperation(const std::string& id, bool abandoned);
  std::optional<Operation::State> finishedState(const std::string& id) const;

  // Plans kept for the client by id.
  void keepRelation(const std::string& id, plan::LogicalPlanPtr relation);
  plan::LogicalPlanPtr keptRelation(const std::string& id) const;
  void forgetRelation(const std::string& id);

  void touch();
  int64_t lastUsedMs() const { return lastUsedMs_.load(); }
  /// Cancels what runs and drops all responses.
  void close();

 private:
  const SessionKey key_;
  const std::string serverSideSessionId_;
  const session::SparkSessionPtr spark_;
  ErrorStore errors_;
  ArtifactStore artifacts_;
  ScratchFiles scratchFiles_;
  PreparedQuery prepared_;
  std::atomic<int64_t> lastUsedMs_{0};
  mutable std::mutex mutex_;  // guards what follows; nothing is called while it is held
  std::map<std::string, OperationPtr> operations_;
  struct Finished {
    Operation::State state;
    bool abandoned;
  };
  std::map<std::string, Finished> finished_;
  std::deque<std::string> finishedOrder_;
  std::map<std::string, plan::LogicalPlanPtr> relations_;
};
using SessionHolderPtr = std::shared_ptr<SessionHolder>;

/// Milliseconds of a clock that only goes forward.
int64_t steadyMs();
/// "[INVALID_HANDLE.<sub>]" about `handle`.
Error invalidHandle(const Condition& condition, const std::string& handle);

}  // namespace flint::connect
