#pragma once

#include "connector/data_source.h"
#include "records/json_values.h"
#include "sources/files/record_source.h"

namespace flint::sources {

/// JSON files with one table's options: a record a line, or one document a file (`multiLine`).
///
/// Source: the behaviour of Spark's JsonFileFormat, JacksonParser and JsonInferSchema. Threads: immutable.
class JsonFormat final : public FileFormat {
 public:
  struct Settings {
    RecordSettings records;
    records::JsonDialect dialect;
    records::JsonValueOptions values;
    std::string encoding;  // of documents that are files of their own; empty: UTF-8
  };
  explicit JsonFormat(Settings settings) : settings_(std::move(settings)) {}
  std::string_view name() const override { return "json"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile& file) const override;
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;

 private:
  const Settings settings_;
};

extern const connector::DataSource kJson;

}  // namespace flint::sources
