// ALTER of databases, tables and views; COMMENT ON; what tables of files cannot do.
#include <algorithm>

#include "analysis/char_lengths.h"
#include "analysis/sql_function_analysis.h"
#include "parser/type_parser.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/dml_commands.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"
#include "session/commands/table_checks.h"
#include "session/commands/table_description.h"
#include "session/commands/view_definition.h"
#include "session/data_writing.h"
#include "types/collation.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

std::string quotedTable(const CatalogTable& table) { return catalog::quoted({table.catalog, table.database, table.name}); }

Error tableOperation(const CatalogTable& table, const std::string& operation) {
  return Error(condition::kUnsupportedFeatureTableOperation).with("tableName", quotedTable(table)).with("operation", operation).as(ErrorFamily::kAnalysis);
}

StructFields::iterator columnOf(const SparkSession& session, CatalogTable& table, const std::string& name) {
  return std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& field) { return session.catalog().folded(field.name) == session.catalog().folded(name); });
}

Error noSuchColumn(const CatalogTable& table, const std::vector<std::string>& column) {
  std::string proposal;
  for (const StructField& field : table.schema) proposal += (proposal.empty() ? "" : ", ") + quoteIdentifier(field.name);
  return Error(condition::kUnresolvedColumnWithSuggestion).with("objectName", catalog::quoted(column)).with("proposal", proposal).as(ErrorFamily::kAnalysis);
}

CommandOutcome alterColumns(SparkSession& session, const plan::AlterColumns& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(CatalogTable table, tableOnly(session, node.name, "ALTER TABLE ... ALTER COLUMN"));
  if (node.changes.size() > 1) return tableOperation(table, "ALTER COLUMN in bulk");
  for (const plan::ColumnChange& change : node.changes) {
    if (change.name.size() > 1) return tableOperation(table, "ALTER COLUMN with qualified column");
    const auto column = columnOf(session, table, change.name[0]);
    if (column == table.schema.end()) return noSuchColumn(table, change.name);
    if (!change.position.empty()) return tableOperation(table, "ALTER COLUMN ... FIRST | AFTER");
    if (change.nullable.has_value()) return tableOperation(table, "ALTER COLUMN ... SET NOT NULL");
    if (change.type.has_value() && change.type->is(TypeKind::kString) && column->type.is(TypeKind::kString)) column->type = *change.type;
    if (change.type.has_value() && !change.type->sameType(column->type)) {
      return Error(condition::kNotSupportedChangeColumn)
          .with("table", quotedTable(table))
          .with("originName", quoteIdentifier(column->name))
          .with("originType", "\"" + column->type.sql() + "\"")
          .with("newName", quoteIdentifier(column->name))
          .with("newType", "\"" + change.type->sql() + "\"")
          .as(ErrorFamily::kAnalysis);
    }
    if (change.comment.has_value()) column->metadata = parser::commentMetadata(*change.comment);
    RETURN_IF_ERROR(checkDefault(session, "ALTER TABLE ALTER COLUMN", column->name, column->type, change.defaultText));
    if (!change.defaultText.empty()) table.columnDefaults[column->name] = change.defaultText;
    if (change.dropDefault) table.columnDefaults.erase(column->name);
  }
  RETURN_IF_ERROR(session.catalog().of(table).alterTable(std::move(table)));
  return nothing.plan();
}

// Writes the rows that are there once more, with the defaults of the columns that `table` has got since, and its entry with them. False where no column
// has one, and nothing is done. Errors leave table and rows as they were.
Result<bool> filledDefaults(const SparkSessionPtr& session, const CatalogTable& table, const std::vector<plan::ColumnDefinition>& added) {
  const auto hasDefault = [](const plan::ColumnDefinition& column) { return !column.defaultText.empty(); };
  if (std::none_of(added.begin(), added.end(), hasDefault) || session->catalog().of(table).keepsRows()) return false;
  std::string columns;
  for (const StructField& field : table.schema) {
    std::string value = quoteIdentifier(field.name);
    for (const plan::ColumnDefinition& column : added) {
      if (column.name[0] == field.name) value = "CAST((" + (hasDefault(column) ? column.defaultText : "NULL") + ") AS " + analysis::asStrings(field.type).sql() + ") AS " + value;
    }
    columns += (columns.empty() ? "" : ", ") + value;
  }
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, session->parse("SELECT " + columns + " FROM " + quotedTable(table)));
  RETURN_IF_ERROR(rewriteTable(session, rows, table));
  return true;
}

