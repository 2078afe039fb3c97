#pragma once

#include <string>

#include "catalog/sql_conf.h"

namespace flint::analysis {

/// Whether one of Spark's own modules ("spark-avro") is among a session's packages (spark.jars.packages: "org.apache.spark:spark-avro_2.13:4.2.0") or jar files
/// (spark.jars: "lib/spark-avro_2.13-4.2.0.jar").
bool hasModule(const catalog::SQLConf& conf, const std::string& name);

}  // namespace flint::analysis
