#include "session/commands/row_changes.h"
#include "session/commands/run_command.h"

#include <algorithm>
#include <optional>

#include "analysis/sql_function_analysis.h"
#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "parser/sql_parser.h"
#include "session/commands/command_context.h"
#include "session/commands/entry_change.h"
#include "session/sql_scripting/script_interpreter.h"

namespace flint::session {

namespace {

// Commands that read an entry of the catalog and write it back with a change.
bool changesEntry(plan::LogicalKind kind) {
  using enum plan::LogicalKind;
  constexpr plan::LogicalKind kChanges[] = {kAlterTableProperties, kAlterColumns,   kAddColumns,  kCommentOn,       kAlterTableSerde,
                                            kAlterTableLocation,   kAlterNamespace, kRenameTable, kAlterPartitions, kAlterTableClustering};
  return std::find(std::begin(kChanges), std::end(kChanges), kind) != std::end(kChanges);
}

}  // namespace

Result<LogicalPlanPtr> runCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* script = command->as<plan::CompoundBody>()) return runScript(session, *script);
  std::optional<io::FileLock> lock;
  if (changesEntry(command->kind())) {
    ASSIGN_OR_RETURN(std::optional<io::FileLock> locked, lockCatalog(*session));
    if (locked.has_value()) lock.emplace(*std::move(locked));
  }
  for (const auto family : {runSessionCommand, runCacheCommand, runShowCommand, runDescribeCommand, runViewCommand, runTableCommand, runFunctionCommand, runVariableCommand,
                            runAlterCommand, runRowChange, runPartitionCommand}) {
    ASSIGN_OR_RETURN(LogicalPlanPtr result, family(session, command));
    if (result != nullptr) return result;
  }
  return notInFlint(std::string("the command ") + command->nodeName());
}

Result<std::vector<std::string>> nameParts(SparkSession& session, const plan::ObjectName& name) {
  if (name.expression == nullptr) return name.parts;
  const expr::EvaluationOptions options = session.evaluationOptions();
  ASSIGN_OR_RETURN(const plan::ExprPtr text, analysis::resolveValue(name.expression, session.catalog(), session.conf(), options));
  if (!text->foldable()) {
    return Error(condition::kNotAConstantStringNotConstant).with("name", "IDENTIFIER").with("expr", expr::quotedExpression(name.expression)).as(ErrorFamily::kAnalysis);
  }
  if (!text->dataType().isStringLike()) {
    return Error(condition::kNotAConstantStringWrongType)
        .with("name", "IDENTIFIER")
        .with("expr", expr::quotedExpression(name.expression))
        .with("dataType", text->dataType().simpleString())
        .as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(const Value value, expr::evaluateFoldable(text, options));
  if (value.isNull()) {
    return Error(condition::kNotAConstantStringNull).with("name", "IDENTIFIER").with("expr", expr::quotedExpression(name.expression)).as(ErrorFamily::kAnalysis);
  }
  return parser::parseIdentifier(value.asString(), session.parserOptions());
}

Error invalidTempQualifier(const char* objectType, const std::vector<std::string>& name) {
  return Error(condition::kInvalidTempObjQualifier)
      .with("objectType", objectType)
      .with("objectName", quoteIdentifier(name.back()))
      .with("qualifier", catalog::quoted({name.begin(), name.end() - 1}))
      .as(ErrorFamily::kAnalysis);
}

Result<std::string> tempViewName(SparkSession& session, const plan::ObjectName& object, bool global) {
  ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(session, object));
  const auto is = [&](size_t part, const std::string& word) { return session.catalog().folded(name[part]) == word; };
  if (global && name.size() == 2 && is(0, session.catalog().globalTempDatabase())) name.erase(name.begin());
  const bool ofSession = (name.size() == 2 && is(0, "session")) || (name.size() == 3 && is(0, "system") && is(1, "session"));
  if (!global && ofSession) name.erase(name.begin(), name.end() - 1);
  if (name.size() != 1) return invalidTempQualifier("VIEW", name);
  return name[0];
}

Result<LogicalPlanPtr> analyzedQuery(const SparkSessionPtr& session, const LogicalPlanPtr& query) {
  return QueryExecution(session, query).analyzed();
}

namespace {

char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool matchesOne(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') {
    for (size_t taken = 0; taken <= name.size(); ++taken) {
      if (matchesOne(name.substr(taken), pattern.substr(1))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern[0] == '.' || lowered(name[0]) == lowered(pattern[0])) && matchesOne(name.substr(1), pattern.substr(1));
}

}  // namespace

bool matchesPattern(const std::string& name, const std::string& pattern) {
  std::string_view rest = pattern;
  while (true) {
    const size_t bar = rest.find('|');
    if (matchesOne(name, rest.substr(0, bar))) return true;
    if (bar == std::string_view::npos) return false;
    rest.remove_prefix(bar + 1);
  }
}

Error tableOrViewNotFound(const SparkSession& session, const std::vector<std::string>& name) {
  return Error(condition::kTableOrViewNotFound)
      .with("relationName", catalog::quoted(name))
      .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(session.catalog().currentDatabase()) + "]")
      .as(ErrorFamily::kAnalysis);
}

Result<catalog::CatalogTable> tableOnly(SparkSession& session, const plan::ObjectName& object, const std::string& operation) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, object));
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(session, name);
  if (!found->table.has_value() || found->table->type == catalog::CatalogTable::Type::kView) {
    return Error(condition::kExpectTableNotViewNoAlternative).with("viewName", catalog::quoted(found->qualifier)).with("operation", operation).as(ErrorFamily::kAnalysis);
  }
  return *found->table;
}

Error notInFlint(const std::string& feature) {
  return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", feature).as(ErrorFamily::kUnsupportedOperation);
}

}  // namespace flint::session
