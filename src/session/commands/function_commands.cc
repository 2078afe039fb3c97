// SQL functions: CREATE and DROP FUNCTION.
#include <chrono>
#include <set>

#include "analysis/sql_function_analysis.h"
#include "plan/logical/ddl_commands.h"
#include "session/commands/command_context.h"

namespace flint::session {
namespace {

using catalog::SqlFunction;

// What a body means depends on these.
constexpr const char* kBodySettings[] = {"spark.sql.ansi.enabled", "spark.sql.session.timeZone", "spark.sql.legacy.timeParserPolicy"};

Status checkNames(const SparkSession& session, const std::vector<std::string>& names, const std::string& routine, bool columns) {
  std::set<std::string> seen;
  std::string repeated;
  for (const std::string& name : names) {
    if (!seen.insert(session.catalog().folded(name)).second) repeated += (repeated.empty() ? "" : ", ") + quoteIdentifier(session.catalog().folded(name));
  }
  if (repeated.empty()) return Status::ok();
  if (columns) return Error(condition::kDuplicateRoutineReturnsColumns).with("routineName", routine).with("columns", repeated).as(ErrorFamily::kAnalysis);
  return Error(condition::kDuplicateRoutineParameterNames).with("routineName", routine).with("names", repeated).as(ErrorFamily::kAnalysis);
}

bool isCharOrVarchar(const DataType& type) { return type.simpleString().starts_with("char(") || type.simpleString().starts_with("varchar("); }

Status checkStored(const SqlFunction& function, const analysis::Dependencies& uses) {
  const std::string name = catalog::quoted(function.name);
  const auto refused = [&](const char* kind, const catalog::NameParts& temporary) {
    return Error(condition::kInvalidTempObjReference).with("objName", name).with("obj", "FUNCTION").with("tempObjName", catalog::quoted(temporary)).with("tempObj", kind).as(ErrorFamily::kAnalysis);
  };
  if (!uses.temporaryViews.empty()) return refused("VIEW", uses.temporaryViews[0]);
  if (!uses.temporaryFunctions.empty()) return refused("FUNCTION", uses.temporaryFunctions[0]);
  if (!uses.temporaryVariables.empty()) return refused("VARIABLE", uses.temporaryVariables[0]);
  return Status::ok();
}

// A function of a Java class is known by name; calls of it are refused, as there is no JVM to load the class.
CommandOutcome createFunctionOfClass(SparkSession& session, const plan::CreateFunction& node, std::shared_ptr<SqlFunction> function, const std::string& key) {
  CommandResult nothing;
  if (node.temporary) {
    return Error(condition::kCannotLoadFunctionClass).with("className", node.className).with("functionName", catalog::quoted(function->name)).as(ErrorFamily::kAnalysis);
  }
  function->bodyText = node.className;
  function->createTimeMs = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  const std::string shown = catalog::quoted(function->name);
  ASSIGN_OR_RETURN(const bool added, session.catalog().persistentFunctions().add(key, std::move(function), node.replace));
  if (added || node.ifNotExists) return nothing.plan();
  return Error(condition::kRoutineAlreadyExists).with("newRoutineType", "routine").with("routineName", shown).with("existingRoutineType", "routine").as(ErrorFamily::kAnalysis);
}

CommandOutcome createFunction(const SparkSessionPtr& session, const plan::CreateFunction& node) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  if (node.temporary && name.size() > 1) return invalidTempQualifier("FUNCTION", name);
  auto function = std::make_shared<SqlFunction>();
  function->temporary = node.temporary;
  std::string key = catalog.folded(name.back());
  if (node.temporary) {
    function->name = {key};
  } else {
    ASSIGN_OR_RETURN(function->name, catalog.fullName(name));
    if (function->name[0] != catalog::kSessionCatalog) return Error(condition::kMissingCatalogAbilityCreateFunction).with("plugin", function->name[0]).as(ErrorFamily::kAnalysis);
    if (!catalog.metastore().databaseExists(function->name[1])) {
      return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted({function->name[0], function->name[1]})).as(ErrorFamily::kAnalysis);
    }
    key = function->name[1] + "." + key;
  }
  const std::string shown = catalog::quoted(function->name);
  if (!node.className.empty()) return createFunctionOfClass(*session, node, std::move(function), key);
  const expr::EvaluationOptions options = session->evaluationOptions();
  std::vector<std::string> names;
  bool lengths = node.returnType.has_value() && isCharOrVarchar(*node.returnType);
  for (const plan::ColumnDefinition& column : node.parameters) {
    names.push_back(column.name.back());
    lengths = lengths || isCharOrVarchar(column.type);
    function->parameters.push_back({column.name.back(), column.type, column.defaultValue, column.defaultText, column.comment.value_or("")});
    if (function->parameters.back().defaultValue == nullptr && !column.defaultText.empty()) function->parameters.back().defaultValue = expr::literalNull(column.type);
  }
  RETURN_IF_ERROR(checkNames(*session, names, shown, false));
  if (lengths) return Error(condition::kUnsupportedCharOrVarcharAsString).as(ErrorFamily::kAnalysis);
  names.clear();
  function->returnsTable = node.returnsTable;
  for (const plan::ColumnDefinition& column : node.returnColumns) {
    if (!column.nullable) return Error(condition::kUserDefinedFunctionsNotNullOnFunctionParameters).with("input", column.name.back()).as(ErrorFamily::kParse);
    names.push_back(column.name.back());
    function->returnColumns.push_back({column.name.back(), column.type, true});
  }
  RETURN_IF_ERROR(checkNames(*session, names, shown, true));
  if (node.returnType.has_value()) function->returnType = *node.returnType;
  function->bodyExpression = node.bodyExpression;
  function->bodyQuery = node.bodyQuery;
  function->bodyText = node.bodyText;
  for (const auto& [what, value] : node.characteristics) {
    if (what == "comment") function->comment = value;
    if (what == "deterministic") function->deterministic = value == "true";
    if (what == "dataAccess") {
      function->containsSql = value == "CONTAINS SQL";
      function->readsData = value == "READS SQL DATA";
    }
  }
  for (const char* setting : kBodySettings) function->settings[setting] = session->conf().get(setting, setting == kBodySettings[0] ? "true" : "");
  if (function->settings[kBodySettings[1]].empty()) function->settings.erase(kBodySettings[1]);
  function->createTimeMs = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();

