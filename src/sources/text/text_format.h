#pragma once

#include "connector/data_source.h"
#include "sources/files/record_source.h"

namespace flint::sources {

/// Text files: a row a line, or a row a file (`wholetext`), in the one column `value`.
///
/// Threads: immutable.
class TextFormat final : public FileFormat {
 public:
  explicit TextFormat(RecordSettings settings) : settings_(std::move(settings)), wholeText_(settings_.options.flag("wholetext", false)) {}
  std::string_view name() const override { return "text"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile& file) const override;
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;

 private:
  const RecordSettings settings_;
  const bool wholeText_;
};

extern const connector::DataSource kText;

}  // namespace flint::sources
