// Tables: CREATE, DROP, INSERT, TRUNCATE, properties; the cache.
#include <algorithm>
#include <chrono>

#include "analysis/char_lengths.h"
#include "base/legacy_conditions.h"
#include "io/file_system.h"
#include "parser/sql_parser.h"
#include "parser/type_parser.h"
#include "plan/logical/alter_commands.h"
#include "plan/logical/ddl_commands.h"
#include "plan/logical/dml_commands.h"
#include "plan/logical/relational.h"
#include "plan/logical/session_commands.h"
#include "session/cache/cache_manager.h"
#include "session/cache/caching.h"
#include "session/commands/column_statistics.h"
#include "session/commands/command_context.h"
#include "session/commands/default_values.h"
#include "session/commands/entry_change.h"
#include "session/commands/run_command.h"
#include "session/commands/table_checks.h"
#include "session/commands/table_partitions.h"
#include "session/data_writing.h"
#include "session/table_size.h"
#include "types/collation.h"

namespace flint::session {
namespace {

using catalog::CatalogTable;

Result<CatalogTable> tableNamed(SparkSession& session, const plan::ObjectName& object) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, object));
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(name));
  if (!found.has_value() || !found->table.has_value()) return tableOrViewNotFound(session, name);
  return *found->table;
}

// No rows, with the table's columns: writing it makes the table's folder.
LogicalPlanPtr emptyRelation(const StructFields& schema) {
  plan::LocalRelation relation;
  for (const StructField& column : schema) relation.attributes.push_back(expr::attribute(column.name, column.type, column.nullable));
  relation.batches = std::make_shared<std::vector<columnar::ColumnarBatch>>();
  return plan::makePlan(std::move(relation));
}

// The table's default collation is that of its texts.
DataType underCollation(const DataType& type, const std::string& collation) {
  const int id = collation.empty() ? -1 : findCollation(collation);
  return id > 0 && type.is(TypeKind::kString) && type.collation() == 0 ? DataType::collatedString(id) : type;
}

// What the clauses of CREATE TABLE say besides columns, place and format.
void applySpec(CatalogTable& table, const plan::TableSpec& spec, const std::vector<plan::ColumnDefinition>& columns) {
  table.comment = spec.comment.value_or("");
  for (const auto& [key, value] : spec.properties) table.properties[key] = value;
  if (!spec.collation.empty()) table.collation = spec.collation;
  table.numBuckets = spec.numBuckets;
  table.bucketColumns = spec.bucketColumns;
  table.sortColumns = spec.bucketSortColumns;
  for (const auto& column : spec.clusterBy) table.clusterColumns.push_back(catalog::joined(column));
  table.options.erase("path");
  table.createTimeMs = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
  for (StructField& field : table.schema) {
    for (const plan::ColumnDefinition& column : columns) {
      if (column.name.back() != field.name) continue;
      field.type = underCollation(field.type, table.collation);
      field.nullable = column.nullable;
      if (column.comment.has_value()) field.metadata = parser::commentMetadata(*column.comment);
      if (!column.defaultText.empty()) table.columnDefaults[field.name] = column.defaultText;
    }
  }
}

// In a catalog that keeps the rows itself.
CommandOutcome createInPlace(const SparkSessionPtr& session, const plan::CreateTable& node, const std::vector<std::string>& full, StructFields schema) {
  CommandResult nothing;
  CatalogTable table;
  table.catalog = full[0];
  table.database = full[1];
  table.name = full[2];
  table.schema = std::move(schema);
  for (const auto& column : node.spec.partitionColumns) table.partitionColumns.push_back(column.back());
  applySpec(table, node.spec, node.columns);
  RETURN_IF_ERROR(session->catalog().of(table).createTable(table, false));
  if (node.query != nullptr) RETURN_IF_ERROR(insertInto(session, node.query, {.table = full, .overwrite = false, .byName = false, .columns = {}, .partition = {}}));
  return nothing.plan();
}

