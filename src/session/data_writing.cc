#include "session/data_writing.h"

#include <algorithm>

#include "analysis/char_lengths.h"
#include "base/condition.h"
#include "base/legacy_conditions.h"
#include "exec/plan_runner.h"
#include "io/file_system.h"
#include "parser/sql_parser.h"
#include "plan/logical/relational.h"
#include "plan/physical/physical_nodes.h"
#include "session/cache/cache_manager.h"
#include "session/commands/entry_change.h"
#include "session/python_data_writing.h"
#include "session/query_execution.h"
#include "session/table_size.h"
#include "sources/files/partition_values.h"
#include "sources/write/write_job.h"
#include "types/type_coercion.h"

namespace flint::session {
namespace {

using plan::LogicalPlanPtr;

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  if (caseSensitive) return a == b;
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

Status checkColumns(SparkSession& session, const StructFields& schema, std::vector<std::string>& partitionColumns) {
  const bool caseSensitive = session.evaluationOptions().caseSensitive;
  for (size_t i = 0; i < schema.size(); ++i) {
    for (size_t j = 0; j < i; ++j) {
      if (!sameName(schema[i].name, schema[j].name, caseSensitive)) continue;
      return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(schema[i].name)).as(ErrorFamily::kAnalysis);
    }
  }
  for (std::string& column : partitionColumns) {
    const auto found = std::find_if(schema.begin(), schema.end(), [&](const StructField& field) { return sameName(field.name, column, caseSensitive); });
    if (found == schema.end()) {
      return Error(condition::kPartitionColumnNotFoundInSchema).with("column", column).with("schema", DataType::structType(schema).simpleString()).as(ErrorFamily::kAnalysis);
    }
    column = found->name;
  }
  if (!partitionColumns.empty() && partitionColumns.size() == schema.size()) return Error(condition::kAllPartitionColumnsNotAllowed).as(ErrorFamily::kAnalysis);
  return Status::ok();
}

Result<const connector::DataSource*> sourceOf(SparkSession& session, const std::string& format) {
  const std::string name = format.empty() ? session.conf().get("spark.sql.sources.default", "parquet") : format;
  const connector::DataSource* source = connector::DataSourceTable::instance().find(name);
  if (source == nullptr) return Error(condition::kDataSourceNotFound).with("provider", name).as(ErrorFamily::kAnalysis);
  return source;
}

// One of the server's own goes before one of the same name in Python.
std::optional<catalog::PythonDataSource> pythonSource(SparkSession& session, const std::string& format) {
  if (format.empty() || connector::DataSourceTable::instance().find(format) != nullptr) return std::nullopt;
  return session.catalog().pythonDataSources().find(format);
}

LogicalPlanPtr projectOf(std::vector<expr::ExprPtr> columns, LogicalPlanPtr child) {
  plan::Project project;
  project.projectList = std::move(columns);
  project.child = std::move(child);
  return plan::makePlan(std::move(project));
}

expr::ExprPtr cast(expr::ExprPtr value, const DataType& type, expr::CastMode mode) {
  expr::Cast node;
  node.child = std::move(value);
  node.target = type;
  node.mode = mode;
  node.implicit = true;
  return expr::makeExpr(std::move(node));
}

// Keys of PARTITION: all of them, and nothing but partition columns. Errors: PARTITIONS_NOT_FOUND, _LEGACY_ERROR_TEMP_1169.
Status checkPartitionKeys(const catalog::CatalogTable& table, const InsertTarget& target, bool caseSensitive) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : target.partition) keys.push_back(key);
  keys.insert(keys.end(), target.dynamicPartition.begin(), target.dynamicPartition.end());
  if (keys.empty()) return Status::ok();
  std::string shown;
  for (const std::string& key : keys) shown += (shown.empty() ? "" : ", ") + quoteIdentifier(key);
  for (const std::string& key : keys) {
    const auto known = [&](const std::string& column) { return sameName(column, key, caseSensitive); };
    if (std::any_of(table.partitionColumns.begin(), table.partitionColumns.end(), known)) continue;
    return Error(condition::kPartitionsNotFound).with("partitionList", shown).with("tableName", catalog::quoted({table.database, table.name})).as(ErrorFamily::kAnalysis);
  }
  if (keys.size() == table.partitionColumns.size()) return Status::ok();
  std::string columns;
  for (const std::string& column : table.partitionColumns) columns += (columns.empty() ? "" : ", ") + column;
  return Error(condition::kLegacyErrorTemp1169)
      .with("tableName", catalog::quoted({table.catalog, table.database, table.name}))
      .with("normalizedPartSpec", shown)
      .with("partColNames", columns)
      .as(ErrorFamily::kAnalysis);
}

