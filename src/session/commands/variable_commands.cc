// Session variables and EXECUTE IMMEDIATE.
#include <set>

#include "analysis/sql_function_analysis.h"
#include "catalog/script_variables.h"
#include "expr/expression_text.h"
#include "expr/unresolved.h"
#include "parser/parameter_binding.h"
#include "plan/logical/compound_body.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "plan/logical/subquery_expressions.h"
#include "session/commands/command_context.h"
#include "session/commands/default_values.h"

namespace flint::session {
namespace {

using catalog::ScriptVariables;
using catalog::SqlVariable;
using expr::ExprPtr;

Error unresolvedVariable(const SparkSession& session, const std::vector<std::string>& name) {
  return Error(condition::kUnresolvedVariable)
      .with("variableName", catalog::quoted(name))
      .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(session.catalog().currentDatabase()) + "]")
      .as(ErrorFamily::kAnalysis);
}

// The key of a variable's name. Errors: UNRESOLVED_VARIABLE for a qualifier that is not the session's.
Result<std::string> variableKey(const SparkSession& session, const std::vector<std::string>& name) {
  const auto folded = [&](size_t i) { return session.catalog().folded(name[i]); };
  const size_t size = name.size();
  if (size > 3 || (size >= 2 && folded(size - 2) != "session") || (size == 3 && folded(0) != "system")) return unresolvedVariable(session, name);
  return folded(size - 1);
}

ExprPtr castTo(ExprPtr value, const DataType& type) {
  expr::Cast cast;
  cast.child = std::move(value);
  cast.target = type;
  return expr::makeExpr(std::move(cast));
}

bool hasSubquery(const ExprPtr& expression) {
  return tree::anyNode(expression, [](const ExprPtr& node) {
    return node->as<plan::ScalarSubquery>() != nullptr || node->as<plan::Exists>() != nullptr || node->as<plan::InSubquery>() != nullptr;
  });
}

// The only row of a query, one value a column; nothing where there is no row.
struct Row {
  std::vector<Value> values;
  std::vector<DataType> types;
  bool found = false;
};
Result<Row> onlyRow(const SparkSessionPtr& session, const LogicalPlanPtr& query) {
  QueryExecution execution(session, query);
  Row row;
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
  for (const auto& column : resolved->output()) row.types.push_back(column->dataType());
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, execution.collect());
  for (const columnar::ColumnarBatch& batch : batches) {
    if (batch.numSelected() == 0) continue;
    if (row.found || batch.numSelected() > 1) return Error(condition::kRowSubqueryTooManyRows).as(ErrorFamily::kRuntime);
    row.found = true;
    for (int32_t i = 0; i < static_cast<int32_t>(row.types.size()); ++i) row.values.push_back(batch.column(i)->valueAt(batch.activeRows()[0]));
  }
  row.values.resize(row.types.size());
  return row;
}

LogicalPlanPtr selectOf(std::vector<ExprPtr> values) {
  plan::Project project;
  for (size_t i = 0; i < values.size(); ++i) {
    expr::Alias alias;
    alias.child = std::move(values[i]);
    alias.name = "col" + std::to_string(i + 1);
    project.projectList.push_back(expr::makeExpr(std::move(alias)));
  }
  project.child = plan::makePlan(plan::OneRowRelation{});
  return plan::makePlan(std::move(project));
}

std::vector<std::string> foldedParts(const SparkSession& session, const std::vector<std::string>& name) {
  std::vector<std::string> out;
  for (const std::string& part : name) out.push_back(session.catalog().folded(part));
  return out;
}

// What only the variables of a script must keep to.
Status checkLocalName(const plan::CreateVariable& node, const std::vector<std::string>& name) {
  if (node.replace) return Error(condition::kInvalidVariableDeclarationReplaceLocalVariable).with("varName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  if (name.size() != 1) return Error(condition::kInvalidVariableDeclarationQualifiedLocalVariable).with("varName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
  return Status::ok();
}

Error variableExists(const std::vector<std::string>& name) {
  return Error(condition::kVariableAlreadyExists).with("variableName", catalog::quoted(name)).as(ErrorFamily::kAnalysis);
}

CommandOutcome declare(const SparkSessionPtr& session, const plan::CreateVariable& node) {
  CommandResult nothing;
  ScriptVariables* const locals = ScriptVariables::current();
  std::vector<std::string> keys;
  std::set<std::string> seen;
  std::vector<std::string> shown;
  for (const plan::ObjectName& object : node.names) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, object));
    if (locals != nullptr) RETURN_IF_ERROR(checkLocalName(node, name));
    ASSIGN_OR_RETURN(std::string key, variableKey(*session, name));
    if (!seen.insert(key).second) {
      return Error(condition::kDuplicateVariableNameInsideDeclare).with("variableName", quoteIdentifier(key)).as(ErrorFamily::kAnalysis);
    }
    if (locals == nullptr && !node.replace && session->catalog().variables().find(key).has_value()) return variableExists({"system", "session", key});
    shown.push_back(name.back());
    keys.push_back(std::move(key));
  }
  SqlVariable variable;
  variable.defaultValue = node.defaultValue;
  variable.defaultText = node.defaultText;
  if (node.defaultValue != nullptr) {
    if (hasSubquery(node.defaultValue)) {
      return Error(condition::kInvalidDefaultValueSubqueryExpression)
          .with("statement", "DECLARE VARIABLE")
          .with("colName", catalog::quoted({"system", "session", keys[0]}))
          .with("defaultValue", node.defaultText)
          .as(ErrorFamily::kAnalysis);
    }
    ASSIGN_OR_RETURN(Row row, onlyRow(session, selectOf({node.type.has_value() ? castTo(node.defaultValue, *node.type) : node.defaultValue})));
    variable.type = row.types[0];
    variable.value = std::move(row.values[0]);
  } else {
    variable.type = node.type.value_or(DataType::null());
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    variable.name = shown[i];
    if (locals == nullptr) {
      session->catalog().variables().put(keys[i], variable);
    } else if (!locals->declare(keys[i], variable)) {
      return variableExists({locals->innermostLabel(), keys[i]});
    }
  }
  return nothing.plan();
}

