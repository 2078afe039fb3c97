// DESCRIBE: tables, views, queries, functions, databases.
#include <algorithm>

#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"

namespace flint::session {
namespace {

CommandResult columnTable() {
  return CommandResult({textColumn("col_name"), textColumn("data_type"), {"comment", DataType::string(), true}});
}

void addColumn(CommandResult& result, const std::string& name, const DataType& type) {
  result.add({Value::string(name), Value::string(type.simpleString()), Value::null()});
}

void addLine(CommandResult& result, const std::string& name, const std::string& value) {
  result.add({Value::string(name), Value::string(value), Value::string("")});
}

CommandOutcome describeRelation(const SparkSessionPtr& session, const plan::DescribeRelation& node) {
  if (node.asJson || !node.column.empty() || !node.partition.empty()) return notInFlint("this form of DESCRIBE");
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(*session, name);
  CommandResult result = columnTable();
  if (found->tempView.has_value()) {
    for (const auto& column : found->tempView->plan->output()) addColumn(result, column->name, column->dataType());
    return result.plan();
  }
  const catalog::CatalogTable& table = *found->table;
  for (const StructField& column : table.schema) addColumn(result, column.name, column.type);
  if (!table.partitionColumns.empty()) {
    addLine(result, "# Partition Information", "");
    addLine(result, "# col_name", "data_type");
    for (const StructField& column : table.schema) {
      const auto& keys = table.partitionColumns;
      if (std::find(keys.begin(), keys.end(), column.name) != keys.end()) addColumn(result, column.name, column.type);
    }
  }
  if (!node.extended) return result.plan();
  addLine(result, "", "");
  addLine(result, "# Detailed Table Information", "");
  addLine(result, "Catalog", "spark_catalog");
  addLine(result, "Database", table.database);
  addLine(result, "Table", table.name);
  const bool view = table.type == catalog::CatalogTable::Type::kView;
  addLine(result, "Type", view ? "VIEW" : table.type == catalog::CatalogTable::Type::kManaged ? "MANAGED" : "EXTERNAL");
  if (!table.provider.empty()) addLine(result, "Provider", table.provider);
  if (!table.comment.empty()) addLine(result, "Comment", table.comment);
  if (view) addLine(result, "View Text", table.viewText);
  if (!table.location.empty()) addLine(result, "Location", table.location);
  return result.plan();
}

struct FunctionText {
  std::string usage;
  std::string arguments;
  std::string since;
};

FunctionText textOf(const expr::FunctionRegistry::Entry& entry) {
  return std::visit(
      [](const auto& function) -> FunctionText {
        if constexpr (std::is_same_v<std::decay_t<decltype(function)>, std::monostate>) {
          return {};
        } else {
          return {std::string(function->usage), std::string(function->arguments), std::string(function->since)};
        }
      },
      entry);
}

CommandOutcome describeFunction(SparkSession& session, const plan::DescribeFunction& node) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  std::string key = name.back();
  for (char& c : key) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  const auto entry = session.catalog().functions().find(key);
  if (std::holds_alternative<std::monostate>(entry)) {
    return Error(condition::kUnresolvedRoutine)
        .with("routineName", catalog::quoted(name))
        .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(session.catalog().currentDatabase()) + "]")
        .as(ErrorFamily::kAnalysis);
  }
  const FunctionText text = textOf(entry);
  CommandResult result({textColumn("function_desc")});
  result.addTexts({"Function: " + key});
  result.addTexts({"Usage: " + text.usage});
  if (node.extended) {
    if (!text.arguments.empty()) result.addTexts({"Arguments: " + text.arguments});
    result.addTexts({"Since: " + text.since});
  }
  return result.plan();
}

}  // namespace

CommandOutcome runDescribeCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  if (const auto* node = command->as<plan::DescribeRelation>()) return describeRelation(session, *node);
  if (const auto* node = command->as<plan::DescribeFunction>()) return describeFunction(*session, *node);
  if (const auto* node = command->as<plan::DescribeQuery>()) {
    ASSIGN_OR_RETURN(const LogicalPlanPtr query, analyzedQuery(session, node->query));
    CommandResult result = columnTable();
    for (const auto& column : query->output()) addColumn(result, column->name, column->dataType());
    return result.plan();
  }
  if (const auto* node = command->as<plan::DescribeNamespace>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    ASSIGN_OR_RETURN(const catalog::CatalogDatabase database, session->catalog().metastore().database(session->catalog().folded(name.back())));
    CommandResult result({textColumn("info_name"), textColumn("info_value")});
    result.addTexts({"Catalog Name", "spark_catalog"});
    result.addTexts({"Namespace Name", database.name});
    result.addTexts({"Comment", database.comment});
    result.addTexts({"Location", database.location});
    return result.plan();
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
