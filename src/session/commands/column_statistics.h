#pragma once

#include <string>
#include <vector>

#include "catalog/catalog_plugin.h"
#include "session/spark_session.h"

namespace flint::session {

/// Reads the table once and puts what ANALYZE TABLE ... FOR COLUMNS keeps into `table`: its rows, and for each column its extremes, nulls, distinct values
/// and lengths. `all`: every column.
/// Errors: COLUMN_NOT_FOUND, UNSUPPORTED_FEATURE.ANALYZE_UNSUPPORTED_COLUMN_TYPE; those of reading.
Status analyzeColumns(const SparkSessionPtr& session, catalog::CatalogTable& table, const std::vector<std::string>& columns, bool all);

}  // namespace flint::session
