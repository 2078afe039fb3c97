#pragma once

#include "connector/data_source.h"
#include "records/csv_inference.h"
#include "records/csv_tokenizer.h"
#include "sources/files/record_source.h"

namespace flint::sources {

/// CSV files with one table's options.
///
/// Source: the behaviour of Spark's CSVFileFormat, UnivocityParser and CSVInferSchema. Threads: immutable.
class CsvFormat final : public FileFormat {
 public:
  struct Settings {
    RecordSettings records;
    records::CsvDialect dialect;
    std::string nullValue;
    std::string emptyValue;
    bool header = false;
    bool checksHeader = false;  // whether a header has to have the names of the schema
    bool inferSchema = false;
    bool preferDate = true;
  };
  static Result<std::shared_ptr<const CsvFormat>> make(const connector::OpenRequest& request);
  explicit CsvFormat(Settings settings) : settings_(std::move(settings)) {}

  std::string_view name() const override { return "csv"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile& file) const override;
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;
  const Settings& settings() const { return settings_; }

 private:
  const Settings settings_;
};

extern const connector::DataSource kCsv;

}  // namespace flint::sources
