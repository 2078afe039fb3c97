#include <spark/connect/catalog.pb.h>

#include "columnar/vector_builder.h"
#include "connect/relation_decoder/relations.h"
#include "connect/service/session_decode_context.h"
#include "plan/logical/ddl_commands.h"
#include "session/cache/cache_manager.h"
#include "session/cache/caching.h"
#include "session/commands/run_command.h"

namespace flint::connect {
namespace {

using columnar::VectorBuilder;
using Message = spark::connect::Catalog;

// Rows of texts, booleans and lists of texts, as catalog calls answer.
class Table {
 public:
  explicit Table(StructFields fields) : fields_(std::move(fields)) {
    for (const StructField& field : fields_) builders_.emplace_back(field.type);
  }
  void addRow(const std::vector<Value>& values) {
    for (size_t i = 0; i < values.size(); ++i) builders_[i].append(values[i]);
    ++numRows_;
  }
  LogicalPlanPtr finish() {
    std::vector<columnar::VectorPtr> columns;
    for (VectorBuilder& builder : builders_) columns.push_back(builder.finish());
    std::vector<columnar::ColumnarBatch> batches;
    if (numRows_ > 0) batches.emplace_back(std::move(columns), numRows_);
    return localRelation(fields_, std::move(batches));
  }

 private:
  StructFields fields_;
  std::vector<VectorBuilder> builders_;
  columnar::RowIndex numRows_ = 0;
};

LogicalPlanPtr one(DataType type, Value value) {
  Table table({{"value", std::move(type), false}});
  table.addRow({std::move(value)});
  return table.finish();
}
LogicalPlanPtr oneBoolean(bool value) { return one(DataType::boolean(), Value::boolean(value)); }
LogicalPlanPtr oneString(std::string value) { return one(DataType::string(), Value::string(std::move(value))); }
LogicalPlanPtr nothing() { return localRelation({}, {}); }

Value textOrNull(const std::string& text) { return text.empty() ? Value::null() : Value::string(text); }

// `*` stands for any text, `|` between patterns; without case, as SHOW TABLES LIKE.
bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return name.empty();
  if (pattern[0] == '*') return matches(pattern.substr(1), name) || (!name.empty() && matches(pattern, name.substr(1)));
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return !name.empty() && lower(pattern[0]) == lower(name[0]) && matches(pattern.substr(1), name.substr(1));
}
bool matchesAny(std::string_view patterns, std::string_view name) {
  for (size_t start = 0; start <= patterns.size();) {
    const size_t end = std::min(patterns.find('|', start), patterns.size());
    if (matches(patterns.substr(start, end - start), name)) return true;
    start = end + 1;
  }
  return false;
}

const StructFields kTableFields = {
    {"name", DataType::string(), false},        {"catalog", DataType::string(), true},
    {"namespace", DataType::array(DataType::string(), true), true}, {"description", DataType::string(), true},
    {"tableType", DataType::string(), false},   {"isTemporary", DataType::boolean(), false},
};
const StructFields kDatabaseFields = {
    {"name", DataType::string(), false}, {"catalog", DataType::string(), true}, {"description", DataType::string(), true}, {"locationUri", DataType::string(), false}};
const StructFields kFunctionFields = {
    {"name", DataType::string(), false},        {"catalog", DataType::string(), true},
    {"namespace", DataType::array(DataType::string(), true), true}, {"description", DataType::string(), true},
    {"className", DataType::string(), false},   {"isTemporary", DataType::boolean(), false},
};
const StructFields kColumnFields = {
    {"name", DataType::string(), false},       {"description", DataType::string(), true},  {"dataType", DataType::string(), false},
    {"nullable", DataType::boolean(), false},  {"isPartition", DataType::boolean(), false}, {"isBucket", DataType::boolean(), false},
    {"isCluster", DataType::boolean(), false},
};

class CatalogCalls {
 public:
  explicit CatalogCalls(SessionHolder& session) : session_(session), catalog_(session.spark().catalog()) {}

