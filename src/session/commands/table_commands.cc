// Tables: CREATE, DROP, INSERT, TRUNCATE, properties; the cache.
#include "io/file_system.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/dml_commands.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "session/commands/command_context.h"
#include "session/data_writing.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

Result<CatalogTable> tableNamed(SparkSession& session, const plan::ObjectName& object) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, object));
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value() || !found->table.has_value()) return tableOrViewNotFound(session, name);
  return *found->table;
}

Status removeFiles(const std::string& location) {
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(location));
  ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
  return exists ? place.first->remove(place.second, true) : Status::ok();
}

// No rows, with the table's columns: writing it makes the table's folder.
LogicalPlanPtr emptyRelation(const StructFields& schema) {
  plan::LocalRelation relation;
  for (const StructField& column : schema) relation.attributes.push_back(expr::attribute(column.name, column.type, column.nullable));
  relation.batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  return plan::makePlan(std::move(relation));
}

CommandOutcome createTable(const SparkSessionPtr& session, const plan::CreateTable& node) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(name));
  if (!catalog.metastore().databaseExists(full[1])) {
    return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted({full[0], full[1]})).as(ErrorFamily::kAnalysis);
  }
  const bool exists = catalog.metastore().tableExists(full[1], full[2]);
  if (exists && node.ifNotExists) return nothing.plan();
  if (exists && !node.replace) {
    return Error(condition::kTableOrViewAlreadyExists).with("relationName", catalog::quoted({full[1], full[2]})).as(ErrorFamily::kAnalysis);
  }
  if (!exists && !node.orCreate) return tableOrViewNotFound(*session, name);
  WriteTarget target;
  target.format = node.spec.provider;
  target.path = node.spec.location;
  target.options.assign(node.spec.options.begin(), node.spec.options.end());
  for (const auto& column : node.spec.partitionColumns) target.partitionColumns.push_back(column.back());
  target.mode = exists ? connector::SaveMode::kOverwrite : connector::SaveMode::kErrorIfExists;
  LogicalPlanPtr rows = node.query;
  if (rows == nullptr) {
    StructFields schema;
    for (const plan::ColumnDefinition& column : node.columns) schema.push_back({column.name.back(), column.type, column.nullable});
    const connector::DataSource* source = connector::DataSourceTable::instance().find(target.format.empty() ? session->conf().get("spark.sql.sources.default", "parquet") : target.format);
    if (source == nullptr) return Error(condition::kDataSourceNotFound).with("provider", target.format).as(ErrorFamily::kAnalysis);
    if (!target.path.empty()) {
      // Files that are there already are the table's rows.
      CatalogTable table;
      table.database = full[1];
      table.name = full[2];
      table.type = CatalogTable::Type::kExternal;
      table.provider = std::string(source->shortName);
      table.location = target.path;
      table.partitionColumns = target.partitionColumns;
      table.schema = schema;
      for (const auto& [key, value] : target.options) table.options[key] = value;
      if (schema.empty()) {
        plan::UnresolvedDataSource files;
        files.format = table.provider;
        files.paths = {table.location};
        files.options = node.spec.options;
        ASSIGN_OR_RETURN(const LogicalPlanPtr relation, analyzedQuery(session, plan::makePlan(std::move(files))));
        for (const auto& column : relation->output()) table.schema.push_back({column->name, column->dataType(), true});
      }
      if (exists) RETURN_IF_ERROR(catalog.metastore().dropTable(full[1], full[2], true));
      RETURN_IF_ERROR(catalog.metastore().createTable(std::move(table), false));
      return nothing.plan();
    }
    rows = emptyRelation(schema);
  }
  RETURN_IF_ERROR(saveAsTable(session, rows, name, target));
  ASSIGN_OR_RETURN(CatalogTable table, catalog.metastore().table(full[1], full[2]));
  table.comment = node.spec.comment.value_or("");
  for (const auto& [key, value] : node.spec.properties) table.properties[key] = value;
  if (node.query == nullptr) {
    for (size_t i = 0; i < table.schema.size(); ++i) {
      for (const plan::ColumnDefinition& column : node.columns) {
        if (column.name.back() == table.schema[i].name) table.schema[i].nullable = column.nullable;
      }
    }
  }
  RETURN_IF_ERROR(catalog.metastore().alterTable(std::move(table)));
  return nothing.plan();
}

