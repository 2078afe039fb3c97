#include "sources/files/file_table.h"

#include <fmt/core.h>

#include <algorithm>

#include "sources/files/file_scan.h"

namespace flint::sources {
namespace {

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  if (caseSensitive || a.size() != b.size()) return a == b;
  return std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return std::tolower(x) == std::tolower(y); });
}

DataType withNullableParts(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kArray: return DataType::array(withNullableParts(type.elementType()));
    case TypeKind::kMap: return DataType::map(withNullableParts(type.keyType()), withNullableParts(type.valueType()));
    case TypeKind::kStruct: {
      StructFields fields = type.fields();
      for (StructField& field : fields) {
        field.type = withNullableParts(field.type);
        field.nullable = true;
      }
      return DataType::structType(std::move(fields));
    }
    default: return type;
  }
}

void encodeFields(ByteWriter& out, const StructFields& fields) { DataType::structType(fields).encode(out); }

StructFields decodeFields(ByteReader& in) {
  const DataType type = DataType::decode(in);
  if (!type.is(TypeKind::kStruct)) {
    in.fail();
    return {};
  }
  return type.fields();
}

}  // namespace

FileTable::FileTable(std::shared_ptr<const FileFormat> format, connector::OpenRequest request, FileIndexPtr index, StructFields dataFields)
    : format_(std::move(format)), request_(std::move(request)), index_(std::move(index)), dataFields_(std::move(dataFields)) {
  std::vector<bool> placed(index_->partitionFields.size());
  for (const StructField& field : dataFields_) {
    int32_t partition = -1;
    for (size_t i = 0; i < placed.size(); ++i) {
      if (sameName(field.name, index_->partitionFields[i].name, request_.caseSensitive)) partition = static_cast<int32_t>(i);
    }
    StructField column = partition < 0 ? field : index_->partitionFields[static_cast<size_t>(partition)];
    column.nullable = true;
    column.type = withNullableParts(column.type);
    schema_.push_back(std::move(column));
    partitionFieldOf_.push_back(partition);
    if (partition >= 0) placed[static_cast<size_t>(partition)] = true;
  }
  for (size_t i = 0; i < placed.size(); ++i) {
    if (placed[i]) continue;
    schema_.push_back(index_->partitionFields[i]);
    schema_.back().nullable = true;
    partitionFieldOf_.push_back(static_cast<int32_t>(i));
  }
}

Result<connector::TablePtr> FileTable::open(std::shared_ptr<const FileFormat> format, const connector::OpenRequest& request) {
  ASSIGN_OR_RETURN(FileIndexPtr index, listFiles(request));
  StructFields fields;
  if (request.schema.has_value()) {
    for (const StructField& field : *request.schema) {
      const bool isPartition = std::any_of(index->partitionFields.begin(), index->partitionFields.end(), [&](const StructField& partition) {
        return sameName(partition.name, field.name, request.caseSensitive);
      });
      if (!isPartition) fields.push_back(field);
    }
  } else {
    ASSIGN_OR_RETURN(fields, format->inferSchema(*index));
  }
  return connector::TablePtr(new FileTable(std::move(format), request, std::move(index), std::move(fields)));
}

std::string FileTable::name() const { return index_->rootPaths.empty() ? std::string() : index_->rootPaths[0]; }

StructFields FileTable::metadataColumns() const {
  StructFields fields = {{.name = "file_path", .type = DataType::string(), .nullable = false},
                         {.name = "file_name", .type = DataType::string(), .nullable = false},
                         {.name = "file_size", .type = DataType::bigint(), .nullable = false},
                         {.name = "file_block_start", .type = DataType::bigint(), .nullable = false},
                         {.name = "file_block_length", .type = DataType::bigint(), .nullable = false},
                         {.name = "file_modification_time", .type = DataType::timestamp(), .nullable = false}};
  if (format_->hasRowIndex()) fields.push_back({.name = "row_index", .type = DataType::bigint(), .nullable = false});
  return {{.name = "_metadata", .type = DataType::structType(std::move(fields)), .nullable = false}};
}

