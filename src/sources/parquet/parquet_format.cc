#include "sources/parquet/parquet_format.h"

#include <algorithm>

#include "sources/files/file_table.h"
#include "sources/files/schema_merge.h"
#include "sources/parquet/file_footer.h"
#include "sources/parquet/parquet_reader.h"
#include "sources/parquet/parquet_statistics.h"
#include "sources/parquet/row_filter.h"
#include "sources/write/file_writer.h"
#include "sources/write/parquet_write_format.h"
#include "types/type_json.h"

namespace flint::sources {
namespace {

constexpr int64_t kWantedMorsels = 8;        // of a table, when it has fewer row groups
constexpr int64_t kFewestRows = 64 * 1024;   // of a part of a row group

std::shared_ptr<const ParquetFormat> formatFor(const connector::OpenRequest& request) {
  const auto setting = [&](std::string_view key) { return request.conf ? request.conf(key) : std::nullopt; };
  const auto isTrue = [](const std::optional<std::string>& value, bool otherwise) { return value.has_value() ? *value == "true" : otherwise; };
  ParquetFormat::Options options;
  options.caseSensitive = request.caseSensitive;
  options.schema.binaryAsString = isTrue(setting("spark.sql.parquet.binaryAsString"), false);
  options.schema.inferTimestampNtz = isTrue(setting("spark.sql.parquet.inferTimestampNTZ.enabled"), true);
  options.schema.nanosAsLong = isTrue(setting("spark.sql.legacy.parquet.nanosAsLong"), false);
  options.mergeSchema = isTrue(setting("spark.sql.parquet.mergeSchema"), false);
  if (const std::string* merge = connector::findOption(request.options, "mergeSchema")) options.mergeSchema = *merge == "true";
  return std::make_shared<const ParquetFormat>(options);
}

Result<connector::TablePtr> openParquet(const connector::OpenRequest& request) { return FileTable::open(formatFor(request), request); }

Result<connector::TablePtr> decodeParquet(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  return FileTable::decode(formatFor(request), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeParquet(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeParquetWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kParquet = {
    .shortName = "parquet",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "mergeSchema", .defaultValue = "false", .doc = "Whether the schemas of all files are merged."}},
    .open = openParquet,
    .write = writeParquet,
    .decode = decodeParquet,
};

namespace {

// The schema as the writer had it, where Spark's key tells; else as the file's types are.
Result<StructFields> schemaOf(const FileFooter& footer, const SchemaOptions& options) {
  if (const std::string_view* json = footer.keyValue("org.apache.spark.sql.parquet.row.metadata")) {
    const auto type = dataTypeFromJson(*json);
    if (type.isOk() && type->is(TypeKind::kStruct)) return type->fields();
  }
  return sparkSchemaOf(schemaTreeOf(footer), options);
}

}  // namespace

Result<StructFields> ParquetFormat::inferSchema(const FileIndex& index) const {
  if (index.files.empty()) return Error(condition::kUnableToInferSchema).with("format", "Parquet");
  ASSIGN_OR_RETURN(const FileFooterPtr footer, cachedFooter(*index.fileSystem, index.files[0].status));
  ASSIGN_OR_RETURN(StructFields fields, schemaOf(*footer, options_.schema));
  if (!options_.mergeSchema) return fields;
  for (size_t i = 1; i < index.files.size(); ++i) {
    ASSIGN_OR_RETURN(const FileFooterPtr other, cachedFooter(*index.fileSystem, index.files[i].status));
    ASSIGN_OR_RETURN(const StructFields more, schemaOf(*other, options_.schema));
    ASSIGN_OR_RETURN(fields, mergeSchemas(fields, more, options_.caseSensitive));
  }
  return fields;
}

Result<std::vector<FileMorsel>> ParquetFormat::morsels(const FileReadRequest& request, const FileSplit& split) const {
  ASSIGN_OR_RETURN(const FileFooterPtr footer, cachedFooter(*request.files->fileSystem, request.files->files[static_cast<size_t>(split.file)].status));
  // Few row groups are read in parts, so that all threads have work. Nested columns cannot be entered in the middle without decoding.
  const auto numGroups = static_cast<int64_t>(footer->rowGroups.size() * request.files->files.size());
  const bool nested = std::any_of(request.columns.begin(), request.columns.end(), [](const StructField& column) { return column.type.isNested(); });
  const int64_t mostParts = nested || numGroups == 0 ? 1 : (kWantedMorsels + numGroups - 1) / numGroups;
  std::vector<FileMorsel> morsels;
  for (size_t i = 0; i < footer->rowGroups.size(); ++i) {
    const int64_t middle = footer->rowGroups[i].midpoint();
    if (middle < split.start || middle >= split.start + split.length) continue;
    const int64_t numRows = footer->rowGroups[i].numRows;
    const int64_t numParts = std::clamp(numRows / kFewestRows, int64_t{1}, mostParts);
    for (int64_t part = 0; part < numParts; ++part) {
      const int64_t first = numRows * part / numParts;
      morsels.push_back({.split = split, .part = static_cast<int32_t>(i), .firstRow = first, .numRows = numRows * (part + 1) / numParts - first});
    }
  }
  return morsels;
}

Result<std::unique_ptr<FileReader>> ParquetFormat::makeReader(FileReadRequestPtr request) const {
  std::shared_ptr<const RowFilter> filter;
  if (!request->filters.empty()) {
    const expr::EvaluationOptions defaults;
    ASSIGN_OR_RETURN(filter, RowFilter::make(request->filters, request->options == nullptr ? defaults : *request->options));
  }
  return std::unique_ptr<FileReader>(std::make_unique<ParquetReader>(std::move(request), std::move(filter)));
}

Result<connector::TableStatistics> ParquetFormat::statistics(const FileIndex& index, const StructFields& columns) const {
  return parquetStatistics(index, columns, options_.caseSensitive);
}

}  // namespace flint::sources
