// A metastore in one SQLite file, `_flint_catalog.sqlite` in the warehouse folder: databases, tables and views as encoded rows.
// Several processes may use it at once: every change is one transaction, and nothing is remembered between calls.
#include <sqlite3.h>
#include <sys/stat.h>

#include <mutex>

#include "base/byte_coding.h"
#include "base/condition.h"
#include "catalog/catalog_plugin.h"
#include "io/durable_step.h"

namespace flint::catalog {
namespace {

constexpr int kFormatVersion = 3;  // 1: without functions; 2: without folder changes
constexpr int kApplicationId = 0x464C4E54;  // "FLNT"
constexpr int kBusyTimeoutMs = 20'000;

// ---- encoding ----

void write(ByteWriter& out, const std::vector<std::string>& texts) {
  out.writeVarint(texts.size());
  for (const std::string& text : texts) out.writeString(text);
}
void write(ByteWriter& out, const std::map<std::string, std::string>& options) {
  out.writeVarint(options.size());
  for (const auto& [key, value] : options) {
    out.writeString(key);
    out.writeString(value);
  }
}
void read(ByteReader& in, std::vector<std::string>& texts) {
  for (size_t count = in.readCount(); count > 0; --count) texts.emplace_back(in.readString());
}
void read(ByteReader& in, std::map<std::string, std::string>& options) {
  for (size_t count = in.readCount(); count > 0; --count) {
    std::string key(in.readString());
    options[std::move(key)] = std::string(in.readString());
  }
}

std::string encoded(const CatalogDatabase& database) {
  ByteWriter out;
  out.writeString(database.comment);
  out.writeString(database.location);
  write(out, database.properties);
  return out.take();
}

Result<CatalogDatabase> decodedDatabase(std::string name, std::string_view bytes) {
  ByteReader in(bytes);
  CatalogDatabase database;
  database.name = std::move(name);
  database.comment = in.readString();
  database.location = in.readString();
  read(in, database.properties);
  RETURN_IF_ERROR(in.status());
  return database;
}

std::string encoded(const CatalogTable& table) {
  ByteWriter out;
  out.writeVarint(static_cast<uint64_t>(table.type));
  DataType::structType(table.schema).encode(out);
  for (const std::string* text : {&table.provider, &table.location, &table.comment, &table.owner, &table.collation, &table.viewText, &table.viewSchemaMode}) out.writeString(*text);
  for (const auto* texts : {&table.partitionColumns, &table.bucketColumns, &table.sortColumns, &table.clusterColumns, &table.viewQueryColumns, &table.viewNamespace}) write(out, *texts);
  for (const auto* options : {&table.properties, &table.options, &table.columnDefaults, &table.analyzedPartitions, &table.viewSettings}) write(out, *options);
  for (const int64_t number : {table.createTimeMs, int64_t{table.numBuckets}, table.statisticsBytes, table.statisticsRows, int64_t{table.viewNamesGiven}}) out.writeInt(number);
  out.writeVarint(table.columnStatistics.size());
  for (const auto& [column, statistics] : table.columnStatistics) {
    out.writeString(column);
    for (const auto* text : {&statistics.min, &statistics.max}) {
      out.writeVarint(text->has_value() ? 1 : 0);
      out.writeString(text->value_or(""));
    }
    for (const int64_t number : {statistics.nullCount, statistics.distinctCount, statistics.averageLength, statistics.maxLength}) out.writeInt(number);
  }
  return out.take();
}

Result<CatalogTable> decodedTable(std::string database, std::string name, std::string_view bytes) {
  ByteReader in(bytes);
  CatalogTable table;
  table.database = std::move(database);
  table.name = std::move(name);
  const uint64_t type = in.readVarint();
  if (type > static_cast<uint64_t>(CatalogTable::Type::kView)) in.fail();
  table.type = static_cast<CatalogTable::Type>(type);
  const DataType schema = DataType::decode(in);
  if (!in.failed() && schema.is(TypeKind::kStruct)) table.schema = schema.fields();
  for (std::string* text : {&table.provider, &table.location, &table.comment, &table.owner, &table.collation, &table.viewText, &table.viewSchemaMode}) *text = in.readString();
  for (auto* texts : {&table.partitionColumns, &table.bucketColumns, &table.sortColumns, &table.clusterColumns, &table.viewQueryColumns, &table.viewNamespace}) read(in, *texts);
  for (auto* options : {&table.properties, &table.options, &table.columnDefaults, &table.analyzedPartitions, &table.viewSettings}) read(in, *options);
  table.createTimeMs = in.readInt();
  table.numBuckets = static_cast<int32_t>(in.readInt());
  table.statisticsBytes = in.readInt();
  table.statisticsRows = in.readInt();
  table.viewNamesGiven = in.readInt() != 0;
  if (in.failed() || in.atEnd()) {  // written by format 1
    RETURN_IF_ERROR(in.status());
    return table;
  }
  for (size_t count = in.readCount(); count > 0; --count) {
    std::string column(in.readString());
    CatalogColumnStatistics& statistics = table.columnStatistics[std::move(column)];
    for (auto* text : {&statistics.min, &statistics.max}) {
      const bool known = in.readVarint() != 0;
      std::string value(in.readString());
      if (known) *text = std::move(value);
    }
    for (int64_t* number : {&statistics.nullCount, &statistics.distinctCount, &statistics.averageLength, &statistics.maxLength}) *number = in.readInt();
  }
  RETURN_IF_ERROR(in.status());
  return table;
}

// ---- errors ----

Error schemaNotFound(const std::string& database) {
  return Error(condition::kSchemaNotFound).with("schemaName", quoted({"spark_catalog", database})).as(ErrorFamily::kAnalysis);
}
Error tableNotFound(const std::string& database, const std::string& table) {
  return Error(condition::kTableOrViewNotFound)
      .with("relationName", quoted({"spark_catalog", database, table}))
      .with("searchPath", "[" + quoted({"spark_catalog", database}) + "]")
      .as(ErrorFamily::kAnalysis);
}
Error tableExistsError(const std::string& database, const std::string& table) {
  return Error(condition::kTableOrViewAlreadyExists).with("relationName", quoted({"spark_catalog", database, table})).as(ErrorFamily::kAnalysis);
}

/// A prepared statement, finalized at the end of its scope.
class Statement {
 public:
  Statement(sqlite3* connection, const char* sql) : connection_(connection) { code_ = sqlite3_prepare_v2(connection, sql, -1, &statement_, nullptr); }
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& text(int position, std::string_view value) {
    if (code_ == SQLITE_OK) code_ = sqlite3_bind_text(statement_, position, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Statement& blob(int position, std::string_view value) {
    if (code_ == SQLITE_OK) code_ = sqlite3_bind_blob(statement_, position, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
  }
  /// True when there is a row.
  Result<bool> step() {
    if (code_ == SQLITE_OK || code_ == SQLITE_ROW) code_ = sqlite3_step(statement_);
    if (code_ == SQLITE_ROW) return true;
    if (code_ == SQLITE_DONE) return false;
    return internalError(std::string("the catalog's file: ") + sqlite3_errmsg(connection_));
  }
  /// Lets go of the rows.
  void reset() { sqlite3_reset(statement_); }
  std::string column(int position) const {
    const void* bytes = sqlite3_column_blob(statement_, position);
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), static_cast<size_t>(sqlite3_column_bytes(statement_, position)));
  }
  int64_t number(int position) const { return sqlite3_column_int64(statement_, position); }

 private:
  sqlite3* connection_;
  sqlite3_stmt* statement_ = nullptr;
  int code_ = SQLITE_OK;
};

bool makeFolders(const std::string& path) {
  for (size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) mkdir(path.substr(0, slash).c_str(), 0777);
  struct stat info {};
  return mkdir(path.c_str(), 0777) == 0 || (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode));
}

/// Keeps the metastore in a SQLite file.
///
/// Threads: thread-safe: one connection, used by one thread at a time.
/// Errors: INTERNAL_ERROR with SQLite's text for a file that is damaged, of a newer format or not the catalog's; such a file is left as it is.
class SqliteCatalog final : public CatalogPlugin {
 public:
  explicit SqliteCatalog(std::string warehouse) : warehouse_(std::move(warehouse)) {
    folder_ = warehouse_.starts_with("file://") ? warehouse_.substr(7) : warehouse_.starts_with("file:") ? warehouse_.substr(5) : warehouse_;
    file_ = folder_ + "/_flint_catalog.sqlite";
  }
  ~SqliteCatalog() override { sqlite3_close(connection_); }

