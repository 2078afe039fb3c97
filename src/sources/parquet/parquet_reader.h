#pragma once

#include <memory>
#include <vector>

#include "sources/files/file_format.h"
#include "sources/parquet/column_reader.h"
#include "sources/parquet/dynamic_row_filter.h"
#include "sources/parquet/file_schema.h"
#include "sources/parquet/page_index.h"
#include "sources/parquet/row_filter.h"

namespace flint::sources {

/// Reads row groups: the columns that filters need first, the others only for rows that are left.
///
/// Threads: confined to its owner.
class ParquetReader final : public FileReader {
 public:
  /// `filter` is made of the request's filters; null when there are none.
  ParquetReader(FileReadRequestPtr request, std::shared_ptr<const RowFilter> filter);
  ~ParquetReader() override;

  Status open(const FileMorsel& morsel) override;
  Result<bool> next(columnar::ColumnarBatch& batch, int64_t& firstRow) override;
  void addDynamicFilter(int32_t column, connector::DynamicFilterPtr filter) override;
  int64_t bytesRead() const override;
  int64_t rowsDecoded() const override { return rowsDecoded_; }

 private:
  // The file of the morsel before, which is mostly that of the next one too.
  struct OpenFile {
    int32_t index = -1;
    std::shared_ptr<const io::RandomAccessFile> file;
    FileFooterPtr footer;
    SchemaNode tree;
    std::string name;                      // with size and time, by which pages are shared
    std::vector<const SchemaNode*> nodes;  // of each requested column; null: the file does not have it
  };
  Status openFile(int32_t file);
  Status openColumns(const RowGroup& group);
  SharedChunkOf sharedChunkOf(size_t column) const;
  Result<bool> mayMatch(const RowGroup& group);
  void prefetchAfter(const FileMorsel& morsel) const;
  Status readColumn(size_t column, columnar::RowIndex rows, std::vector<columnar::VectorPtr>& columns);
  Result<columnar::VectorPtr> readSelected(size_t column, columnar::RowIndex rows, const columnar::Selection& selected);
  Status filterRows(columnar::RowIndex rows, std::vector<columnar::VectorPtr>& columns, columnar::SelectionPtr& selection);
  columnar::VectorPtr rowNumbers(columnar::RowIndex rows) const;
  // Passes over rows that the page index excludes.
  void skipExcluded();
  void adaptBatchRows(columnar::RowIndex read, size_t kept);

  const FileReadRequestPtr request_;
  const std::shared_ptr<const RowFilter> filter_;
  std::unique_ptr<RowFilterState> filterState_;
  std::vector<DynamicRowFilter> dynamicFilters_;
  OpenFile open_;
  std::vector<std::unique_ptr<ColumnReader>> columns_;  // null: no such column in the file, or row numbers
  int64_t rowsLeft_ = 0;       // of the current range
  RowRanges ranges_;           // still to read behind the current one, last one first
  int64_t nextRow_ = 0;        // within the row group
  int64_t groupStart_ = 0;     // the group's first row in the file
  int64_t rowsGiven_ = 0;      // in this morsel
  columnar::RowIndex batchRows_ = columnar::kBatchRows;
  int64_t bytesRead_ = 0;
  int64_t rowsDecoded_ = 0;
};

}  // namespace flint::sources
