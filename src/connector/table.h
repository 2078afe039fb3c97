#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/columnar_batch.h"
#include "connector/shared_reads.h"
#include "expr/expression.h"
#include "types/data_type.h"
#include "types/value.h"

namespace flint::connector {

/// What is known of a column's values before reading; absent parts are unknown.
struct ColumnStatistics {
  std::optional<int64_t> distinctCount;
  std::optional<int64_t> nullCount;
  std::optional<Value> min;
  std::optional<Value> max;
  std::optional<double> averageLength;  // bytes
};

struct TableStatistics {
  std::optional<int64_t> rowCount;
  std::optional<int64_t> sizeInBytes;
  std::vector<ColumnStatistics> columns;  // in the table's column order; may be empty
};

/// A filter that arrives while the scan already runs: a join's or a top-N's.
///
/// Threads: thread-safe. A null answer means it is not there (yet); what it gives may get stricter between calls, never looser.
class DynamicFilter {
 public:
  struct Bounds {
    Value min;
    Value max;
  };
  virtual ~DynamicFilter() = default;
  /// Bounds of the values that can matter; null pointer: unknown. A column below or above them can be skipped.
  virtual std::shared_ptr<const Bounds> bounds() const = 0;
  /// Removes rows that cannot matter from `rows` (ascending row numbers of `column`). False: nothing to test with, rows untouched.
  virtual bool apply(const columnar::ColumnVector& column, columnar::Selection& rows) const = 0;
  /// True when no row at all can matter any more.
  virtual bool excludesAll() const { return false; }
};
using DynamicFilterPtr = std::shared_ptr<const DynamicFilter>;

/// What a query asks of a scan.
struct ScanRequest {
  std::vector<int32_t> columns;             // positions in the table's schema, then in its metadata columns; in output order
  std::vector<DataType> columnTypes;        // types wanted: the table's, or structs with unneeded fields left out
  std::vector<expr::ExprPtr> filters;       // conjuncts with BoundReferences to positions in `columns`; the source may use any of them
  std::optional<int64_t> limit;             // no more rows than this are needed
  const expr::EvaluationOptions* options = nullptr;  // outlives the scan
  std::shared_ptr<SharedReads> shared;      // with the other scans of the query; null: none
};

/// A unit of reading that one thread works on: a range inside one partition.
///
/// Invariant: morsels of a partition, in `sequence` order, give its rows in Spark's order.
struct Morsel {
  int32_t partition = 0;
  int64_t sequence = 0;   // first sequence number of its batches
  int64_t sequenceStep = 0;
  std::shared_ptr<const void> work;  // the source's own description
};

/// One thread's reading of morsels, one after the other.
///
/// Threads: confined to the thread that owns it. I/O may block this thread only where the file system has no asynchronous read.
class MorselReader {
 public:
  virtual ~MorselReader() = default;
  /// Starts a morsel; the earlier one is done or abandoned.
  virtual Status open(const Morsel& morsel) = 0;
  /// The next batch with the requested columns in order (selection allowed: rows that a filter removed), or false at the morsel's end.
  virtual Result<bool> next(columnar::ColumnarBatch& batch) = 0;
  /// Filters that showed up since `open`; `column` is the position in the request's columns. Called before the first `open`.
  virtual void addDynamicFilter(int32_t column, DynamicFilterPtr filter) {}
  /// Bytes read from storage and rows decoded so far, for metrics.
  virtual int64_t bytesRead() const { return 0; }
  virtual int64_t rowsDecoded() const { return 0; }
};

/// A planned scan: partitions and the morsels in them.
///
/// Threads: thread-safe once made.
class Scan {
 public:
  virtual ~Scan() = default;
  virtual int32_t numPartitions() const = 0;
  /// All morsels of partition `partition`, in order.
  virtual Result<std::vector<Morsel>> morsels(int32_t partition) const = 0;
  virtual Result<std::unique_ptr<MorselReader>> makeReader() const = 0;
  /// Which of the request's filters hold for every row it gives, so that no Filter is needed for them.
  virtual std::vector<bool> enforcedFilters() const { return {}; }
  /// "Location: ..., PartitionFilters: [...], PushedFilters: [...]" for EXPLAIN.
  virtual std::vector<std::pair<std::string, std::string>> description() const { return {}; }
};
using ScanPtr = std::shared_ptr<const Scan>;

/// What decides how files are cut into partitions (Spark's settings).
struct SplitOptions {
  int64_t maxPartitionBytes = 128 << 20;
  int64_t openCostInBytes = 4 << 20;
  int32_t minPartitions = 0;  // 0: the default parallelism
  int32_t defaultParallelism = 1;
  bool ignoreCorruptFiles = false;
  bool ignoreMissingFiles = false;
};

class Table;
using TablePtr = std::shared_ptr<const Table>;

/// Data that can be scanned: files of a format, a catalog's table.
///
/// Threads: thread-safe.
class Table {
 public:
  virtual ~Table() = default;
  virtual std::string name() const = 0;
  virtual const StructFields& schema() const = 0;
  /// Hidden columns (`_metadata`), which follow the schema's in the positions of a ScanRequest.
  virtual StructFields metadataColumns() const { return {}; }
  /// Positions of partition columns in the schema.
  virtual std::vector<int32_t> partitionColumns() const { return {}; }
  virtual Result<TableStatistics> statistics() const = 0;
  virtual Result<ScanPtr> scan(const ScanRequest& request, const SplitOptions& splits) const = 0;
  /// Short name of the format, for EXPLAIN: "parquet".
  virtual std::string format() const = 0;
  virtual std::vector<std::string> inputFiles() const { return {}; }
  /// Bytes from which `sources::decodeTable` makes the table again, on another process.
  virtual void encode(ByteWriter& out) const = 0;
  /// Two tables that read the same data (paths, sizes and times) have equal identities.
  virtual std::string identity() const = 0;
};

}  // namespace flint::connector