CommandOutcome createTable(const SparkSessionPtr& session, const plan::CreateTable& written) {
  CommandResult nothing;
  plan::CreateTable node = written;
  RETURN_IF_ERROR(takeBucketTransforms(node.spec));
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.name));
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(name));
  catalog::CatalogPlugin& plugin = catalog.of(full[0]);
  if (plugin.makesNamespaces()) RETURN_IF_ERROR(plugin.createDatabase({.name = full[1], .comment = "", .location = "", .properties = {}}, true));
  if (!plugin.databaseExists(full[1])) {
    return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted({full[0], full[1]})).as(ErrorFamily::kAnalysis);
  }
  const std::string provider = catalog.folded(node.spec.provider);
  if (!node.spec.rowFormat.empty() || !node.spec.fileFormat.empty() || provider == "hive") {
    return Error(condition::kNotSupportedCommandWithoutHiveSupport).with("cmd", "CREATE Hive TABLE (AS SELECT)").as(ErrorFamily::kAnalysis);
  }
  StructFields declared;
  for (const plan::ColumnDefinition& column : node.columns) declared.push_back({column.name.back(), column.type, column.nullable});
  if (node.query != nullptr) {
    ASSIGN_OR_RETURN(const LogicalPlanPtr rows, analyzedQuery(session, node.query));
    for (const auto& column : rows->output()) declared.push_back({column->name, column->dataType(), true});
  }
  RETURN_IF_ERROR(checkNewTable(*session, node, catalog::quoted(full), declared));
  for (const plan::ColumnDefinition& column : node.columns) {
    RETURN_IF_ERROR(checkDefault(*session, "CREATE TABLE", column.name.back(), column.type, column.defaultText));
  }
  const bool exists = catalog.of(full[0]).tableExists(full[1], full[2]);
  if (exists && node.ifNotExists) return nothing.plan();
  if (exists && !node.replace) {
    return Error(condition::kTableOrViewAlreadyExists).with("relationName", catalog::quoted({full[1], full[2]})).as(ErrorFamily::kAnalysis);
  }
  if (plugin.keepsRows()) {
    if (exists) RETURN_IF_ERROR(plugin.dropTable(full[1], full[2], true));
    return createInPlace(session, node, full, std::move(declared));
  }
  WriteTarget target;
  target.format = node.spec.provider;
  target.path = node.spec.location;
  for (const auto& [key, value] : node.spec.options) {
    if (session->catalog().folded(key) != "path") {
      target.options.emplace_back(key, value);
    } else if (target.path.empty()) {
      target.path = value;
    }
  }
  for (const auto& column : node.spec.partitionColumns) target.partitionColumns.push_back(column.back());
  target.mode = exists ? connector::SaveMode::kOverwrite : connector::SaveMode::kErrorIfExists;
  if (node.spec.external && target.path.empty()) return Error(condition::kLegacyErrorTemp1069).as(ErrorFamily::kParse);
  LogicalPlanPtr rows = node.query;
  if (rows == nullptr) {
    StructFields schema;
    // A database says itself what its tables have.
    const bool isPlaced = !target.path.empty() || provider == "jdbc";
    if (node.columns.empty() && !isPlaced) {
      const std::string format = node.spec.provider.empty() ? session->conf().get("spark.sql.sources.default", "parquet") : node.spec.provider;
      return Error(condition::kUnableToInferSchema).with("format", format).as(ErrorFamily::kAnalysis);
    }
    for (const plan::ColumnDefinition& column : node.columns) {
      const DataType type = declaredUnder(session->conf(), column.type);
      schema.push_back({column.name.back(), type, column.nullable});
    }
    const connector::DataSource* source = connector::DataSourceTable::instance().find(target.format.empty() ? session->conf().get("spark.sql.sources.default", "parquet") : target.format);
    if (source == nullptr) return Error(condition::kDataSourceNotFound).with("provider", target.format).as(ErrorFamily::kAnalysis);
    if (isPlaced) {
      // Files that are there already are the table's rows.
      CatalogTable table;
      table.catalog = full[0];
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
        if (!table.location.empty()) files.paths = {table.location};
        files.options = node.spec.options;
        ASSIGN_OR_RETURN(const LogicalPlanPtr relation, analyzedQuery(session, plan::makePlan(std::move(files))));
        for (const auto& column : relation->output()) table.schema.push_back({column->name, column->dataType(), true});
      }
      applySpec(table, node.spec, node.columns);
      // Partition columns stand last.
      const auto placeOf = [&](const StructField& field) {
        const auto& keys = table.partitionColumns;
        const auto key = std::find_if(keys.begin(), keys.end(), [&](const std::string& each) { return catalog.folded(each) == catalog.folded(field.name); });
        return key == keys.end() ? -1 : key - keys.begin();
      };
      std::stable_sort(table.schema.begin(), table.schema.end(), [&](const StructField& a, const StructField& b) { return placeOf(a) < placeOf(b); });
      catalog::CatalogPlugin& home = catalog.of(table);
      RETURN_IF_ERROR(exists ? home.alterTable(std::move(table)) : home.createTable(std::move(table), false));
      return nothing.plan();
    }
    rows = emptyRelation(schema);
  }
  target.describe = [&node](CatalogTable& table) { applySpec(table, node.spec, node.columns); };
  RETURN_IF_ERROR(saveAsTable(session, rows, name, target));
  return nothing.plan();
}

