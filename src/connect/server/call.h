#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string_view>

namespace grpc {
class ByteBuffer;
class ServerBuilder;
class Status;
}

namespace flint::connect {

/// What a call does with its messages. `Call::finish` (or `writeAndFinish`) is to be called exactly once, whatever happens.
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
/// Threads: each function by one thread at a time; at most one read and one write are under way, and no write is when `finish` is called.
class Call {
 public:
  virtual std::string_view method() const = 0;
  virtual std::optional<std::string_view> metadata(std::string_view key) const = 0;

  virtual void read(grpc::ByteBuffer* into) = 0;
  /// `message` stays as it is until `onWrite`.
  virtual void write(const grpc::ByteBuffer& message) = 0;
  virtual void finish(const grpc::Status& status) = 0;
  virtual void writeAndFinish(const grpc::ByteBuffer& message, const grpc::Status& status) = 0;

 protected:
  virtual ~Call() = default;
};

/// Accepts the calls of a gRPC server, whatever their method.
///
/// gRPC's callback interface hands each event from thread to thread; here few threads poll, each a queue of its own, and what takes time is posted
/// elsewhere by the handlers.
/// Threads: all functions by one thread.
class CallService {
 public:
  using Handlers = std::function<std::unique_ptr<CallHandler>(Call&)>;
  explicit CallService(Handlers handlers);
  ~CallService();

  void attach(grpc::ServerBuilder& builder);
  /// Accepts calls, once the server is built.
  void run();
  /// Waits for all calls to end; the server has been shut down.
  void stop();

 private:
  class State;
  const std::unique_ptr<State> state_;
};

}  // namespace flint::connect
