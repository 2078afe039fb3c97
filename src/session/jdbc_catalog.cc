#include "session/jdbc_catalog.h"

#include <algorithm>

#include "base/condition.h"
#include "sources/jdbc/sqlite_database.h"

namespace flint::session {
namespace {

using catalog::CatalogDatabase;
using catalog::CatalogTable;
using sources::SqliteDatabase;
using sources::sqliteName;

class JdbcCatalog final : public catalog::CatalogPlugin {
 public:
  JdbcCatalog(std::string name, catalog::CatalogPlugins::Options options, std::string url) : name_(std::move(name)), options_(std::move(options)), url_(std::move(url)) {}

  std::string name() const override { return name_; }
  bool keepsRows() const override { return true; }

  std::vector<CatalogDatabase> databases() const override { return {}; }
  bool databaseExists(const std::string& database) const override { return database.empty(); }
  Result<CatalogDatabase> database(const std::string& database) const override {
    if (!database.empty()) return noSuchSchema(database);
    return CatalogDatabase{.name = "", .comment = "", .location = "", .properties = {}};
  }
  Status createDatabase(CatalogDatabase database, bool) override { return failed(condition::kFailedJdbcCreateNamespace, "namespace", database.name); }
  Status alterDatabase(CatalogDatabase database) override { return noSuchSchema(database.name); }
  Status dropDatabase(const std::string& database, bool ignoreIfMissing, bool, const catalog::FolderChanges&) override { return ignoreIfMissing ? Status::ok() : Status(noSuchSchema(database)); }

  std::vector<std::string> tables(const std::string& database) const override {
    if (!database.empty()) return {};
    const auto opened = SqliteDatabase::open(url_, true);
    if (!opened.isOk()) return {};
    auto found = opened.value()->tables();
    return found.isOk() ? std::move(found).value() : std::vector<std::string>();
  }
  bool tableExists(const std::string& database, const std::string& table) const override {
    const std::vector<std::string> known = tables(database);
    return std::find(known.begin(), known.end(), table) != known.end();
  }
  Result<CatalogTable> table(const std::string& database, const std::string& table) const override {
    if (!tableExists(database, table)) return noSuchTable(database, table);
    ASSIGN_OR_RETURN(const auto opened, SqliteDatabase::open(url_, false));
    CatalogTable out;
    out.catalog = name_;
    out.database = database;
    out.name = table;
    out.provider = "jdbc";
    ASSIGN_OR_RETURN(out.schema, opened->columnsOf("SELECT * FROM " + sqliteName(table) + " LIMIT 1"));
    out.options = {options_.begin(), options_.end()};
    out.options["url"] = url_;
    out.options["dbtable"] = sqliteName(table);
    // The table stays what it is when its rows are replaced.
    out.options["truncate"] = "true";
    return out;
  }
  Status createTable(CatalogTable table, bool ignoreIfExists, const catalog::FolderChanges&) override {
    if (!table.database.empty()) return noSuchSchema(table.database);
    if (tableExists("", table.name)) {
      if (ignoreIfExists) return Status::ok();
      return Error(condition::kTableOrViewAlreadyExists).with("relationName", catalog::quoted({name_, table.name})).as(ErrorFamily::kAnalysis);
    }
    std::string columns;
    for (const StructField& field : table.schema) {
      ASSIGN_OR_RETURN(const std::string type, sources::sqliteType(field.type));
      columns += (columns.empty() ? "" : ", ") + sqliteName(field.name) + " " + type + (field.nullable ? "" : " NOT NULL");
    }
    return execute("CREATE TABLE " + sqliteName(table.name) + " (" + columns + ")");
  }
  // Columns that were added, dropped, or (where one stands in another's place) renamed; all else is not the database's.
  Status alterTable(CatalogTable table, const catalog::FolderChanges&) override {
    ASSIGN_OR_RETURN(const CatalogTable known, this->table(table.database, table.name));
    const auto isIn = [](const StructFields& fields, const StructField& field) {
      return std::any_of(fields.begin(), fields.end(), [&](const StructField& each) { return each.name == field.name; });
    };
    const std::string alter = "ALTER TABLE " + sqliteName(table.name);
    std::vector<std::string> statements;
    const bool sameWidth = known.schema.size() == table.schema.size();
    for (size_t i = 0; i < known.schema.size(); ++i) {
      const StructField& old = known.schema[i];
      if (isIn(table.schema, old)) continue;
      statements.push_back(sameWidth && !isIn(known.schema, table.schema[i]) ? alter + " RENAME COLUMN " + sqliteName(old.name) + " TO " + sqliteName(table.schema[i].name)
                                                                             : alter + " DROP COLUMN " + sqliteName(old.name));
    }
    for (const StructField& field : table.schema) {
      if (sameWidth || isIn(known.schema, field)) continue;
      ASSIGN_OR_RETURN(const std::string type, sources::sqliteType(field.type));
      statements.push_back(alter + " ADD COLUMN " + sqliteName(field.name) + " " + type);
    }
    for (const std::string& statement : statements) RETURN_IF_ERROR(execute(statement));
    return Status::ok();
  }
  Status dropTable(const std::string& database, const std::string& table, bool ignoreIfMissing, const catalog::FolderChanges&) override {
    if (!tableExists(database, table)) return ignoreIfMissing ? Status::ok() : Status(noSuchTable(database, table));
    return execute("DROP TABLE " + sqliteName(table));
  }
  Status renameTable(const std::string& database, const std::string& table, const std::string& newName, const catalog::FolderChanges&) override {
    if (!tableExists(database, table)) return noSuchTable(database, table);
    return execute("ALTER TABLE " + sqliteName(table) + " RENAME TO " + sqliteName(newName));
  }