// The columns that an INSERT lists: each once, each the table's. Errors: COLUMN_ALREADY_EXISTS, UNRESOLVED_COLUMN.WITH_SUGGESTION.
Status checkListedColumns(const catalog::CatalogTable& table, const std::vector<std::string>& columns, bool caseSensitive) {
  for (size_t i = 0; i < columns.size(); ++i) {
    const auto known = [&](const StructField& field) { return sameName(field.name, columns[i], caseSensitive); };
    if (std::none_of(table.schema.begin(), table.schema.end(), known)) {
      std::string proposal;
      for (const StructField& field : table.schema) proposal += (proposal.empty() ? "" : ", ") + quoteIdentifier(field.name);
      return Error(condition::kUnresolvedColumnWithSuggestion).with("objectName", quoteIdentifier(columns[i])).with("proposal", proposal).as(ErrorFamily::kAnalysis);
    }
    for (size_t j = 0; j < i; ++j) {
      if (sameName(columns[i], columns[j], caseSensitive)) return Error(condition::kColumnAlreadyExists).with("columnName", quoteIdentifier(columns[i])).as(ErrorFamily::kAnalysis);
    }
  }
  return Status::ok();
}

// Whether rows of the table named so are read.
bool reads(const LogicalPlanPtr& plan, const std::string& table) {
  return tree::anyNode(plan, [&](const LogicalPlanPtr& node) {
    const auto* relation = node->as<plan::Relation>();
    return relation != nullptr && relation->name == table;
  });
}

// Files of a table, which can be written elsewhere and moved; others keep their rows where they are told.
bool keepsFiles(const connector::DataSource* source) { return source != nullptr && source->shortName != "jdbc" && source->shortName != "noop"; }

bool holdsFiles(const std::string& location) {
  const auto place = io::fileSystemFor(location);
  if (!place.isOk()) return false;
  const auto members = place.value().first->list(place.value().second);
  return members.isOk() && !members.value().empty();
}

// A folder's change that did not come about leaves nothing behind.
Status keptOrRemoved(const Status& changed, const std::string& staged) {
  if (!changed.isOk()) catalog::removeFolders({staged});
  return changed;
}

// The partitions that PARTITION (a = 1, b) names, as far as values are known: "a=1".
Result<std::string> partitionPrefix(const SparkSession& session, const catalog::CatalogTable& table, const InsertTarget& target, bool caseSensitive) {
  std::string prefix;
  for (const std::string& column : table.partitionColumns) {
    const auto given = std::find_if(target.partition.begin(), target.partition.end(), [&](const auto& each) { return sameName(each.first, column, caseSensitive); });
    if (given == target.partition.end()) break;
    const auto field = std::find_if(table.schema.begin(), table.schema.end(), [&](const StructField& each) { return each.name == column; });
    const expr::ExprPtr typed = cast(expr::literalString(given->second), analysis::asStrings(field->type), expr::CastMode::kAnsi);
    ASSIGN_OR_RETURN(const Value text, expr::evaluateFoldable(cast(typed, DataType::string(), expr::CastMode::kAnsi), session.evaluationOptions()));
    const bool none = text.isNull() || text.asString().empty();
    prefix += (prefix.empty() ? "" : "/") + sources::escapePathName(column) + "=" + (none ? std::string(sources::kNullPartition) : sources::escapePathName(text.asString()));
  }
  return prefix;
}

}  // namespace

Status rewriteTable(const SparkSessionPtr& session, const LogicalPlanPtr& query, catalog::CatalogTable table) {
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
  const std::string staged = catalog::besideFolder(place.second);
  WriteTarget files{.format = table.provider, .path = staged, .mode = connector::SaveMode::kErrorIfExists, .partitionColumns = table.partitionColumns, .options = {}};
  for (const auto& [key, value] : table.options) files.options.emplace_back(key, value);
  RETURN_IF_ERROR(save(session, query, files));
  catalog::CatalogPlugin& plugin = session->catalog().of(table);
  const std::string location = table.location;
  RETURN_IF_ERROR(keptOrRemoved(plugin.alterTable(std::move(table), {{.staged = staged, .place = place.second}}), staged));
  session->shared().cache->invalidatePath(location);
  return Status::ok();
}

