#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/status.h"
#include "catalog/session_catalog.h"
#include "catalog/sql_conf.h"
#include "expr/scalar_function.h"
#include "parser/sql_parser.h"
#include "plan/logical/logical_plan.h"
#include "session/running_queries.h"
#include "session/session_resources.h"
#include "session/shared_state.h"

namespace flint::session {

/// One user's session: settings, current database, temporary views.
///
/// Threads: thread-safe; queries of one session may run at once.
class SparkSession : public std::enable_shared_from_this<SparkSession> {
 public:
  static std::shared_ptr<SparkSession> make(std::shared_ptr<SharedState> shared);
  /// A new session with this one's settings, database and temporary views.
  std::shared_ptr<SparkSession> clone() const;

  catalog::SQLConf& conf() { return *conf_; }
  const catalog::SQLConf& conf() const { return *conf_; }
  catalog::SessionCatalog& catalog() { return *catalog_; }
  const catalog::SessionCatalog& catalog() const { return *catalog_; }
  SharedState& shared() { return *shared_; }
  const std::shared_ptr<SharedState>& sharedState() const { return shared_; }
  RunningQueries& running() { return running_; }
  SessionResources& resources() { return resources_; }

  parser::ParserOptions parserOptions() const;
  /// What expressions mean under the settings of this moment; `currentTimestamp` is now.
  expr::EvaluationOptions evaluationOptions() const;
  /// SQL text as an unresolved plan. Errors: of the parser.
  Result<plan::LogicalPlanPtr> parse(std::string_view sql) const;

 private:
  explicit SparkSession(std::shared_ptr<SharedState> shared);

  const std::shared_ptr<SharedState> shared_;
  const std::shared_ptr<catalog::SQLConf> conf_;
  const std::shared_ptr<catalog::SessionCatalog> catalog_;
  RunningQueries running_;
  SessionResources resources_;
};
using SparkSessionPtr = std::shared_ptr<SparkSession>;

}  // namespace flint::session