  std::string name() const override { return "spark_catalog"; }

  std::vector<CatalogDatabase> databases() const override {
    const std::lock_guard lock(mutex_);
    std::vector<CatalogDatabase> out;
    const auto there = opened(false);
    if (!there.isOk() || !there.value()) return {defaultDatabase()};
    Statement rows(connection_, "SELECT name, body FROM databases ORDER BY name");
    for (auto row = rows.step(); row.isOk() && row.value(); row = rows.step()) {
      auto database = decodedDatabase(rows.column(0), rows.column(1));
      if (database.isOk()) out.push_back(std::move(database).value());
    }
    return out;
  }
  bool databaseExists(const std::string& database) const override { return this->database(database).isOk(); }
  Result<CatalogDatabase> database(const std::string& database) const override {
    const std::lock_guard lock(mutex_);
    return databaseLocked(database);
  }
  Status createDatabase(CatalogDatabase database, bool ignoreIfExists) override {
    return changing({}, [&]() -> Status {
      if (databaseLocked(database.name).isOk()) {
        if (ignoreIfExists) return Status::ok();
        return Error(condition::kSchemaAlreadyExists).with("schemaName", quoted({database.name})).as(ErrorFamily::kAnalysis);
      }
      if (database.location.empty()) database.location = warehouse_ + "/" + database.name + ".db";
      return put("INSERT INTO databases (name, body) VALUES (?1, ?2)", database.name, encoded(database));
    });
  }
  Status alterDatabase(CatalogDatabase database) override {
    return changing({}, [&]() -> Status {
      RETURN_IF_ERROR(databaseLocked(database.name));
      return put("UPDATE databases SET body = ?2 WHERE name = ?1", database.name, encoded(database));
    });
  }
  Status dropDatabase(const std::string& database, bool ignoreIfMissing, bool cascade, const FolderChanges& folders) override {
    return changing(folders, [&]() -> Status {
      if (!databaseLocked(database).isOk()) return ignoreIfMissing ? Status::ok() : Status(schemaNotFound(database));
      Statement any(connection_, "SELECT 1 FROM tables WHERE database = ?1 LIMIT 1");
      ASSIGN_OR_RETURN(const bool holds, any.text(1, database).step());
      if (holds && !cascade) return Error(condition::kSchemaNotEmpty).with("schemaName", quoted({database})).as(ErrorFamily::kAnalysis);
      Statement tables(connection_, "DELETE FROM tables WHERE database = ?1");
      RETURN_IF_ERROR(tables.text(1, database).step());
      Statement functions(connection_, "DELETE FROM functions WHERE database = ?1");
      RETURN_IF_ERROR(functions.text(1, database).step());
      Statement self(connection_, "DELETE FROM databases WHERE name = ?1");
      return self.text(1, database).step().status();
    });
  }