CommandOutcome addColumns(const SparkSessionPtr& sessionPtr, const plan::AddColumns& node) {
  SparkSession& session = *sessionPtr;
  CommandResult nothing;
  ASSIGN_OR_RETURN(CatalogTable table, tableOnly(session, node.name, "ALTER TABLE ... ADD COLUMNS"));
  if (node.replace) return tableOperation(table, "REPLACE COLUMNS");
  for (const plan::ColumnDefinition& added : node.columns) {
    if (added.name.size() > 1) return tableOperation(table, "ADD COLUMN with qualified column");
    if (!added.nullable) return tableOperation(table, "ADD COLUMN with v1 tables cannot specify NOT NULL");
    if (columnOf(session, table, added.name[0]) != table.schema.end()) {
      return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(added.name[0])).as(ErrorFamily::kAnalysis);
    }
    RETURN_IF_ERROR(checkDefault(session, "ALTER TABLE ADD COLUMNS", added.name[0], added.type, added.defaultText));
    StructField column{added.name[0], declaredUnder(session.conf(), added.type), true};
    const int collation = table.collation.empty() ? -1 : findCollation(table.collation);
    if (collation > 0 && column.type.is(TypeKind::kString) && column.type.collation() == 0) column.type = DataType::collatedString(collation);
    if (added.comment.has_value()) column.metadata = parser::commentMetadata(*added.comment);
    // Partition columns stay last.
    table.schema.insert(table.schema.end() - static_cast<std::ptrdiff_t>(table.partitionColumns.size()), column);
    if (!added.defaultText.empty()) table.columnDefaults[added.name[0]] = added.defaultText;
  }
  ASSIGN_OR_RETURN(const bool altered, filledDefaults(sessionPtr, table, node.columns));
  if (!altered) RETURN_IF_ERROR(session.catalog().of(table).alterTable(std::move(table)));
  return nothing.plan();
}

// Tables of the session's catalog are of Spark's first kind, whose columns stay.
bool keepsColumns(const CatalogTable& table) { return table.catalog == catalog::kSessionCatalog; }

// Gives the table the columns of `changed`; of each of them `from` is what it is called in the rows that are there.
Status rewriteColumns(const SparkSessionPtr& session, CatalogTable changed, const std::vector<std::string>& from) {
  if (session->catalog().of(changed).keepsRows()) return session->catalog().of(changed).alterTable(std::move(changed));
  std::string columns;
  for (size_t i = 0; i < from.size(); ++i) columns += (columns.empty() ? "" : ", ") + quoteIdentifier(from[i]) + " AS " + quoteIdentifier(changed.schema[i].name);
  ASSIGN_OR_RETURN(const LogicalPlanPtr rows, session->parse("SELECT " + columns + " FROM " + catalog::quoted({changed.catalog, changed.database, changed.name})));
  return rewriteTable(session, rows, std::move(changed));
}

CommandOutcome renameColumn(const SparkSessionPtr& session, const plan::RenameColumn& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(CatalogTable table, tableOnly(*session, node.name, "ALTER TABLE ... RENAME COLUMN"));
  if (keepsColumns(table) || node.column.size() > 1) return tableOperation(table, "RENAME COLUMN");
  const auto column = columnOf(*session, table, node.column[0]);
  if (column == table.schema.end()) return noSuchColumn(table, node.column);
  if (columnOf(*session, table, node.newName) != table.schema.end()) {
    return Error(condition::kFieldAlreadyExists).with("op", "rename").with("fieldNames", quoteIdentifier(node.newName)).with("struct", "\"" + DataType::structType(table.schema).sql() + "\"").as(ErrorFamily::kAnalysis);
  }
  std::vector<std::string> from;
  for (const StructField& field : table.schema) from.push_back(field.name);
  if (const auto known = table.columnDefaults.find(column->name); known != table.columnDefaults.end()) {
    table.columnDefaults[node.newName] = known->second;
    table.columnDefaults.erase(known->first);
  }
  for (std::string& key : table.partitionColumns) {
    if (key == column->name) key = node.newName;
  }
  column->name = node.newName;
  RETURN_IF_ERROR(rewriteColumns(session, std::move(table), from));
  return nothing.plan();
}

CommandOutcome dropColumns(const SparkSessionPtr& session, const plan::DropColumns& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(CatalogTable table, tableOnly(*session, node.name, "ALTER TABLE ... DROP COLUMNS"));
  if (keepsColumns(table)) return tableOperation(table, "DROP COLUMN");
  for (const std::vector<std::string>& name : node.columns) {
    if (name.size() > 1) return tableOperation(table, "DROP COLUMN");
    const auto column = columnOf(*session, table, name[0]);
    if (column == table.schema.end() && node.ifExists) continue;
    if (column == table.schema.end()) return noSuchColumn(table, name);
    const bool isKey = std::find(table.partitionColumns.begin(), table.partitionColumns.end(), column->name) != table.partitionColumns.end();
    if (isKey || table.schema.size() == 1) return tableOperation(table, "DROP COLUMN of a partition column, or of the only column");
    table.columnDefaults.erase(column->name);
    table.schema.erase(column);
  }
  std::vector<std::string> from;
  for (const StructField& field : table.schema) from.push_back(field.name);
  RETURN_IF_ERROR(rewriteColumns(session, std::move(table), from));
  return nothing.plan();
}

