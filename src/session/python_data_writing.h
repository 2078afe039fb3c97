#pragma once

#include "catalog/python_data_sources.h"
#include "session/data_writing.h"

namespace flint::session {

/// Gives a query's rows to a data source in Python: its writer gets those of each partition, and commits or aborts what came of them.
///
/// Errors: of the query; PYTHON_DATA_SOURCE_ERROR; UNSUPPORTED_DATA_SOURCE_SAVE_MODE for modes other than append and overwrite.
Status saveInPython(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, const WriteTarget& target, const catalog::PythonDataSource& source);

}  // namespace flint::session
