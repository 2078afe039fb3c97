#include "connect/server/connect_server.h"

#include <fmt/core.h>
#include <google/protobuf/arena.h>
#include <grpc/grpc.h>
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/impl/codegen/proto_buffer_reader.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <spark/connect/base.pb.h>

#include <array>
#include <chrono>
#include <fstream>
#include <optional>
#include <sstream>

#include "catalog/sql_conf.h"
#include "connect/calls/calls.h"
#include "connect/decoder/plan_decoder.h"
#include "connect/server/request_threads.h"
#include "connect/service/uuid.h"

namespace flint::connect {
namespace {

constexpr int kMaxMessageBytes = 128 << 20;
constexpr int kMaxNesting = 2 * PlanDecoder::kMaxDepth;  // a level of an expression takes two messages
constexpr int64_t kMaxStreamBytes = int64_t{1} << 30;
constexpr int64_t kMaxStreamMs = 2 * 60'000;

// What all calls share.
struct Core {
  explicit Core(std::shared_ptr<session::SharedState> shared, SessionManager::Timeouts timeouts) : sessions(std::move(shared), timeouts, reportProgress) {}
  std::string token;
  SessionManager sessions;
  RequestThreads threads;  // last: its work uses the sessions
};

grpc::Status grpcStatus(const Status& status, ErrorStore* store) {
  RpcError error = rpcErrorOf(status, store);
  return {static_cast<grpc::StatusCode>(error.code), std::move(error.message), std::move(error.details)};
}

template <class Message>
bool parse(grpc::ByteBuffer& bytes, Message& message) {
  grpc::ProtoBufferReader reader(&bytes);
  google::protobuf::io::CodedInputStream input(&reader);
  input.SetRecursionLimit(kMaxNesting);
  input.SetTotalBytesLimit(kMaxMessageBytes);
  return reader.status().ok() && message.ParseFromCodedStream(&input) && input.ConsumedEntireMessage();
}

grpc::Status unreadable() {
  return grpcStatus(
      Error(condition::kConnectInvalidPlanCannotParse).with("errorMsg", "the request is damaged or nested too deeply").as(ErrorFamily::kSqlConnect), nullptr);
}

grpc::ByteBuffer toBytes(const google::protobuf::MessageLite& message) {
  const std::string text = message.SerializeAsString();
  const grpc::Slice slice(text);
  return {&slice, 1};
}

// The response's own bytes, kept alive by the slice.
grpc::ByteBuffer toBytes(const ResponsePtr& response) {
  auto* held = new ResponsePtr(response);
  const grpc::Slice slice(const_cast<char*>(response->bytes.data()), response->bytes.size(), [](void* one) { delete static_cast<ResponsePtr*>(one); }, held);
  return {&slice, 1};
}

template <class Request>
SessionKey keyOf(const Request& request) {
  return {request.user_context().user_id(), request.session_id()};
}

template <class Response>
void setSession(Response& response, const SessionHolder& session) {
  response.set_session_id(session.key().sessionId);
  response.set_server_side_session_id(session.serverSideSessionId());
}

// One request, one response, in a session that must be there (kExisting) or is made.
enum class Lookup : uint8_t { kMake, kExisting };
template <class Request, class Response, Lookup kLookup = Lookup::kMake>
grpc::Status unary(Core& core, grpc::ByteBuffer& in, grpc::ByteBuffer& out) {
  google::protobuf::Arena arena;
  auto* request = google::protobuf::Arena::CreateMessage<Request>(&arena);
  auto* response = google::protobuf::Arena::CreateMessage<Response>(&arena);
  if (!parse(in, *request)) return unreadable();
  const auto session = kLookup == Lookup::kMake ? core.sessions.getOrCreate(keyOf(*request), request->client_observed_server_side_session_id())
                                                : core.sessions.get(keyOf(*request), request->client_observed_server_side_session_id());
  if (!session.isOk()) return grpcStatus(session.status(), nullptr);
  const Status done = answer(**session, *request, *response);
  if (!done.isOk()) return grpcStatus(done, &(*session)->errors());
  setSession(*response, **session);
  out = toBytes(*response);
  return grpc::Status::OK;
}

grpc::Status releaseSession(Core& core, grpc::ByteBuffer& in, grpc::ByteBuffer& out) {
  spark::connect::ReleaseSessionRequest request;
  spark::connect::ReleaseSessionResponse response;
  if (!parse(in, request)) return unreadable();
  response.set_session_id(request.session_id());
  response.set_server_side_session_id(core.sessions.release(keyOf(request), request.allow_reconnect()));
  out = toBytes(response);
  return grpc::Status::OK;
}

grpc::Status cloneSession(Core& core, grpc::ByteBuffer& in, grpc::ByteBuffer& out) {
  spark::connect::CloneSessionRequest request;
  spark::connect::CloneSessionResponse response;
  if (!parse(in, request)) return unreadable();
  const auto session = core.sessions.getOrCreate(keyOf(request), request.client_observed_server_side_session_id());
  if (!session.isOk()) return grpcStatus(session.status(), nullptr);
  const auto copy = core.sessions.clone(*session, request.new_session_id());
  if (!copy.isOk()) return grpcStatus(copy.status(), &(*session)->errors());
  setSession(response, **session);
  response.set_new_session_id((*copy)->key().sessionId);
  response.set_new_server_side_session_id((*copy)->serverSideSessionId());
  out = toBytes(response);
  return grpc::Status::OK;
}

using UnaryHandler = grpc::Status (*)(Core&, grpc::ByteBuffer&, grpc::ByteBuffer&);

class UnaryReactor final : public grpc::ServerGenericBidiReactor {
 public:
  UnaryReactor(Core& core, UnaryHandler handler) : core_(core), handler_(handler) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish({grpc::StatusCode::INTERNAL, "the call has no request"});
    core_.threads.post([this] {
      const grpc::Status status = handler_(core_, request_, response_);
      if (status.ok()) {
        StartWriteAndFinish(&response_, grpc::WriteOptions(), status);
      } else {
        Finish(status);
      }
    });
  }
  void OnDone() override { delete this; }

