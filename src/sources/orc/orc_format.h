#pragma once

#include "connector/data_source.h"
#include "sources/files/file_format.h"

namespace flint::sources {

/// ORC files.
///
/// Threads: immutable.
class OrcFormat final : public FileFormat {
 public:
  OrcFormat(bool mergeSchema, bool caseSensitive) : mergeSchema_(mergeSchema), caseSensitive_(caseSensitive) {}
  std::string_view name() const override { return "orc"; }
  Result<StructFields> inferSchema(const FileIndex& index) const override;
  bool isSplittable(const DataFile&) const override { return false; }
  Result<std::unique_ptr<FileReader>> makeReader(FileReadRequestPtr request) const override;

 private:
  const bool mergeSchema_;
  const bool caseSensitive_;
};

extern const connector::DataSource kOrc;

}  // namespace flint::sources
