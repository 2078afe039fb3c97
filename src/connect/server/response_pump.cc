#include "connect/server/response_pump.h"

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/status.h>

#include <mutex>
#include <optional>
#include <utility>

#include "base/condition.h"
#include "connect/server/messages.h"

namespace flint::connect {
namespace {

// The call lives until `finish` was called, so whoever set `writing_` or `done_` may use it.
class Pump final : public ResponsePump, public std::enable_shared_from_this<Pump> {
 public:
  Pump(Call& call, const StreamLimits& limits) : call_(call), limits_(limits) {}

  void start(SessionHolderPtr session, OperationPtr operation, int64_t afterIndex) override;
  void fail(const grpc::Status& status) override;
  void wrote(bool ok) override;
  void cancel() override;

 private:
  void pump();
  std::optional<grpc::Status> next();
  std::optional<grpc::Status> outcome(const std::optional<Status>& ended) const;
  void leave(Operation& operation);

  Call& call_;
  const StreamLimits& limits_;
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

void Pump::start(SessionHolderPtr session, OperationPtr operation, int64_t afterIndex) {
  {
    const std::lock_guard lock(mutex_);
    session_ = std::move(session);
    operation_ = std::move(operation);
    index_ = afterIndex;
    startedMs_ = steadyMs();
    operation_->detachedSinceMs = 0;
    reader_ = operation_->responses().attach([self = shared_from_this()] { self->pump(); });
  }
  pump();
}

void Pump::fail(const grpc::Status& status) {
  {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    done_ = true;
  }
  call_.finish(status);
}

void Pump::wrote(bool ok) {
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
    cancelled_ = cancelled_ || !ok;
  }
  pump();
}

void Pump::cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    if (operation_ == nullptr) return;  // still being parsed; `start` will see it
  }
  pump();
}

void Pump::pump() {
  std::optional<grpc::Status> end;
  bool writes = false;
  {
    const std::lock_guard lock(mutex_);
    if (writing_ || done_ || operation_ == nullptr) return;
    if (cancelled_) {
      end = grpc::Status::CANCELLED;
    } else if (operation_->reattachable() && (sentBytes_ >= limits_.maxBytes || steadyMs() - startedMs_ >= limits_.maxMs)) {
      end = grpc::Status::OK;  // the client reattaches
    } else {
      end = next();
      writes = writing_;
      // The last response and the end of the stream go out together.
      if (writes) end = outcome(operation_->responses().endBehind(index_));
    }
    if (!end.has_value() && !writes) return;
    done_ = end.has_value();
  }
  if (!end.has_value()) return call_.write(bytes_);
  const std::shared_ptr<Pump> self = shared_from_this();  // what the operation holds of it goes
  const SessionHolderPtr session = session_;
  leave(*operation_);
  if (writes) return call_.writeAndFinish(bytes_, *end);
  call_.finish(*end);
}

// How the stream of an operation that has ended so ends.
std::optional<grpc::Status> Pump::outcome(const std::optional<Status>& ended) const {
  if (!ended.has_value()) return std::nullopt;
  return ended->isOk() ? grpc::Status::OK : grpcStatus(*ended, &session_->errors());
}

// Under the lock: takes the next response to write, or says how the stream ends; neither when it is to wait.
std::optional<grpc::Status> Pump::next() {
  using Kind = ResponseBuffer::Next::Kind;
  const ResponseBuffer::Next next = operation_->responses().next(reader_, index_);
  switch (next.kind) {
    case Kind::kWait: return std::nullopt;
    case Kind::kResponse:
      index_ = next.response->index;
      sentBytes_ += static_cast<int64_t>(next.response->bytes.size());
      bytes_ = toBytes(next.response);
      writing_ = true;
      return std::nullopt;
    case Kind::kEnd: return outcome(next.outcome);
    case Kind::kSuperseded: return grpcStatus(Error(condition::kInvalidCursorDisconnected).as(ErrorFamily::kSqlConnect), nullptr);
    case Kind::kGone: break;
  }
  const Status cancelled = operation_->checkCancelled();
  if (!cancelled.isOk()) return grpcStatus(cancelled, &session_->errors());
  return grpcStatus(Error(condition::kInvalidCursorPositionNotAvailable)
                        .with("responseId", "")
                        .with("index", std::to_string(index_ + 1))
                        .as(ErrorFamily::kSqlConnect),
                    nullptr);
}

void Pump::leave(Operation& operation) {
  operation.responses().detach(reader_);
  if (!operation.reattachable()) {
    session_->removeOperation(operation.id(), false);
  } else if (!operation.responses().hasReader()) {
    operation.detachedSinceMs = steadyMs();
  }
}

}  // namespace

PumpPtr ResponsePump::make(Call& call, const StreamLimits& limits) { return std::make_shared<Pump>(call, limits); }

}  // namespace flint::connect
