#pragma once

#include <memory>
#include <string>

#include "base/status.h"
#include "connect/service/session_manager.h"

namespace spark::connect {
class AnalyzePlanRequest;
class AnalyzePlanResponse;
class ArtifactStatusesRequest;
class ArtifactStatusesResponse;
class AddArtifactsRequest;
class AddArtifactsResponse;
class CloneSessionRequest;
class CloneSessionResponse;
class ConfigRequest;
class ConfigResponse;
class ExecutePlanRequest;
class FetchErrorDetailsRequest;
class FetchErrorDetailsResponse;
class GetStatusRequest;
class GetStatusResponse;
class InterruptRequest;
class InterruptResponse;
class ReleaseExecuteRequest;
class ReleaseExecuteResponse;
class Plan;
}  // namespace spark::connect

/// What the service does for each RPC, once its session is found and the request parsed. Session ids of responses are the caller's.
namespace flint::connect {

// analyze_plan.cc
Status answer(SessionHolder& session, const spark::connect::AnalyzePlanRequest& request, spark::connect::AnalyzePlanResponse& response);
// config.cc
Status answer(SessionHolder& session, const spark::connect::ConfigRequest& request, spark::connect::ConfigResponse& response);
// operations.cc
Status answer(SessionHolder& session, const spark::connect::InterruptRequest& request, spark::connect::InterruptResponse& response);
Status answer(SessionHolder& session, const spark::connect::ReleaseExecuteRequest& request, spark::connect::ReleaseExecuteResponse& response);
Status answer(SessionHolder& session, const spark::connect::GetStatusRequest& request, spark::connect::GetStatusResponse& response);
Status answer(SessionHolder& session, const spark::connect::FetchErrorDetailsRequest& request, spark::connect::FetchErrorDetailsResponse& response);
// artifacts.cc
Status answer(SessionHolder& session, const spark::connect::ArtifactStatusesRequest& request, spark::connect::ArtifactStatusesResponse& response);

/// Takes the messages of one AddArtifacts stream, in order, into the session's artifacts.
///
/// Threads: confined to its owner.
class ArtifactUpload {
 public:
  ArtifactUpload();
  ~ArtifactUpload();
  Status take(SessionHolder& session, const spark::connect::AddArtifactsRequest& request);
  /// The summaries of all artifacts. Errors: a chunked artifact that did not end.
  Status finish(spark::connect::AddArtifactsResponse& response);

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// execute_plan.cc
/// Runs the plan of a request to its end, its responses going to `operation`; finishes it.
void executePlan(SessionHolder& session, Operation& operation, const spark::connect::ExecutePlanRequest& request);
/// Adds a progress response to an operation that runs.
void reportProgress(SessionHolder& session, Operation& operation);

/// The plan itself, inflated where it came compressed. Errors: CONNECT_INVALID_PLAN.CANNOT_PARSE, PLAN_SIZE_LARGER_THAN_MAX.
Status inflatePlan(const spark::connect::Plan& plan, spark::connect::Plan& inflated);

}  // namespace flint::connect
