#include "sources/write/parquet_write_format.h"

#include <arrow/array/array_binary.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/key_value_metadata.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>
#include <parquet/properties.h>

#include <bit>
#include <unordered_set>

#include "columnar/arrow_ipc_writer.h"
#include "sources/write/arrow_output.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;

constexpr int64_t kRowGroupBytes = int64_t{128} << 20;   // parquet.block.size
constexpr int64_t kBatchBytes = int64_t{1} << 20;        // rows handed to the encoder at once
constexpr int64_t kSampledRows = 20'000;                 // of a column, to see whether its values repeat
constexpr int64_t kRowsPerPage = 8'192;                  // what a key looked up in a sorted file decompresses; parquet-mr's 20,000 would be 160 KB of numbers

// Whether a dictionary makes the column smaller, as its first rows tell; true where they cannot.
bool repeats(const arrow::Array& column) {
  const int64_t rows = std::min(column.length(), kSampledRows);
  std::unordered_set<std::string_view> distinct;
  int64_t plainBytes = 0;
  int64_t dictionaryBytes = 0;
  const auto take = [&](int64_t row, std::string_view value, int64_t extraBytes) {
    if (column.IsNull(row)) return;
    const int64_t bytes = static_cast<int64_t>(value.size()) + extraBytes;
    plainBytes += bytes;
    if (distinct.insert(value).second) dictionaryBytes += bytes;
  };
  if (arrow::is_base_binary_like(column.type_id())) {
    if (column.type_id() != arrow::Type::STRING && column.type_id() != arrow::Type::BINARY) return true;
    const auto& texts = static_cast<const arrow::BinaryArray&>(column);
    for (int64_t row = 0; row < rows; ++row) take(row, texts.GetView(row), sizeof(int32_t));
  } else if (arrow::is_fixed_width(column.type_id()) && column.type()->bit_width() % 8 == 0) {
    const auto width = static_cast<size_t>(column.type()->bit_width() / 8);
    const auto* values = reinterpret_cast<const char*>(column.data()->buffers[1]->data()) + static_cast<size_t>(column.offset()) * width;
    for (int64_t row = 0; row < rows; ++row) take(row, {values + static_cast<size_t>(row) * width, width}, 0);
  } else {
    return true;
  }
  const int64_t codeBytes = rows * std::bit_width(distinct.size()) / 8;
  return dictionaryBytes + codeBytes < plainBytes || plainBytes == 0;
}

struct Style {
  parquet::Compression::type codec = parquet::Compression::SNAPPY;
  bool int96Timestamps = true;
  bool millisTimestamps = false;
  std::string extension;
};

class ParquetFileWriter final : public FileWriter {
 public:
  static Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns, const Style& style) {
    return std::unique_ptr<FileWriter>(new ParquetFileWriter(std::move(file), columns, style));
  }

  Status write(const ColumnarBatch& batch) override {
    rows_.add(batch);
    pendingBytes_ += batch.byteSize();
    return pendingBytes_ >= kBatchBytes ? flush() : Status::ok();
  }

  Status close() override {
    RETURN_IF_ERROR(flush());
    if (writer_ == nullptr) {
      ASSIGN_OR_RETURN(const auto none, takeRecordBatch(rows_));
      RETURN_IF_ERROR(start(*none));
    }
    RETURN_IF_ERROR(check(writer_->Close()));
    return check(output_.stream()->Close());
  }
  int64_t bytesWritten() const override { return output_.position() + pendingBytes_; }

 private:
  ParquetFileWriter(std::unique_ptr<io::OutputFile> file, const StructFields& columns, const Style& style)
      : output_(std::move(file)), rows_(columns, {}), style_(style), schemaJson_(DataType::structType(columns).json()) {}

  // `first` is the first rows of the file.
  Status start(const arrow::RecordBatch& first) {
    parquet::WriterProperties::Builder properties;
    for (int i = 0; i < first.num_columns(); ++i) {
      if (first.num_rows() > 0 && !repeats(*first.column(i))) properties.disable_dictionary(first.column_name(i));
    }
    properties.compression(style_.codec)->enable_store_decimal_as_integer()->created_by("flint")->max_row_group_length(1 << 20)->max_rows_per_page(kRowsPerPage);
    parquet::ArrowWriterProperties::Builder arrowProperties;
    if (style_.int96Timestamps) arrowProperties.enable_deprecated_int96_timestamps();
    if (style_.millisTimestamps) arrowProperties.coerce_timestamps(arrow::TimeUnit::MILLI)->allow_truncated_timestamps();
    const auto metadata = arrow::key_value_metadata({"org.apache.spark.version", "org.apache.spark.sql.parquet.row.metadata"}, {"4.2.0", schemaJson_});
    auto opened = parquet::arrow::FileWriter::Open(*first.schema()->WithMetadata(metadata), arrow::default_memory_pool(), output_.stream(), properties.build(),
                                                   arrowProperties.build());
    RETURN_IF_ERROR(check(opened.status()));
    writer_ = std::move(opened).ValueOrDie();
    return check(writer_->AddKeyValueMetadata(metadata));
  }

  Status flush() {
    if (rows_.numRows() == 0) return Status::ok();
    ASSIGN_OR_RETURN(const auto batch, takeRecordBatch(rows_));
    if (writer_ == nullptr) RETURN_IF_ERROR(start(*batch));
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
  const Style style_;
  const std::string schemaJson_;
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
