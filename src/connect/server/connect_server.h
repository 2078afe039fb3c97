#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/status.h"
#include "session/shared_state.h"

namespace flint::connect {

/// Where and how the server listens.
struct ServerOptions {
  std::string host = "127.0.0.1";
  int port = 15002;
  bool insecure = false;        // listen beyond this machine without token and TLS
  std::string token;            // spark.connect.authenticate.token; empty: none is asked for
  std::string tlsCertificate;   // file names, PEM
  std::string tlsKey;
};

/// Serves Spark Connect over gRPC.
///
/// Requests are taken as raw bytes and parsed here, on threads with large stacks: generated services stop at 100 levels of nesting and 4 MB.
/// Threads: `start` and `stop` by one thread.
class ConnectServer {
 public:
  /// Errors: INVALID_SPARK_CONFIG-like conditions for options that do not go together, a file that cannot be read, a port in use.
  static Result<std::unique_ptr<ConnectServer>> start(ServerOptions options, std::shared_ptr<session::SharedState> shared);
  ~ConnectServer();

  /// The port listened on, where 0 was asked for.
  int port() const;
  /// Takes no more calls, lets those that run end for at most `graceMs`, then ends them.
  void stop(int64_t graceMs);

 private:
  struct State;
  explicit ConnectServer(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flint::connect
