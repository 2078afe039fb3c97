#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/status.h"
#include "columnar/columnar_batch.h"
#include "plan/logical/compound_body.h"
#include "session/spark_session.h"

namespace flint::session {

/// The cursors of a running script, by the scopes that declare them.
///
/// Threads: confined to the thread that runs the script.
class ScriptCursors {
 public:
  void enterScope(std::string label) { scopes_.push_back({std::move(label), {}}); }
  void leaveScope() { scopes_.pop_back(); }
  /// DECLARE, OPEN, FETCH or CLOSE. Errors: CURSOR_*, and of the query.
  Status run(const SparkSessionPtr& session, const plan::ScriptStatement& statement);

 private:
  struct Cursor {
    plan::LogicalPlanPtr query;
    bool isOpen = false;
    std::vector<plan::AttributePtr> columns;
    std::vector<columnar::ColumnarBatch> batches;  // the rows as they were at OPEN
    size_t batch = 0;
    int64_t row = 0;  // in the batch's active rows
  };
  struct Scope {
    std::string label;
    std::map<std::string, Cursor> cursors;
  };
  Result<Cursor*> find(const SparkSession& session, const std::vector<std::string>& name);
  static Status open(const SparkSessionPtr& session, const plan::ScriptStatement& statement, Cursor& cursor);
  static Status fetch(const SparkSessionPtr& session, const plan::ScriptStatement& statement, Cursor& cursor);

  std::vector<Scope> scopes_;
};

}  // namespace flint::session
