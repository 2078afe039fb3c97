#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "catalog/folder_change.h"
#include "types/data_type.h"

namespace flint::catalog {

using NameParts = std::vector<std::string>;
std::string joined(const NameParts& parts);   // a.b.c
std::string quoted(const NameParts& parts);   // `a`.`b`.`c`, as messages show names

/// What ANALYZE TABLE ... FOR COLUMNS finds out of a column; numbers below 0 are unknown.
struct CatalogColumnStatistics {
  std::optional<std::string> min;  // as text
  std::optional<std::string> max;
  int64_t nullCount = -1;
  int64_t distinctCount = -1;
  int64_t averageLength = -1;  // bytes
  int64_t maxLength = -1;
};

/// The name of the catalog that every session has.
inline constexpr const char* kSessionCatalog = "spark_catalog";

/// What a metastore keeps of a table or persistent view.
struct CatalogTable {
  enum class Type : uint8_t { kManaged, kExternal, kView };
  std::string catalog = kSessionCatalog;
  std::string database;
  std::string name;
  Type type = Type::kManaged;
  StructFields schema;
  std::string provider;  // "parquet"
  std::string location;
  std::vector<std::string> partitionColumns;
  std::map<std::string, std::string> properties;
  std::map<std::string, std::string> options;
  std::string comment;
  std::string collation;     // DEFAULT COLLATION; empty: none
  std::vector<std::string> bucketColumns;
  std::vector<std::string> sortColumns;
  int32_t numBuckets = 0;    // 0: not bucketed
  std::vector<std::string> clusterColumns;
  std::map<std::string, std::string> columnDefaults;      // DEFAULT expressions as written, by column
  int64_t statisticsBytes = -1;                           // ANALYZE TABLE; -1: unknown
  int64_t statisticsRows = -1;
  std::map<std::string, CatalogColumnStatistics> columnStatistics;
  std::map<std::string, std::string> analyzedPartitions;  // statistics as text, by "a=1/b=2"
  // kView
  std::string viewText;
  std::string viewSchemaMode;                 // "BINDING", "COMPENSATION", "TYPE EVOLUTION", "EVOLUTION"; empty: views have no mode
  std::vector<std::string> viewQueryColumns;  // what the query called the columns when the view was made
  bool viewNamesGiven = false;                // CREATE VIEW v (a, b)
  NameParts viewNamespace;                    // where names in the text are looked for
  std::map<std::string, std::string> viewSettings;
  int64_t createTimeMs = 0;
  std::string owner;
};

struct CatalogDatabase {
  std::string name;
  std::string comment;
  std::string location;
  std::map<std::string, std::string> properties;
};

/// A metastore: databases, and the tables and persistent views in them.
///
/// Names come as the user wrote them, folded by the caller where names have no case.
/// Threads: thread-safe.
/// Source: the role of Spark's ExternalCatalog and CatalogPlugin.
class CatalogPlugin {
 public:
  virtual ~CatalogPlugin() = default;
  virtual std::string name() const = 0;
  /// Whether a table may be made in a namespace that is not there, which is made then.
  virtual bool makesNamespaces() const { return false; }
  /// Whether rows live where the catalog itself says (a database): `createTable` makes the place for them, `dropTable` removes it, and there are no files.
  virtual bool keepsRows() const { return false; }

  virtual std::vector<CatalogDatabase> databases() const = 0;
  virtual bool databaseExists(const std::string& database) const = 0;
  /// Errors: SCHEMA_NOT_FOUND.
  virtual Result<CatalogDatabase> database(const std::string& database) const = 0;
  /// Errors: SCHEMA_ALREADY_EXISTS.
  virtual Status createDatabase(CatalogDatabase database, bool ignoreIfExists) = 0;
  /// Errors: SCHEMA_NOT_FOUND.
  virtual Status alterDatabase(CatalogDatabase database) = 0;
  /// Errors: SCHEMA_NOT_FOUND, SCHEMA_NOT_EMPTY.
  virtual Status dropDatabase(const std::string& database, bool ignoreIfMissing, bool cascade, const FolderChanges& folders = {}) = 0;

  virtual std::vector<std::string> tables(const std::string& database) const = 0;
  virtual bool tableExists(const std::string& database, const std::string& table) const = 0;
  /// Errors: TABLE_OR_VIEW_NOT_FOUND.
  virtual Result<CatalogTable> table(const std::string& database, const std::string& table) const = 0;
  /// Errors: SCHEMA_NOT_FOUND, TABLE_OR_VIEW_ALREADY_EXISTS.
  // `folders` change with the entry: both or neither, wherever the process ends; what is not done is done before the next look at the entry.
  virtual Status createTable(CatalogTable table, bool ignoreIfExists, const FolderChanges& folders = {}) = 0;
  virtual Status alterTable(CatalogTable table, const FolderChanges& folders = {}) = 0;
  virtual Status dropTable(const std::string& database, const std::string& table, bool ignoreIfMissing, const FolderChanges& folders = {}) = 0;
  /// The table's location becomes the place of `folders`, where there are some.
  virtual Status renameTable(const std::string& database, const std::string& table, const std::string& newName, const FolderChanges& folders = {}) = 0;

  // Functions, as bytes whose meaning is SqlFunctions'. They go with their database.
  virtual std::vector<std::string> functions(const std::string& database) const = 0;
  /// Nothing when there is no such function.
  virtual Result<std::optional<std::string>> function(const std::string& database, const std::string& name) const = 0;
  /// False when there is one already and it is not to be replaced.
  virtual Result<bool> putFunction(const std::string& database, const std::string& name, const std::string& body, bool replace) = 0;
  /// False when there is none.
  virtual Result<bool> dropFunction(const std::string& database, const std::string& name) = 0;
};

/// Keeps everything in a SQLite file in the warehouse folder, made with the first change; several processes may use it at once.
std::unique_ptr<CatalogPlugin> makeSqliteCatalog(std::string warehouse);
/// Keeps everything in memory; gone with the process.
std::unique_ptr<CatalogPlugin> makeInMemoryCatalog(std::string warehouse);
/// As makeInMemoryCatalog, for a catalog of another name: it has a root and makes namespaces with their first table. The files of its tables, in
/// `folder`, go with it.
std::unique_ptr<CatalogPlugin> makeForgetfulCatalog(std::string name, std::string folder);

}  // namespace flint::catalog
