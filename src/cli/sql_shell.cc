#include "cli/sql_shell.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "cli/completion.h"
#include "cli/line_editor.h"
#include "parser/statement_splitter.h"

namespace flint::cli {
namespace {

constexpr const char* kShellHelp =
    "Statements end with a semicolon and may have several lines. Ctrl-C cancels a running statement, or drops what is typed.\n"
    "  .format table|csv|json   how rows are printed\n"
    "  .timing on|off           whether the time taken is told\n"
    "  exit, quit, Ctrl-D       leave\n";

std::string trimmed(const std::string& text) {
  const size_t first = text.find_first_not_of(" \t\r\n");
  return first == std::string::npos ? std::string() : text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::string historyFile() {
  if (const char* file = std::getenv("FLINT_HISTORY"); file != nullptr) return file;
  const char* home = std::getenv("HOME");
  return home == nullptr ? std::string() : std::string(home) + "/.flint_history";
}

}  // namespace

bool SqlShell::runStatement(const std::string& statement) {
  const Status status = runner_.run(statement);
  std::fflush(stdout);
  if (status.isOk()) return true;
  std::string message = status.message();
  while (!message.empty() && message.back() == '\n') message.pop_back();
  std::fprintf(stderr, "%s\n", message.c_str());
  return false;
}

bool SqlShell::runText(const std::string& text) {
  parser::SplitStatements split = parser::splitAtSemicolons(text);
  if (split.hasRest) split.complete.push_back(std::move(split.rest));
  for (const std::string& statement : split.complete) {
    if (!runStatement(statement)) return false;
  }
  return true;
}

bool SqlShell::runStandardInput() {
  std::string waiting;
  std::string block(1 << 16, '\0');
  for (;;) {
    const ssize_t count = ::read(STDIN_FILENO, block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    const std::string_view added(block.data(), static_cast<size_t>(count));
    waiting += added;
    if (added.find(';') == std::string_view::npos) continue;
    parser::SplitStatements split = parser::splitAtSemicolons(waiting);
    for (const std::string& statement : split.complete) {
      if (!runStatement(statement)) return false;
    }
    waiting = std::move(split.rest);
  }
  return runText(waiting);
}

bool SqlShell::runShellCommand(const std::string& line) {
  std::string word = trimmed(line);
  if (!word.empty() && word.back() == ';') word = trimmed(word.substr(0, word.size() - 1));
  if (word == "exit" || word == "quit") {
    isOver_ = true;
    return true;
  }
  if (word.empty() || word[0] != '.') return false;
  const size_t blank = word.find(' ');
  const std::string command = word.substr(0, blank);
  const std::string argument = blank == std::string::npos ? std::string() : trimmed(word.substr(blank));
  if (command == ".format" && parseOutputFormat(argument).has_value()) {
    runner_.format = *parseOutputFormat(argument);
  } else if (command == ".timing" && (argument == "on" || argument == "off")) {
    runner_.timing = argument == "on";
  } else {
    std::fputs(kShellHelp, stderr);
  }
  return true;
}

void SqlShell::runTerminal() {
  const Completion completion(runner_.session().shared_from_this());
  std::string typed;
  LineEditor editor(historyFile(), interrupts_, [&](const std::string& line, const std::string& word) { return completion.wordsFor(typed + line, word); });
  while (!isOver_) {
    const std::string prompt = "flint (" + runner_.session().catalog().currentDatabase() + ")> ";
    const std::string continued = std::string(prompt.size() > 2 ? prompt.size() - 2 : 0, ' ') + "> ";
    std::string line;
    switch (editor.read(typed.empty() ? prompt : continued, line)) {
      case LineEditor::Outcome::kEnd:
        std::fputs("\n", stdout);
        return;
      case LineEditor::Outcome::kInterrupted: typed.clear(); continue;
      case LineEditor::Outcome::kLine: break;
    }
    if (typed.empty() && runShellCommand(line)) {
      editor.remember(trimmed(line));
      continue;
    }
    typed += line;
    parser::SplitStatements split = parser::splitAtSemicolons(typed);
    for (const std::string& statement : split.complete) {
      editor.remember(trimmed(statement) + ";");
      runStatement(statement);
    }
    typed = split.hasRest ? split.rest + "\n" : std::string();
  }
}

}  // namespace flint::cli
