#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "catalog/catalog_plugin.h"
#include "catalog/sql_conf.h"

namespace flint::catalog {

/// The catalogs of a session besides its own: those that settings `spark.sql.catalog.NAME` name a class for, made when they are first used.
///
/// Names of namespaces in a CatalogPlugin are one text: their parts with points between (`joined`); the root is the empty text.
/// Threads: thread-safe.
/// Errors: _LEGACY_ERROR_TEMP_2215 for a class that is not known here, and those of making a catalog.
/// Source: keeps the behaviour of Spark's CatalogManager and Catalogs.
class CatalogPlugins {
 public:
  /// What a catalog is made of: its name, and the settings `spark.sql.catalog.NAME.KEY` by key.
  using Options = std::map<std::string, std::string>;
  using Make = std::function<Result<std::unique_ptr<CatalogPlugin>>(const std::string& name, const Options& options, const SQLConf& conf)>;
  /// Makes catalogs of the class `className` known to all sessions of the process.
  static void add(const std::string& className, Make make);

  explicit CatalogPlugins(std::shared_ptr<const SQLConf> conf) : conf_(std::move(conf)) {}
  /// Whether a setting names a class for it.
  bool isConfigured(const std::string& name) const;
  Result<std::shared_ptr<CatalogPlugin>> find(const std::string& name);
  /// Those in use, in order of their names.
  std::vector<std::string> loaded() const;

 private:
  const std::shared_ptr<const SQLConf> conf_;
  mutable std::mutex mutex_;  // a leaf but for SQLConf's
  std::map<std::string, std::shared_ptr<CatalogPlugin>> plugins_;
};

}  // namespace flint::catalog