  std::vector<std::string> functions(const std::string&) const override { return {}; }
  Result<std::optional<std::string>> function(const std::string&, const std::string&) const override { return std::optional<std::string>(); }
  Result<bool> putFunction(const std::string&, const std::string&, const std::string&, bool) override {
    return Error(condition::kMissingCatalogAbilityCreateFunction).with("plugin", name_).as(ErrorFamily::kAnalysis);
  }
  Result<bool> dropFunction(const std::string&, const std::string&) override { return false; }

 private:
  Status execute(const std::string& sql) const {
    ASSIGN_OR_RETURN(const auto opened, SqliteDatabase::open(url_, true));
    return opened->execute(sql);
  }
  Error failed(const Condition& condition, const char* parameter, const std::string& what) const {
    Error error(condition);
    error.with("url", url_).with(parameter, quoteIdentifier(what));
    return error.as(ErrorFamily::kAnalysis);
  }
  Error noSuchSchema(const std::string& database) const {
    return Error(condition::kSchemaNotFound).with("schemaName", catalog::quoted({name_, database})).as(ErrorFamily::kAnalysis);
  }
  Error noSuchTable(const std::string& database, const std::string& table) const {
    return Error(condition::kTableOrViewNotFound)
        .with("relationName", database.empty() ? catalog::quoted({name_, table}) : catalog::quoted({name_, database, table}))
        .with("searchPath", "[" + catalog::quoted({name_, database}) + "]")
        .as(ErrorFamily::kAnalysis);
  }

  const std::string name_;
  const catalog::CatalogPlugins::Options options_;
  const std::string url_;
};

}  // namespace

Result<std::unique_ptr<catalog::CatalogPlugin>> makeJdbcCatalog(const std::string& name, const catalog::CatalogPlugins::Options& options) {
  const auto url = options.find("url");
  if (url == options.end() || url->second.empty()) {
    return Error(condition::kConnectInvalidPlanAssertionFailure).with("message", "requirement failed: Option 'url' is required.").as(ErrorFamily::kIllegalArgument);
  }
  RETURN_IF_ERROR(SqliteDatabase::open(url->second, true));
  return std::unique_ptr<catalog::CatalogPlugin>(std::make_unique<JdbcCatalog>(name, options, url->second));
}

}  // namespace flint::session
