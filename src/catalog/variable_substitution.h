#pragma once

#include <string>
#include <string_view>

#include "catalog/sql_conf.h"

namespace flint::catalog {

/// SQL text with the settings that `${key}`, `${spark:key}`, `${hivevar:key}`, `${env:NAME}` and `${system:name}` name in their places; a setting
/// without a value is nothing, a prefix of another kind stays. As it is where spark.sql.variable.substitute is off.
/// Source: keeps the behaviour of Spark's VariableSubstitution.
std::string withVariables(std::string_view sql, const SQLConf& conf);

}  // namespace flint::catalog
