#include "cli/line_editor.h"

#include <cstdio>
// readline's headers need FILE.
#include <fcntl.h>
#include <poll.h>
#include <readline/history.h>
#include <readline/readline.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace flint::cli {
namespace {

constexpr int kMaxHistory = 10'000;

// What readline's callbacks, which carry no context, work on.
struct EditorState {
  LineEditor::Completer completer;
  std::vector<std::string> words;
  size_t nextWord = 0;
  std::string line;
  bool isDone = false;
  bool isEnd = false;
};
EditorState state;

void takeLine(char* line) {
  rl_callback_handler_remove();
  state.isDone = true;
  state.isEnd = line == nullptr;
  if (line == nullptr) return;
  state.line = line;
  std::free(line);
}

char* nextWord(const char*, int which) {
  if (which == 0) state.nextWord = 0;
  return state.nextWord < state.words.size() ? ::strdup(state.words[state.nextWord++].c_str()) : nullptr;
}

char** complete(const char* word, int, int end) {
  rl_attempted_completion_over = 1;  // no file names
  state.words = state.completer(std::string(rl_line_buffer, static_cast<size_t>(end)), word);
  return rl_completion_matches(word, nextWord);
}

}  // namespace

LineEditor::LineEditor(std::string historyFile, InterruptWatch& interrupts, Completer completer)
    : historyFile_(std::move(historyFile)), interrupts_(interrupts) {
  state.completer = std::move(completer);
  if (::pipe2(wakeFds_, O_CLOEXEC | O_NONBLOCK) != 0) wakeFds_[0] = wakeFds_[1] = -1;
  rl_readline_name = "flint";
  rl_catch_signals = 0;
  rl_attempted_completion_function = complete;
  rl_completer_word_break_characters = " \t\n\"'`@$><=;|&{(,)+-*/%![]";
  rl_completer_quote_characters = nullptr;
  if (::isatty(STDOUT_FILENO) == 0) rl_outstream = stderr;
  using_history();
  // Lines of time stamps let entries have several lines.
  history_comment_char = '#';
  history_write_timestamps = 1;
  stifle_history(kMaxHistory);
  if (!historyFile_.empty()) read_history(historyFile_.c_str());
}

LineEditor::~LineEditor() {
  for (const int fd : wakeFds_) {
    if (fd >= 0) ::close(fd);
  }
  state = EditorState();
}

LineEditor::Outcome LineEditor::read(const std::string& prompt, std::string& line) {
  const InterruptWatch::Scope waking(interrupts_, [this] {
    const char byte = 0;
    if (::write(wakeFds_[1], &byte, 1) < 0) return;  // full: it wakes anyway
  });
  state.isDone = false;
  rl_callback_handler_install(prompt.c_str(), takeLine);
  while (!state.isDone) {
    pollfd fds[2] = {{STDIN_FILENO, POLLIN, 0}, {wakeFds_[0], POLLIN, 0}};
    if (::poll(fds, 2, -1) < 0) {
      if (errno == EINTR) continue;
      rl_callback_handler_remove();
      return Outcome::kEnd;
    }
    if ((fds[1].revents & POLLIN) != 0) {
      char bytes[64];
      while (::read(wakeFds_[0], bytes, sizeof(bytes)) > 0) {
      }
      rl_callback_sigcleanup();
      rl_free_line_state();
      std::fputs("^C\n", rl_outstream != nullptr ? rl_outstream : stdout);
      std::fflush(rl_outstream);
      rl_replace_line("", 0);
      rl_callback_handler_remove();
      return Outcome::kInterrupted;
    }
    if (fds[0].revents != 0) rl_callback_read_char();
  }
  if (state.isEnd) return Outcome::kEnd;
  line = state.line;
  return Outcome::kLine;
}

void LineEditor::remember(const std::string& statement) {
  const HIST_ENTRY* last = history_length > 0 ? history_get(history_base + history_length - 1) : nullptr;
  if (last != nullptr && statement == last->line) return;
  add_history(statement.c_str());
  if (historyFile_.empty()) return;
  // The file is its owner's alone: statements may hold secrets.
  const int fd = ::open(historyFile_.c_str(), O_CREAT | O_CLOEXEC | O_WRONLY, 0600);
  if (fd >= 0) ::close(fd);
  if (append_history(1, historyFile_.c_str()) == 0) history_truncate_file(historyFile_.c_str(), kMaxHistory);
}

}  // namespace flint::cli
