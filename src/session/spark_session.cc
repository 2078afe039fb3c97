#include "session/spark_session.h"

#include <chrono>

#include "catalog/variable_substitution.h"
#include "session/large_stack.h"

namespace flint::session {

std::shared_ptr<SparkSession> SparkSession::make(std::shared_ptr<SharedState> shared) {
  return std::shared_ptr<SparkSession>(new SparkSession(std::move(shared)));
}

SparkSession::SparkSession(std::shared_ptr<SharedState> shared)
    : shared_(std::move(shared)),
      conf_(std::make_shared<catalog::SQLConf>(shared_->settings)),
      catalog_(std::make_shared<catalog::SessionCatalog>(shared_->catalog, conf_)) {}

std::shared_ptr<SparkSession> SparkSession::clone() const {
  auto copy = make(shared_);
  for (const auto& [key, value] : conf_->getAll()) {
    if (const Status set = copy->conf_->set(key, value); !set.isOk()) continue;  // a static setting: the server's, there already
  }
  for (catalog::TempView& view : catalog_->tempViews().all()) {
    const Status added = copy->catalog_->tempViews().add(std::move(view), true);
    FLINT_CHECK(added.isOk(), "a view that may be replaced can always be added");
  }
  for (const auto& [key, variable] : catalog_->variables().all()) copy->catalog_->variables().put(key, variable);
  for (const auto& function : catalog_->temporaryFunctions().all()) static_cast<void>(copy->catalog_->temporaryFunctions().add(function->name.back(), function, true));
  for (catalog::PythonDataSource& source : catalog_->pythonDataSources().all()) copy->catalog_->pythonDataSources().put(std::move(source));
  if (const Status moved = copy->catalog_->setCurrentNamespace({catalog_->currentCatalog(), catalog_->currentDatabase(), nullptr}); !moved.isOk()) return copy;  // dropped meanwhile
  return copy;
}

parser::ParserOptions SparkSession::parserOptions() const {
  parser::ParserOptions options;
  options.ansi = conf_->getBoolean("spark.sql.ansi.enabled", true);
  options.enforceReservedKeywords = conf_->getBoolean("spark.sql.ansi.enforceReservedKeywords", false);
  options.doubleQuotedIdentifiers = conf_->getBoolean("spark.sql.ansi.doubleQuotedIdentifiers", false);
  options.escapedStringLiterals = conf_->getBoolean("spark.sql.parser.escapedStringLiterals", false);
  options.quotedRegexColumnNames = conf_->getBoolean("spark.sql.parser.quotedRegexColumnNames", false);
  options.legacyInterval = conf_->getBoolean("spark.sql.legacy.interval.enabled", false);
  options.legacyExponentAsDecimal = conf_->getBoolean("spark.sql.legacy.exponentLiteralAsDecimal.enabled", false);
  options.legacySetOperatorPrecedence = conf_->getBoolean("spark.sql.legacy.setopsPrecedence.enabled", false);
  options.singleCharacterPipe = conf_->getBoolean("spark.sql.parser.singleCharacterPipeOperator.enabled", true);
  options.pipeSyntax = conf_->getBoolean("spark.sql.operatorPipeSyntaxEnabled", true);
  options.namedArguments = conf_->getBoolean("spark.sql.allowNamedFunctionArguments", true);
  options.relationPrecedence = conf_->getBoolean("spark.sql.ansi.relationPrecedence", false);
  options.timestampIsNtz = conf_->get("spark.sql.timestampType", "TIMESTAMP_LTZ") == "TIMESTAMP_NTZ";
  options.timeZone = conf_->get("spark.sql.session.timeZone", "UTC");
  return options;
}

expr::EvaluationOptions SparkSession::evaluationOptions() const {
  expr::EvaluationOptions options;
  options.ansi = conf_->getBoolean("spark.sql.ansi.enabled", true);
  options.timeZone = conf_->get("spark.sql.session.timeZone", "UTC");
  options.legacyTimeParser = conf_->get("spark.sql.legacy.timeParserPolicy", "CORRECTED") == "LEGACY";
  options.caseSensitive = conf_->getBoolean("spark.sql.caseSensitive", false);
  options.currentTimestamp =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  options.currentUser = conf_->get("spark.flint.user", "flint");
  options.currentCatalog = catalog_->currentCatalog();
  options.currentDatabase = catalog_->currentDatabase();
  return options;
}

Result<plan::LogicalPlanPtr> SparkSession::parse(std::string_view sql) const {
  const std::string text = catalog::withVariables(sql, *conf_);
  return onLargeStack([&] { return parser::parseStatement(text, parserOptions()); });
}

}  // namespace flint::session