CommandOutcome dropTable(SparkSession& session, const plan::DropTable& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(session, node.name));
  catalog::SessionCatalog& catalog = session.catalog();
  forgetCachedTable(session, name);
  if (name.size() == 1 && catalog.tempViews().drop(catalog.folded(name[0]))) return nothing.plan();
  ASSIGN_OR_RETURN(const auto found, catalog.lookup(name));
  if (!found.has_value() || !found->table.has_value()) {
    if (node.ifExists) return nothing.plan();
    return tableOrViewNotFound(session, name);
  }
  if (found->table->type == CatalogTable::Type::kView && !session.conf().getBoolean("spark.sql.dropTableOnView.enabled", true)) {
    return Error(condition::kWrongCommandForObjectType)
        .with("operation", "DROP TABLE")
        .with("requiredType", "EXTERNAL or MANAGED")
        .with("objectName", catalog::joined(found->qualifier))
        .with("foundType", "VIEW")
        .with("alternative", "DROP VIEW")
        .as(ErrorFamily::kAnalysis);
  }
  catalog::FolderChanges folders;
  if (found->table->type == CatalogTable::Type::kManaged && !found->table->location.empty()) folders.push_back({.staged = "", .place = found->table->location});
  RETURN_IF_ERROR(catalog.of(found->qualifier[0]).dropTable(found->qualifier[1], found->qualifier[2], node.ifExists, folders));
  session.shared().cache->invalidatePath(found->table->location);
  return nothing.plan();
}

// DEFAULT in the rows that are inserted means the default of the column they go to.
Result<LogicalPlanPtr> withTableDefaults(SparkSession& session, const plan::InsertInto& node, const InsertTarget& target) {
  ASSIGN_OR_RETURN(const auto found, session.catalog().lookup(target.table));
  if (!found.has_value() || !found->table.has_value()) return node.query;
  std::vector<std::string> columns = target.columns;
  const auto folded = [&](const std::string& name) { return session.catalog().folded(name); };
  if (columns.empty()) {
    for (const StructField& field : found->table->schema) {
      const bool constant = std::any_of(target.partition.begin(), target.partition.end(), [&](const auto& each) { return folded(each.first) == folded(field.name); });
      if (!constant) columns.push_back(field.name);
    }
  }
  std::vector<expr::ExprPtr> defaults;
  for (const std::string& column : columns) {
    expr::ExprPtr value = expr::literalNull(DataType::null());
    for (const auto& [name, text] : found->table->columnDefaults) {
      if (folded(name) != folded(column)) continue;
      ASSIGN_OR_RETURN(value, parser::parseExpression(text, session.parserOptions()));
    }
    defaults.push_back(std::move(value));
  }
  return withDefaults(node.query, defaults);
}

