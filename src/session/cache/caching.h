#pragma once

#include <string>
#include <vector>

#include "base/status.h"
#include "session/cache/storage_level.h"
#include "session/spark_session.h"

/// Caching as sessions ask for it.
namespace flint::session {

/// `df.persist(level)`: the rows are kept from the first query on that reads them.
void cacheQuery(const SparkSessionPtr& session, const plan::LogicalPlanPtr& analyzed, const StorageLevel& level);
/// Makes the rows of a cached query now. Errors: of the query.
Status materializeCached(const SparkSessionPtr& session, const plan::LogicalPlanPtr& analyzed);

/// The table or view of that name as an analyzed plan. Errors: TABLE_OR_VIEW_NOT_FOUND.
Result<plan::LogicalPlanPtr> relationNamed(const SparkSessionPtr& session, const std::vector<std::string>& name);
/// `spark.catalog.cacheTable`, `isCached`, `uncacheTable`, `refreshTable`. Errors: TABLE_OR_VIEW_NOT_FOUND.
Status cacheTable(const SparkSessionPtr& session, const std::vector<std::string>& name, const StorageLevel& level);
Result<bool> isTableCached(const SparkSessionPtr& session, const std::vector<std::string>& name);
Status uncacheTable(const SparkSessionPtr& session, const std::vector<std::string>& name);
Status refreshTable(const SparkSessionPtr& session, const std::vector<std::string>& name);
/// Forgets the rows of a table or view that is dropped or replaced; before that happens, as its name must still lead to it.
void forgetCachedTable(SparkSession& session, const std::vector<std::string>& name);

}  // namespace flint::session
