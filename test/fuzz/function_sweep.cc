// Calls every registered function with every kind and number of arguments, through analysis, optimizer, planner and execution; what succeeds must give the
// same answer in every encoding. Runs the functions' declared examples too.
//
//   function_sweep [--calls N] [--seed N] [--only NAME]
//
// A function has a process of its own, so that one that ends it is told by name and call. Prints what is wrong, and last `N passed, N failed`, counting functions.
#include <fmt/core.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "encoding_check.h"
#include "expr/function_registry.h"
#include "fuzz_target.h"
#include "functions/builtins.h"
#include "query_trial.h"
#include "random_bytes.h"
#include "sample_rows.h"
#include "session/query_execution.h"

namespace flint::fuzz {

void defect(const char* what, const char* details) {
  std::printf("  %s\n    %.1000s\n", what, details);
  std::fflush(stdout);
}
void weakness(const char* what, const char* details) { defect(what, details); }
void stop(const char* what, const char* details) {
  std::fprintf(stderr, "function_sweep: %s: %s\n", what, details);
  std::_Exit(2);
}

namespace {

constexpr size_t kMaxArguments = 4;
constexpr unsigned kHangSeconds = 30;
constexpr rlim_t kAddressSpace = rlim_t{16} << 30;
constexpr int kMaxReported = 5;  // defects of one function

constexpr std::array kArguments = {
    // columns of the sample
    "c_tinyint", "c_smallint", "c_int", "c_bigint", "c_float", "c_double", "c_decimal", "c_wide", "c_string", "c_binary", "c_boolean", "c_date", "c_timestamp",
    "c_ntz", "c_months", "c_hours", "c_calendar", "c_ints", "c_strings", "c_nested", "c_map", "c_struct", "c_structs", "c_void",
    // constants, which binders look into
    "NULL", "0", "1", "-1", "3", "2147483647", "-9223372036854775808L", "1.5", "double('NaN')", "1e300D", "''", "'abc'", "'1'", "'%'", "'yyyy-MM-dd'", "'day'",
    "'UTC'", "'$.a'", "'a INT'", "'{\"a\":1}'", "'('", "X''", "X'FF'", "true", "DATE'2020-01-31'", "TIMESTAMP'2020-01-31 01:02:03'", "INTERVAL '1' DAY",
    "INTERVAL '1' YEAR", "make_interval(1)", "array()", "array(1, NULL)", "array('a', 'b')", "map()", "map('a', 'b')", "named_struct('a', 1)", "array(0.1, 0.9)",
    // texts that are compared by rules, or are none
    "c_string COLLATE UTF8_LCASE", "'A' COLLATE UNICODE_CI", "array('a' COLLATE UTF8_LCASE)", "map('a' COLLATE UNICODE, 1)", "CAST(X'41FFE0A0' AS STRING)",
    // what is no value
    "x -> x", "(x, y) -> x", "(x, y, z) -> x", "x -> x > 1", "*",
};

// Functions whose results are as large as an argument says: such a call may take its time.
constexpr std::array<std::string_view, 8> kBoundless = {"array_repeat", "repeat", "lpad", "rpad", "space", "sequence", "replace", "randstr"};

/// What the processes share: the call under trial, and how many were made.
struct Board {
  char call[4096];
  size_t calls;
  size_t answered;
  size_t defects;
};

// "[1, 2]" and "[1,2]", "{a -> 1}" and {"a":1}: the shell and casts write nested values in two ways.
std::string plainText(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') continue;
    if (text.substr(i, 4) == " -> ") {
      out += ':';
      i += 3;
      continue;
    }
    if (text[i] == ' ' && i > 0 && text[i - 1] == ',') continue;
    out += text[i];
  }
  return out;
}

class FunctionTrial {
 public:
  FunctionTrial(std::string name, Board& board, size_t calls, uint64_t seed)
      : name_(std::move(name)), board_(board), calls_(calls), choices_(seed ^ std::hash<std::string>()(name_)), sample_(SampleRows::make(trial_)) {
    sample_.publish(trial_);
  }

  void run() {
    runExamples();
    tryCall({});
    for (const char* argument : kArguments) tryCall({argument});
    for (size_t i = 0; i < calls_; ++i) {
      if (!answered_.empty() && choices_.oneIn(2)) {
        // One argument of a call that was answered is exchanged, or one more given.
        std::vector<const char*> arguments = answered_[choices_.below(answered_.size())];
        if (arguments.size() < kMaxArguments && (arguments.empty() || choices_.oneIn(4))) arguments.push_back(anyArgument());
        else arguments[choices_.below(arguments.size())] = anyArgument();
        tryCall(arguments);
      } else {
        std::vector<const char*> arguments(2 + choices_.below(kMaxArguments - 1));
        for (const char*& argument : arguments) argument = anyArgument();
        tryCall(arguments);
      }
    }
  }

 private:
  const char* anyArgument() { return kArguments[choices_.below(kArguments.size())]; }

  void report(const std::string& what, const std::string& sql) {
    if (++board_.defects <= kMaxReported) defect(what.c_str(), sql.c_str());
  }

  void show(const std::string& sql) {
    std::snprintf(board_.call, sizeof(board_.call), "%s", sql.c_str());
    ++board_.calls;
    ::alarm(kHangSeconds);
  }

