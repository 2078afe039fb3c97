#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/interrupt_watch.h"

namespace flint::cli {

/// Reads lines from the terminal through GNU readline, with history and completion.
///
/// Threads: one at a time in the process, as readline keeps its state in globals.
class LineEditor {
 public:
  /// The words that the word at the cursor may become; `line` is the text up to the cursor.
  using Completer = std::function<std::vector<std::string>(const std::string& line, const std::string& word)>;

  /// History is read from `historyFile` and written when statements are added; empty: none is kept.
  LineEditor(std::string historyFile, InterruptWatch& interrupts, Completer completer);
  ~LineEditor();

  enum class Outcome : uint8_t { kLine, kInterrupted, kEnd };
  Outcome read(const std::string& prompt, std::string& line);
  /// Adds a statement of one or more lines, unless it equals the last one.
  void remember(const std::string& statement);

 private:
  const std::string historyFile_;
  InterruptWatch& interrupts_;
  int wakeFds_[2] = {-1, -1};  // a pipe that Ctrl-C writes to
};

}  // namespace flint::cli
