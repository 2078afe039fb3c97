#pragma once

#include <optional>
#include <string>
#include <vector>

#include "catalog/python_data_sources.h"
#include "catalog/sql_conf.h"
#include "connector/data_source.h"
#include "plan/logical/logical_plan.h"
#include "pyworker/data_source_questions.h"

namespace flint::analysis {

/// The workers of a session that are asked about a source of its own.
pyworker::DataSourceQuestion questionAbout(const catalog::PythonDataSource& source, const catalog::SQLConf& conf);

/// The rows of a data source in Python: an instance is made with the options, and tells the columns where the user does not.
///
/// Errors: PYTHON_DATA_SOURCE_ERROR.
Result<plan::LogicalPlanPtr> pythonDataSourceRelation(const catalog::PythonDataSource& source, const connector::Options& options,
                                                      const std::vector<std::string>& paths, const std::optional<DataType>& schema,
                                                      const catalog::SQLConf& conf);

}  // namespace flint::analysis
