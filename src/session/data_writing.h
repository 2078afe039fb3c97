#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connector/data_source.h"
#include "plan/logical/logical_plan.h"
#include "session/spark_session.h"

/// Writing a query's rows: `df.write` and INSERT.
namespace flint::session {

/// Where rows go and how.
struct WriteTarget {
  std::string format;  // short name or class; empty: spark.sql.sources.default
  std::string path;
  connector::SaveMode mode = connector::SaveMode::kErrorIfExists;
  std::vector<std::string> partitionColumns;
  connector::Options options;
  int32_t numBuckets = 0;                    // of a table; 0: none
  std::vector<std::string> bucketColumns;
  std::vector<std::string> sortColumns;      // within buckets
  std::vector<std::string> clusterColumns;
  std::function<void(catalog::CatalogTable&)> describe = {};  // adds to the entry of a table that is made
};

/// Writes to files: all of the rows appear, or none.
/// Errors: of the query and the source; PATH_ALREADY_EXISTS, DATA_SOURCE_NOT_FOUND, COLUMN_NOT_FOUND for a partition column.
Status save(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, const WriteTarget& target);

/// Writes the query's rows beside `location`, whose place they take with `alterTable(table)`: entry and rows change together.
Status rewriteTable(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, catalog::CatalogTable table);

/// Makes (or adds to, by the mode) a table of the catalog; its entry and its rows appear together. `target.path` empty: a managed table in the warehouse.
/// Errors: TABLE_OR_VIEW_ALREADY_EXISTS and those of `save`.
Status saveAsTable(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, const std::vector<std::string>& name, const WriteTarget& target);

/// Adds rows to a table that is there; columns by position unless `byName`, cast as spark.sql.storeAssignmentPolicy=ANSI allows.
/// `columns`: the table's columns the query gives, in order; empty: all of them. `partition`: constant values of partition columns.
/// Errors: TABLE_OR_VIEW_NOT_FOUND, INSERT_COLUMN_ARITY_MISMATCH.*, INCOMPATIBLE_DATA_FOR_TABLE.*
struct InsertTarget {
  std::vector<std::string> table;
  bool overwrite = false;
  bool byName = false;
  std::vector<std::string> columns;
  std::vector<std::pair<std::string, std::string>> partition;
  std::vector<std::string> dynamicPartition = {};  // keys of PARTITION without a value
  bool ifPartitionNotExists = false;               // nothing is written when the partition is there
};
Status insertInto(const SparkSessionPtr& session, const plan::LogicalPlanPtr& query, const InsertTarget& target);

/// Where the files of a managed table of this name (catalog, database, table) lie.
Result<std::string> managedLocation(SparkSession& session, const std::vector<std::string>& fullName);

}  // namespace flint::session
