#pragma once

#include <memory>
#include <string>

#include "connector/data_source.h"
#include "sources/files/file_format.h"

namespace flint::sources {

/// A table made of files: its schema (the files' columns, then those of the folders), partitions and hidden `_metadata` column.
///
/// Threads: thread-safe.
class FileTable final : public connector::Table {
 public:
  /// Lists files and infers the schema where the request gives none.
  static Result<connector::TablePtr> open(std::shared_ptr<const FileFormat> format, const connector::OpenRequest& request);
  /// The table that `encode` wrote, without looking at the file system.
  static Result<connector::TablePtr> decode(std::shared_ptr<const FileFormat> format, const connector::OpenRequest& request, ByteReader& in);
  /// The request part of an encoded table, which comes first.
  static connector::OpenRequest decodeRequest(ByteReader& in);

  std::string name() const override;
  const StructFields& schema() const override { return schema_; }
  StructFields metadataColumns() const override;
  std::vector<int32_t> partitionColumns() const override;
  Result<connector::TableStatistics> statistics() const override;
  Result<connector::ScanPtr> scan(const connector::ScanRequest& request, const connector::SplitOptions& splits) const override;
  std::string format() const override { return std::string(format_->name()); }
  std::vector<std::string> inputFiles() const override;
  void encode(ByteWriter& out) const override;
  std::string identity() const override;

  const FileIndexPtr& files() const { return index_; }
  const connector::Options& options() const { return request_.options; }
  /// Where a column of the schema comes from: the position among the partition fields, or -1 for the files' own.
  int32_t partitionFieldOf(int32_t column) const { return partitionFieldOf_[static_cast<size_t>(column)]; }

 private:
  FileTable(std::shared_ptr<const FileFormat> format, connector::OpenRequest request, FileIndexPtr index, StructFields dataFields);

  const std::shared_ptr<const FileFormat> format_;
  const connector::OpenRequest request_;
  const FileIndexPtr index_;
  const StructFields dataFields_;
  StructFields schema_;
  std::vector<int32_t> partitionFieldOf_;
};

}  // namespace flint::sources