// The default of a variable, for `SET v = DEFAULT`.
ExprPtr defaultOf(const SqlVariable& variable) { return variable.defaultValue != nullptr ? castTo(variable.defaultValue, variable.type) : expr::literalNull(variable.type); }

Error defaultPlacement() { return Error(condition::kDefaultPlacementInvalid).as(ErrorFamily::kAnalysis); }

std::vector<ExprPtr> defaultsOf(const std::vector<SqlVariable>& variables) {
  std::vector<ExprPtr> out;
  for (const SqlVariable& variable : variables) out.push_back(defaultOf(variable));
  return out;
}

struct Targets {
  std::vector<std::vector<std::string>> names;  // as names compare
  std::vector<std::string> keys;
  std::vector<SqlVariable> variables;
};
Result<Targets> targetsOf(SparkSession& session, const std::vector<plan::ObjectName>& objects) {
  Targets targets;
  std::set<std::string> seen;
  std::string repeated;
  for (const plan::ObjectName& object : objects) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, object));
    auto variable = session.catalog().findVariable(name);
    if (!variable.has_value()) return unresolvedVariable(session, name);
    targets.names.push_back(foldedParts(session, name));
    std::string key = targets.names.back().back();
    if (!seen.insert(key).second) repeated += (repeated.empty() ? "" : ", ") + quoteIdentifier(key);
    targets.keys.push_back(std::move(key));
    targets.variables.push_back(*std::move(variable));
  }
  if (!repeated.empty()) return Error(condition::kDuplicateAssignments).with("nameList", repeated).as(ErrorFamily::kAnalysis);
  return targets;
}

// `query` gives one value for each target, cast to its type.
Status assign(const SparkSessionPtr& session, const Targets& targets, const LogicalPlanPtr& query) {
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, analyzedQuery(session, query));
  const auto output = resolved->output();
  if (output.size() != targets.keys.size()) {
    return Error(condition::kAssignmentArityMismatch)
        .with("numTarget", std::to_string(targets.keys.size()))
        .with("numExpr", std::to_string(output.size()))
        .as(ErrorFamily::kAnalysis);
  }
  plan::Project casts;
  for (size_t i = 0; i < output.size(); ++i) {
    const DataType& type = targets.variables[i].type;
    const bool same = output[i]->dataType().sameType(type);
    expr::Alias alias;
    alias.child = same ? ExprPtr(output[i]) : castTo(output[i], type);
    alias.name = targets.keys[i];
    casts.projectList.push_back(expr::makeExpr(std::move(alias)));
  }
  casts.child = resolved;
  ASSIGN_OR_RETURN(Row row, onlyRow(session, plan::makePlan(std::move(casts))));
  for (size_t i = 0; i < targets.keys.size(); ++i) {
    SqlVariable variable = targets.variables[i];
    variable.value = std::move(row.values[i]);
    ScriptVariables* const locals = ScriptVariables::current();
    if (SqlVariable* const local = locals == nullptr ? nullptr : locals->find(targets.names[i])) {
      *local = std::move(variable);
    } else {
      session->catalog().variables().put(targets.keys[i], std::move(variable));
    }
  }
  return Status::ok();
}

CommandOutcome setVariable(const SparkSessionPtr& session, const plan::SetVariable& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const Targets targets, targetsOf(*session, node.targets));
  if (node.query != nullptr) {
    // A column may be called `default`.
    Status assigned = assign(session, targets, node.query);
    if (!assigned.isOk() && std::string_view(assigned.error().condition().name).starts_with("UNRESOLVED_COLUMN")) {
      const LogicalPlanPtr query = withDefaults(node.query, defaultsOf(targets.variables));
      if (query == node.query) {
        const std::string* missing = assigned.error().parameter("objectName");
        return missing != nullptr && (*missing == "`DEFAULT`" || *missing == "`default`") ? defaultPlacement() : assigned.error();
      }
      assigned = assign(session, targets, query);
    }
    if (!assigned.isOk() && node.query->as<plan::UnresolvedInlineTable>() != nullptr) assigned = assign(session, targets, withDefaults(node.query, defaultsOf(targets.variables)));
    RETURN_IF_ERROR(assigned);
    return nothing.plan();
  }
  std::vector<ExprPtr> values;
  for (size_t i = 0; i < node.values.size(); ++i) {
    const ExprPtr& value = node.values[i].second;
    if (value != nullptr && !namesDefault(value) && holdsDefault(value)) return defaultPlacement();
    values.push_back(value == nullptr || namesDefault(value) ? defaultOf(targets.variables[i]) : value);
  }
  RETURN_IF_ERROR(assign(session, targets, selectOf(std::move(values))));
  return nothing.plan();
}