  catalog::SqlFunctions& functions = node.temporary ? catalog.temporaryFunctions() : catalog.persistentFunctions();
  if (!node.replace && functions.find(key) != nullptr) {
    if (node.ifNotExists) return nothing.plan();
    return Error(condition::kRoutineAlreadyExists).with("newRoutineType", "routine").with("routineName", shown).with("existingRoutineType", "routine").as(ErrorFamily::kAnalysis);
  }
  analysis::Dependencies uses;
  const bool returnsGiven = node.returnsTable ? !node.returnColumns.empty() : node.returnType.has_value();
  SqlFunction checked = *function;
  checked.readsData = false;
  RETURN_IF_ERROR(analysis::analyzeSqlFunction(checked, returnsGiven, catalog, session->conf(), options, uses));
  function->returnType = checked.returnType;
  function->returnColumns = checked.returnColumns;
  if (uses.functions.contains(key)) {
    return Error(condition::kCyclicFunctionReference).with("path", shown + " -> " + shown).as(ErrorFamily::kAnalysis);
  }
  if (!node.temporary) RETURN_IF_ERROR(checkStored(*function, uses));
  if (function->containsSql && uses.readsData) return Error(condition::kInvalidSqlFunctionDataAccess).as(ErrorFamily::kAnalysis);
  function->readsData = function->readsData || uses.readsData;
  ASSIGN_OR_RETURN(const bool added, functions.add(key, std::move(function), node.replace));
  if (added || node.ifNotExists) return nothing.plan();
  return Error(condition::kRoutineAlreadyExists).with("newRoutineType", "routine").with("routineName", shown).with("existingRoutineType", "routine").as(ErrorFamily::kAnalysis);
}

CommandOutcome dropFunction(SparkSession& session, const plan::DropFunction& node) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session.catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  if (node.temporary) {
    if (name.size() > 1) {
      return invalidTempQualifier("FUNCTION", name);
    }
    ASSIGN_OR_RETURN(const bool dropped, catalog.temporaryFunctions().drop(catalog.folded(name[0])));
    if (dropped || node.ifExists) return nothing.plan();
    return Error(condition::kRoutineNotFound).with("routineName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  }
  const bool builtin = name.size() == 1 && !std::holds_alternative<std::monostate>(catalog.functions().find(catalog.folded(name[0])));
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(name));
  ASSIGN_OR_RETURN(const bool dropped, catalog.persistentFunctions().drop(full[1] + "." + full[2]));
  if (dropped) return nothing.plan();
  if (builtin) return Error(condition::kForbiddenOperation).with("statement", "DROP").with("objectType", "FUNCTION").with("objectName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  if (node.ifExists) return nothing.plan();
  return Error(condition::kRoutineNotFound).with("routineName", catalog::quoted({full[1], full[2]})).as(ErrorFamily::kAnalysis);
}

}  // namespace

CommandOutcome runFunctionCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* node = command->as<plan::CreateFunction>()) return createFunction(session, *node);
  if (const auto* node = command->as<plan::DropFunction>()) return dropFunction(*session, *node);
  return LogicalPlanPtr();
}

}  // namespace flint::session