Status save(const SparkSessionPtr& session, const LogicalPlanPtr& query, const WriteTarget& target) {
  if (const auto python = pythonSource(*session, target.format)) return saveInPython(session, query, target, *python);
  ASSIGN_OR_RETURN(const connector::DataSource* source, sourceOf(*session, target.format));
  if (source->write == nullptr) return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "writing " + std::string(source->shortName)).as(ErrorFamily::kUnsupportedOperation);
  QueryExecution execution(session, query);
  ASSIGN_OR_RETURN(const DataType schema, execution.schema());
  connector::WriteRequest request;
  request.path = target.path;
  if (request.path.empty()) {
    if (const std::string* path = connector::findOption(target.options, "path")) request.path = *path;
  }
  request.mode = target.mode;
  request.schema = schema.fields();
  request.partitionColumns = target.partitionColumns;
  RETURN_IF_ERROR(checkColumns(*session, request.schema, request.partitionColumns));
  request.options = target.options;
  request.timeZone = session->conf().get("spark.sql.session.timeZone", "UTC");
  request.conf = [session](std::string_view key) { return session->conf().find(key); };
  ASSIGN_OR_RETURN(std::unique_ptr<connector::BatchWrite> write, source->write(request));
  if (write == nullptr) return Status::ok();  // SaveMode.Ignore, and the target is there
  const std::shared_ptr<connector::BatchWrite> shared = std::move(write);
  RETURN_IF_ERROR(execution.write(shared));
  session->shared().cache->invalidatePath(request.path);
  return Status::ok();
}

Result<std::string> managedLocation(SparkSession& session, const std::vector<std::string>& fullName) {
  ASSIGN_OR_RETURN(const catalog::CatalogDatabase found, session.catalog().of(fullName[0]).database(fullName[1]));
  return found.location + "/" + fullName[2];
}

Status saveAsTable(const SparkSessionPtr& session, const LogicalPlanPtr& query, const std::vector<std::string>& name, const WriteTarget& target) {
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const std::vector<std::string> full, catalog.fullName(name));
  const bool exists = catalog.of(full[0]).tableExists(full[1], full[2]);
  if (exists) {
    switch (target.mode) {
      case connector::SaveMode::kErrorIfExists:
        return Error(condition::kTableOrViewAlreadyExists).with("relationName", catalog::quoted({full[1], full[2]})).as(ErrorFamily::kAnalysis);
      case connector::SaveMode::kIgnore: return Status::ok();
      case connector::SaveMode::kAppend: return insertInto(session, query, {.table = name, .overwrite = false, .byName = true, .columns = {}, .partition = {}});
      case connector::SaveMode::kOverwrite: break;
    }
  }
  const auto python = pythonSource(*session, target.format);
  const connector::DataSource* source = nullptr;
  if (!python.has_value()) {
    ASSIGN_OR_RETURN(source, sourceOf(*session, target.format));
  }
  WriteTarget files = target;
  const std::string* pathOption = connector::findOption(target.options, "path");
  if (files.path.empty() && pathOption != nullptr) files.path = *pathOption;
  const bool managed = files.path.empty();
  if (managed && !python.has_value()) {
    ASSIGN_OR_RETURN(files.path, managedLocation(*session, full));
  }
  QueryExecution execution(session, query);
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, execution.analyzed());
  catalog::FolderChanges folders;
  const std::string location = files.path;
  if (keepsFiles(source)) {
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(location));
    if (managed && !exists && holdsFiles(place.second)) {
      return Error(condition::kLocationAlreadyExists).with("location", "'file:" + place.second + "'").with("identifier", catalog::quoted(full)).as(ErrorFamily::kAnalysis);
    }
    folders.push_back({.staged = catalog::besideFolder(place.second), .place = place.second});
    files.path = folders[0].staged;
    files.mode = connector::SaveMode::kErrorIfExists;
  } else {
    // A table in Python is new: there is nothing that its source would have to keep.
    files.mode = python.has_value() ? connector::SaveMode::kAppend : exists || !managed ? connector::SaveMode::kOverwrite : target.mode == connector::SaveMode::kIgnore ? connector::SaveMode::kErrorIfExists : target.mode;
  }
  RETURN_IF_ERROR(save(session, query, files));
  catalog::CatalogTable table;
  table.catalog = full[0];
  table.database = full[1];
  table.name = full[2];
  table.type = managed ? catalog::CatalogTable::Type::kManaged : catalog::CatalogTable::Type::kExternal;
  table.provider = python.has_value() ? python->name : std::string(source->shortName);
  table.location = location;
  table.partitionColumns = target.partitionColumns;
  table.numBuckets = target.numBuckets;
  table.bucketColumns = target.bucketColumns;
  table.sortColumns = target.sortColumns;
  table.clusterColumns = target.clusterColumns;
  const bool caseSensitive = session->evaluationOptions().caseSensitive;
  StructFields last;
  for (const auto& column : resolved->output()) {
    const auto& keys = table.partitionColumns;
    const bool isKey = std::any_of(keys.begin(), keys.end(), [&](const std::string& key) { return sameName(key, column->name, caseSensitive); });
    (isKey ? last : table.schema).push_back({column->name, analysis::declaredType(column->metadata, column->dataType()), true});
  }
  const auto placeOf = [&](const StructField& field) {
    const auto& keys = table.partitionColumns;
    return std::find_if(keys.begin(), keys.end(), [&](const std::string& key) { return sameName(key, field.name, caseSensitive); }) - keys.begin();
  };
  std::stable_sort(last.begin(), last.end(), [&](const StructField& a, const StructField& b) { return placeOf(a) < placeOf(b); });
  table.schema.insert(table.schema.end(), last.begin(), last.end());
  for (const auto& [key, value] : target.options) table.options[key] = value;
  if (target.describe) target.describe(table);
  catalog::CatalogPlugin& plugin = catalog.of(table);
  const Status changed = exists ? plugin.alterTable(std::move(table), folders) : plugin.createTable(std::move(table), false, folders);
  if (folders.empty()) return changed;
  RETURN_IF_ERROR(keptOrRemoved(changed, folders[0].staged));
  session->shared().cache->invalidatePath(location);
  return Status::ok();
}

