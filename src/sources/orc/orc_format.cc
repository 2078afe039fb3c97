#include "sources/orc/orc_format.h"

#include "sources/files/file_table.h"
#include "sources/files/schema_merge.h"
#include "sources/orc/orc_reader.h"
#include "sources/write/file_writer.h"
#include "sources/write/orc_write_format.h"

namespace flint::sources {
namespace {

std::shared_ptr<const OrcFormat> formatFor(const connector::OpenRequest& request) {
  std::string merges = request.conf ? request.conf("spark.sql.orc.mergeSchema").value_or("false") : "false";
  if (const std::string* option = connector::findOption(request.options, "mergeSchema")) merges = *option;
  return std::make_shared<const OrcFormat>(merges == "true", request.caseSensitive);
}

Result<connector::TablePtr> openOrc(const connector::OpenRequest& request) { return FileTable::open(formatFor(request), request); }

Result<connector::TablePtr> decodeOrc(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  return FileTable::decode(formatFor(request), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeOrc(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeOrcWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kOrc = {
    .shortName = "orc",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "mergeSchema", .defaultValue = "false", .doc = "Whether the schemas of all files are merged."},
                {.name = "compression", .defaultValue = "zstd", .doc = "The codec of written files: none, snappy, zlib, lz4 or zstd."}},
    .open = openOrc,
    .write = writeOrc,
    .decode = decodeOrc,
};

Result<StructFields> OrcFormat::inferSchema(const FileIndex& index) const {
  if (index.files.empty()) return Error(condition::kUnableToInferSchema).with("format", "ORC");
  ASSIGN_OR_RETURN(StructFields fields, orcSchema(*index.fileSystem, index.files[0].status.path));
  for (size_t i = 1; mergeSchema_ && i < index.files.size(); ++i) {
    ASSIGN_OR_RETURN(const StructFields more, orcSchema(*index.fileSystem, index.files[i].status.path));
    ASSIGN_OR_RETURN(fields, mergeSchemas(fields, more, caseSensitive_));
  }
  return fields;
}

Result<std::unique_ptr<FileReader>> OrcFormat::makeReader(FileReadRequestPtr request) const { return makeOrcReader(std::move(request)); }

}  // namespace flint::sources
