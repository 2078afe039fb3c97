#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/status.h"
#include "columnar/columnar_batch.h"
#include "plan/logical/logical_plan.h"
#include "session/spark_session.h"

namespace flint::fuzz {

/// A session of its own in an empty folder, in which plans are taken from analysis to their rows.
///
/// Threads: confined to its owner.
class QueryTrial {
 public:
  explicit QueryTrial(std::chrono::milliseconds bound);
  ~QueryTrial();

  const session::SparkSessionPtr& session() const { return session_; }
  /// Runs a statement that prepares the session; ends the process when it fails.
  void prepare(std::string_view sql);
  /// All steps of a plan that is no command. A query that takes longer than the bound is cancelled. An error that says that Flint itself is wrong
  /// (INTERNAL_ERROR) is told as a weakness; every other one is the answer.
  Result<std::vector<columnar::ColumnarBatch>> run(const plan::LogicalPlanPtr& plan, std::string_view shown);
  /// The rows of a query, and their columns.
  Result<std::vector<columnar::ColumnarBatch>> collect(const plan::LogicalPlanPtr& plan, StructFields& fields);

 private:
  const std::chrono::milliseconds bound_;
  std::string folder_;
  session::SparkSessionPtr session_;
};

/// Whether an error says that Flint is wrong, and not the input.
bool isDefect(const Error& error);

}  // namespace flint::fuzz
