#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "catalog/catalog_plugin.h"
#include "catalog/catalog_plugins.h"
#include "catalog/python_data_sources.h"
#include "catalog/sql_conf.h"
#include "catalog/sql_function.h"
#include "catalog/sql_variable.h"
#include "connector/table.h"
#include "expr/function_registry.h"
#include "plan/logical/logical_plan.h"

namespace flint::catalog {

/// A temporary view: a resolved plan under a name. Every use of it gets new attribute ids.
struct TempView {
  std::string name;
  plan::LogicalPlanPtr plan;
  std::string viewText;  // of CREATE TEMP VIEW; empty for a DataFrame's
  std::string comment;
  std::map<std::string, std::string> properties;
  std::string schemaMode;
  std::string collation;  // DEFAULT COLLATION; empty: none
};

/// Temporary views by name.
///
/// Threads: thread-safe.
class TempViews {
 public:
  std::optional<TempView> find(const std::string& name) const;
  /// Errors: TEMP_TABLE_OR_VIEW_ALREADY_EXISTS when it exists and is not to be replaced.
  Status add(TempView view, bool replace);
  bool drop(const std::string& name);
  std::vector<TempView> all() const;
  void clear();

 private:
  mutable std::mutex mutex_;  // a leaf
  std::map<std::string, TempView> views_;
};

/// What all sessions of a process share: the metastore, and views in `global_temp`.
struct SharedCatalog {
  std::shared_ptr<CatalogPlugin> metastore;
  TempViews globalTempViews;
  SqlFunctions functions;  // persistent ones
  std::string globalTempDatabase = "global_temp";
};

/// What names mean in one session.
///
/// Threads: thread-safe.
/// Source: keeps the behaviour of Spark's SessionCatalog and CatalogManager.
class SessionCatalog {
 public:
  SessionCatalog(std::shared_ptr<SharedCatalog> shared, std::shared_ptr<const SQLConf> conf);

  std::string currentCatalog() const;
  std::string currentDatabase() const;
  /// In the current catalog. Errors: SCHEMA_NOT_FOUND.
  Status setCurrentDatabase(const std::string& database);
  /// Errors: CATALOG_NOT_FOUND, and those of making a plug-in.
  Status setCurrentCatalog(const std::string& catalog);

  /// A namespace, and the catalog it is in.
  struct Namespace {
    std::string catalog;
    std::string database;  // of a plug-in: its parts with points between
    std::shared_ptr<CatalogPlugin> plugin;
    NameParts parts() const { return {catalog, database}; }
  };
  /// What a name of a namespace means; of no parts: the current one. Whether it is there is not asked.
  /// Errors: REQUIRES_SINGLE_PART_NAMESPACE; those of making a plug-in.
  Result<Namespace> findNamespace(const NameParts& name);
  Status setCurrentNamespace(const Namespace& chosen);
  /// The catalog of a table that `lookup` or `fullName` gave.
  CatalogPlugin& of(const std::string& catalog) const;
  CatalogPlugin& of(const CatalogTable& table) const { return of(table.catalog); }
  /// Catalogs in use, sorted by name.
  std::vector<std::string> catalogs() const;
  bool isCatalog(const std::string& name) const;

  /// Where a name of one to three parts may lead, nearest first.
  struct Found {
    std::optional<TempView> tempView;
    std::optional<CatalogTable> table;
    NameParts qualifier;  // how its columns are qualified
  };
  /// Nothing when no view or table has the name. Errors: of the metastore.
  Result<std::optional<Found>> lookup(const NameParts& name) const;
  /// The catalog's own name of a table: [catalog, database, table]. Errors: too many parts, another catalog.
  Result<NameParts> fullName(const NameParts& name) const;
  /// A name as this session compares it: lower case unless spark.sql.caseSensitive.
  std::string folded(const std::string& name) const;

  TempViews& tempViews() { return tempViews_; }
  const TempViews& tempViews() const { return tempViews_; }
  TempViews& globalTempViews() { return shared_->globalTempViews; }
  const std::string& globalTempDatabase() const { return shared_->globalTempDatabase; }
  CatalogPlugin& metastore() { return *shared_->metastore; }
  const CatalogPlugin& metastore() const { return *shared_->metastore; }
  const expr::FunctionRegistry& functions() const { return expr::FunctionRegistry::builtin(); }
  const std::shared_ptr<SharedCatalog>& shared() const { return shared_; }
  SqlVariables& variables() { return variables_; }
  const SqlVariables& variables() const { return variables_; }
  SqlFunctions& temporaryFunctions() { return temporaryFunctions_; }
  const SqlFunctions& temporaryFunctions() const { return temporaryFunctions_; }
  PythonDataSources& pythonDataSources() { return pythonDataSources_; }
  const PythonDataSources& pythonDataSources() const { return pythonDataSources_; }
  SqlFunctions& persistentFunctions() { return shared_->functions; }
  /// The SQL function that a name of one to three parts means: a temporary one, else one of the database. Null when there is none.
  SqlFunctionPtr findFunction(const NameParts& name) const;
  /// The variable that `name`, `session.name` or `system.session.name` means.
  std::optional<SqlVariable> findVariable(const NameParts& name) const;

 private:
  const std::shared_ptr<SharedCatalog> shared_;
  const std::shared_ptr<const SQLConf> conf_;
  TempViews tempViews_;
  SqlVariables variables_;
  SqlFunctions temporaryFunctions_;
  PythonDataSources pythonDataSources_;
  mutable std::mutex mutex_;  // a leaf
  std::string currentCatalog_ = kSessionCatalog;
  std::string currentDatabase_ = "default";
  mutable CatalogPlugins plugins_;
};

}  // namespace flint::catalog