  Result<LogicalPlanPtr> answer(const Message& call);

 private:
  Result<catalog::SessionCatalog::Namespace> namespaceOf(const std::string& name) const {
    if (name.empty()) return catalog_.findNamespace({});
    ASSIGN_OR_RETURN(const std::vector<std::string> parts, nameParts(name));
    return catalog_.findNamespace(parts);
  }
  Result<std::vector<std::string>> nameParts(const std::string& name) const { return parser::parseIdentifier(name, session_.spark().parserOptions()); }
  // The parts of `table`, within `database` where one is named apart.
  Result<std::vector<std::string>> tableName(const std::string& table, bool hasDatabase, const std::string& database) const;
  Result<std::optional<catalog::SessionCatalog::Found>> find(const std::string& table, bool hasDatabase, const std::string& database) const;
  std::vector<Value> describe(const catalog::CatalogTable& table) const;
  std::vector<Value> describe(const catalog::TempView& view) const;
  std::vector<Value> describe(const catalog::CatalogDatabase& database) const;
  Result<LogicalPlanPtr> listTables(const std::string& database, const std::string* pattern, bool viewsOnly) const;
  Result<LogicalPlanPtr> listColumns(const spark::connect::ListColumns& call) const;
  LogicalPlanPtr listFunctions(const std::string* pattern, const std::string& database) const;
  LogicalPlanPtr describe(const catalog::SqlFunction& function) const;
  Result<std::vector<std::string>> functionName(const std::string& function, bool hasDatabase, const std::string& database) const;
  Result<LogicalPlanPtr> cacheTable(const spark::connect::CacheTable& call) const;
  Error notFound(const std::string& table) const {
    return Error(condition::kTableOrViewNotFound).with("relationName", quoteIdentifier(table)).as(ErrorFamily::kAnalysis);
  }

  SessionHolder& session_;
  catalog::SessionCatalog& catalog_;
};

Result<std::vector<std::string>> CatalogCalls::tableName(const std::string& table, bool hasDatabase, const std::string& database) const {
  ASSIGN_OR_RETURN(std::vector<std::string> parts, nameParts(table));
  if (hasDatabase && !database.empty()) parts.insert(parts.begin(), database);
  return parts;
}

Result<std::optional<catalog::SessionCatalog::Found>> CatalogCalls::find(const std::string& table, bool hasDatabase, const std::string& database) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, tableName(table, hasDatabase, database));
  return catalog_.lookup(name);
}

std::vector<Value> CatalogCalls::describe(const catalog::CatalogTable& table) const {
  using Type = catalog::CatalogTable::Type;
  const char* kind = table.type == Type::kView ? "VIEW" : table.type == Type::kExternal ? "EXTERNAL" : "MANAGED";
  return {Value::string(table.name), Value::string(table.catalog), Value::list({Value::string(table.database)}), textOrNull(table.comment), Value::string(kind),
          Value::boolean(false)};
}

std::vector<Value> CatalogCalls::describe(const catalog::TempView& view) const {
  return {Value::string(view.name), Value::null(), Value::list({}), Value::null(), Value::string("TEMPORARY"), Value::boolean(true)};
}

std::vector<Value> CatalogCalls::describe(const catalog::CatalogDatabase& database) const {
  return {Value::string(database.name), Value::string(catalog_.currentCatalog()), Value::string(database.comment), Value::string(database.location)};
}

Result<LogicalPlanPtr> CatalogCalls::listTables(const std::string& database, const std::string* pattern, bool viewsOnly) const {
  const auto wanted = [&](const std::string& name) { return pattern == nullptr || matchesAny(*pattern, name); };
  ASSIGN_OR_RETURN(const auto place, namespaceOf(database));
  RETURN_IF_ERROR(place.plugin->database(place.database));
  Table rows(kTableFields);
  for (const std::string& name : place.plugin->tables(place.database)) {
    if (!wanted(name)) continue;
    ASSIGN_OR_RETURN(const catalog::CatalogTable table, place.plugin->table(place.database, name));
    if (!viewsOnly || table.type == catalog::CatalogTable::Type::kView) rows.addRow(describe(table));
  }
  for (const catalog::TempView& view : catalog_.tempViews().all()) {
    if (wanted(view.name)) rows.addRow(describe(view));
  }
  return rows.finish();
}