CommandOutcome dropTable(SparkSession& session, const plan::DropTable& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  catalog::SessionCatalog& catalog = session.catalog();
  if (name.size() == 1 && catalog.tempViews().drop(catalog.folded(name[0]))) return nothing.plan();
  ASSIGN_OR_RETURN(const auto found, catalog.lookup(name));
  if (!found.has_value() || !found->table.has_value()) {
    if (node.ifExists) return nothing.plan();
    return tableOrViewNotFound(session, name);
  }
  if (found->table->type == CatalogTable::Type::kView) {
    return Error(condition::kWrongCommandForObjectType)
        .with("operation", "DROP TABLE")
        .with("requiredType", "EXTERNAL or MANAGED")
        .with("objectName", catalog::joined(found->qualifier))
        .with("foundType", "VIEW")
        .with("alternative", "DROP VIEW")
        .as(ErrorFamily::kAnalysis);
  }
  RETURN_IF_ERROR(catalog.metastore().dropTable(found->qualifier[1], found->qualifier[2], node.ifExists));
  if (found->table->type == CatalogTable::Type::kManaged) RETURN_IF_ERROR(removeFiles(found->table->location));
  return nothing.plan();
}

CommandOutcome insert(const SparkSessionPtr& session, const plan::InsertInto& node) {
  if (node.mode == plan::InsertInto::Mode::kReplaceWhere) return notInFlint("INSERT INTO ... REPLACE WHERE");
  InsertTarget target;
  ASSIGN_OR_RETURN(target.table, nameParts(*session, node.table));
  target.overwrite = node.mode == plan::InsertInto::Mode::kOverwrite;
  target.byName = node.byName;
  target.columns = node.columns;
  target.partition.assign(node.partition.begin(), node.partition.end());
  RETURN_IF_ERROR(insertInto(session, node.query, target));
  CommandResult nothing;
  return nothing.plan();
}

}  // namespace

CommandOutcome runTableCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  if (const auto* node = command->as<plan::CreateTable>()) return createTable(session, *node);
  if (const auto* node = command->as<plan::DropTable>()) return dropTable(*session, *node);
  if (const auto* node = command->as<plan::InsertInto>()) return insert(session, *node);
  if (const auto* node = command->as<plan::InsertIntoDirectory>()) {
    WriteTarget target{.format = node->provider, .path = node->path, .mode = connector::SaveMode::kOverwrite, .partitionColumns = {}, .options = {}};
    target.options.assign(node->options.begin(), node->options.end());
    RETURN_IF_ERROR(save(session, node->query, target));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::TruncateTable>()) {
    if (!node->partition.empty()) return notInFlint("TRUNCATE of a partition");
    ASSIGN_OR_RETURN(const CatalogTable table, tableNamed(*session, node->name));
    if (table.type == CatalogTable::Type::kExternal) {
      return Error(condition::kCannotTruncateExternalTable).with("tableName", catalog::quoted({"spark_catalog", table.database, table.name})).as(ErrorFamily::kAnalysis);
    }
    WriteTarget target{.format = table.provider, .path = table.location, .mode = connector::SaveMode::kOverwrite, .partitionColumns = table.partitionColumns, .options = {}};
    RETURN_IF_ERROR(save(session, emptyRelation(table.schema), target));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::RenameTable>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
    if (name.size() == 1) {
      if (auto view = catalog.tempViews().find(catalog.folded(name[0]))) {
        catalog::TempView copy = *view;
        copy.name = catalog.folded(node->newName.back());
        RETURN_IF_ERROR(catalog.tempViews().add(std::move(copy), false));
        catalog.tempViews().drop(catalog.folded(name[0]));
        return nothing.plan();
      }
    }
    ASSIGN_OR_RETURN(const CatalogTable table, tableNamed(*session, node->name));
    RETURN_IF_ERROR(catalog.metastore().renameTable(table.database, table.name, catalog.folded(node->newName.back())));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AlterTableProperties>()) {
    ASSIGN_OR_RETURN(CatalogTable table, tableNamed(*session, node->name));
    for (const auto& [key, value] : node->setProperties) table.properties[key] = value;
    for (const std::string& key : node->unsetProperties) table.properties.erase(key);
    RETURN_IF_ERROR(catalog.metastore().alterTable(std::move(table)));
    return nothing.plan();
  }
  if (command->as<plan::RefreshTable>() != nullptr || command->as<plan::AnalyzeTable>() != nullptr || command->as<plan::AnalyzeTables>() != nullptr) {
    return nothing.plan();  // files and their statistics are looked at by every query
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
