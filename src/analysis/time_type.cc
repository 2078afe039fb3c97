#include "analysis/time_type.h"

#include <cstdlib>

namespace flint::analysis {

bool isTimeTypeEnabled(const catalog::SQLConf& conf) { return conf.getBoolean("spark.sql.timeType.enabled", std::getenv("SPARK_TESTING") != nullptr); }

}  // namespace flint::analysis