Result<LogicalPlanPtr> CatalogCalls::listColumns(const spark::connect::ListColumns& call) const {
  ASSIGN_OR_RETURN(const auto found, find(call.table_name(), call.has_db_name(), call.db_name()));
  if (!found) return notFound(call.table_name());
  StructFields fields = found->table ? found->table->schema : StructFields();
  const std::vector<std::string> partitions = found->table ? found->table->partitionColumns : std::vector<std::string>();
  if (found->tempView) fields = found->tempView->plan->schema().fields();
  const std::vector<std::string> buckets = found->table ? found->table->bucketColumns : std::vector<std::string>();
  const std::vector<std::string> clusters = found->table ? found->table->clusterColumns : std::vector<std::string>();
  const auto isAmong = [](const std::vector<std::string>& names, const std::string& name) { return Value::boolean(std::find(names.begin(), names.end(), name) != names.end()); };
  Table rows(kColumnFields);
  for (const StructField& field : fields) {
    rows.addRow({Value::string(field.name), Value::null(), Value::string(field.type.simpleString()), Value::boolean(field.nullable), isAmong(partitions, field.name),
                 isAmong(buckets, field.name), isAmong(clusters, field.name)});
  }
  return rows.finish();
}

std::vector<Value> rowOf(const catalog::SqlFunction& function) {
  const bool isOfClass = function.bodyExpression == nullptr && function.bodyQuery == nullptr;
  const Value catalog = function.temporary ? Value::null() : Value::string(function.name[0]);
  const Value database = function.temporary ? Value::null() : Value::list({Value::string(function.name[1])});
  return {Value::string(function.name.back()), catalog, database, textOrNull(function.comment), Value::string(isOfClass ? function.bodyText : ""),
          Value::boolean(function.temporary)};
}

LogicalPlanPtr CatalogCalls::describe(const catalog::SqlFunction& function) const {
  Table rows(kFunctionFields);
  rows.addRow(rowOf(function));
  return rows.finish();
}

Result<std::vector<std::string>> CatalogCalls::functionName(const std::string& function, bool hasDatabase, const std::string& database) const {
  return tableName(function, hasDatabase, database);
}

LogicalPlanPtr CatalogCalls::listFunctions(const std::string* pattern, const std::string& database) const {
  Table rows(kFunctionFields);
  for (const std::string& name : catalog_.functions().names()) {
    if (pattern != nullptr && !matchesAny(*pattern, name)) continue;
    rows.addRow({Value::string(name), Value::null(), Value::null(), Value::null(), Value::string("flint.functions." + name), Value::boolean(true)});
  }
  for (const auto* functions : {&catalog_.temporaryFunctions(), &catalog_.persistentFunctions()}) {
    for (const catalog::SqlFunctionPtr& function : functions->all()) {
      if (!function->temporary && function->name[1] != catalog_.folded(database)) continue;
      if (pattern == nullptr || matchesAny(*pattern, function->name.back())) rows.addRow(rowOf(*function));
    }
  }
  return rows.finish();
}

Result<LogicalPlanPtr> CatalogCalls::cacheTable(const spark::connect::CacheTable& call) const {
  ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(call.table_name()));
  session::StorageLevel level = session::StorageLevel::memoryAndDisk();
  if (call.has_storage_level()) {
    const auto& asked = call.storage_level();
    level = {.useDisk = asked.use_disk(),
             .useMemory = asked.use_memory(),
             .useOffHeap = asked.use_off_heap(),
             .deserialized = asked.deserialized(),
             .replication = asked.replication()};
  }
  RETURN_IF_ERROR(session::cacheTable(session_.sparkPtr(), name, level));
  return nothing();
}

