#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "columnar/columnar_batch.h"
#include "connector/table.h"
#include "sources/files/file_index.h"

namespace flint::sources {

/// A byte range of a file.
struct FileSplit {
  int32_t file = 0;  // position in the index
  int64_t start = 0;
  int64_t length = 0;
};

/// A part of a split that one thread reads.
struct FileMorsel {
  FileSplit split;
  int32_t part = 0;      // the format's own number: a row group
  int64_t firstRow = 0;  // within the part
  int64_t numRows = -1;  // -1: to the end
};

/// What a query wants of the files' own columns.
struct FileReadRequest {
  FileIndexPtr files;
  StructFields columns;                // names and wanted types, in output order
  StructFields fileSchema;             // all of the files' own columns
  int32_t rowIndexColumn = -1;         // position in `columns` that gets the row's number in its file instead; -1: none
  std::vector<expr::ExprPtr> filters;  // conjuncts over positions in `columns`; deterministic, never raising
  std::optional<int64_t> limit;
  bool caseSensitive = false;
  bool ignoreCorruptFiles = false;
  bool ignoreMissingFiles = false;
  const expr::EvaluationOptions* options = nullptr;
  std::shared_ptr<connector::SharedReads> shared;  // null: none

  /// What `shared` knows a scan's reading of a column by.
  std::string sharedName(const std::string& column) const;
};
using FileReadRequestPtr = std::shared_ptr<const FileReadRequest>;

/// One thread's reading of morsels.
///
/// Threads: confined to its owner.
class FileReader {
 public:
  virtual ~FileReader() = default;
  virtual Status open(const FileMorsel& morsel) = 0;
  /// The next batch, a selection allowed; false at the morsel's end. `firstRow` gets the number, within the morsel, of the first row it was
  /// made from.
  virtual Result<bool> next(columnar::ColumnarBatch& batch, int64_t& firstRow) = 0;
  virtual void addDynamicFilter(int32_t column, connector::DynamicFilterPtr filter) {}
  virtual int64_t bytesRead() const { return 0; }
  virtual int64_t rowsDecoded() const { return 0; }
};

/// A file format with the options of one table; what is the same in all formats is in FileTable.
///
/// Threads: immutable.
class FileFormat {
 public:
  virtual ~FileFormat() = default;
  virtual std::string_view name() const = 0;
  /// Columns of the files themselves.
  virtual Result<StructFields> inferSchema(const FileIndex& index) const = 0;
  virtual bool isSplittable(const DataFile& file) const = 0;
  /// Whether `makeReader` obeys all of the request's filters.
  virtual bool enforcesFilters() const { return false; }
  /// Whether `_metadata` has `row_index`.
  virtual bool hasRowIndex() const { return false; }
  virtual Result<std::vector<FileMorsel>> morsels(const FileReadRequest& request, const FileSplit& split) const;
  virtual Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const = 0;
  /// Row count and columns as far as they are cheap to know.
  virtual Result<connector::TableStatistics> statistics(const FileIndex& index, const StructFields& columns) const;
};

/// Cuts files into partitions as Spark does: splits of at most the size that fills all tasks, largest first, packed in that order.
std::vector<std::vector<FileSplit>> splitFiles(const FileFormat& format, const FileIndex& index, const std::vector<int32_t>& files,
                                               const connector::SplitOptions& options);

}  // namespace flint::sources
