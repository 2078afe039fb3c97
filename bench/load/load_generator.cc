// Many small queries at once over Spark Connect: closed-loop clients, each with a session of its own, ask a server one query after the other.
//
//   load_generator --address HOST:PORT [--clients 32] [--seconds 10] [--warm-up 2] [--keys 1] [--server-pid PID] [--setup SQL]... SQL
//
// "{key}" in the query becomes another number from 0 to keys - 1 each time. The queries of --setup run once each, before the clients start.
// Prints queries per second, the latencies' median and 99th percentile in milliseconds, and the CPU milliseconds a query of this program and,
// where its process id is given, of the server. Any other outcome than rows ends the run with status 1.
#include <fmt/core.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <spark/connect/base.pb.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace flint {
namespace {

using Clock = std::chrono::steady_clock;

struct Options {
  std::string address;
  int clients = 32;
  double seconds = 10;
  double warmUp = 2;
  int64_t keys = 1;
  std::string serverPid;
  std::vector<std::string> setup;
  std::string query;
};

double ownCpuMs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& time) { return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3; };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

// User and system time of a process, those of its ended threads too.
double cpuMsOf(const std::string& pid) {
  if (pid.empty()) return 0;
  std::ifstream file("/proc/" + pid + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  const size_t nameEnd = text.rfind(')');
  if (nameEnd == std::string::npos) return 0;
  long user = 0;
  long system = 0;
  // The fields behind the name: state, ten others, utime, stime.
  if (std::sscanf(text.c_str() + nameEnd + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %ld %ld", &user, &system) != 2) return 0;
  return static_cast<double>(user + system) * 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::string newUuid(std::mt19937_64& random) {
  const uint64_t high = random();
  const uint64_t low = random();
  return fmt::format("{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}", high >> 32, high >> 16 & 0xffff, high & 0xfff, low >> 52, low & 0xffffffffffff);
}

// What all clients share.
struct Run {
  const Options& options;
  grpc::GenericStub stub;
  grpc::CompletionQueue queue;
  std::mt19937_64 random{42};
  bool failed = false;
  bool measuring = false;
  Clock::time_point end;
  std::vector<double> latencies;
};

// One client: its query is under way, or it has stopped.
class Client {
 public:
  explicit Client(Run& run) : run_(run), session_(newUuid(run.random)) {}

  void ask(std::string query) {
    spark::connect::ExecutePlanRequest request;
    request.set_session_id(session_);
    request.mutable_user_context()->set_user_id("load");
    request.set_client_type("load_generator");
    request.mutable_plan()->mutable_root()->mutable_sql()->set_query(std::move(query));
    const std::string bytes = request.SerializeAsString();
    const grpc::Slice slice(bytes);
    request_ = grpc::ByteBuffer(&slice, 1);
    stream_ = nullptr;  // it stands in the memory of its context's call
    context_ = std::make_unique<grpc::ClientContext>();
    gotRows_ = false;
    started_ = Clock::now();
    stream_ = run_.stub.PrepareCall(context_.get(), "/spark.connect.SparkConnectService/ExecutePlan", &run_.queue);
    state_ = State::kStarting;
    stream_->StartCall(this);
  }

  /// What was under way has ended; false once the query has.
  bool proceed(bool ok) {
    switch (state_) {
      case State::kStarting:
        if (!ok) return finish();
        state_ = State::kWriting;
        stream_->WriteLast(request_, grpc::WriteOptions(), this);
        return true;
      case State::kWriting:
        if (!ok) return finish();
        state_ = State::kReading;
        stream_->Read(&response_, this);
        return true;
      case State::kReading:
        if (!ok) return finish();
        look();
        stream_->Read(&response_, this);
        return true;
      case State::kFinishing: break;
    }
    if (!status_.ok() || !gotRows_) {
      fmt::print(stderr, "load_generator: {}\n", status_.ok() ? "no rows came" : status_.error_message());
      run_.failed = true;
    }
    if (run_.measuring) run_.latencies.push_back(std::chrono::duration<double, std::milli>(Clock::now() - started_).count());
    return false;
  }

 private:
  enum class State : uint8_t { kStarting, kWriting, kReading, kFinishing };

  bool finish() {
    state_ = State::kFinishing;
    stream_->Finish(&status_, this);
    return true;
  }

  // Rows, or the result of a command.
  void look() {
    std::vector<grpc::Slice> slices;
    if (!response_.Dump(&slices).ok()) return;
    std::string bytes;
    for (const grpc::Slice& slice : slices) bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    spark::connect::ExecutePlanResponse message;
    gotRows_ = gotRows_ || (message.ParseFromString(bytes) && (message.has_arrow_batch() || message.has_sql_command_result()));
  }

  Run& run_;
  const std::string session_;
  grpc::ByteBuffer request_;
  grpc::ByteBuffer response_;
  grpc::Status status_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::GenericClientAsyncReaderWriter> stream_;
  State state_ = State::kFinishing;
  bool gotRows_ = false;
  Clock::time_point started_;
};

std::string queryOf(Run& run) {
  std::string query = run.options.query;
  if (const size_t at = query.find("{key}"); at != std::string::npos) {
    query.replace(at, 5, std::to_string(run.random() % static_cast<uint64_t>(std::max<int64_t>(1, run.options.keys))));
  }
  return query;
}

// Clients ask until `until`, then their last queries end.
void askUntil(Run& run, std::vector<std::unique_ptr<Client>>& clients, Clock::time_point until) {
  size_t asking = clients.size();
  for (const auto& client : clients) client->ask(queryOf(run));
  void* tag = nullptr;
  bool ok = false;
  while (asking > 0 && run.queue.Next(&tag, &ok)) {
    auto* client = static_cast<Client*>(tag);
    if (client->proceed(ok)) continue;
    if (run.failed || Clock::now() >= until) {
      --asking;
    } else {
      client->ask(queryOf(run));
    }
  }
}

void askOnce(Run& run, Client& client, const std::string& query) {
  client.ask(query);
  void* tag = nullptr;
  bool ok = false;
  while (run.queue.Next(&tag, &ok) && client.proceed(ok)) {
  }
}

int runLoad(const Options& options) {
  Run run{.options = options, .stub = grpc::GenericStub(grpc::CreateChannel(options.address, grpc::InsecureChannelCredentials()))};
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < options.clients; ++i) clients.push_back(std::make_unique<Client>(run));
  for (const std::string& query : options.setup) askOnce(run, *clients[0], query);
  if (run.failed) return 1;
  const auto after = [](double seconds) { return Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)); };
  askUntil(run, clients, after(options.warmUp));
  if (run.failed) return 1;
  run.measuring = true;
  const double ownBefore = ownCpuMs();
  const double serverBefore = cpuMsOf(options.serverPid);
  const auto start = Clock::now();
  askUntil(run, clients, after(options.seconds));
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  if (run.failed) return 1;
  const auto queries = static_cast<double>(run.latencies.size());
  std::sort(run.latencies.begin(), run.latencies.end());
  const auto percentile = [&](double p) { return run.latencies[static_cast<size_t>(p * (queries - 1))]; };
  fmt::print("{} clients: {:.0f} queries/s, median {:.2f} ms, p99 {:.2f} ms, CPU a query: client {:.3f} ms", options.clients, queries / seconds, percentile(0.5),
             percentile(0.99), (ownCpuMs() - ownBefore) / queries);
  if (!options.serverPid.empty()) fmt::print(", server {:.3f} ms", (cpuMsOf(options.serverPid) - serverBefore) / queries);
  fmt::print("\n");
  return 0;
}

}  // namespace
}  // namespace flint

