#pragma once

#include <functional>
#include <optional>

#include "catalog/catalog_plugin.h"
#include "io/file_lock.h"
#include "session/spark_session.h"

/// Changing what the catalog has of a table beside other sessions and processes, which would otherwise undo each other's changes.
namespace flint::session {

/// Keeps the changes of others out until it is let go; nothing where there is no catalog on disk yet.
Result<std::optional<io::FileLock>> lockCatalog(SparkSession& session);

/// Changes the entry as it is now. Not for a command that holds the catalog's lock already.
Status changeEntry(SparkSession& session, const catalog::CatalogTable& table, const std::function<void(catalog::CatalogTable&)>& change);

}  // namespace flint::session
