#include "connect/server/connect_server.h"

#include <fmt/core.h>
#include <google/protobuf/arena.h>
#include <grpc/grpc.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/byte_buffer.h>
#include <spark/connect/base.pb.h>

#include <array>
#include <fstream>
#include <optional>
#include <sstream>

#include "catalog/sql_conf.h"
#include "connect/calls/calls.h"
#include "connect/server/call.h"
#include "connect/server/messages.h"
#include "connect/server/request_threads.h"
#include "connect/server/response_pump.h"
#include "connect/service/uuid.h"
#include "memory/memory_pool.h"

namespace flint::connect {
namespace {

StreamLimits streamLimitsOf(const std::map<std::string, std::string>& settings) {
  const catalog::SQLConf conf(settings);
  StreamLimits limits;
  limits.maxBytes = conf.getBytes("spark.connect.execute.reattachable.senderMaxStreamSize", limits.maxBytes);
  limits.maxMs = conf.getMilliseconds("spark.connect.execute.reattachable.senderMaxStreamDuration", limits.maxMs);
  limits.retainedBytes = conf.getBytes("spark.connect.execute.reattachable.observerRetryBufferSize", limits.retainedBytes);
  return limits;
}

// What all calls share.
struct Core {
  explicit Core(const std::shared_ptr<session::SharedState>& shared, SessionManager::Timeouts timeouts)
      : streams(streamLimitsOf(shared->settings)), results(memory::QueryPool::make(shared->memory, "results")), sessions(shared, timeouts, reportProgress) {}
  std::string token;
  const StreamLimits streams;
  const std::shared_ptr<memory::QueryPool> results;  // what responses that wait for their readers are charged to
  SessionManager sessions;
  RequestThreads threads;  // last: its work uses the sessions
};

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

class UnaryCall final : public CallHandler {
 public:
  /// `quick`: the answer takes less than handing it to another thread.
  UnaryCall(Core& core, Call& call, UnaryHandler handler, bool quick) : core_(core), call_(call), handler_(handler), quick_(quick) {}

  void onStart() override { call_.read(&request_); }
  void onRead(bool ok) override {
    if (!ok) return call_.finish({grpc::StatusCode::INTERNAL, "the call has no request"});
    if (quick_) return answerCall();
    core_.threads.post([this] { answerCall(); });
  }

 private:
  void answerCall() {
    const grpc::Status status = handler_(core_, request_, response_);
    if (!status.ok()) return call_.finish(status);
    call_.writeAndFinish(response_, status);
  }

  Core& core_;
  Call& call_;
  const UnaryHandler handler_;
  const bool quick_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

// Refuses a call.
class RefusingCall final : public CallHandler {
 public:
  RefusingCall(Call& call, grpc::Status status) : call_(call), status_(std::move(status)) {}
  void onStart() override { call_.finish(status_); }

 private:
  Call& call_;
  const grpc::Status status_;
};

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
  limits.retainedBytes = core.streams.retainedBytes;
  const auto operation = std::make_shared<Operation>(request->has_operation_id() ? request->operation_id() : newUuid(),
                                                     std::vector<std::string>(request->tags().begin(), request->tags().end()), reattachable, limits,
                                                     core.results->makeReservation("results"));
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

class StreamCall final : public CallHandler {
 public:
  StreamCall(Core& core, Call& call, StreamHandler handler) : core_(core), call_(call), handler_(handler), pump_(ResponsePump::make(call, core.streams)) {}

  void onStart() override { call_.read(&request_); }
  void onRead(bool ok) override {
    if (!ok) return pump_->fail({grpc::StatusCode::INTERNAL, "the call has no request"});
    // The handler outlives the call when the stream ends before the query.
    core_.threads.post([&core = core_, handler = handler_, pump = pump_, request = std::move(request_)]() mutable { handler(core, request, pump); });
  }
  void onWrite(bool ok) override { pump_->wrote(ok); }
  void onCancel() override { pump_->cancel(); }

 private:
  Core& core_;
  Call& call_;
  const StreamHandler handler_;
  const PumpPtr pump_;
  grpc::ByteBuffer request_;
};

/// AddArtifacts: many requests, one response.
class UploadCall final : public CallHandler {
 public:
  UploadCall(Core& core, Call& call) : core_(core), call_(call) {}

  void onStart() override { call_.read(&request_); }  void onRead(bool ok) override {
    core_.threads.post([this, ok] { ok ? take() : finish(); });
  }

 private:
  void take() {
    spark::connect::AddArtifactsRequest request;
    if (!parse(request_, request)) return call_.finish(unreadable());
    if (session_ == nullptr) {
      const auto session = core_.sessions.getOrCreate(keyOf(request), request.client_observed_server_side_session_id());
      if (!session.isOk()) return call_.finish(grpcStatus(session.status(), nullptr));
      session_ = *session;
    }
    const Status taken = upload_.take(*session_, request);
    if (!taken.isOk()) return call_.finish(grpcStatus(taken, &session_->errors()));
    request_.Clear();
    call_.read(&request_);
  }
  void finish() {
    spark::connect::AddArtifactsResponse response;
    if (session_ == nullptr) return call_.finish({grpc::StatusCode::INTERNAL, "the call has no request"});
    const Status done = upload_.finish(response);
    if (!done.isOk()) return call_.finish(grpcStatus(done, &session_->errors()));
    setSession(response, *session_);
    response_ = toBytes(response);
    call_.writeAndFinish(response_, grpc::Status::OK);
  }

