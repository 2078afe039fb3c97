#include "cli/sql_command.h"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/refusal.h"
#include "cli/sql_options.h"
#include "cli/sql_shell.h"
#include "session/shared_state.h"

namespace flint::cli {
namespace {

constexpr int kStatementFailed = 1;
constexpr int kInterrupted = 130;

// The session's own settings, whose values it checks.
Status checkSettings(const session::SparkSessionPtr& session, const Settings& settings) {
  const session::SparkSessionPtr scratch = session::SparkSession::make(session->sharedState());
  for (const auto& [key, value] : settings) {
    const catalog::SqlSetting* setting = catalog::findSqlSetting(key);
    if (setting != nullptr && !setting->isStatic) RETURN_IF_ERROR(scratch->conf().set(key, value));
  }
  return Status::ok();
}

}  // namespace

int sqlCommand(const std::vector<std::string>& arguments) {
  SqlOptions options = parseSqlOptions(arguments);
  if (options.wantsHelp) {
    std::fputs(kSqlUsage, stdout);
    return 0;
  }
  if (!options.problem.empty()) return refuse(options.problem);
  const bool typed = options.texts.empty() && ::isatty(STDIN_FILENO) != 0;

  // While nothing runs and nobody types, Ctrl-C ends the program.
  InterruptWatch interrupts([] { ::_exit(kInterrupted); });
  auto shared = session::SharedState::make(options.settings);
  if (!shared.isOk()) return refuse(reasonOf(shared.error()));
  const session::SparkSessionPtr session = session::SparkSession::make(std::move(*shared));
  if (const Status checked = checkSettings(session, options.settings); !checked.isOk()) return refuse(reasonOf(checked.error()));

  StatementRunner runner(session, interrupts);
  runner.format = options.format.value_or(OutputFormat::kTable);
  runner.timing = options.timing.value_or(typed);
  runner.progress = ::isatty(STDERR_FILENO) != 0;
  SqlShell shell(runner, interrupts);
  if (typed) {
    shell.runTerminal();
    return 0;
  }
  bool succeeded = true;
  if (options.texts.empty()) succeeded = shell.runStandardInput();
  for (const std::string& text : options.texts) succeeded = succeeded && shell.runText(text);
  if (runner.wasCancelled()) return kInterrupted;
  return succeeded ? 0 : kStatementFailed;
}

}  // namespace flint::cli