CommandOutcome insert(const SparkSessionPtr& session, const plan::InsertInto& node) {
  InsertTarget target;
  ASSIGN_OR_RETURN(target.table, nameParts(*session, node.table));
  if (node.mode == plan::InsertInto::Mode::kReplaceWhere) {
    RETURN_IF_ERROR(tableOnly(*session, node.table, "INSERT INTO ... REPLACE WHERE"));
    return Error(condition::kLegacyErrorTemp1012).as(ErrorFamily::kAnalysis);
  }
  if (node.mode == plan::InsertInto::Mode::kReplaceOn) {
    ASSIGN_OR_RETURN(const CatalogTable table, tableOnly(*session, node.table, "INSERT INTO ... REPLACE ON/USING"));
    return Error(condition::kUnsupportedFeatureTableOperation)
        .with("tableName", catalog::quoted({table.catalog, table.database, table.name}))
        .with("operation", "INSERT INTO ... REPLACE ON/USING")
        .as(ErrorFamily::kAnalysis);
  }
  target.dynamicPartition = node.dynamicPartition;
  target.ifPartitionNotExists = node.ifPartitionNotExists;
  target.overwrite = node.mode == plan::InsertInto::Mode::kOverwrite;
  target.byName = node.byName;
  target.columns = node.columns;
  target.partition.assign(node.partition.begin(), node.partition.end());
  ASSIGN_OR_RETURN(const LogicalPlanPtr query, withTableDefaults(*session, node, target));
  RETURN_IF_ERROR(insertInto(session, query, target));
  CommandResult nothing;
  return nothing.plan();
}

Result<int64_t> countRows(const SparkSessionPtr& session, const CatalogTable& table, const PartitionSpec& partition) {
  std::string sql = "SELECT count(*) FROM " + catalog::quoted({table.catalog, table.database, table.name});
  for (size_t i = 0; i < partition.size(); ++i) {
    std::string value;
    for (const char c : partition[i].second) value += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    sql += (i == 0 ? " WHERE " : " AND ") + ("CAST(" + quoteIdentifier(partition[i].first)) + " AS STRING) = '" + value + "'";
  }
  ASSIGN_OR_RETURN(const LogicalPlanPtr query, session->parse(sql));
  ASSIGN_OR_RETURN(const std::vector<columnar::ColumnarBatch> batches, QueryExecution(session, query).collect());
  for (const columnar::ColumnarBatch& batch : batches) {
    if (!batch.isEmpty()) return batch.column(0)->valueAt(batch.activeRows()[0]).asInteger();
  }
  return 0;
}

// Only the statistics of `table`: what else its entry says may have changed since.
Status keepStatistics(SparkSession& session, const CatalogTable& table) {
  return changeEntry(session, table, [&table](CatalogTable& entry) {
    entry.statisticsBytes = table.statisticsBytes;
    entry.statisticsRows = table.statisticsRows;
    entry.columnStatistics = table.columnStatistics;
    entry.analyzedPartitions = table.analyzedPartitions;
  });
}

