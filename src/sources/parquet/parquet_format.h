#pragma once

#include "connector/data_source.h"
#include "sources/files/file_format.h"
#include "sources/parquet/file_schema.h"

namespace flint::sources {

/// Parquet files as a table's format.
///
/// Threads: immutable.
class ParquetFormat final : public FileFormat {
 public:
  struct Options {
    SchemaOptions schema;
    bool mergeSchema = false;
    bool caseSensitive = false;
  };
  explicit ParquetFormat(Options options) : options_(options) {}

  std::string_view name() const override { return "parquet"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile&) const override { return true; }
  bool enforcesFilters() const override { return true; }
  bool hasRowIndex() const override { return true; }
  Result<std::vector<FileMorsel>> morsels(const FileReadRequest& request, const FileSplit& split) const override;
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;
  Result<connector::TableStatistics> statistics(const FileIndex& index, const StructFields& columns) const override;

 private:
  const Options options_;
};

extern const connector::DataSource kParquet;

}  // namespace flint::sources