  std::vector<std::string> tables(const std::string& database) const override {
    return namesIn(database, "SELECT name FROM tables WHERE database = ?1 ORDER BY name");
  }
  bool tableExists(const std::string& database, const std::string& table) const override {
    const std::lock_guard lock(mutex_);
    const auto there = opened(false);
    return there.isOk() && there.value() && finishFolders().isOk() && existsLocked(database, table);
  }
  Result<CatalogTable> table(const std::string& database, const std::string& table) const override {
    const std::lock_guard lock(mutex_);
    ASSIGN_OR_RETURN(const bool there, opened(false));
    if (!there) return tableNotFound(database, table);
    RETURN_IF_ERROR(finishFolders());
    Statement row(connection_, "SELECT body FROM tables WHERE database = ?1 AND name = ?2");
    ASSIGN_OR_RETURN(const bool found, row.text(1, database).text(2, table).step());
    if (!found) return tableNotFound(database, table);
    return decodedTable(database, table, row.column(0));
  }
  Status createTable(CatalogTable table, bool ignoreIfExists, const FolderChanges& folders) override {
    return changing(folders, [&]() -> Status {
      if (!databaseLocked(table.database).isOk()) return schemaNotFound(table.database);
      if (existsLocked(table.database, table.name)) return ignoreIfExists ? Status::ok() : Status(tableExistsError(table.database, table.name));
      Statement row(connection_, "INSERT INTO tables (database, name, body) VALUES (?1, ?2, ?3)");
      return row.text(1, table.database).text(2, table.name).blob(3, encoded(table)).step().status();
    });
  }
  Status alterTable(CatalogTable table, const FolderChanges& folders) override {
    return changing(folders, [&]() -> Status {
      if (!existsLocked(table.database, table.name)) return tableNotFound(table.database, table.name);
      Statement row(connection_, "UPDATE tables SET body = ?3 WHERE database = ?1 AND name = ?2");
      return row.text(1, table.database).text(2, table.name).blob(3, encoded(table)).step().status();
    });
  }
  Status dropTable(const std::string& database, const std::string& table, bool ignoreIfMissing, const FolderChanges& folders) override {
    return changing(folders, [&]() -> Status {
      if (!existsLocked(database, table)) return ignoreIfMissing ? Status::ok() : Status(tableNotFound(database, table));
      Statement row(connection_, "DELETE FROM tables WHERE database = ?1 AND name = ?2");
      return row.text(1, database).text(2, table).step().status();
    });
  }
  Status renameTable(const std::string& database, const std::string& table, const std::string& newName, const FolderChanges& folders) override {
    return changing(folders, [&]() -> Status {
      if (!existsLocked(database, table)) return tableNotFound(database, table);
      if (existsLocked(database, newName)) return tableExistsError(database, newName);
      Statement known(connection_, "SELECT body FROM tables WHERE database = ?1 AND name = ?2");
      RETURN_IF_ERROR(known.text(1, database).text(2, table).step());
      ASSIGN_OR_RETURN(CatalogTable renamed, decodedTable(database, newName, known.column(0)));
      if (!folders.empty()) renamed.location = folders[0].place;
      Statement row(connection_, "UPDATE tables SET name = ?3, body = ?4 WHERE database = ?1 AND name = ?2");
      return row.text(1, database).text(2, table).text(3, newName).blob(4, encoded(renamed)).step().status();
    });
  }

