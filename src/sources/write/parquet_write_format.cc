#include "sources/write/parquet_write_format.h"

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include "columnar/arrow_ipc_writer.h"
#include "sources/write/arrow_output.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;

constexpr int64_t kRowGroupBytes = int64_t{128} << 20;   // parquet.block.size
constexpr int64_t kBatchBytes = int64_t{1} << 20;        // rows handed to the encoder at once

struct Style {
  parquet::Compression::type codec = parquet::Compression::SNAPPY;
  bool int96Timestamps = true;
  bool millisTimestamps = false;
  std::string extension;
};

class ParquetFileWriter final : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns, const Style& style) {
    std::unique_ptr<ParquetFileWriter> writer(new ParquetFileWriter(std::move(file), columns));
    RETURN_IF_ERROR(writer->start(style, DataType::structType(columns).json()));
    return std::unique_ptr<FileWriter>(std::move(writer));
  }

  Status write(const ColumnarBatch& batch) override {
    rows_.add(batch);
    pendingBytes_ += batch.byteSize();
    return pendingBytes_ >= kBatchBytes ? flush() : Status::ok();
  }

  Status close() override {
    RETURN_IF_ERROR(flush());
    RETURN_IF_ERROR(check(writer_->Close()));
    return check(output_.stream()->Close());
  }
  int64_t bytesWritten() const override { return output_.position() + pendingBytes_; }

 private:
  ParquetFileWriter(std::unique_ptr<io::OutputFile> file, const StructFields& columns)
      : output_(std::move(file)), rows_(columns, {}) {}

  Status start(const Style& style, const std::string& schemaJson) {
    ASSIGN_OR_RETURN(const auto none, takeRecordBatch(rows_));
    parquet::WriterProperties::Builder properties;
    properties.compression(style.codec)->enable_store_decimal_as_integer()->created_by("flint")->max_row_group_length(1 << 20);
    parquet::ArrowWriterProperties::Builder arrowProperties;
    if (style.int96Timestamps) arrowProperties.enable_deprecated_int96_timestamps();
    if (style.millisTimestamps) arrowProperties.coerce_timestamps(arrow::TimeUnit::MILLI)->allow_truncated_timestamps();
    const auto metadata = arrow::key_value_metadata({"org.apache.spark.version", "org.apache.spark.sql.parquet.row.metadata"}, {"4.2.0", schemaJson});
    auto opened = parquet::arrow::FileWriter::Open(*none->schema()->WithMetadata(metadata), arrow::default_memory_pool(), output_.stream(), properties.build(),
                                                   arrowProperties.build());
    RETURN_IF_ERROR(check(opened.status()));
    writer_ = std::move(opened).ValueOrDie();
    return check(writer_->AddKeyValueMetadata(metadata));
  }

  Status flush() {
    if (rows_.numRows() == 0) return Status::ok();
    ASSIGN_OR_RETURN(const auto batch, takeRecordBatch(rows_));
    pendingBytes_ = 0;
    rowGroupBytes_ += batch->num_rows() > 0 ? output_.position() - lastPosition_ : 0;
    if (rowGroupBytes_ >= kRowGroupBytes) {
      RETURN_IF_ERROR(check(writer_->NewBufferedRowGroup()));
      rowGroupBytes_ = 0;
    }
    lastPosition_ = output_.position();
    return check(writer_->WriteRecordBatch(*batch));
  }

  Status check(const arrow::Status& status) const { return output_.check(status, "Parquet"); }

  const ArrowOutput output_;
  columnar::ArrowIpcWriter rows_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  int64_t pendingBytes_ = 0;
  int64_t rowGroupBytes_ = 0;
  int64_t lastPosition_ = 0;
};

class ParquetWriteFormat final : public WriteFormat {
 public:
  explicit ParquetWriteFormat(Style style) : style_(std::move(style)) {}
  std::string extension() const override { return style_.extension; }
  Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns) const override {
    return ParquetFileWriter::open(std::move(file), columns, style_);
  }
  bool keepsEmptyFile() const override { return true; }

 private:
  const Style style_;
};

struct Codec {
  std::string_view name;
  parquet::Compression::type type;
  std::string_view extension;
};
constexpr Codec kCodecs[] = {
    {"none", parquet::Compression::UNCOMPRESSED, ".parquet"},     {"uncompressed", parquet::Compression::UNCOMPRESSED, ".parquet"},
    {"snappy", parquet::Compression::SNAPPY, ".snappy.parquet"},  {"gzip", parquet::Compression::GZIP, ".gz.parquet"},
    {"brotli", parquet::Compression::BROTLI, ".br.parquet"},      {"lz4", parquet::Compression::LZ4_HADOOP, ".lz4hadoop.parquet"},
    {"lz4_raw", parquet::Compression::LZ4, ".lz4raw.parquet"},    {"lz4raw", parquet::Compression::LZ4, ".lz4raw.parquet"},
    {"zstd", parquet::Compression::ZSTD, ".zstd.parquet"},
};

bool isWritable(const DataType& type) {
  if (type.is(TypeKind::kNull) || type.is(TypeKind::kCalendarInterval)) return false;
  for (const DataType& child : type.childTypes()) {
    if (!isWritable(child)) return false;
  }
  return true;
}

std::string confOr(const connector::WriteRequest& request, std::string_view key, std::string otherwise) {
  return request.conf ? request.conf(key).value_or(std::move(otherwise)) : otherwise;
}

}  // namespace

Result<std::shared_ptr<const WriteFormat>> makeParquetWriteFormat(const connector::WriteRequest& request) {
  for (const StructField& field : request.schema) {
    if (isWritable(field.type)) continue;
    return Error(condition::kUnsupportedDataTypeForDatasource)
        .with("columnName", quoteIdentifier(field.name))
        .with("columnType", "\"" + field.type.sql() + "\"")
        .with("format", "Parquet")
        .as(ErrorFamily::kAnalysis);
  }
  const std::string* option = connector::findOption(request.options, "compression");
  std::string name = option != nullptr ? *option : confOr(request, "spark.sql.parquet.compression.codec", "snappy");
  for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const Codec& codec : kCodecs) {
    if (codec.name != name) continue;
    const std::string timestamps = confOr(request, "spark.sql.parquet.outputTimestampType", "INT96");
    return std::shared_ptr<const WriteFormat>(std::make_shared<ParquetWriteFormat>(Style{.codec = codec.type,
                                                                                         .int96Timestamps = timestamps == "INT96",
                                                                                         .millisTimestamps = timestamps == "TIMESTAMP_MILLIS",
                                                                                         .extension = std::string(codec.extension)}));
  }
  return Error(condition::kCodecNotAvailableWithAvailableCodecsSuggestion)
      .with("codecName", name)
      .with("availableCodecs", "brotli, gzip, lz4, lz4_raw, none, snappy, uncompressed, zstd")
      .as(ErrorFamily::kIllegalArgument);
}

}  // namespace flint::sources
