#include <cstdio>
#include <string>
#include <vector>

#include "cli/function_page.h"
#include "cli/server_command.h"
#include "cli/sql_command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  constexpr const char* kUsage =
      "usage: flint server [options...]   serves Spark Connect\n"
      "       flint sql [options...]      runs SQL: a shell, or the statements of -e, -f or standard input\n"
      "       flint functions             prints the reference page of the built-in functions\n"
      "The first two tell their options with --help.\n";
  if (!arguments.empty() && arguments[0] == "server") return flint::cli::serverCommand({arguments.begin() + 1, arguments.end()});
  if (!arguments.empty() && arguments[0] == "sql") return flint::cli::sqlCommand({arguments.begin() + 1, arguments.end()});
  if (!arguments.empty() && arguments[0] == "functions") return flint::cli::functionsCommand();
  if (!arguments.empty() && (arguments[0] == "--help" || arguments[0] == "-h")) {
    std::fputs(kUsage, stdout);
    return 0;
  }
  if (!arguments.empty() && arguments[0] == "--version") {
    std::puts("flint 0.1.0 (Spark 4.2.0)");
    return 0;
  }
  std::fputs(kUsage, stderr);
  return 2;
}
