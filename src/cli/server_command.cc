#include "cli/server_command.h"

#include <poll.h>
#include <sched.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include "cli/refusal.h"
#include "cli/settings.h"
#include "connect/server/connect_server.h"
#include "session/shared_state.h"

namespace flint::cli {
namespace {

constexpr int64_t kDrainMs = 30'000;

constexpr const char* kUsage =
    "usage: flint server [--host 127.0.0.1] [--port 15002] [--conf key=value]... [--properties-file FILE]\n"
    "                    [--tls-certificate FILE --tls-key FILE] [--insecure] [--attached]\n"
    "--attached is for programs that start a server of their own: its port goes to standard output, and it ends when its standard input does.\n";

bool parsePort(const std::string& text, int& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 0 && port <= 65'535;
}

struct ServerArguments {
  connect::ServerOptions options;
  Settings settings;
  std::string problem;  // empty: none
  bool wantsHelp = false;
  bool isAttached = false;
};

ServerArguments parse(const std::vector<std::string>& arguments) {
  ServerArguments parsed;
  Settings given;       // of --conf, stronger than the file's
  std::string host;
  std::string port;
  for (size_t i = 0; i < arguments.size(); ++i) {
    std::string option = arguments[i];
    std::string value;
    bool hasValue = false;
    if (const size_t equals = option.find('='); option.starts_with("--") && equals != std::string::npos) {
      value = option.substr(equals + 1);
      option.resize(equals);
      hasValue = true;
    }
    if (option == "--help" || option == "-h") {
      parsed.wantsHelp = true;
      return parsed;
    }
    if (option == "--insecure") {
      parsed.options.insecure = true;
      continue;
    }
    if (option == "--attached") {
      parsed.isAttached = true;
      continue;
    }
    if (!hasValue && i + 1 < arguments.size()) {
      value = arguments[++i];
      hasValue = true;
    }
    const bool known = option == "--host" || option == "--port" || option == "--conf" || option == "-c" || option == "--properties-file" ||
                       option == "--tls-certificate" || option == "--tls-key";
    if (!known) parsed.problem = "unknown option " + option;
    else if (!hasValue) parsed.problem = "the option " + option + " needs a value";
    else if (option == "--host") host = value;
    else if (option == "--port") port = value;
    else if (option == "--tls-certificate") parsed.options.tlsCertificate = value;
    else if (option == "--tls-key") parsed.options.tlsKey = value;
    else if (option == "--properties-file") {
      const Status read = addPropertiesFile(value, parsed.settings);
      if (!read.isOk()) parsed.problem = reasonOf(read.error());
    } else if (!addSetting(value, given)) {
      parsed.problem = "--conf needs key=value, not `" + value + "`";
    }
    if (!parsed.problem.empty()) return parsed;
  }
  for (auto& [key, value] : given) parsed.settings[key] = std::move(value);
  const auto setting = [&](const char* key) {
    const auto found = parsed.settings.find(key);
    return found == parsed.settings.end() ? std::string() : found->second;
  };
  if (host.empty()) host = setting("spark.connect.grpc.binding.address");
  if (port.empty()) port = setting("spark.connect.grpc.binding.port");
  if (!host.empty()) parsed.options.host = host;
  if (!port.empty() && !parsePort(port, parsed.options.port)) parsed.problem = "`" + port + "` is no port";
  parsed.options.token = setting("spark.connect.authenticate.token");
  if (const char* token = std::getenv("SPARK_CONNECT_AUTHENTICATE_TOKEN"); parsed.options.token.empty() && token != nullptr) parsed.options.token = token;
  return parsed;
}

// Tells the program that started this process which port is listened on. What is written later goes where errors do.
void announce(int port) {
  std::printf("%d\n", port);
  std::fflush(stdout);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
}

// Until one of `signals` comes or, where `readsInput`, standard input ends; true for a signal.
bool waitForEnd(const sigset_t& signals, bool readsInput) {
  int signal = 0;
  const int signalDescriptor = readsInput ? ::signalfd(-1, &signals, SFD_CLOEXEC) : -1;
  if (signalDescriptor < 0) {
    sigwait(&signals, &signal);
    return true;
  }
  std::array<pollfd, 2> watched = {{{STDIN_FILENO, POLLIN, 0}, {signalDescriptor, POLLIN, 0}}};
  bool isSignal = false;
  while (true) {
    if (::poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) break;
    isSignal = (watched[1].revents & POLLIN) != 0;
    if (isSignal) break;
    if (watched[0].revents == 0) continue;
    std::array<char, 256> ignored;
    const ssize_t bytes = ::read(STDIN_FILENO, ignored.data(), ignored.size());
    if (bytes == 0 || (bytes < 0 && errno != EINTR && errno != EAGAIN)) break;
  }
  ::close(signalDescriptor);
  return isSignal;
}

}  // namespace

int serverCommand(const std::vector<std::string>& arguments) {
  ServerArguments parsed = parse(arguments);
  if (parsed.wantsHelp) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!parsed.problem.empty()) return refuse(parsed.problem);

  // Every thread inherits the mask, so that only the wait below takes the signals.
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  setenv("GRPC_VERBOSITY", "NONE", 0);  // what it would say of a port in use is said below

  // Threads that wake let the running one go on: with dozens of clients a query is not torn apart by the arrival of others, and the slowest of a hundred is
  // a fifth faster. Where the system refuses, it stays as it was.
  const sched_param noPriority{};
  static_cast<void>(::sched_setscheduler(0, SCHED_BATCH, &noPriority));

  auto shared = session::SharedState::make(parsed.settings);
  if (!shared.isOk()) return refuse(reasonOf(shared.error()));
  auto server = connect::ConnectServer::start(parsed.options, std::move(*shared));
  if (!server.isOk()) return refuse(reasonOf(server.error()));
  std::fprintf(stderr, "flint: serving Spark Connect on %s:%d\n", parsed.options.host.c_str(), (*server)->port());

  if (parsed.isAttached) announce((*server)->port());
  const bool mayDrain = waitForEnd(signals, parsed.isAttached);
  (*server)->stop(mayDrain ? kDrainMs : 0);  // who closed the input waits for no answer
  return 0;
}

}  // namespace flint::cli
