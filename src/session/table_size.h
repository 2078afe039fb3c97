#pragma once

#include <string>

#include "catalog/catalog_plugin.h"
#include "io/file_system.h"
#include "session/spark_session.h"

/// What the catalog keeps of a table's size.
namespace flint::session {

/// The bytes of the files below a folder, hidden ones left out.
Result<int64_t> bytesBelow(io::FileSystem& fs, const std::string& folder);

/// For after rows of a table have changed: what ANALYZE TABLE found out holds no more. Its size is found out again where
/// spark.sql.statistics.size.autoUpdate.enabled asks for it, and forgotten elsewhere.
Status updateStatistics(SparkSession& session, const catalog::CatalogTable& table);

}  // namespace flint::session
