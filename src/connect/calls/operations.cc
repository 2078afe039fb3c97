#include <spark/connect/base.pb.h>

#include <algorithm>

#include "connect/calls/calls.h"
#include "connect/decoder/invalid_plan.h"

namespace flint::connect {
namespace {

using Status_ = spark::connect::GetStatusResponse::OperationStatus;

Status_::OperationState stateOf(Operation::State state) {
  switch (state) {
    case Operation::State::kRunning: return Status_::OPERATION_STATE_RUNNING;
    case Operation::State::kTerminating: return Status_::OPERATION_STATE_TERMINATING;
    case Operation::State::kSucceeded: return Status_::OPERATION_STATE_SUCCEEDED;
    case Operation::State::kFailed: return Status_::OPERATION_STATE_FAILED;
    case Operation::State::kCancelled: return Status_::OPERATION_STATE_CANCELLED;
  }
  return Status_::OPERATION_STATE_UNKNOWN;
}

void addStatus(spark::connect::GetStatusResponse& response, const std::string& id, Status_::OperationState state) {
  auto* status = response.add_operation_statuses();
  status->set_operation_id(id);
  status->set_state(state);
}

}  // namespace

Status answer(SessionHolder& session, const spark::connect::InterruptRequest& request, spark::connect::InterruptResponse& response) {
  using Request = spark::connect::InterruptRequest;
  for (const OperationPtr& operation : session.operations()) {
    bool meant = false;
    switch (request.interrupt_type()) {
      case Request::INTERRUPT_TYPE_ALL: meant = true; break;
      case Request::INTERRUPT_TYPE_TAG:
        meant = std::find(operation->tags().begin(), operation->tags().end(), request.operation_tag()) != operation->tags().end();
        break;
      case Request::INTERRUPT_TYPE_OPERATION_ID: meant = operation->id() == request.operation_id(); break;
      default:
        return Error(condition::kUnsupportedFeatureInterruptType)
            .with("interruptType", std::to_string(request.interrupt_type()))
            .as(ErrorFamily::kUnsupportedOperation);
    }
    if (meant && operation->cancel(Error(condition::kOperationCanceled).as(ErrorFamily::kSqlConnect))) response.add_interrupted_ids(operation->id());
  }
  return Status::ok();
}

Status answer(SessionHolder& session, const spark::connect::ReleaseExecuteRequest& request, spark::connect::ReleaseExecuteResponse& response) {
  const auto operation = session.operation(request.operation_id());
  if (!operation.isOk()) return Status::ok();  // gone already: nothing is left to release
  response.set_operation_id(request.operation_id());
  if (request.has_release_until()) {
    (*operation)->responses().releaseUntil(request.release_until().response_id());
  } else {
    session.removeOperation(request.operation_id(), false);
  }
  return Status::ok();
}

Status answer(SessionHolder& session, const spark::connect::GetStatusRequest& request, spark::connect::GetStatusResponse& response) {
  if (!request.has_operation_status()) return Status::ok();
  const auto& ids = request.operation_status().operation_ids();
  if (ids.empty()) {
    for (const OperationPtr& operation : session.operations()) addStatus(response, operation->id(), stateOf(operation->state()));
    return Status::ok();
  }
  for (const std::string& id : ids) {
    if (const auto operation = session.operation(id); operation.isOk()) {
      addStatus(response, id, stateOf((*operation)->state()));
    } else if (const auto state = session.finishedState(id)) {
      addStatus(response, id, stateOf(*state));
    } else {
      addStatus(response, id, Status_::OPERATION_STATE_UNKNOWN);
    }
  }
  return Status::ok();
}

Status answer(SessionHolder& session, const spark::connect::FetchErrorDetailsRequest& request, spark::connect::FetchErrorDetailsResponse& response) {
  if (const auto error = session.errors().take(request.error_id())) encodeError(error->error(), response);
  return Status::ok();
}

}  // namespace flint::connect