CommandOutcome executeImmediate(const SparkSessionPtr& session, const plan::ExecuteImmediate& node) {
  if (hasSubquery(node.text)) return Error(condition::kUnsupportedExprForParameter).with("invalidExprSql", "\"" + node.text->sql() + "\"").as(ErrorFamily::kAnalysis);
  ASSIGN_OR_RETURN(const Row text, onlyRow(session, selectOf({node.text})));
  if (!text.types[0].isStringLike()) {
    return Error(condition::kInvalidExprTypeForQueryExecuteImmediate).with("exprType", "\"" + text.types[0].sql() + "\"").as(ErrorFamily::kAnalysis);
  }
  if (text.values[0].isNull()) return Error(condition::kNullQueryStringExecuteImmediate).with("varName", node.text->sql()).as(ErrorFamily::kAnalysis);
  ASSIGN_OR_RETURN(LogicalPlanPtr statement, session->parse(text.values[0].asString()));
  if (statement->as<plan::CompoundBody>() != nullptr) {
    return Error(condition::kSqlScriptInExecuteImmediate).with("sqlString", text.values[0].asString()).as(ErrorFamily::kAnalysis);
  }
  parser::SqlArguments arguments;
  std::vector<std::string> unnamed;
  for (const ExprPtr& argument : node.arguments) {
    ExprPtr value = argument;
    std::string name;
    if (const auto* alias = argument->as<expr::Alias>()) {
      name = alias->name;
      value = alias->child;
    } else if (const auto* column = argument->as<expr::UnresolvedAttribute>()) {
      name = column->nameParts.back();
    } else {
      unnamed.push_back("\"" + argument->sql() + "\"");
    }
    if (hasSubquery(value)) return Error(condition::kUnsupportedExprForParameter).with("invalidExprSql", "\"" + value->sql() + "\"").as(ErrorFamily::kAnalysis);
    ASSIGN_OR_RETURN(Row row, onlyRow(session, selectOf({value})));
    expr::Literal literal;
    literal.type = row.types[0];
    literal.value = std::move(row.values[0]);
    const ExprPtr constant = expr::makeExpr(std::move(literal));
    arguments.positional.push_back(constant);
    if (!name.empty() && !arguments.named.emplace(name, constant).second && argument->as<expr::Alias>() != nullptr) {
      return Error(condition::kExecImmediateDuplicateArgumentAliases).with("aliases", quoteIdentifier(name)).as(ErrorFamily::kAnalysis);
    }
  }
  const bool named = parser::usesNamedParameters(statement);
  if (named && parser::usesPositionalParameters(statement)) return Error(condition::kInvalidQueryMixedQueryParameters).as(ErrorFamily::kAnalysis);
  if (named && !unnamed.empty()) {
    return Error(condition::kAllParametersMustBeNamed).with("exprs", expr::joinTexts(unnamed)).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(statement, parser::bindParameters(statement, arguments));
  // The text stands for itself: a script's own variables reach it as arguments only.
  const auto resolved = [&]() -> CommandOutcome {
    const ScriptVariables::Entered outside(nullptr);
    return analyzedQuery(session, statement);
  };
  if (node.into.empty()) return resolved();
  if (plan::isCommand(statement->kind())) return Error(condition::kInvalidStatementForExecuteInto).with("sqlString", text.values[0].asString()).as(ErrorFamily::kAnalysis);
  ASSIGN_OR_RETURN(const Targets targets, targetsOf(*session, node.into));
  ASSIGN_OR_RETURN(const LogicalPlanPtr query, resolved());
  RETURN_IF_ERROR(assign(session, targets, query));
  CommandResult nothing;
  return nothing.plan();
}

}  // namespace

CommandOutcome runVariableCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  if (const auto* node = command->as<plan::CreateVariable>()) return declare(session, *node);
  if (const auto* node = command->as<plan::SetVariable>()) return setVariable(session, *node);
  if (const auto* node = command->as<plan::ExecuteImmediate>()) return executeImmediate(session, *node);
  if (const auto* node = command->as<plan::DropVariable>()) {
    if (ScriptVariables::current() != nullptr) return Error(condition::kUnsupportedFeatureSqlScriptingDropTemporaryVariable).as(ErrorFamily::kAnalysis);
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const std::string key, variableKey(*session, name));
    if (!session->catalog().variables().drop(key) && !node->ifExists) {
      return Error(condition::kVariableNotFound).with("variableName", catalog::quoted({"system", "session", key})).as(ErrorFamily::kAnalysis);
    }
    return nothing.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
