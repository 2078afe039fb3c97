#include "sources/text/text_format.h"

#include "columnar/vector_builder.h"
#include "io/byte_stream.h"
#include "sources/files/file_table.h"
#include "sources/write/file_writer.h"
#include "sources/write/text_write_formats.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;

class TextReader final : public FileReader {
 public:
  TextReader(FileReadRequestPtr request, std::string separator, bool wholeText)
      : request_(std::move(request)), separator_(std::move(separator)), wholeText_(wholeText) {}

  Status open(const FileMorsel& morsel) override {
    file_ = morsel.split.file;
    row_ = 0;
    lines_ = nullptr;
    wholeLeft_ = wholeText_;
    if (wholeText_) return Status::ok();
    ASSIGN_OR_RETURN(lines_, openLines(*request_->files, morsel.split, separator_));
    atFileStart_ = morsel.split.start == 0;
    return Status::ok();
  }

  Result<bool> next(ColumnarBatch& batch, int64_t& firstRow) override {
    columnar::VectorBuilder values(DataType::string());
    if (wholeLeft_) {
      wholeLeft_ = false;
      ASSIGN_OR_RETURN(const std::string text, readText(*request_->files, file_));
      values.appendString(text);
    }
    while (lines_ != nullptr && values.size() < columnar::kBatchRows) {
      if (request_->limit.has_value() && row_ + values.size() >= *request_->limit) break;
      ASSIGN_OR_RETURN(const auto line, lines_->next());
      if (!line.has_value()) break;
      values.appendString(atFileStart_ ? withoutMark(*line) : *line);
      atFileStart_ = false;
    }
    const columnar::RowIndex rows = values.size();
    if (rows == 0) return false;
    firstRow = row_;
    row_ += rows;
    std::vector<columnar::VectorPtr> columns;
    const columnar::VectorPtr value = values.finish();
    for (const StructField& column : request_->columns) {
      columns.push_back(column.type.isStringLike() ? value : columnar::ColumnVector::nulls(column.type, rows));
    }
    batch = ColumnarBatch(std::move(columns), rows);
    return true;
  }
  int64_t rowsDecoded() const override { return row_; }

 private:
  const FileReadRequestPtr request_;
  const std::string separator_;
  const bool wholeText_;
  int32_t file_ = 0;
  int64_t row_ = 0;
  bool wholeLeft_ = false;
  bool atFileStart_ = false;
  std::unique_ptr<records::LineReader> lines_;
};

std::shared_ptr<const TextFormat> formatFor(const connector::OpenRequest& request) {
  return std::make_shared<const TextFormat>(recordSettingsOf(request));
}

Result<connector::TablePtr> openText(const connector::OpenRequest& request) { return FileTable::open(formatFor(request), request); }

Result<connector::TablePtr> decodeText(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  return FileTable::decode(formatFor(request), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeText(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeTextWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kText = {
    .shortName = "text",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "wholetext", .defaultValue = "false", .doc = "Whether each file is one row."},
                {.name = "lineSep", .defaultValue = "", .doc = "What ends a line; empty: \\n, \\r\\n and \\r."}},
    .open = openText,
    .write = writeText,
    .decode = decodeText,
};

Result<StructFields> TextFormat::inferSchema(const FileIndex&) const { return StructFields{{.name = "value", .type = DataType::string()}}; }

bool TextFormat::isSplittable(const DataFile& file) const {
  return !wholeText_ && io::streamCodecOf(file.status.path) == io::StreamCodec::kNone;
}

Result<std::unique_ptr<FileReader>> TextFormat::makeReader(FileReadRequestPtr request) const {
  return std::unique_ptr<FileReader>(std::make_unique<TextReader>(std::move(request), settings_.lineSeparator, wholeText_));
}

}  // namespace flint::sources