int main(int argumentCount, char** arguments) {
  flint::Options options;
  for (int i = 1; i < argumentCount; ++i) {
    const std::string one = arguments[i];
    if (!one.starts_with("--")) {
      options.query = one;
      continue;
    }
    if (i + 1 == argumentCount) {
      fmt::print(stderr, "load_generator: {} needs a value\n", one);
      return 2;
    }
    const std::string value = arguments[++i];
    if (one == "--address") {
      options.address = value;
    } else if (one == "--clients") {
      options.clients = std::max(1, std::atoi(value.c_str()));
    } else if (one == "--seconds") {
      options.seconds = std::atof(value.c_str());
    } else if (one == "--warm-up") {
      options.warmUp = std::atof(value.c_str());
    } else if (one == "--keys") {
      options.keys = std::atoll(value.c_str());
    } else if (one == "--server-pid") {
      options.serverPid = value;
    } else if (one == "--setup") {
      options.setup.push_back(value);
    } else {
      fmt::print(stderr, "load_generator: unknown option {}\n", one);
      return 2;
    }
  }
  if (options.address.empty() || options.query.empty()) {
    fmt::print(stderr, "usage: load_generator --address HOST:PORT [--clients N] [--seconds S] [--warm-up S] [--keys N] [--server-pid PID] [--setup SQL]... SQL\n");
    return 2;
  }
  return flint::runLoad(options);
}
