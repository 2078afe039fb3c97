#include "cli/server_command.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <charconv>

#include "cli/refusal.h"
#include "cli/settings.h"
#include "connect/server/connect_server.h"
#include "session/shared_state.h"

namespace flint::cli {
namespace {

constexpr int64_t kDrainMs = 30'000;

constexpr const char* kUsage =
    "usage: flint server [--host 127.0.0.1] [--port 15002] [--conf key=value]... [--properties-file FILE]\n"
    "                    [--tls-certificate FILE --tls-key FILE] [--insecure]\n";

bool parsePort(const std::string& text, int& port) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port >= 0 && port <= 65'535;
}

struct ServerArguments {
  connect::ServerOptions options;
  Settings settings;
  std::string problem;  // empty: none
  bool wantsHelp = false;
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

  auto shared = session::SharedState::make(parsed.settings);
  if (!shared.isOk()) return refuse(reasonOf(shared.error()));
  auto server = connect::ConnectServer::start(parsed.options, std::move(*shared));
  if (!server.isOk()) return refuse(reasonOf(server.error()));
  std::fprintf(stderr, "flint: serving Spark Connect on %s:%d\n", parsed.options.host.c_str(), (*server)->port());

  int signal = 0;
  sigwait(&signals, &signal);
  (*server)->stop(kDrainMs);
  return 0;
}

}  // namespace flint::cli
