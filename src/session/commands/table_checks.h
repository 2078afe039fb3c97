#pragma once

#include <vector>

#include "plan/logical/ddl_commands.h"
#include "session/spark_session.h"

/// What CREATE TABLE and INSERT refuse before anything is written.
namespace flint::session {

/// Checks the clauses of a CREATE TABLE against its columns (`schema`: those that are declared, or the query's).
/// Errors: UNSUPPORTED_FEATURE.TABLE_OPERATION for what tables of files cannot keep (constraints, generated columns), COLUMN_NOT_DEFINED_IN_TABLE,
/// COLUMN_ALREADY_EXISTS, INVALID_PARTITION_COLUMN_DATA_TYPE, UNSUPPORTED_PARTITION_TRANSFORM, INVALID_BUCKET_COUNT and their like.
Status checkNewTable(const SparkSession& session, const plan::CreateTable& node, const std::string& tableName, const StructFields& schema);

/// The type that a statement declares for a column, under the settings for CHAR and VARCHAR.
DataType declaredUnder(const catalog::SQLConf& conf, const DataType& type);

/// Checks the text of a column's DEFAULT; an empty one is none. Errors: INVALID_DEFAULT_VALUE.*
Status checkDefault(SparkSession& session, const std::string& statement, const std::string& column, const DataType& type, const std::string& text);

/// The bucketing that PARTITIONED BY (bucket(n, column, ...)) asks for goes to where CLUSTERED BY puts it.
/// Errors: UNSUPPORTED_PARTITION_TRANSFORM for another function, or for a nested column.
Status takeBucketTransforms(plan::TableSpec& spec);

}  // namespace flint::session
