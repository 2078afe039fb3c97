// SET, RESET, USE, EXPLAIN; ADD and LIST.
#include <algorithm>
#include <filesystem>

#include "base/legacy_conditions.h"
#include "catalog/redaction.h"
#include "catalog/sql_conf.h"
#include "io/file_system.h"
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

// ADD and LIST of files, jars and archives.
CommandOutcome resources(SparkSession& session, const plan::ResourceCommand& node) {
  std::string kind = node.kind;
  if (kind.ends_with("S")) kind.pop_back();
  if (kind != "FILE" && kind != "JAR" && kind != "ARCHIVE") return Error(condition::kInvalidStatementOrClause).with("operation", "ADD " + kind).as(ErrorFamily::kParse);
  const auto uriOf = [](const std::string& path) -> Result<std::string> {
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(path));
    return "file:" + (place.second.starts_with("/") ? place.second : std::filesystem::absolute(place.second).string());
  };
  if (node.list) {
    CommandResult result({textColumn("Results")});
    std::vector<std::string> wanted;
    for (const std::string& path : node.paths) {
      ASSIGN_OR_RETURN(std::string uri, uriOf(path));
      wanted.push_back(std::move(uri));
    }
    for (const std::string& uri : session.resources().list(kind)) {
      if (wanted.empty() || std::find(wanted.begin(), wanted.end(), uri) != wanted.end()) result.addTexts({uri});
    }
    return result.plan();
  }
  for (const std::string& path : node.paths) {
    const std::string file = path.substr(0, path.find('#'));  // an archive's name for what is in it
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(file));
    ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
    // A jar that is not there is left out, as Spark does.
    if (!exists && kind == "JAR") continue;
    if (!exists) return Error(condition::kFailedReadFileFileNotExist).with("path", place.second).as(ErrorFamily::kExecution);
    ASSIGN_OR_RETURN(const std::string uri, uriOf(path));
    session.resources().add(kind, uri);
  }
  return CommandResult().plan();
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
  if (const auto* node = command->as<plan::ResourceCommand>()) return resources(*session, *node);
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
    catalog::SessionCatalog& catalog = session->catalog();
    const bool ofSession = catalog.folded(name[0]) == catalog::kSessionCatalog;
    if (name.size() == 1 && !node->explicitNamespace && catalog.isCatalog(name[0])) {
      if (!ofSession || catalog.currentCatalog() != catalog::kSessionCatalog) RETURN_IF_ERROR(catalog.setCurrentCatalog(name[0]));
      return nothing.plan();
    }
    const auto place = catalog.findNamespace(name);
    if (!place.isOk() && place.error().condition().name == condition::kRequiresSinglePartNamespace.name) {
      if (!ofSession) name.insert(name.begin(), catalog::kSessionCatalog);
      return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(place);
    if (place.value().catalog == catalog::kSessionCatalog && place.value().database == catalog.globalTempDatabase()) {
      return Error(condition::kLegacyErrorTemp1068).with("database", catalog.globalTempDatabase()).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(catalog.setCurrentNamespace(place.value()));
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