  Core& core_;
  Call& call_;
  SessionHolderPtr session_;
  ArtifactUpload upload_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
};

bool hasToken(const Call& call, const std::string& token) {
  const std::string expected = "Bearer " + token;
  const std::optional<std::string_view> given = call.metadata("authorization");
  if (!given.has_value() || given->size() != expected.size()) return false;
  // Every byte is looked at, so that the time taken tells nothing of the token.
  unsigned different = 0;
  for (size_t i = 0; i < expected.size(); ++i) different |= static_cast<unsigned>(expected[i] ^ (*given)[i]);
  return different == 0;
}

struct UnaryMethod {
  std::string_view name;
  UnaryHandler handler;
  bool quick = false;
};
constexpr std::array<UnaryMethod, 9> kUnaryMethods = {{
    {"AnalyzePlan", unary<spark::connect::AnalyzePlanRequest, spark::connect::AnalyzePlanResponse>},
    {"Config", unary<spark::connect::ConfigRequest, spark::connect::ConfigResponse>},
    {"ArtifactStatus", unary<spark::connect::ArtifactStatusesRequest, spark::connect::ArtifactStatusesResponse>},
    {"Interrupt", unary<spark::connect::InterruptRequest, spark::connect::InterruptResponse>},
    {"ReleaseExecute", unary<spark::connect::ReleaseExecuteRequest, spark::connect::ReleaseExecuteResponse, Lookup::kExisting>, true},
    {"ReleaseSession", releaseSession},
    {"FetchErrorDetails", unary<spark::connect::FetchErrorDetailsRequest, spark::connect::FetchErrorDetailsResponse>},
    {"CloneSession", cloneSession},
    {"GetStatus", unary<spark::connect::GetStatusRequest, spark::connect::GetStatusResponse>},
}};

std::unique_ptr<CallHandler> handlerOf(Core& core, Call& call) {
  const auto refuse = [&](grpc::StatusCode code, const char* why) { return std::make_unique<RefusingCall>(call, grpc::Status(code, why)); };
  if (!core.token.empty() && !hasToken(call, core.token)) return refuse(grpc::StatusCode::UNAUTHENTICATED, "Invalid authentication token");
  constexpr std::string_view kService = "/spark.connect.SparkConnectService/";
  std::string_view method = call.method();
  if (!method.starts_with(kService)) return refuse(grpc::StatusCode::UNIMPLEMENTED, "no such service");
  method.remove_prefix(kService.size());
  if (method == "ExecutePlan") return std::make_unique<StreamCall>(core, call, executePlanCall);
  if (method == "ReattachExecute") return std::make_unique<StreamCall>(core, call, reattachCall);
  if (method == "AddArtifacts") return std::make_unique<UploadCall>(core, call);
  for (const UnaryMethod& one : kUnaryMethods) {
    if (one.name == method) return std::make_unique<UnaryCall>(core, call, one.handler, one.quick);
  }
  return refuse(grpc::StatusCode::UNIMPLEMENTED, "no such method");
}

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
  State(const std::shared_ptr<session::SharedState>& shared, const SessionManager::Timeouts& timeouts) : core(shared, timeouts), calls([this](Call& call) { return handlerOf(core, call); }) {}
  Core core;
  CallService calls;
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

ConnectServer::ConnectServer(std::unique_ptr<State> state) : state_(std::move(state)) {}

ConnectServer::~ConnectServer() { stop(0); }

Result<std::unique_ptr<ConnectServer>> ConnectServer::start(ServerOptions options, std::shared_ptr<session::SharedState> shared) {
  ASSIGN_OR_RETURN(const auto channel, credentials(options));
  const SessionManager::Timeouts timeouts = timeoutsOf(shared->settings);
  auto state = std::make_unique<State>(shared, timeouts);
  state->core.token = options.token;
  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'000);
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.SetMaxSendMessageSize(-1);
  const bool bareV6 = options.host.find(':') != std::string::npos && !options.host.starts_with('[');
  const std::string host = bareV6 ? "[" + options.host + "]" : options.host;
  builder.AddListeningPort(fmt::format("{}:{}", host, options.port), channel, &state->port);
  state->calls.attach(builder);
  state->server = builder.BuildAndStart();
  if (state->server == nullptr || state->port == 0) {
    return badOption(fmt::format("cannot listen on {}:{}: the port is in use, or the address is not this machine's", options.host, options.port));
  }
  state->calls.run();
  return std::unique_ptr<ConnectServer>(new ConnectServer(std::move(state)));
}

int ConnectServer::port() const { return state_->port; }

void ConnectServer::stop(int64_t graceMs) {
  if (state_->server == nullptr) return;
  state_->server->Shutdown(std::chrono::system_clock::now() + std::chrono::milliseconds(graceMs));
  state_->core.sessions.closeAll();
  state_->server->Wait();
  state_->calls.stop();
  state_->server.reset();
}

}  // namespace flint::connect