CommandOutcome alterNamespace(SparkSession& session, const plan::AlterNamespace& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  ASSIGN_OR_RETURN(const auto place, session.catalog().findNamespace(name));
  ASSIGN_OR_RETURN(catalog::CatalogDatabase database, place.plugin->database(place.database));
  for (const auto& [key, value] : node.setProperties) {
    if (key == "comment") {
      database.comment = value;
    } else {
      database.properties[key] = value;
    }
  }
  for (const std::string& key : node.unsetProperties) database.properties.erase(key);
  if (!node.location.empty()) database.location = node.location;
  RETURN_IF_ERROR(place.plugin->alterDatabase(std::move(database)));
  return nothing.plan();
}

CommandOutcome commentOn(SparkSession& session, const plan::CommentOn& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(std::vector<std::string> name, nameParts(session, node.name));
  if (node.kind == "NAMESPACE") {
    ASSIGN_OR_RETURN(const auto place, session.catalog().findNamespace(name));
    ASSIGN_OR_RETURN(catalog::CatalogDatabase database, place.plugin->database(place.database));
    database.comment = node.comment.value_or("");
    RETURN_IF_ERROR(place.plugin->alterDatabase(std::move(database)));
    return nothing.plan();
  }
  std::string column;
  if (node.kind == "COLUMN") {
    column = name.back();
    name.pop_back();
  }
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(session, name);
  if (!found->table.has_value()) {
    return Error(condition::kExpectTableNotViewNoAlternative).with("viewName", catalog::quoted(found->qualifier)).with("operation", "COMMENT ON TABLE").as(ErrorFamily::kAnalysis);
  }
  CatalogTable table = *found->table;
  if (column.empty()) {
    table.comment = node.comment.value_or("");
  } else {
    const auto field = columnOf(session, table, column);
    if (field == table.schema.end()) return noSuchColumn(table, {column});
    field->metadata = node.comment.has_value() ? parser::commentMetadata(*node.comment) : "";
  }
  RETURN_IF_ERROR(session.catalog().of(table).alterTable(std::move(table)));
  return nothing.plan();
}

}  // namespace

CommandOutcome runAlterCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  if (const auto* node = command->as<plan::AlterColumns>()) return alterColumns(*session, *node);
  if (const auto* node = command->as<plan::AddColumns>()) return addColumns(session, *node);
  if (const auto* node = command->as<plan::AlterNamespace>()) return alterNamespace(*session, *node);
  if (const auto* node = command->as<plan::CommentOn>()) return commentOn(*session, *node);
  if (const auto* node = command->as<plan::AlterViewAs>()) return alterViewAs(session, *node);
  if (const auto* node = command->as<plan::RenameColumn>()) {
    return renameColumn(session, *node);
  }
  if (const auto* node = command->as<plan::DropColumns>()) {
    return dropColumns(session, *node);
  }
  if (const auto* node = command->as<plan::AlterTableLocation>()) {
    if (!node->partition.empty()) return setPartitionLocation(*session, *node);
    ASSIGN_OR_RETURN(CatalogTable table, tableOnly(*session, node->name, "ALTER TABLE ... SET LOCATION ..."));
    table.location = node->location;
    table.type = CatalogTable::Type::kExternal;
    RETURN_IF_ERROR(session->catalog().of(table).alterTable(std::move(table)));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AlterTableSerde>()) {
    ASSIGN_OR_RETURN(CatalogTable table, tableOnly(*session, node->name, "ALTER TABLE ... SET [SERDE|SERDEPROPERTIES]"));
    if (!node->serde.empty()) {
      return Error(condition::kUnsupportedFeatureAlterTableSerdeForDatasourceTable).with("tableName", catalog::quoted({table.catalog, table.database, table.name})).as(ErrorFamily::kAnalysis);
    }
    for (const auto& [key, value] : node->properties) table.options[key] = value;
    RETURN_IF_ERROR(session->catalog().of(table).alterTable(std::move(table)));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::CallProcedure>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    return Error(condition::kUnresolvedRoutine)
        .with("routineName", catalog::quoted(name))
        .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(session->catalog().currentDatabase()) + "]")
        .as(ErrorFamily::kAnalysis);
  }
  if (const auto* node = command->as<plan::AlterTableClustering>()) {
    ASSIGN_OR_RETURN(CatalogTable table, tableOnly(*session, node->name, "ALTER TABLE ... CLUSTER BY"));
    table.clusterColumns.clear();
    for (const auto& column : node->columns) table.clusterColumns.push_back(catalog::joined(column));
    RETURN_IF_ERROR(session->catalog().of(table).alterTable(std::move(table)));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AlterTableConstraint>()) {
    ASSIGN_OR_RETURN(const CatalogTable table, tableOnly(*session, node->name, "ALTER TABLE ... ADD CONSTRAINT"));
    return tableOperation(table, node->drop ? "DROP CONSTRAINT" : "ADD CONSTRAINT");
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
