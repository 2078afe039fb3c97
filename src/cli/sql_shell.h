#pragma once

#include <string>

#include "cli/statement_runner.h"

namespace flint::cli {

/// The loops of `flint sql`: statements of texts, of standard input, of a person at a terminal.
///
/// Threads: confined to one.
class SqlShell {
 public:
  SqlShell(StatementRunner& runner, InterruptWatch& interrupts) : runner_(runner), interrupts_(interrupts) {}

  /// Runs the statements of a text; the last one needs no semicolon. False at the first that fails, which has been reported.
  bool runText(const std::string& text);
  /// The same for standard input, each statement as soon as it is there.
  bool runStandardInput();
  /// Reads from the terminal until Ctrl-D, `exit` or `quit`.
  void runTerminal();

 private:
  bool runStatement(const std::string& statement);
  // Lines that are no SQL: exit, quit, .format, .timing, .help. False where `line` is none of them.
  bool runShellCommand(const std::string& line);

  StatementRunner& runner_;
  InterruptWatch& interrupts_;
  bool isOver_ = false;
};

}  // namespace flint::cli
