#pragma once

#include "catalog/sql_conf.h"

namespace flint::analysis {

/// Whether values of the type TIME may be had: spark.sql.timeType.enabled, which is on for a server that is under test (SPARK_TESTING), as Spark's is.
bool isTimeTypeEnabled(const catalog::SQLConf& conf);

}  // namespace flint::analysis