std::vector<int32_t> FileTable::partitionColumns() const {
  std::vector<int32_t> columns;
  for (size_t i = 0; i < partitionFieldOf_.size(); ++i) {
    if (partitionFieldOf_[i] >= 0) columns.push_back(static_cast<int32_t>(i));
  }
  return columns;
}

Result<connector::TableStatistics> FileTable::statistics() const { return format_->statistics(*index_, schema_); }

Result<connector::ScanPtr> FileTable::scan(const connector::ScanRequest& request, const connector::SplitOptions& splits) const {
  FileScan::Source source{.format = format_, .index = index_, .schema = schema_, .metadata = metadataColumns(), .caseSensitive = request_.caseSensitive};
  source.partitionFieldOf = partitionFieldOf_;
  return FileScan::make(std::move(source), request, splits);
}

std::vector<std::string> FileTable::inputFiles() const {
  std::vector<std::string> uris;
  for (const DataFile& file : index_->files) uris.push_back(fileUri(file.status.path));
  return uris;
}

std::string FileTable::identity() const {
  std::string identity = fmt::format("{}\n{}\n", format_->name(), DataType::structType(schema_).simpleString());
  for (const auto& [key, value] : request_.options) identity += fmt::format("{}={}\n", key, value);
  for (const DataFile& file : index_->files) identity += fmt::format("{} {} {}\n", file.status.path, file.status.size, file.status.modifiedMicros);
  return identity;
}

void FileTable::encode(ByteWriter& out) const {
  out.writeVarint(request_.paths.size());
  for (const std::string& path : request_.paths) out.writeString(path);
  out.writeVarint(request_.options.size());
  for (const auto& [key, value] : request_.options) {
    out.writeString(key);
    out.writeString(value);
  }
  out.writeString(request_.timeZone);
  out.writeVarint(request_.caseSensitive ? 1 : 0);
  encodeFields(out, dataFields_);
  encodeFields(out, index_->partitionFields);
  out.writeVarint(index_->rootPaths.size());
  for (const std::string& path : index_->rootPaths) out.writeString(path);
  out.writeVarint(index_->files.size());
  for (const DataFile& file : index_->files) {
    out.writeString(file.status.path);
    out.writeInt(file.status.size);
    out.writeInt(file.status.modifiedMicros);
    for (const Value& value : file.partitionValues) value.encode(out);
  }
}

connector::OpenRequest FileTable::decodeRequest(ByteReader& in) {
  connector::OpenRequest request;
  for (size_t i = in.readCount(); i > 0; --i) request.paths.emplace_back(in.readString());
  for (size_t i = in.readCount(); i > 0; --i) {
    std::string key(in.readString());
    request.options.emplace_back(std::move(key), in.readString());
  }
  request.timeZone = in.readString();
  request.caseSensitive = in.readVarint() != 0;
  return request;
}

Result<connector::TablePtr> FileTable::decode(std::shared_ptr<const FileFormat> format, const connector::OpenRequest& request, ByteReader& in) {
  auto index = std::make_shared<FileIndex>();
  index->fileSystem = io::localFileSystem();
  StructFields dataFields = decodeFields(in);
  index->partitionFields = decodeFields(in);
  for (size_t i = in.readCount(); i > 0; --i) index->rootPaths.emplace_back(in.readString());
  for (size_t i = in.readCount(); i > 0 && !in.failed(); --i) {
    DataFile file;
    file.status.path = in.readString();
    file.status.size = in.readInt();
    file.status.modifiedMicros = in.readInt();
    for (size_t k = 0; k < index->partitionFields.size(); ++k) file.partitionValues.push_back(Value::decode(in));
    index->files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(in.status());
  return connector::TablePtr(new FileTable(std::move(format), request, std::move(index), std::move(dataFields)));
}

}  // namespace flint::sources
