#pragma once

#include "connector/data_source.h"
#include "records/xml_values.h"
#include "sources/files/record_source.h"
#include "sources/xml/xml_schema_check.h"

namespace flint::sources {

/// XML files with one table's options: each element of the name `rowTag` is a row.
///
/// Source: the behaviour of Spark's XmlFileFormat, StaxXmlParser and XmlInferSchema. Files are read whole. Threads: immutable.
class XmlFormat final : public FileFormat {
 public:
  struct Settings {
    RecordSettings records;
    records::XmlValueOptions values;
    std::string rowTag;
    std::string encoding;
    std::string xsdPath;  // rows that it does not allow are malformed; empty: none
  };
  explicit XmlFormat(Settings settings) : settings_(std::move(settings)) {}
  std::string_view name() const override { return "xml"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile&) const override { return false; }
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;

 private:
  const Settings settings_;
};

extern const connector::DataSource kXml;

}  // namespace flint::sources