  std::vector<std::string> functions(const std::string& database) const override {
    return namesIn(database, "SELECT name FROM functions WHERE database = ?1 ORDER BY name");
  }
  Result<std::optional<std::string>> function(const std::string& database, const std::string& name) const override {
    const std::lock_guard lock(mutex_);
    return functionLocked(database, name);
  }
  Result<bool> putFunction(const std::string& database, const std::string& name, const std::string& body, bool replace) override {
    bool kept = false;
    RETURN_IF_ERROR(changing({}, [&]() -> Status {
      if (!databaseLocked(database).isOk()) return schemaNotFound(database);
      ASSIGN_OR_RETURN(const std::optional<std::string> known, functionLocked(database, name));
      if (known.has_value() && !replace) return Status::ok();
      kept = true;
      Statement row(connection_, "INSERT OR REPLACE INTO functions (database, name, body) VALUES (?1, ?2, ?3)");
      return row.text(1, database).text(2, name).blob(3, body).step().status();
    }));
    return kept;
  }
  Result<bool> dropFunction(const std::string& database, const std::string& name) override {
    {
      const std::lock_guard lock(mutex_);
      ASSIGN_OR_RETURN(const std::optional<std::string> known, functionLocked(database, name));
      if (!known.has_value()) return false;
    }
    RETURN_IF_ERROR(changing({}, [&]() -> Status {
      Statement row(connection_, "DELETE FROM functions WHERE database = ?1 AND name = ?2");
      return row.text(1, database).text(2, name).step().status();
    }));
    return true;
  }

