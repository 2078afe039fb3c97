#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace flint::connect {

class CallService;

/// What a call does with its messages. `call.finish` (or `writeAndFinish`) is to be called exactly once, whatever happens.
///
/// Threads: all functions are called by the call's one polling thread, and must be short.
class CallHandler {
 public:
  virtual ~CallHandler() = default;
  virtual void onStart() = 0;
  virtual void onRead(bool /*ok*/) {}
  virtual void onWrite(bool /*ok*/) {}
  /// The client went away, or the server ends its calls.
  virtual void onCancel() {}
};

/// One call of a client, in raw bytes. Handler and call live until `finish` was called and all that was started has ended.
///
/// Threads: each function by one thread at a time; at most one read and one write are under way, and none is when `finish` is called.
class Call {
 public:
  const std::string& method() const { return context_.method(); }
  const std::multimap<grpc::string_ref, grpc::string_ref>& metadata() const { return context_.client_metadata(); }

  void read(grpc::ByteBuffer* into);
  /// `message` stays as it is until `onWrite`.
  void write(const grpc::ByteBuffer& message);
  void finish(const grpc::Status& status);
  void writeAndFinish(const grpc::ByteBuffer& message, const grpc::Status& status);

 private:
  friend class CallService;
  enum class Event : uint8_t { kAccepted, kRead, kWrite, kFinish, kDone };
  struct Tag {
    Call* call;
    Event event;
  };

  explicit Call(CallService& service);
  ~Call();
  void accept(grpc::ServerCompletionQueue& queue);
  void handle(Event event, bool ok);
  void* start(Event event);

  CallService& service_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  std::array<Tag, 5> tags_;
  std::atomic<int32_t> unfinished_ = 2;  // what was started and has not ended: the call itself, and `finish`
  std::unique_ptr<CallHandler> handler_;
};

/// Accepts the calls of a gRPC server, whatever their method.
///
/// gRPC's callback interface hands each event from thread to thread; here few threads poll, each a queue of its own, and what takes time is posted
/// elsewhere by the handlers.
/// Threads: `attach`, `run` and `stop` by one thread.
class CallService {
 public:
  using Handlers = std::function<std::unique_ptr<CallHandler>(Call&)>;
  explicit CallService(Handlers handlers) : handlers_(std::move(handlers)) {}
  ~CallService();

  void attach(grpc::ServerBuilder& builder);
  /// Accepts calls, once the server is built.
  void run();
  /// Waits for all calls to end; the server has been shut down.
  void stop();

 private:
  friend class Call;
  void accept(grpc::ServerCompletionQueue& queue);
  void poll(grpc::ServerCompletionQueue& queue);
  void ended();

  const Handlers handlers_;
  grpc::AsyncGenericService service_;
  std::vector<std::unique_ptr<grpc::ServerCompletionQueue>> queues_;
  std::vector<std::jthread> threads_;
  std::mutex mutex_;
  std::condition_variable noCall_;
  int64_t numCalls_ = 0;  // accepted or waiting to be
};

}  // namespace flint::connect
