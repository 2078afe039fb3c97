// SET, RESET, USE and EXPLAIN.
#include "base/legacy_conditions.h"
#include "catalog/redaction.h"
#include "catalog/sql_conf.h"
#include "parser/sql_parser.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"

namespace flint::session {
namespace {

constexpr const char* kTimeZoneKey = "spark.sql.session.timeZone";

CommandOutcome set(SparkSession& session, const plan::SetCommand& node) {
  const catalog::Redaction redaction(session.conf());
  if (node.verbose) {
    CommandResult result({textColumn("key"), textColumn("value"), textColumn("meaning"), textColumn("Since version")});
    for (const catalog::SqlSetting& setting : catalog::sqlSettings()) {
      const std::string key(setting.key);
      result.addTexts({key, redaction.shown(key, session.conf().get(key, "<undefined>")), "", std::string(setting.since)});
    }
    return result.plan();
  }
  CommandResult result({textColumn("key"), textColumn("value")});
  if (node.key.empty()) {
    for (const auto& [key, value] : session.conf().getAll()) result.addTexts({key, redaction.shown(key, value)});
    return result.plan();
  }
  if (node.value.has_value()) {
    const auto parts = parser::parseIdentifier(node.key, session.parserOptions());
    if (parts.isOk() && session.catalog().findVariable(parts.value()).has_value()) {
      return Error(condition::kUnsupportedFeatureSetVariableUsingSet).with("variableName", quoteIdentifier(node.key)).as(ErrorFamily::kAnalysis);
    }
    const bool known = catalog::findSqlSetting(node.key) != nullptr || node.key.starts_with("spark.sql.") || node.key.starts_with("spark.flint.");
    const bool core = node.key.starts_with("spark.") && !known && !session.conf().isModifiable(node.key);
    if (core && (node.key.starts_with("spark.driver.") || node.key.starts_with("spark.executor.") || node.key == "spark.master")) {
      return Error(condition::kCannotModifyConfig).with("key", "\"" + node.key + "\"").with("docroot", "https://spark.apache.org/docs/latest").as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(session.conf().set(node.key, *node.value));
    result.addTexts({node.key, redaction.shown(node.key, *node.value)});
    return result.plan();
  }
  result.addTexts({node.key, redaction.shown(node.key, session.conf().get(node.key, "<undefined>"))});
  return result.plan();
}

CommandOutcome setTimeZone(SparkSession& session, const plan::SetTimeZone& node) {
  std::string zone = node.zone;
  if (zone == "LOCAL" || zone == "local") {
    const char* local = std::getenv("TZ");
    zone = local != nullptr && *local != '\0' ? local : "Etc/UTC";
  }
  RETURN_IF_ERROR(session.conf().set(kTimeZoneKey, zone));
  CommandResult result({textColumn("key"), textColumn("value")});
  result.addTexts({kTimeZoneKey, zone});
  return result.plan();
}

CommandOutcome explain(const SparkSessionPtr& session, const plan::ExplainCommand& node) {
  ExplainMode mode = ExplainMode::kSimple;
  if (node.mode == "extended") mode = ExplainMode::kExtended;
  if (node.mode == "codegen") mode = ExplainMode::kCodegen;
  if (node.mode == "cost") mode = ExplainMode::kCost;
  if (node.mode == "formatted") mode = ExplainMode::kFormatted;
  CommandResult result({textColumn("plan", true)});
  if (plan::isCommand(node.plan->kind())) {
    result.addTexts({"== Physical Plan ==\nExecute " + std::string(node.plan->nodeName()) + "\n"});
    return result.plan();
  }
  const auto text = QueryExecution(session, node.plan).explain(mode);
  result.addTexts({text.isOk() ? text.value() : "Error occurred during query planning: \n" + text.status().message()});
  return result.plan();
}

}  // namespace

CommandOutcome runSessionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  if (const auto* node = command->as<plan::SetCommand>()) return set(*session, *node);
  if (const auto* node = command->as<plan::SetTimeZone>()) return setTimeZone(*session, *node);
  if (const auto* node = command->as<plan::ExplainCommand>()) return explain(session, *node);
  if (const auto* node = command->as<plan::ResetCommand>()) {
    if (node->key.empty()) {
      session->conf().reset();
    } else {
      RETURN_IF_ERROR(session->conf().unset(node->key));
    }
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::SetCatalog>()) {
    RETURN_IF_ERROR(session->catalog().setCurrentCatalog(node->name));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::SetNamespace>()) {
    ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(*session, node->name));
    if (name.size() == 1 && !node->explicitNamespace && session->catalog().folded(name[0]) == session->catalog().currentCatalog()) return nothing.plan();
    if (name.size() == 2 && session->catalog().folded(name[0]) == session->catalog().currentCatalog()) name.erase(name.begin());
    if (name.size() != 1) {
      name.insert(name.begin(), session->catalog().currentCatalog());
      return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
    }
    if (session->catalog().folded(name[0]) == session->catalog().globalTempDatabase()) {
      return Error(condition::kLegacyErrorTemp1068).with("database", session->catalog().globalTempDatabase()).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(session->catalog().setCurrentDatabase(name[0]));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
