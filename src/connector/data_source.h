#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connector/table.h"

namespace flint::connector {

using Options = std::vector<std::pair<std::string, std::string>>;

/// The option's value, keys compared without case; null pointer when absent. The last one given wins.
const std::string* findOption(const Options& options, std::string_view key);

enum class Capability : uint32_t { kBatchRead = 1, kBatchWrite = 2, kMicroBatchRead = 4, kStreamWrite = 8 };
constexpr uint32_t operator|(Capability a, Capability b) { return static_cast<uint32_t>(a) | static_cast<uint32_t>(b); }
constexpr uint32_t operator|(uint32_t a, Capability b) { return a | static_cast<uint32_t>(b); }

/// What opening a table by format and paths is told.
struct OpenRequest {
  std::vector<std::string> paths;      // files, folders, globs
  Options options;
  std::optional<StructFields> schema;  // the user's; absent: infer
  std::string timeZone = "UTC";
  bool caseSensitive = false;
  int32_t defaultParallelism = 1;
  std::function<std::optional<std::string>(std::string_view)> conf;  // settings of the session (spark.sql.parquet.* ...)
};

enum class SaveMode : uint8_t { kErrorIfExists, kAppend, kOverwrite, kIgnore };

/// One task attempt's writing. Batches arrive in order.
///
/// Threads: confined to the thread that owns it.
class DataWriter {
 public:
  virtual ~DataWriter() = default;
  virtual Status write(const columnar::ColumnarBatch& batch) = 0;
  /// Makes the attempt's output ready to be published; gives the bytes `commitJob` needs.
  virtual Result<std::string> commit() = 0;
  virtual void abort() = 0;
};

/// A write of a whole query's rows, committed as one.
///
/// Invariant: nothing is visible to readers before `commitJob` returns; after `abort` nothing is left.
class BatchWrite {
 public:
  virtual ~BatchWrite() = default;
  virtual Result<std::unique_ptr<DataWriter>> makeWriter(int32_t partition, int64_t taskAttempt) const = 0;
  virtual Status commitJob(const std::vector<std::string>& taskCommits) = 0;
  virtual void abort() = 0;
};

struct WriteRequest {
  std::string path;
  SaveMode mode = SaveMode::kErrorIfExists;
  StructFields schema;                        // of the rows to write, partition columns included
  std::vector<std::string> partitionColumns;
  Options options;
  std::string timeZone = "UTC";
  std::function<std::optional<std::string>(std::string_view)> conf;
};

/// A format or system that tables can be read from and written to: one declaration.
struct DataSource {
  std::string_view shortName;
  uint32_t capabilities = 0;
  struct OptionDoc {
    std::string_view name;
    std::string_view defaultValue;
    std::string_view doc;
  };
  std::vector<OptionDoc> options = {};
  Result<TablePtr> (*open)(const OpenRequest& request) = nullptr;
  /// Null when mode is kIgnore and the target exists.
  Result<std::unique_ptr<BatchWrite>> (*write)(const WriteRequest& request) = nullptr;
  Result<TablePtr> (*decode)(ByteReader& in) = nullptr;
};

/// The source of a short name ("parquet") or class name; null when unknown. Filled by `sources`.
class DataSourceTable {
 public:
  static DataSourceTable& instance();
  void add(const DataSource& source);
  const DataSource* find(std::string_view name) const;
  std::vector<const DataSource*> all() const { return sources_; }

 private:
  std::vector<const DataSource*> sources_;
};

}  // namespace flint::connector