Status analyzeTable(const SparkSessionPtr& session, CatalogTable table, const plan::Options& partition, bool noScan) {
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
  ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
  if (!partition.empty()) {
    plan::Options given;
    for (const auto& [key, value] : partition) {
      if (!value.empty()) given.emplace_back(key, value);
    }
    ASSIGN_OR_RETURN(const PartitionSpec wanted, normalizedSpec(*session, table, given));
    ASSIGN_OR_RETURN(const std::vector<PartitionSpec> partitions, listPartitions(table));
    bool found = false;
    for (const PartitionSpec& each : partitions) {
      if (!matches(each, wanted)) continue;
      found = true;
      ASSIGN_OR_RETURN(const int64_t bytes, bytesBelow(*place.first, place.second + "/" + partitionPath(each)));
      std::string text = std::to_string(bytes) + " bytes";
      if (!noScan) {
        ASSIGN_OR_RETURN(const int64_t rows, countRows(session, table, each));
        text += ", " + std::to_string(rows) + " rows";
      }
      table.analyzedPartitions[partitionPath(each)] = text;
    }
    if (!found && !wanted.empty()) return partitionsNotFound(table, wanted);
    return keepStatistics(*session, table);
  }
  table.statisticsBytes = 0;
  if (exists) {
    ASSIGN_OR_RETURN(table.statisticsBytes, bytesBelow(*place.first, place.second));
  }
  table.statisticsRows = -1;
  if (!noScan) {
    ASSIGN_OR_RETURN(table.statisticsRows, countRows(session, table, {}));
  }
  return keepStatistics(*session, table);
}

// Removes the rows of a managed table, or of those of its partitions that `node` names.
CommandOutcome truncate(const SparkSessionPtr& session, const plan::TruncateTable& node) {
  CommandResult nothing;
  ASSIGN_OR_RETURN(const CatalogTable table, tableOnly(*session, node.name, "TRUNCATE TABLE"));
  if (!node.partition.empty() && table.partitionColumns.empty()) {
    return Error(condition::kLegacyErrorTemp1267).with("tableIdentWithDB", catalog::quoted({table.database, table.name})).as(ErrorFamily::kAnalysis);
  }
  if (table.type == CatalogTable::Type::kExternal) {
    return Error(condition::kCannotTruncateExternalTable).with("tableName", catalog::quoted({table.catalog, table.database, table.name})).as(ErrorFamily::kAnalysis);
  }
  if (node.partition.empty()) {
    WriteTarget target{.format = table.provider, .path = table.location, .mode = connector::SaveMode::kOverwrite, .partitionColumns = table.partitionColumns, .options = {}};
    RETURN_IF_ERROR(save(session, emptyRelation(table.schema), target));
    RETURN_IF_ERROR(updateStatistics(*session, table));
    return nothing.plan();
  }
  ASSIGN_OR_RETURN(const PartitionSpec wanted, normalizedSpec(*session, table, node.partition));
  ASSIGN_OR_RETURN(const std::vector<PartitionSpec> partitions, listPartitions(table));
  std::vector<PartitionSpec> emptied;
  for (const PartitionSpec& each : partitions) {
    if (matches(each, wanted)) emptied.push_back(each);
  }
  const bool found = !emptied.empty();
  if (found) RETURN_IF_ERROR(emptyPartitions(table, emptied));
  if (!found && wanted.size() == table.partitionColumns.size()) return partitionsNotFound(table, wanted);
  if (found) RETURN_IF_ERROR(updateStatistics(*session, table));
  session->shared().cache->invalidatePath(table.location);
  return nothing.plan();
}

// A new table with another's columns and format, or a view's columns.
CommandOutcome createTableLike(const SparkSessionPtr& session, const plan::CreateTableLike& node) {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node.source));
  ASSIGN_OR_RETURN(const auto found, session->catalog().lookup(name));
  if (!found.has_value()) return tableOrViewNotFound(*session, name);
  plan::CreateTable create;
  create.name = node.name;
  create.ifNotExists = node.ifNotExists;
  create.spec = node.spec;
  // Where no SerDe can run, the format of the files is the source's.
  create.spec.fileFormat.clear();
  create.spec.rowFormat.clear();
  StructFields schema;
  if (found->tempView.has_value()) {
    for (const auto& column : found->tempView->plan->output()) schema.push_back({column->name, column->dataType(), true});
  } else {
    schema = found->table->schema;
    if (create.spec.provider.empty()) create.spec.provider = found->table->provider;
    for (const std::string& column : found->table->partitionColumns) create.spec.partitionColumns.push_back({column});
  }
  for (const StructField& field : schema) {
    plan::ColumnDefinition column;
    column.name = {field.name};
    column.type = field.type;
    column.nullable = field.nullable;
    create.columns.push_back(std::move(column));
  }
  return createTable(session, create);
}

}  // namespace