Status insertInto(const SparkSessionPtr& session, const LogicalPlanPtr& query, const InsertTarget& target) {
  catalog::SessionCatalog& catalog = session->catalog();
  ASSIGN_OR_RETURN(const auto found, catalog.lookup(target.table));
  if (!found.has_value()) {
    return Error(condition::kTableOrViewNotFound)
        .with("relationName", catalog::quoted(target.table))
        .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(catalog.currentDatabase()) + "]")
        .as(ErrorFamily::kAnalysis);
  }
  if (!found->table.has_value() || found->table->type == catalog::CatalogTable::Type::kView) {
    return Error(condition::kExpectTableNotViewNoAlternative).with("viewName", catalog::quoted(found->qualifier)).with("operation", "INSERT").as(ErrorFamily::kAnalysis);
  }
  const catalog::CatalogTable& table = *found->table;
  const bool caseSensitive = session->evaluationOptions().caseSensitive;
  const std::string tableName = catalog::quoted(found->qualifier);
  ASSIGN_OR_RETURN(const LogicalPlanPtr resolved, QueryExecution(session, query).analyzed());
  const auto given = resolved->output();

  RETURN_IF_ERROR(checkPartitionKeys(table, target, caseSensitive));
  RETURN_IF_ERROR(checkListedColumns(table, target.columns, caseSensitive));
  if (target.byName) {
    for (size_t i = 0; i < given.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (!sameName(given[i]->name, given[j]->name, caseSensitive)) continue;
        return Error(condition::kIncompatibleDataForTableAmbiguousColumnName).with("tableName", tableName).with("colName", quoteIdentifier(given[i]->name)).as(ErrorFamily::kAnalysis);
      }
    }
  }

  // Which column of the query, or which constant, each of the table's columns gets.
  std::vector<std::string> wanted = target.columns;
  if (wanted.empty() && !target.byName) {
    for (const StructField& column : table.schema) {
      const bool constant = std::any_of(target.partition.begin(), target.partition.end(), [&](const auto& each) { return sameName(each.first, column.name, caseSensitive); });
      if (!constant) wanted.push_back(column.name);
    }
  }
  if (target.byName) {
    wanted.clear();
    for (const auto& column : given) wanted.push_back(column->name);
  }
  if (wanted.size() != given.size()) {
    const bool tooMany = given.size() > wanted.size();
    std::string tableColumns;
    for (const std::string& column : wanted) tableColumns += (tableColumns.empty() ? "" : ", ") + quoteIdentifier(column);
    std::string dataColumns;
    for (const auto& column : given) dataColumns += (dataColumns.empty() ? "" : ", ") + quoteIdentifier(column->name);
    if (!target.partition.empty()) {
      std::string staticColumns;
      for (const auto& [key, value] : target.partition) staticColumns += (staticColumns.empty() ? "" : ", ") + quoteIdentifier(key);
      return Error(condition::kInsertPartitionColumnArityMismatch)
          .with("tableName", tableName)
          .with("reason", tooMany ? "too many data columns" : "not enough data columns")
          .with("tableColumns", tableColumns)
          .with("staticPartCols", staticColumns)
          .with("dataColumns", dataColumns)
          .as(ErrorFamily::kAnalysis);
    }
    return Error(tooMany ? condition::kInsertColumnArityMismatchTooManyDataColumns : condition::kInsertColumnArityMismatchNotEnoughDataColumns)
        .with("tableName", tableName)
        .with("tableColumns", tableColumns)
        .with("dataColumns", dataColumns)
        .as(ErrorFamily::kAnalysis);
  }
  std::vector<expr::ExprPtr> columns;
  const bool lengths = !session->conf().getBoolean("spark.sql.legacy.charVarcharAsString", false);
  for (const StructField& declared : table.schema) {
    StructField column = declared;
    column.type = analysis::asStrings(declared.type);
    expr::ExprPtr value;
    for (const auto& [key, text] : target.partition) {
      if (sameName(key, column.name, caseSensitive)) value = cast(expr::literalString(text), column.type, expr::CastMode::kAnsi);
    }
    for (size_t i = 0; i < wanted.size() && value == nullptr; ++i) {
      if (!sameName(wanted[i], column.name, caseSensitive)) continue;
      const DataType& type = given[i]->dataType();
      if (!canAnsiStoreAssign(type, column.type)) {
        return Error(condition::kIncompatibleDataForTableCannotSafelyCast)
            .with("tableName", tableName)
            .with("colName", quoteIdentifier(column.name))
            .with("srcType", "\"" + type.sql() + "\"")
            .with("targetType", "\"" + column.type.sql() + "\"")
            .as(ErrorFamily::kAnalysis);
      }
      value = type.sameType(column.type) ? expr::ExprPtr(given[i]) : cast(given[i], column.type, expr::CastMode::kAnsi);
    }
    if (const auto known = table.columnDefaults.find(column.name); value == nullptr && known != table.columnDefaults.end()) {
      ASSIGN_OR_RETURN(const expr::ExprPtr written, parser::parseExpression(known->second, session->parserOptions()));
      value = cast(written, column.type, expr::CastMode::kAnsi);
    }
    if (value == nullptr) value = expr::literalNull(column.type);
    if (lengths && analysis::holdsCharLengths(declared.type)) value = analysis::checkedForWriting(value, declared.type);
    columns.push_back(expr::alias(std::move(value), column.name));
  }
  for (const std::string& name : wanted) {
    const bool known = std::any_of(table.schema.begin(), table.schema.end(), [&](const StructField& column) { return sameName(column.name, name, caseSensitive); });
    if (known) continue;
    return Error(condition::kIncompatibleDataForTableExtraColumns).with("tableName", tableName).with("extraColumns", quoteIdentifier(name)).as(ErrorFamily::kAnalysis);
  }
  ASSIGN_OR_RETURN(const std::string prefix, partitionPrefix(*session, table, target, caseSensitive));
  if (target.ifPartitionNotExists && target.partition.size() == table.partitionColumns.size()) {
    ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(table.location));
    ASSIGN_OR_RETURN(const bool there, place.first->exists(place.second + "/" + prefix));
    if (there) return Status::ok();
  }
  const bool dynamic = session->conf().get("spark.sql.sources.partitionOverwriteMode", "STATIC") != "STATIC" && !table.partitionColumns.empty();
  if (target.overwrite && !dynamic && reads(resolved, catalog::joined(found->qualifier))) {
    return Error(condition::kUnsupportedOverwriteTable).with("table", tableName).as(ErrorFamily::kAnalysis);
  }
  WriteTarget files;
  files.format = table.provider;
  files.path = table.location;
  files.mode = target.overwrite ? connector::SaveMode::kOverwrite : connector::SaveMode::kAppend;
  files.partitionColumns = table.partitionColumns;
  for (const auto& [key, value] : table.options) files.options.emplace_back(key, value);
  if (!prefix.empty()) files.options.emplace_back(std::string(sources::kPartitionPrefixOption), prefix);
  RETURN_IF_ERROR(save(session, projectOf(std::move(columns), resolved), files));
  return updateStatistics(*session, table);
}

}  // namespace flint::session
