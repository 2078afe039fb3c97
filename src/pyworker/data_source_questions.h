#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "pyworker/task_header.h"
#include "pyworker/worker_pool.h"

/// What is asked of a data source that is written in Python. Texts that are called pickled are a worker's own.
///
/// Errors of all: PYTHON_DATA_SOURCE_ERROR with the worker's traceback. They block until the worker has answered.
namespace flint::pyworker {

/// Which workers are asked about which class or instance.
struct DataSourceQuestion {
  WorkerEnvironment environment;
  TaskHeader header;    // its Python version and files
  std::string name;     // of the source
  std::string pickled;  // its class
};

using SourceOptions = std::vector<std::pair<std::string, std::string>>;

struct CreatedDataSource {
  std::string pickled;     // the instance
  std::string schemaText;  // DDL, or JSON
  bool schemaIsJson = false;
};
/// `schemaJson`: the user's; empty asks the source for its own.
Result<CreatedDataSource> createDataSource(const DataSourceQuestion& question, const std::string& schemaJson, const SourceOptions& options);

struct PlannedRead {
  std::string command;                  // the pickled function from a partition to batches
  std::vector<std::string> partitions;  // pickled
  std::vector<int32_t> enforced;        // which of the filters the source sees to itself
};
/// `question.pickled` is an instance. `filters`: a JSON array of those that may be pushed down; empty: none is.
Result<PlannedRead> planDataSourceRead(const DataSourceQuestion& question, const std::string& schemaJson, int32_t batchRows, bool binaryAsBytes,
                                       bool pushdownEnabled, const std::string& filters);

struct PlannedWrite {
  std::string command;  // the pickled function from batches to one message
  std::string writer;   // pickled
};
Result<PlannedWrite> planDataSourceWrite(const DataSourceQuestion& question, const std::string& schemaJson, const SourceOptions& options, bool overwrite,
                                         bool binaryAsBytes);
/// Ends a write. `messages`: what its tasks gave, nothing for one that failed.
Status endDataSourceWrite(const DataSourceQuestion& question, const std::string& writer, const std::vector<std::optional<std::string>>& messages, bool abort);

/// The name of the column of messages that `PlannedWrite::command` gives.
inline constexpr const char* kMessageColumn = "message";

}  // namespace flint::pyworker
