#pragma once

#include <memory>
#include <vector>

#include "connector/table.h"
#include "sources/files/file_format.h"

namespace flint::sources {

/// A planned scan of a table of files: folders pruned by the filters, files cut into partitions, the files' own columns joined with the
/// folders' and the metadata's.
///
/// Threads: thread-safe once made.
class FileScan final : public connector::Scan {
 public:
  struct Source {
    std::shared_ptr<const FileFormat> format;
    FileIndexPtr index;
    StructFields schema;
    StructFields metadata;
    bool caseSensitive = false;
    std::vector<int32_t> partitionFieldOf;  // one a column of the schema; -1: the files' own
  };
  static Result<connector::ScanPtr> make(Source source, const connector::ScanRequest& request, const connector::SplitOptions& splits);

  int32_t numPartitions() const override { return static_cast<int32_t>(partitions_.size()); }
  Result<std::vector<connector::Morsel>> morsels(int32_t partition) const override;
  Result<std::unique_ptr<connector::MorselReader>> makeReader() const override;
  std::vector<bool> enforcedFilters() const override { return enforced_; }
  std::vector<std::pair<std::string, std::string>> description() const override;

  /// Where an output column comes from.
  struct Column {
    enum class Kind : uint8_t { kFile, kPartition, kMetadata };
    Kind kind = Kind::kFile;
    int32_t position = 0;  // in the read request's columns, or among the partition fields
    DataType type;
  };
  const std::vector<Column>& columns() const { return columns_; }
  const FileReadRequest& readRequest() const { return *read_; }

 private:
  FileScan() = default;
  Status pruneFiles(const std::vector<expr::ExprPtr>& filters, std::vector<int32_t>& files) const;

  Source source_;
  std::vector<Column> columns_;
  std::shared_ptr<const FileReadRequest> read_;
  std::vector<bool> enforced_;
  std::vector<std::string> partitionFilters_;
  std::vector<std::string> pushedFilters_;
  std::vector<std::vector<FileSplit>> partitions_;
};

}  // namespace flint::sources