  void tryCall(const std::vector<const char*>& arguments) {
    std::string list;
    for (const char* argument : arguments) list += (list.empty() ? "" : ", ") + std::string(argument);
    const bool isWindow = std::holds_alternative<const expr::WindowFunction*>(expr::FunctionRegistry::builtin().find(name_));
    const std::string sql = fmt::format("SELECT `{}`({}){} FROM t", name_, list, isWindow ? " OVER (ORDER BY c_int)" : "");
    if (!seen_.insert(sql).second) return;
    show(sql);
    const auto plan = trial_.session()->parse(sql);
    if (!plan.isOk()) return;
    session::QueryExecution query(trial_.session(), plan.value());
    const auto analyzed = query.analyzed();
    if (!analyzed.isOk()) {
      if (isDefect(analyzed.error())) report(analyzed.error().message(), sql);
      static_cast<void>(analyzed.error().message());
      return;
    }
    const auto rows = query.collect();
    if (!rows.isOk()) {
      if (isDefect(rows.error())) report(rows.error().message(), sql);
    } else {
      ++board_.answered;
      answered_.push_back(arguments);
    }
    for (const expr::ExprPtr& bound : projectedExpressions(analyzed.value())) {
      const std::string problem = encodingDisagreement(bound, sample_.batch, trial_.session()->evaluationOptions(), true);
      if (!problem.empty()) report(problem, sql);
    }
  }

  void runExamples() {
    const auto entry = expr::FunctionRegistry::builtin().find(name_);
    const std::vector<expr::Example>* examples = nullptr;
    if (const auto* scalar = std::get_if<const expr::ScalarFunction*>(&entry)) examples = &(*scalar)->examples;
    if (const auto* aggregate = std::get_if<const expr::AggregateFunction*>(&entry)) examples = &(*aggregate)->examples;
    if (const auto* window = std::get_if<const expr::WindowFunction*>(&entry)) examples = &(*window)->examples;
    if (const auto* generator = std::get_if<const expr::GeneratorFunction*>(&entry)) examples = &(*generator)->examples;
    if (examples == nullptr) return;
    for (const expr::Example& example : *examples) {
      const std::string sql(example.sql);
      show(sql);
      const std::string got = shownRows(sql);
      if (!example.result.empty() && plainText(got) != plainText(example.result)) report(fmt::format("its example gives {}, not {}", got, example.result), sql);
    }
  }

  // Rows as lines, columns separated by tabs.
  std::string shownRows(const std::string& sql) {
    const auto plan = trial_.session()->parse(sql);
    if (!plan.isOk()) return plan.error().message();
    StructFields fields;
    const auto typed = trial_.collect(plan.value(), fields);
    if (!typed.isOk()) return typed.error().message();
    std::string names;
    std::string casts;
    for (size_t i = 0; i < fields.size(); ++i) {
      const std::string separator = i == 0 ? "" : ", ";
      names += fmt::format("{}f{}", separator, i);
      const bool isJson = fields[i].type.is(TypeKind::kVariant) || fields[i].type.is(TypeKind::kStruct);  // casts leave out the names
      casts += isJson ? fmt::format("{}to_json(f{})", separator, i) : fmt::format("{}CAST(f{} AS STRING)", separator, i);
    }
    const auto texts = trial_.session()->parse(fmt::format("SELECT {} FROM ({}) AS q({})", casts, sql, names));
    if (!texts.isOk()) return texts.error().message();
    const auto rows = trial_.collect(texts.value(), fields);
    if (!rows.isOk()) return rows.error().message();
    std::string out;
    for (const columnar::ColumnarBatch& batch : rows.value()) {
      for (const columnar::RowIndex row : batch.activeRows()) {
        if (!out.empty()) out += "\n";
        for (size_t i = 0; i < fields.size(); ++i) {
          const Value value = batch.column(i)->valueAt(row);
          out += (i == 0 ? "" : "\t") + (value.isNull() ? std::string("NULL") : value.asString());
        }
      }
    }
    return out;
  }

  const std::string name_;
  Board& board_;
  const size_t calls_;
  Choices choices_;
  QueryTrial trial_{std::chrono::milliseconds(10'000)};
  const SampleRows sample_;
  std::vector<std::vector<const char*>> answered_;
  std::set<std::string> seen_;
};

bool sweep(const std::string& name, Board& board, size_t calls, uint64_t seed) {
  board = Board();
  std::fflush(stdout);
  const pid_t child = ::fork();
  if (child == 0) {
#ifndef FLINT_SANITIZED
    const rlimit limit{kAddressSpace, kAddressSpace};
    ::setrlimit(RLIMIT_AS, &limit);
#endif
    {
      FunctionTrial trial(name, board, calls, seed);
      trial.run();
    }
    std::fflush(stdout);
    std::_Exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0 && board.defects == 0) return true;
  const bool isSlow = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  if (isSlow && board.defects == 0 && std::find(kBoundless.begin(), kBoundless.end(), name) != kBoundless.end()) return true;
  std::printf("%s: %zu defects in %zu calls, %zu answered\n", name.c_str(), board.defects, board.calls, board.answered);
  if (WIFSIGNALED(status)) std::printf("  the process ended by signal %d (%s) in\n    %s\n", WTERMSIG(status), strsignal(WTERMSIG(status)), board.call);
  else if (WEXITSTATUS(status) != 0) std::printf("  the process ended with status %d in\n    %s\n", WEXITSTATUS(status), board.call);
  std::fflush(stdout);
  return false;
}

}  // namespace
}  // namespace flint::fuzz

int main(int argc, char** argv) {
  using namespace flint::fuzz;
  size_t calls = 150;
  uint64_t seed = 1;
  std::string only;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--calls") calls = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--seed") seed = std::strtoull(argv[i + 1], nullptr, 10);
    else if (option == "--only") only = argv[i + 1];
  }
  auto* board = static_cast<Board*>(::mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  flint::expr::FunctionRegistry registry;
  flint::functions::registerBuiltins(registry);
  size_t passed = 0;
  size_t failed = 0;
  for (const std::string& name : registry.names()) {
    if (!only.empty() && name != only) continue;
    ++(sweep(name, *board, calls, seed) ? passed : failed);
  }
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