 private:
  // Nothing where there is no file yet, or it cannot be read.
  std::vector<std::string> namesIn(const std::string& database, const char* query) const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> out;
    const auto there = opened(false);
    if (!there.isOk() || !there.value()) return out;
    Statement rows(connection_, query);
    rows.text(1, database);
    for (auto row = rows.step(); row.isOk() && row.value(); row = rows.step()) out.push_back(rows.column(0));
    return out;
  }
  Result<std::optional<std::string>> functionLocked(const std::string& database, const std::string& name) const {
    ASSIGN_OR_RETURN(const bool there, opened(false));
    if (!there) return std::optional<std::string>();
    Statement row(connection_, "SELECT body FROM functions WHERE database = ?1 AND name = ?2");
    ASSIGN_OR_RETURN(const bool found, row.text(1, database).text(2, name).step());
    return found ? std::optional(row.column(0)) : std::optional<std::string>();
  }

  CatalogDatabase defaultDatabase() const { return {.name = "default", .comment = "default database", .location = warehouse_, .properties = {}}; }

  Status execute(const char* sql) const {
    char* text = nullptr;
    if (sqlite3_exec(connection_, sql, nullptr, nullptr, &text) == SQLITE_OK) return Status::ok();
    Error error = internalError(std::string("the catalog's file ") + file_ + ": " + (text == nullptr ? "?" : text));
    sqlite3_free(text);
    return error;
  }

  // False when there is no file and none is to be made.
  Result<bool> opened(bool make) const {
    if (connection_ != nullptr) return true;
    struct stat info {};
    if (stat(file_.c_str(), &info) != 0) {
      if (!make) return false;
      if (!makeFolders(folder_)) return internalError("the warehouse folder " + folder_ + " cannot be made");
    }
    sqlite3* connection = nullptr;
    const int code = sqlite3_open_v2(file_.c_str(), &connection, SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_FULLMUTEX, nullptr);
    connection_ = connection;
    const Status ready = code == SQLITE_OK ? prepareFile() : Status(internalError("the catalog's file " + file_ + ": " + sqlite3_errstr(code)));
    if (ready.isOk()) return true;
    sqlite3_close(connection_);
    connection_ = nullptr;
    return ready;
  }

  // Makes the tables of a new file; refuses one of a newer format or another program's.
  Status prepareFile() const {
    sqlite3_busy_timeout(connection_, kBusyTimeoutMs);
    RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
    Status ready = prepareTables();
    const Status ended = execute(ready.isOk() ? "COMMIT" : "ROLLBACK");
    return ready.isOk() ? ended : ready;
  }
  Status prepareTables() const {
    ASSIGN_OR_RETURN(const int64_t application, pragma("PRAGMA application_id"));
    ASSIGN_OR_RETURN(const int64_t version, pragma("PRAGMA user_version"));
    ASSIGN_OR_RETURN(const int64_t pages, pragma("SELECT count(*) FROM sqlite_master"));
    if (pages > 0 && application != kApplicationId) return internalError("the file " + file_ + " is no catalog");
    if (version > kFormatVersion) return internalError("the catalog's file " + file_ + " was written by a newer version");
    constexpr const char* kFunctions = "CREATE TABLE functions (database TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (database, name)) WITHOUT ROWID;";
    constexpr const char* kFolders = "CREATE TABLE folders (id INTEGER PRIMARY KEY, staged TEXT NOT NULL, place TEXT NOT NULL, trash TEXT NOT NULL);"
                                     "PRAGMA user_version = 3;";
    if (pages > 0) {
      if (version < 2) RETURN_IF_ERROR(execute(kFunctions));
      return version < kFormatVersion ? execute(kFolders) : Status::ok();
    }
    RETURN_IF_ERROR(execute("CREATE TABLE databases (name TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;"
                            "CREATE TABLE tables (database TEXT NOT NULL, name TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (database, name)) WITHOUT ROWID;"
                            "PRAGMA application_id = 1179405908;"));
    RETURN_IF_ERROR(execute(kFunctions));
    RETURN_IF_ERROR(execute(kFolders));
    const CatalogDatabase first = defaultDatabase();
    return put("INSERT INTO databases (name, body) VALUES (?1, ?2)", first.name, encoded(first));
  }
  Result<int64_t> pragma(const char* sql) const {
    Statement row(connection_, sql);
    ASSIGN_OR_RETURN(const bool found, row.step());
    return found ? row.number(0) : 0;
  }

