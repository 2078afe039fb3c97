#include "cli/statement_runner.h"

#include <fmt/core.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "cli/progress_bar.h"
#include "cli/result_printer.h"
#include "plan/logical/command_parts.h"
#include "session/dataframe_calls/dataframe_plans.h"
#include "session/query_execution.h"

namespace flint::cli {

using session::QueryExecution;

Status StatementRunner::run(const std::string& statement) {
  const auto begin = std::chrono::steady_clock::now();
  Result<Outcome> outcome = [&] {
    std::optional<ProgressBar> bar;
    if (progress) bar.emplace(*session_);
    return runAndPrint(statement, bar.has_value() ? &*bar : nullptr);
  }();
  RETURN_IF_ERROR(outcome);
  if (timing) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    const std::string rows = outcome->hasRows ? fmt::format(", Fetched {} row(s)", outcome->numRows) : "";
    std::fprintf(stderr, "Time taken: %.3f seconds%s\n", seconds, rows.c_str());
  }
  return Status::ok();
}

Result<StatementRunner::Outcome> StatementRunner::runAndPrint(const std::string& statement, ProgressBar* bar) {
  ASSIGN_OR_RETURN(plan::LogicalPlanPtr plan, session_->parse(statement));
  // What runs at the moment, and what is about to: a command's own queries are found through the session.
  std::mutex mutex;
  std::shared_ptr<QueryExecution> current;
  const InterruptWatch::Scope cancelling(interrupts_, [&] {
    wasCancelled_ = true;
    const Error reason = Error(condition::kOperationCanceled).as(ErrorFamily::kSqlConnect);
    {
      const std::lock_guard lock(mutex);
      if (current != nullptr) current->cancel(reason);
    }
    session_->running().cancelAll(reason);
  });
  const auto executing = [&](plan::LogicalPlanPtr what) {
    auto query = std::make_shared<QueryExecution>(session_, std::move(what));
    const std::lock_guard lock(mutex);
    current = query;
    return query;
  };

  // A command runs once, when it is analyzed; what it gives is a plan like any other.
  if (plan::isCommand(plan->kind())) {
    ASSIGN_OR_RETURN(plan, executing(plan)->analyzed());
    if (plan->output().empty()) return Outcome{};
  }
  std::shared_ptr<ResultPrinter> printer;
  std::shared_ptr<QueryExecution> query;
  if (format == OutputFormat::kJson) {
    query = executing(plan);
    ASSIGN_OR_RETURN(const DataType schema, query->schema());
    printer = makeJsonPrinter(schema.fields(), session_->conf().get("spark.sql.session.timeZone", "UTC"));
  } else {
    const auto columns = std::make_shared<StructFields>();
    query = executing(session::printedColumns(plan, columns));
    RETURN_IF_ERROR(query->analyzed());
    printer = format == OutputFormat::kCsv ? makeCsvPrinter(columns) : makeTablePrinter(columns);
  }
  // Rows and the bar would write over each other on one terminal.
  if (bar != nullptr && ::isatty(STDOUT_FILENO) != 0) printer->beforeOutput = [bar] { bar->end(); };
  RETURN_IF_ERROR(query->run(printer));
  RETURN_IF_ERROR(printer->finish());
  return Outcome{.hasRows = true, .numRows = printer->numRows()};
}

}  // namespace flint::cli
