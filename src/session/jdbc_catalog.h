#pragma once

#include <memory>
#include <string>

#include "catalog/catalog_plugins.h"

namespace flint::session {

/// A catalog over a database: the tables of the database at the option `url`, in its root. Names of columns and types are the database's.
///
/// Threads: thread-safe; each call has a connection of its own.
/// Errors: FAILED_JDBC.*; those of the source `jdbc`.
/// Source: keeps the behaviour of Spark's JDBCTableCatalog.
Result<std::unique_ptr<catalog::CatalogPlugin>> makeJdbcCatalog(const std::string& name, const catalog::CatalogPlugins::Options& options);

}  // namespace flint::session