  Status put(const char* sql, const std::string& name, const std::string& body) const {
    Statement row(connection_, sql);
    return row.text(1, name).blob(2, body).step().status();
  }
  Result<CatalogDatabase> databaseLocked(const std::string& database) const {
    ASSIGN_OR_RETURN(const bool there, opened(false));
    if (!there) return database == "default" ? Result<CatalogDatabase>(defaultDatabase()) : schemaNotFound(database);
    Statement row(connection_, "SELECT body FROM databases WHERE name = ?1");
    ASSIGN_OR_RETURN(const bool found, row.text(1, database).step());
    if (!found) return schemaNotFound(database);
    return decodedDatabase(database, row.column(0));
  }
  bool existsLocked(const std::string& database, const std::string& table) const {
    const auto there = opened(false);
    if (!there.isOk() || !there.value()) return false;
    Statement row(connection_, "SELECT 1 FROM tables WHERE database = ?1 AND name = ?2");
    const auto found = row.text(1, database).text(2, table).step();
    return found.isOk() && found.value();
  }

  Status commit() const {
    io::durableStep();
    RETURN_IF_ERROR(execute("COMMIT"));
    io::durableStep();
    return Status::ok();
  }

  // One transaction: all of `change` or nothing. What it says of folders is kept with it, and done at once.
  template <class Change>
  Status changing(const FolderChanges& folders, Change&& change) {
    const std::lock_guard lock(mutex_);
    RETURN_IF_ERROR(opened(true));
    RETURN_IF_ERROR(finishFolders());
    RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
    const Status changed = [&]() -> Status {
      RETURN_IF_ERROR(change());
      for (const FolderChange& each : folders) {
        Statement row(connection_, "INSERT INTO folders (staged, place, trash) VALUES (?1, ?2, ?3)");
        RETURN_IF_ERROR(row.text(1, each.staged).text(2, each.place).text(3, besideFolder(each.place)).step());
      }
      return Status::ok();
    }();
    if (!changed.isOk()) {
      RETURN_IF_ERROR(execute("ROLLBACK"));
      return changed;
    }
    RETURN_IF_ERROR(commit());
    return folders.empty() ? Status::ok() : finishFolders();
  }

  // Makes the changes of folders whose entries have changed. While the transaction runs no other process does the same.
  Status finishFolders() const {
    Statement any(connection_, "SELECT 1 FROM folders LIMIT 1");
    ASSIGN_OR_RETURN(const bool pending, any.step());
    if (!pending) return Status::ok();
    any.reset();
    RETURN_IF_ERROR(execute("BEGIN IMMEDIATE"));
    std::vector<std::string> trash;
    Status changed = Status::ok();
    Statement rows(connection_, "SELECT staged, place, trash FROM folders ORDER BY id");
    for (auto row = rows.step(); row.isOk() && row.value(); row = rows.step()) {
      trash.push_back(rows.column(2));
      const Status each = carryOut({.staged = rows.column(0), .place = rows.column(1)}, trash.back());
      if (changed.isOk()) changed = each;
    }
    rows.reset();
    const Status forgotten = execute("DELETE FROM folders");
    if (!forgotten.isOk()) {
      RETURN_IF_ERROR(execute("ROLLBACK"));
      return forgotten;
    }
    RETURN_IF_ERROR(commit());
    removeFolders(trash);
    return changed;
  }

  const std::string warehouse_;
  std::string folder_;
  std::string file_;
  mutable std::mutex mutex_;  // a leaf
  mutable sqlite3* connection_ = nullptr;
};

}  // namespace

std::unique_ptr<CatalogPlugin> makeSqliteCatalog(std::string warehouse) { return std::make_unique<SqliteCatalog>(std::move(warehouse)); }

}  // namespace flint::catalog