 private:
  Core& core_;
  const UnaryHandler handler_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

// Refuses a call.
class RefusingReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit RefusingReactor(grpc::Status status) { Finish(std::move(status)); }
  void OnDone() override { delete this; }
};

/// Moves the responses of an operation to one stream, until the operation or the stream ends.
///
/// Threads: thread-safe; shared by the reactor and by the buffer's callback, which may outlive it. The reactor lives until `Finish` was called, so
/// whoever set `writing_` or `done_` may use it. gRPC runs callbacks inside of calls, so none is made under the lock.
class ResponsePump : public std::enable_shared_from_this<ResponsePump> {
 public:
  ResponsePump(grpc::ServerGenericBidiReactor& reactor) : reactor_(reactor) {}

  /// Starts behind response `afterIndex`.
  void start(SessionHolderPtr session, OperationPtr operation, int64_t afterIndex) {
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

  /// Ends a stream that has no operation (yet).
  void fail(const grpc::Status& status) {
    {
      const std::lock_guard lock(mutex_);
      if (done_) return;
      done_ = true;
    }
    reactor_.Finish(status);
  }

  void wrote(bool ok) {
    {
      const std::lock_guard lock(mutex_);
      writing_ = false;
      cancelled_ = cancelled_ || !ok;
    }
    pump();
  }

  void cancel() {
    {
      const std::lock_guard lock(mutex_);
      cancelled_ = true;
      if (operation_ == nullptr) return;  // still being parsed; `start` will see it
    }
    pump();
  }

 private:
  void pump() {
    std::optional<grpc::Status> end;
    OperationPtr ended;
    {
      const std::lock_guard lock(mutex_);
      if (writing_ || done_ || operation_ == nullptr) return;
      if (cancelled_) {
        end = grpc::Status::CANCELLED;
      } else if (operation_->reattachable() && (sentBytes_ >= kMaxStreamBytes || steadyMs() - startedMs_ >= kMaxStreamMs)) {
        end = grpc::Status::OK;  // the client reattaches
      } else {
        end = next();
      }
      if (!end.has_value() && !writing_) return;
      if (end.has_value()) {
        done_ = true;
        ended = operation_;
      }
    }
    if (!end.has_value()) return reactor_.StartWrite(&bytes_);
    const SessionHolderPtr session = session_;
    leave(*ended);
    reactor_.Finish(*end);
  }

  // Under the lock: takes the next response to write, or says how the stream ends; neither when it is to wait.
  std::optional<grpc::Status> next() {
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
      case Kind::kEnd:
        return next.outcome.isOk() ? grpc::Status::OK : grpcStatus(next.outcome, &session_->errors());
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

  void leave(Operation& operation) {
    operation.responses().detach(reader_);
    if (!operation.reattachable()) {
      session_->removeOperation(operation.id(), false);
    } else if (!operation.responses().hasReader()) {
      operation.detachedSinceMs = steadyMs();
    }
  }

  grpc::ServerGenericBidiReactor& reactor_;
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

using StreamHandler = void (*)(Core&, grpc::ByteBuffer&, const PumpPtr&);

void executePlanCall(Core& core, grpc::ByteBuffer& in, const PumpPtr& pump) {
  google::protobuf::Arena arena;
  auto* request = google::protobuf::Arena::CreateMessage<spark::connect::ExecutePlanRequest>(&arena);
  if (!parse(in, *request)) return pump->fail(unreadable());
  in.Clear();
  const auto session = core.sessions.getOrCreate(keyOf(*request), request->client_observed_server_side_session_id());
  if (!session.isOk()) return pump->fail(grpcStatus(session.status(), nullptr));
  if (request->has_operation_id() && !isUuid(request->operation_id())) {
    return pump->fail(grpcStatus(invalidHandle(condition::kInvalidHandleFormat, request->operation_id()), nullptr));
  }
  bool reattachable = false;
  for (const auto& option : request->request_options()) reattachable = reattachable || option.reattach_options().reattachable();
  ResponseBuffer::Limits limits;
  limits.keepsRead = reattachable;
  const auto operation = std::make_shared<Operation>(request->has_operation_id() ? request->operation_id() : newUuid(),
                                                     std::vector<std::string>(request->tags().begin(), request->tags().end()), reattachable, limits);
  const Status added = (*session)->addOperation(operation);
  if (!added.isOk()) return pump->fail(grpcStatus(added, &(*session)->errors()));
  pump->start(*session, operation, 0);
  executePlan(**session, *operation, *request);
}

void reattachCall(Core& core, grpc::ByteBuffer& in, const PumpPtr& pump) {
  spark::connect::ReattachExecuteRequest request;
  if (!parse(in, request)) return pump->fail(unreadable());
  const auto session = core.sessions.get(keyOf(request), request.client_observed_server_side_session_id());
  if (!session.isOk()) return pump->fail(grpcStatus(session.status(), nullptr));
  const auto operation = (*session)->operation(request.operation_id());
  if (!operation.isOk()) return pump->fail(grpcStatus(operation.status(), nullptr));
  if (!(*operation)->reattachable()) {
    return pump->fail(grpcStatus(Error(condition::kInvalidCursorNotReattachable).as(ErrorFamily::kSqlConnect), nullptr));
  }
  int64_t after = 0;
  if (request.has_last_response_id()) {
    after = (*operation)->responses().indexOf(request.last_response_id());
    if (after == 0) {
      return pump->fail(grpcStatus(
          Error(condition::kInvalidCursorPositionNotFound).with("responseId", request.last_response_id()).as(ErrorFamily::kSqlConnect), nullptr));
    }
  }
  pump->start(*session, *operation, after);
}

class StreamReactor final : public grpc::ServerGenericBidiReactor {
 public:
  StreamReactor(Core& core, StreamHandler handler) : core_(core), handler_(handler), pump_(std::make_shared<ResponsePump>(*this)) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return pump_->fail({grpc::StatusCode::INTERNAL, "the call has no request"});
    // The handler outlives the reactor when the stream ends before the query.
    core_.threads.post([&core = core_, handler = handler_, pump = pump_, request = std::move(request_)]() mutable { handler(core, request, pump); });
  }
  void OnWriteDone(bool ok) override {
    const PumpPtr pump = pump_;  // the reactor may be gone before this ends
    pump->wrote(ok);
  }
  void OnCancel() override {
    const PumpPtr pump = pump_;
    pump->cancel();
  }
  void OnDone() override { delete this; }

 private:
  Core& core_;
  const StreamHandler handler_;
  const PumpPtr pump_;
  grpc::ByteBuffer request_;
};

/// AddArtifacts: many requests, one response.
class UploadReactor final : public grpc::ServerGenericBidiReactor {
 public:
  explicit UploadReactor(Core& core) : core_(core) { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    core_.threads.post([this, ok] { ok ? take() : finish(); });
  }
  void OnDone() override { delete this; }

 private:
  void take() {
    spark::connect::AddArtifactsRequest request;
    if (!parse(request_, request)) return Finish(unreadable());
    if (session_ == nullptr) {
      const auto session = core_.sessions.getOrCreate(keyOf(request), request.client_observed_server_side_session_id());
      if (!session.isOk()) return Finish(grpcStatus(session.status(), nullptr));
      session_ = *session;
    }
    const Status taken = upload_.take(*session_, request);
    if (!taken.isOk()) return Finish(grpcStatus(taken, &session_->errors()));
    request_.Clear();
    StartRead(&request_);
  }
  void finish() {
    spark::connect::AddArtifactsResponse response;
    if (session_ == nullptr) return Finish({grpc::StatusCode::INTERNAL, "the call has no request"});
    const Status done = upload_.finish(response);
    if (!done.isOk()) return Finish(grpcStatus(done, &session_->errors()));
    setSession(response, *session_);
    response_ = toBytes(response);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  Core& core_;
  SessionHolderPtr session_;
  ArtifactUpload upload_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

class Service final : public grpc::CallbackGenericService {
 public:
  explicit Service(Core& core) : core_(core) {}

  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext* context) override {
    if (!core_.token.empty() && !hasToken(*context)) return new RefusingReactor({grpc::StatusCode::UNAUTHENTICATED, "Invalid authentication token"});
    constexpr std::string_view kService = "/spark.connect.SparkConnectService/";
    std::string_view method = context->method();
    if (!method.starts_with(kService)) return new RefusingReactor({grpc::StatusCode::UNIMPLEMENTED, "no such service"});
    method.remove_prefix(kService.size());
    if (method == "ExecutePlan") return new StreamReactor(core_, executePlanCall);
    if (method == "ReattachExecute") return new StreamReactor(core_, reattachCall);
    if (method == "AddArtifacts") return new UploadReactor(core_);
    for (const auto& [name, handler] : kUnaryCalls) {
      if (name == method) return new UnaryReactor(core_, handler);
    }
    return new RefusingReactor({grpc::StatusCode::UNIMPLEMENTED, "no such method"});
  }

 private:
  bool hasToken(const grpc::GenericCallbackServerContext& context) const {
    const std::string expected = "Bearer " + core_.token;
    const auto found = context.client_metadata().find("authorization");
    if (found == context.client_metadata().end() || found->second.size() != expected.size()) return false;
    // Every byte is looked at, so that the time taken tells nothing of the token.
    unsigned different = 0;
    for (size_t i = 0; i < expected.size(); ++i) different |= static_cast<unsigned>(expected[i] ^ found->second.data()[i]);
    return different == 0;
  }

  static constexpr std::array<std::pair<std::string_view, UnaryHandler>, 9> kUnaryCalls = {{
      {"AnalyzePlan", unary<spark::connect::AnalyzePlanRequest, spark::connect::AnalyzePlanResponse>},
      {"Config", unary<spark::connect::ConfigRequest, spark::connect::ConfigResponse>},
      {"ArtifactStatus", unary<spark::connect::ArtifactStatusesRequest, spark::connect::ArtifactStatusesResponse>},
      {"Interrupt", unary<spark::connect::InterruptRequest, spark::connect::InterruptResponse>},
      {"ReleaseExecute", unary<spark::connect::ReleaseExecuteRequest, spark::connect::ReleaseExecuteResponse, Lookup::kExisting>},
      {"ReleaseSession", releaseSession},
      {"FetchErrorDetails", unary<spark::connect::FetchErrorDetailsRequest, spark::connect::FetchErrorDetailsResponse>},
      {"CloneSession", cloneSession},
      {"GetStatus", unary<spark::connect::GetStatusRequest, spark::connect::GetStatusResponse>},
  }};

  Core& core_;
};

bool isLoopback(const std::string& host) { return host == "localhost" || host == "::1" || host.starts_with("127."); }

Error badOption(std::string what) { return internalError(std::move(what)); }

Result<std::string> readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  if (!file || !(content << file.rdbuf())) return badOption("cannot read " + path);
  return content.str();
}

Result<std::shared_ptr<grpc::ServerCredentials>> credentials(const ServerOptions& options) {
  const bool tls = !options.tlsCertificate.empty() && !options.tlsKey.empty();
  if (!isLoopback(options.host) && !options.insecure && (!tls || options.token.empty())) {
    return badOption(fmt::format("listening on {} needs a token (spark.connect.authenticate.token) and a TLS certificate and key, or --insecure", options.host));
  }
  if (!tls) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions ssl;
  ASSIGN_OR_RETURN(const std::string certificate, readFile(options.tlsCertificate));
  ASSIGN_OR_RETURN(const std::string key, readFile(options.tlsKey));
  ssl.pem_key_cert_pairs.push_back({key, certificate});
  return grpc::SslServerCredentials(ssl);
}

SessionManager::Timeouts timeoutsOf(const std::map<std::string, std::string>& settings) {
  const catalog::SQLConf conf(settings);
  SessionManager::Timeouts timeouts;
  timeouts.sessionMs = conf.getMilliseconds("spark.connect.session.manager.defaultSessionTimeout", timeouts.sessionMs);
  timeouts.detachedMs = conf.getMilliseconds("spark.connect.execute.manager.detachedTimeout", timeouts.detachedMs);
  timeouts.progressMs = conf.getMilliseconds("spark.connect.progress.reportInterval", timeouts.progressMs);
  return timeouts;
}

}  // namespace

struct ConnectServer::State {
  State(std::shared_ptr<session::SharedState> shared, const SessionManager::Timeouts& timeouts) : core(std::move(shared), timeouts), service(core) {}
  Core core;
  Service service;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

ConnectServer::ConnectServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

ConnectServer::~ConnectServer() { stop(0); }

Result<std::unique_ptr<ConnectServer>> ConnectServer::start(ServerOptions options, std::shared_ptr<session::SharedState> shared) {
  ASSIGN_OR_RETURN(const auto channel, credentials(options));
  const SessionManager::Timeouts timeouts = timeoutsOf(shared->settings);
  auto state = std::make_unique<State>(std::move(shared), timeouts);
  state->core.token = options.token;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'000);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  const bool bareV6 = options.host.find(':') != std::string::npos && !options.host.starts_with('[');
  const std::string host = bareV6 ? "[" + options.host + "]" : options.host;
  builder.AddListeningPort(fmt::format("{}:{}", host, options.port), channel, &state->port);
  builder.RegisterCallbackGenericService(&state->service);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return badOption(fmt::format("cannot listen on {}:{}: the port is in use, or the address is not this machine's", options.host, options.port));
  }
  return std::unique_ptr<ConnectServer>(new ConnectServer(std::move(state)));
}

int ConnectServer::port() const { return state_->port; }

void ConnectServer::stop(int64_t graceMs) {
  if (state_->server == nullptr) return;
  state_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(graceMs));
  state_->core.sessions.closeAll();
  state_->server->Wait();
  state_->server.reset();
}

}  // namespace flint::connect