Result<LogicalPlanPtr> CatalogCalls::answer(const Message& call) {
  switch (call.cat_type_case()) {
    case Message::kCurrentDatabase: return oneString(catalog_.currentDatabase());
    case Message::kCurrentCatalog: return oneString(catalog_.currentCatalog());
    case Message::kSetCurrentDatabase:
      RETURN_IF_ERROR(catalog_.setCurrentDatabase(call.set_current_database().db_name()));
      return nothing();
    case Message::kSetCurrentCatalog:
      RETURN_IF_ERROR(catalog_.setCurrentCatalog(call.set_current_catalog().catalog_name()));
      return nothing();
    case Message::kListCatalogs: {
      Table rows({{"name", DataType::string(), false}, {"description", DataType::string(), true}});
      for (const std::string& name : catalog_.catalogs()) {
        if (!call.list_catalogs().has_pattern() || matchesAny(call.list_catalogs().pattern(), name)) rows.addRow({Value::string(name), Value::null()});
      }
      return rows.finish();
    }
    case Message::kListDatabases: {
      Table rows(kDatabaseFields);
      for (const catalog::CatalogDatabase& database : catalog_.of(catalog_.currentCatalog()).databases()) {
        if (!call.list_databases().has_pattern() || matchesAny(call.list_databases().pattern(), database.name)) rows.addRow(describe(database));
      }
      return rows.finish();
    }
    case Message::kGetDatabase: {
      ASSIGN_OR_RETURN(const auto place, namespaceOf(call.get_database().db_name()));
      ASSIGN_OR_RETURN(const catalog::CatalogDatabase database, place.plugin->database(place.database));
      Table rows(kDatabaseFields);
      rows.addRow(describe(database));
      return rows.finish();
    }
    case Message::kDatabaseExists: {
      ASSIGN_OR_RETURN(const auto place, namespaceOf(call.database_exists().db_name()));
      return oneBoolean(place.plugin->databaseExists(place.database));
    }
    case Message::kListTables: {
      const auto& list = call.list_tables();
      return listTables(list.has_db_name() ? list.db_name() : catalog_.currentDatabase(), list.has_pattern() ? &list.pattern() : nullptr, false);
    }
    case Message::kListViews: {
      const auto& list = call.list_views();
      return listTables(list.has_db_name() ? list.db_name() : catalog_.currentDatabase(), list.has_pattern() ? &list.pattern() : nullptr, true);
    }
    case Message::kListColumns: return listColumns(call.list_columns());
    case Message::kListFunctions: {
      const auto& list = call.list_functions();
      return listFunctions(list.has_pattern() ? &list.pattern() : nullptr, list.has_db_name() ? list.db_name() : catalog_.currentDatabase());
    }
    case Message::kGetTable: {
      ASSIGN_OR_RETURN(const auto found, find(call.get_table().table_name(), call.get_table().has_db_name(), call.get_table().db_name()));
      if (!found) return notFound(call.get_table().table_name());
      Table rows(kTableFields);
      rows.addRow(found->tempView ? describe(*found->tempView) : describe(*found->table));
      return rows.finish();
    }
    case Message::kTableExists: {
      ASSIGN_OR_RETURN(const auto found, find(call.table_exists().table_name(), call.table_exists().has_db_name(), call.table_exists().db_name()));
      return oneBoolean(found.has_value());
    }
    case Message::kFunctionExists: {
      const auto& asked = call.function_exists();
      ASSIGN_OR_RETURN(const std::vector<std::string> name, functionName(asked.function_name(), asked.has_db_name(), asked.db_name()));
      if (catalog_.findFunction(name) != nullptr) return oneBoolean(true);
      if (name.size() > 1) return oneBoolean(false);
      const std::vector<std::string> names = catalog_.functions().names();
      return oneBoolean(std::find(names.begin(), names.end(), catalog_.folded(name.back())) != names.end());
    }
    case Message::kDropTempView: session::forgetCachedTable(session_.spark(), {call.drop_temp_view().view_name()}); return oneBoolean(catalog_.tempViews().drop(catalog_.folded(call.drop_temp_view().view_name())));
    case Message::kDropGlobalTempView: return oneBoolean(catalog_.globalTempViews().drop(catalog_.folded(call.drop_global_temp_view().view_name())));
    case Message::kCreateDatabase: {
      catalog::CatalogDatabase database;
      database.name = catalog_.folded(call.create_database().db_name());
      database.properties = {call.create_database().properties().begin(), call.create_database().properties().end()};
      RETURN_IF_ERROR(catalog_.metastore().createDatabase(std::move(database), call.create_database().if_not_exists()));
      return nothing();
    }
    case Message::kDropDatabase: {
      plan::DropNamespace drop;
      drop.name.parts = {call.drop_database().db_name()};
      drop.ifExists = call.drop_database().if_exists();
      drop.cascade = call.drop_database().cascade();
      RETURN_IF_ERROR(session::runCommand(session_.sparkPtr(), plan::makePlan(std::move(drop))));
      return nothing();
    }
    case Message::kRefreshTable: {
      ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(call.refresh_table().table_name()));
      RETURN_IF_ERROR(session::refreshTable(session_.sparkPtr(), name));
      return nothing();
    }
    case Message::kRefreshByPath: session_.spark().shared().cache->invalidatePath(call.refresh_by_path().path()); return nothing();
    case Message::kIsCached: {
      ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(call.is_cached().table_name()));
      ASSIGN_OR_RETURN(const bool cached, session::isTableCached(session_.sparkPtr(), name));
      return oneBoolean(cached);
    }
    case Message::kCacheTable: return cacheTable(call.cache_table());
    case Message::kUncacheTable: {
      ASSIGN_OR_RETURN(const std::vector<std::string> name, nameParts(call.uncache_table().table_name()));
      RETURN_IF_ERROR(session::uncacheTable(session_.sparkPtr(), name));
      return nothing();
    }
    case Message::kClearCache: session_.spark().shared().cache->clear(); return nothing();
    case Message::kGetFunction: {
      const auto& asked = call.get_function();
      ASSIGN_OR_RETURN(const std::vector<std::string> name, functionName(asked.function_name(), asked.has_db_name(), asked.db_name()));
      if (const catalog::SqlFunctionPtr function = catalog_.findFunction(name)) return describe(*function);
      const std::vector<std::string> names = catalog_.functions().names();
      const std::string wanted = catalog_.folded(name.back());
      if (std::find(names.begin(), names.end(), wanted) == names.end()) {
        return Error(condition::kUnresolvedRoutine)
            .with("routineName", catalog::quoted(name))
            .with("searchPath", "[`system`.`builtin`, `system`.`session`, `spark_catalog`." + quoteIdentifier(catalog_.currentDatabase()) + "]")
            .as(ErrorFamily::kAnalysis);
      }
      return listFunctions(&wanted, catalog_.currentDatabase());
    }
    case Message::kCreateExternalTable:
    case Message::kCreateTable:
    case Message::kRecoverPartitions:
    case Message::kDropTable:
    case Message::kDropView:
    case Message::kListPartitions:
    case Message::kGetTableProperties:
    case Message::kGetCreateTableString:
    case Message::kTruncateTable:
    case Message::kAnalyzeTable:
    case Message::CAT_TYPE_NOT_SET: break;
  }
  const auto* kind = Message::descriptor()->FindFieldByNumber(call.cat_type_case());
  return unsupportedFeature(kind == nullptr ? "a catalog call" : "the catalog call " + kind->name());
}

}  // namespace

Result<LogicalPlanPtr> answerCatalogCall(SessionHolder& session, const Message& call) { return CatalogCalls(session).answer(call); }

}  // namespace flint::connect
