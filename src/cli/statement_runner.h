#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "cli/interrupt_watch.h"
#include "cli/sql_options.h"
#include "session/spark_session.h"

namespace flint::cli {

class ProgressBar;

/// Runs single statements of a session and prints what they give.
///
/// Threads: confined to one; Ctrl-C cancels what it runs.
class StatementRunner {
 public:
  StatementRunner(session::SparkSessionPtr session, InterruptWatch& interrupts) : session_(std::move(session)), interrupts_(interrupts) {}

  /// Rows go to standard output, the time taken and progress to standard error. Errors: of the statement; OPERATION_CANCELED.
  Status run(const std::string& statement);

  /// Whether Ctrl-C has cancelled a statement.
  bool wasCancelled() const { return wasCancelled_; }

  OutputFormat format = OutputFormat::kTable;
  bool timing = false;
  bool progress = false;
  session::SparkSession& session() { return *session_; }

 private:
  struct Outcome {
    bool hasRows = false;  // false: a command without a result
    int64_t numRows = 0;
  };
  Result<Outcome> runAndPrint(const std::string& statement, ProgressBar* bar);

  const session::SparkSessionPtr session_;
  InterruptWatch& interrupts_;
  std::atomic<bool> wasCancelled_{false};
};

}  // namespace flint::cli
