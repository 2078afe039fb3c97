#pragma once

#include <optional>
#include <string>

#include "connector/data_source.h"

namespace flint::sources {

/// The options of the source `jdbc`.
/// Source: keeps the behaviour of Spark's JDBCOptions.
struct JdbcOptions {
  /// Errors: those of Spark's checks, as illegal arguments.
  static Result<JdbcOptions> make(const connector::Options& options);

  std::string url;
  std::string table;         // dbtable as written, perhaps "(SELECT ...) alias"; or the query in parentheses, named
  bool isQuery = false;
  std::string partitionColumn;
  std::string lowerBound;
  std::string upperBound;
  int32_t numPartitions = 1;
  bool truncate = false;
  bool pushDownPredicate = true;
  std::string createTableOptions;
  std::string sessionInitStatement;
  std::string customSchema;  // "a INT, b STRING": types in place of the database's
};

}  // namespace flint::sources
