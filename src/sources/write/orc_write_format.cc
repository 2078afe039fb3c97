#include "sources/write/orc_write_format.h"

#include <arrow/adapters/orc/adapter.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>

#include <algorithm>

#include "sources/write/arrow_output.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;

constexpr int64_t kBatchBytes = int64_t{1} << 20;  // rows handed to the encoder at once

class OrcFileWriter final : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns, arrow::Compression::type codec) {
    std::unique_ptr<OrcFileWriter> writer(new OrcFileWriter(std::move(file), columns));
    arrow::adapters::orc::WriteOptions options;
    options.compression = codec;
    auto opened = arrow::adapters::orc::ORCFileWriter::Open(writer->output_.stream().get(), options);
    RETURN_IF_ERROR(writer->check(opened.status()));
    writer->writer_ = std::move(opened).ValueOrDie();
    return std::unique_ptr<FileWriter>(std::move(writer));
  }

  Status write(const ColumnarBatch& batch) override {
    rows_.add(batch);
    pendingBytes_ += batch.byteSize();
    return pendingBytes_ >= kBatchBytes ? flush() : Status::ok();
  }
  Status close() override {
    // The schema comes with the first rows, though there be none.
    if (!began_ || rows_.numRows() > 0) RETURN_IF_ERROR(flush());
    RETURN_IF_ERROR(check(writer_->Close()));
    return check(output_.stream()->Close());
  }
  int64_t bytesWritten() const override { return output_.position() + pendingBytes_; }

 private:
  OrcFileWriter(std::unique_ptr<io::OutputFile> file, const StructFields& columns) : output_(std::move(file)), rows_(columns, {}) {}

  Status flush() {
    ASSIGN_OR_RETURN(const auto batch, takeRecordBatch(rows_));
    pendingBytes_ = 0;
    began_ = true;
    return check(writer_->Write(*batch));
  }
  Status check(const arrow::Status& status) const { return output_.check(status, "ORC"); }

  const ArrowOutput output_;
  columnar::ArrowIpcWriter rows_;
  std::unique_ptr<arrow::adapters::orc::ORCFileWriter> writer_;
  int64_t pendingBytes_ = 0;
  bool began_ = false;
};

struct Codec {
  std::string_view name;
  arrow::Compression::type type;
  std::string_view extension;
};
constexpr Codec kCodecs[] = {
    {"none", arrow::Compression::UNCOMPRESSED, ".orc"},  {"uncompressed", arrow::Compression::UNCOMPRESSED, ".orc"},
    {"snappy", arrow::Compression::SNAPPY, ".snappy.orc"}, {"zlib", arrow::Compression::GZIP, ".zlib.orc"},
    {"lz4", arrow::Compression::LZ4, ".lz4.orc"},        {"zstd", arrow::Compression::ZSTD, ".zstd.orc"},
};

class OrcWriteFormat final : public WriteFormat {
 public:
  explicit OrcWriteFormat(const Codec& codec) : codec_(codec) {}
  std::string extension() const override { return std::string(codec_.extension); }
  Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns) const override {
    return OrcFileWriter::open(std::move(file), columns, codec_.type);
  }
  bool keepsEmptyFile() const override { return true; }

 private:
  const Codec& codec_;
};

bool isWritable(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kNull:
    case TypeKind::kCalendarInterval:
    case TypeKind::kYearMonthInterval:
    case TypeKind::kDayTimeInterval:
    case TypeKind::kTime:
    case TypeKind::kVariant: return false;
    default: break;
  }
  const auto children = type.childTypes();
  return std::all_of(children.begin(), children.end(), isWritable);
}

}  // namespace

Result<std::shared_ptr<const WriteFormat>> makeOrcWriteFormat(const connector::WriteRequest& request) {
  for (const StructField& field : request.schema) {
    if (isWritable(field.type)) continue;
    return Error(condition::kUnsupportedDataTypeForDatasource)
        .with("columnName", quoteIdentifier(field.name))
        .with("columnType", "\"" + field.type.sql() + "\"")
        .with("format", "ORC")
        .as(ErrorFamily::kAnalysis);
  }
  std::string name = "zstd";
  if (const std::string* option = connector::findOption(request.options, "compression")) {
    name = *option;
  } else if (request.conf) {
    name = request.conf("spark.sql.orc.compression.codec").value_or(name);
  }
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const Codec& codec : kCodecs) {
    if (codec.name == name) return std::shared_ptr<const WriteFormat>(std::make_shared<OrcWriteFormat>(codec));
  }
  return Error(condition::kCodecNotAvailableWithAvailableCodecsSuggestion)
      .with("codecName", name)
      .with("availableCodecs", "lz4, none, snappy, uncompressed, zlib, zstd")
      .as(ErrorFamily::kIllegalArgument);
}

}  // namespace flint::sources
