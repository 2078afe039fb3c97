#include "session/commands/entry_change.h"

#include "io/file_system.h"

namespace flint::session {

Result<std::optional<io::FileLock>> lockCatalog(SparkSession& session) {
  ASSIGN_OR_RETURN(const catalog::CatalogDatabase first, session.catalog().metastore().database("default"));
  ASSIGN_OR_RETURN(const auto place, io::fileSystemFor(first.location));
  ASSIGN_OR_RETURN(const bool exists, place.first->exists(place.second));
  if (!exists) return std::optional<io::FileLock>();
  ASSIGN_OR_RETURN(io::FileLock lock, io::FileLock::acquire(place.second + "/_flint_catalog.lock"));
  return std::optional<io::FileLock>(std::move(lock));
}

Status changeEntry(SparkSession& session, const catalog::CatalogTable& table, const std::function<void(catalog::CatalogTable&)>& change) {
  ASSIGN_OR_RETURN(const std::optional<io::FileLock> lock, lockCatalog(session));
  catalog::CatalogPlugin& plugin = session.catalog().of(table);
  ASSIGN_OR_RETURN(catalog::CatalogTable current, plugin.table(table.database, table.name));
  change(current);
  return plugin.alterTable(std::move(current));
}

}  // namespace flint::session