CommandOutcome runTableCommand(const SparkSessionPtr& session, const LogicalPlanPtr& command) {
  CommandResult nothing;
  catalog::SessionCatalog& catalog = session->catalog();
  if (const auto* node = command->as<plan::CreateTable>()) return createTable(session, *node);
  if (const auto* node = command->as<plan::DropTable>()) return dropTable(*session, *node);
  if (const auto* node = command->as<plan::InsertInto>()) return insert(session, *node);
  if (const auto* node = command->as<plan::InsertIntoDirectory>()) {
    if (node->provider.empty()) return Error(condition::kNotSupportedCommandWithoutHiveSupport).with("cmd", "INSERT OVERWRITE DIRECTORY with the Hive format").as(ErrorFamily::kAnalysis);
    WriteTarget target{.format = node->provider, .path = node->path, .mode = connector::SaveMode::kOverwrite, .partitionColumns = {}, .options = {}};
    target.options.assign(node->options.begin(), node->options.end());
    RETURN_IF_ERROR(save(session, node->query, target));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::TruncateTable>()) return truncate(session, *node);
  if (const auto* node = command->as<plan::LoadData>()) {
    ASSIGN_OR_RETURN(const CatalogTable table, tableOnly(*session, node->name, "LOAD DATA"));
    return Error(condition::kLegacyErrorTemp1261).with("tableIdentWithDB", catalog::quoted({table.catalog, table.database, table.name})).as(ErrorFamily::kAnalysis);
  }
  if (const auto* node = command->as<plan::CreateTableLike>()) return createTableLike(session, *node);
  if (const auto* node = command->as<plan::MultiInsert>()) {
    for (const LogicalPlanPtr& each : node->inserts) RETURN_IF_ERROR(runCommand(session, each));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AnalyzeTable>()) {
    auto named = tableOnly(*session, node->name, "ANALYZE TABLE");
    if (!named.isOk() && named.error().condition().name == condition::kExpectTableNotViewNoAlternative.name) return Error(condition::kUnsupportedFeatureAnalyzeView).as(ErrorFamily::kAnalysis);
    ASSIGN_OR_RETURN(CatalogTable table, std::move(named));
    if (node->allColumns || !node->columns.empty()) RETURN_IF_ERROR(analyzeColumns(session, table, node->columns, node->allColumns));
    RETURN_IF_ERROR(analyzeTable(session, std::move(table), node->partition, node->noScan));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AnalyzeTables>()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> from, nameParts(*session, node->from));
    ASSIGN_OR_RETURN(const auto place, catalog.findNamespace(from));
    RETURN_IF_ERROR(place.plugin->database(place.database));
    for (const std::string& name : place.plugin->tables(place.database)) {
      ASSIGN_OR_RETURN(CatalogTable table, place.plugin->table(place.database, name));
      if (table.type != CatalogTable::Type::kView) RETURN_IF_ERROR(analyzeTable(session, std::move(table), {}, node->noScan));
    }
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
    if (!node->isView && table.type == CatalogTable::Type::kView) {
      return Error(condition::kExpectTableNotViewUseAlterView).with("viewName", catalog::quoted({table.catalog, table.database, table.name})).with("operation", "ALTER TABLE ... RENAME TO").as(ErrorFamily::kAnalysis);
    }
    if (node->isView && table.type != CatalogTable::Type::kView) {
      return Error(condition::kExpectViewNotTableUseAlterTable).with("tableName", catalog::quoted(name)).with("operation", "ALTER VIEW ... RENAME TO").as(ErrorFamily::kAnalysis);
    }
    const std::string newName = table.catalog == catalog::kSessionCatalog ? catalog.folded(node->newName.back()) : node->newName.back();
    catalog::FolderChanges folders;
    ASSIGN_OR_RETURN(const std::string usual, table.type == CatalogTable::Type::kManaged ? managedLocation(*session, {table.catalog, table.database, table.name}) : Result<std::string>(std::string()));
    if (table.type == CatalogTable::Type::kManaged && !table.location.empty() && table.location == usual) {
      ASSIGN_OR_RETURN(const std::string place, managedLocation(*session, {table.catalog, table.database, newName}));
      ASSIGN_OR_RETURN(const auto folder, io::fileSystemFor(place));
      ASSIGN_OR_RETURN(const bool taken, folder.first->exists(folder.second));
      if (taken && !catalog.of(table).tableExists(table.database, newName)) {
        return Error(condition::kLocationAlreadyExists).with("location", "'file:" + folder.second + "'").with("identifier", catalog::quoted({table.catalog, table.database, newName})).as(ErrorFamily::kAnalysis);
      }
      folders.push_back({.staged = table.location, .place = place});
    }
    RETURN_IF_ERROR(catalog.of(table).renameTable(table.database, table.name, newName, folders));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::AlterTableProperties>()) {
    ASSIGN_OR_RETURN(CatalogTable table, tableNamed(*session, node->name));
    if (!node->isView && table.type == CatalogTable::Type::kView) {
      return Error(condition::kExpectTableNotViewUseAlterView)
          .with("viewName", catalog::quoted({table.catalog, table.database, table.name}))
          .with("operation", node->unsetProperties.empty() ? "ALTER TABLE ... SET TBLPROPERTIES" : "ALTER TABLE ... UNSET TBLPROPERTIES")
          .as(ErrorFamily::kAnalysis);
    }
    for (const auto& [key, value] : node->setProperties) {
      if (key == "comment") {
        table.comment = value;
      } else {
        table.properties[key] = value;
      }
    }
    for (const std::string& key : node->unsetProperties) {
      if (key == "comment") {
        table.comment.clear();
      } else {
        table.properties.erase(key);
      }
    }
    if (!node->schemaBinding.empty()) {
      if (!session->conf().getBoolean("spark.sql.legacy.viewSchemaBindingMode", true)) {
        return Error(condition::kFeatureNotEnabled).with("featureName", "VIEW ... WITH SCHEMA ...").with("configKey", "spark.sql.legacy.viewSchemaBindingMode").with("configValue", "true").as(ErrorFamily::kParse);
      }
      table.viewSchemaMode = node->schemaBinding;
    }
    RETURN_IF_ERROR(catalog.of(table).alterTable(std::move(table)));
    return nothing.plan();
  }
  if (const auto* node = command->as<plan::RefreshTable>()) {
    if (node->isFunction) {
      ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(*session, node->name));
      const auto known = catalog.findFunction(name);
      const bool ofClass = known != nullptr && !known->temporary && known->bodyExpression == nullptr && known->bodyQuery == nullptr;
      if (ofClass) return Error(condition::kCannotLoadFunctionClass).with("className", known->bodyText).with("functionName", catalog::quoted(known->name)).as(ErrorFamily::kAnalysis);
      if (known == nullptr) {
        const bool builtin = name.size() == 1 && !std::holds_alternative<std::monostate>(catalog.functions().find(catalog.folded(name[0])));
        if (builtin) return Error(condition::kLegacyErrorTemp1256).with("name", name[0]).as(ErrorFamily::kAnalysis);
        ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(name));
        return Error(condition::kRoutineNotFound).with("routineName", catalog::quoted(full)).as(ErrorFamily::kAnalysis);
      }
    }
    return nothing.plan();  // files and their statistics are looked at by every query
  }
  return LogicalPlanPtr();
}

}  // namespace flint::session
