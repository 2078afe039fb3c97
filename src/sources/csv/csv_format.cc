#include "sources/csv/csv_format.h"

#include <strings.h>

#include <algorithm>

#include "columnar/vector_builder.h"
#include "io/byte_stream.h"
#include "sources/csv/csv_records.h"
#include "sources/files/file_table.h"
#include "sources/write/file_writer.h"
#include "sources/write/text_write_formats.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::Selection;

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  return caseSensitive ? a == b : a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

// "\t" and the like.
std::string unescapedOption(const std::string& text) {
  if (text.size() < 2 || text[0] != '\\') return text;
  switch (text[1]) {
    case 't': return "\t" + text.substr(2);
    case 'n': return "\n" + text.substr(2);
    case 'r': return "\r" + text.substr(2);
    case '\\': return "\\" + text.substr(2);
    case 'u':
      if (text.size() == 6) return std::string(1, static_cast<char>(std::strtol(text.c_str() + 2, nullptr, 16)));
      return text;
    default: return text.substr(1);
  }
}

Result<char> charOption(const records::RecordOptions& options, std::string_view key, char otherwise) {
  const std::string* value = options.find(key);
  if (value == nullptr) return otherwise;
  if (value->empty()) return '\0';
  const std::string text = value->size() == 1 ? *value : unescapedOption(*value);
  if (text.size() != 1) return internalError(std::string(key) + " cannot be more than one character");
  return text[0];
}

class CsvReader final : public FileReader {
 public:
  CsvReader(FileReadRequestPtr request, const CsvFormat::Settings& settings) : request_(std::move(request)), settings_(settings), records_(settings_) {
    StructFields data;
    for (const StructField& field : request_->fileSchema) {
      if (!sameName(field.name, settings_.records.corruptColumn, request_->caseSensitive)) data.push_back(field);
    }
    size_t numPlain = 0;
    for (const StructField& column : request_->columns) {
      int32_t position = -1;
      for (size_t i = 0; i < data.size(); ++i) {
        if (sameName(data[i].name, column.name, request_->caseSensitive)) position = static_cast<int32_t>(i);
      }
      if (position < 0) keepsCorrupt_ = true;
      numPlain += position >= 0 ? 1 : 0;
      positions_.push_back(position);
      builders_.emplace_back(column.type);
    }
    // Where only some columns are wanted the others are not even counted, unless somebody asks for what is malformed.
    numFields_ = numPlain == data.size() || keepsCorrupt_ ? static_cast<int32_t>(data.size()) : -1;
    if (numFields_ < 0 && !positions_.empty()) records_.onlyFirst(static_cast<size_t>(*std::max_element(positions_.begin(), positions_.end())) + 1);
    checksAll_ = keepsCorrupt_ && numPlain < data.size();
    if (checksAll_) {
      for (const StructField& field : data) scratch_.emplace_back(field.type);
    }
  }

  Status open(const FileMorsel& morsel) override {
    file_ = morsel.split.file;
    row_ = 0;
    headerSeen_ = false;
    return records_.open(*request_->files, morsel.split);
  }

  Result<bool> next(ColumnarBatch& batch, int64_t& firstRow) override {
    RowIndex rows = 0;
    Selection kept;
    const bool dropping = settings_.records.mode == records::ParseMode::kDropMalformed;
    while (rows < columnar::kBatchRows) {
      if (request_->limit.has_value() && !dropping && row_ + rows >= *request_->limit) break;
      ASSIGN_OR_RETURN(const bool more, records_.next(!builders_.empty()));
      if (!headerSeen_ && settings_.checksHeader) RETURN_IF_ERROR(checkHeader());
      headerSeen_ = true;
      if (!more) break;
      const bool good = builders_.empty() || append();
      if (!good && settings_.records.mode == records::ParseMode::kFailFast) {
        return failedReading(*request_->files, file_,
                             Error(condition::kMalformedRecordInParsingWithoutSuggestion)
                                 .with("badRecord", std::string(records_.text()))
                                 .with("failFastMode", "FAILFAST")
                                 .causedBy(Error(condition::kMalformedCsvRecord).with("badRecord", std::string(records_.text()))));
      }
      if (good) kept.push_back(rows);
      ++rows;
    }
    if (rows == 0) return false;
    firstRow = row_;
    row_ += rows;
    std::vector<columnar::VectorPtr> columns;
    for (columnar::VectorBuilder& builder : builders_) columns.push_back(builder.finish());
    for (columnar::VectorBuilder& builder : scratch_) builder = columnar::VectorBuilder(builder.type());
    batch = ColumnarBatch(std::move(columns), rows);
    if (dropping && kept.size() < static_cast<size_t>(rows)) batch.setSelection(std::make_shared<const Selection>(std::move(kept)));
    return true;
  }
  int64_t rowsDecoded() const override { return row_; }

 private:
  // Where the schema is not enforced, the header has to have its names. Errors: FAILED_READ_FILE.
  Status checkHeader() const {
    const std::vector<std::string>& header = records_.header();
    if (header.empty()) return Status::ok();
    const StructFields& schema = request_->fileSchema;
    bool same = header.size() == schema.size();
    for (size_t i = 0; same && i < schema.size(); ++i) same = sameName(header[i], schema[i].name, request_->caseSensitive);
    if (same) return Status::ok();
    std::string names;
    for (const std::string& name : header) names += (names.empty() ? "" : ", ") + name;
    std::string wanted;
    for (const StructField& field : schema) wanted += (wanted.empty() ? "" : ", ") + field.name;
    return failedReading(*request_->files, file_,
                         Error(condition::kInternalError)
                             .with("message", "CSV header does not conform to the schema. Header: " + names + ". Schema: " + wanted + ".")
                             .as(ErrorFamily::kIllegalArgument));
  }

  // Appends a row. False when the record does not fit.
  bool append() {
    const auto& fields = records_.fields();
    bool good = numFields_ < 0 || static_cast<size_t>(numFields_) == fields.size();
    if (checksAll_) {
      for (size_t i = 0; i < scratch_.size(); ++i) good = appendField(static_cast<int32_t>(i), scratch_[i]) && good;
    }
    for (size_t i = 0; i < builders_.size(); ++i) {
      if (positions_[i] >= 0) good = appendField(positions_[i], builders_[i]) && good;
    }
    for (size_t i = 0; keepsCorrupt_ && i < builders_.size(); ++i) {
      if (positions_[i] >= 0) continue;
      if (good || !builders_[i].type().isStringLike()) {
        builders_[i].appendNull();
      } else {
        builders_[i].appendString(records_.text());
      }
    }
    return good;
  }

  bool appendField(int32_t position, columnar::VectorBuilder& builder) {
    const auto& fields = records_.fields();
    if (static_cast<size_t>(position) >= fields.size() || fields[static_cast<size_t>(position)].text == settings_.nullValue) {
      builder.appendNull();
      return true;
    }
    if (records::appendTextValue(fields[static_cast<size_t>(position)].text, builder, settings_.records.text)) return true;
    builder.appendNull();
    return false;
  }

  const FileReadRequestPtr request_;
  const CsvFormat::Settings settings_;
  CsvRecords records_;
  std::vector<int32_t> positions_;  // of each wanted column in the records; -1: it takes malformed ones
  std::vector<columnar::VectorBuilder> builders_;
  std::vector<columnar::VectorBuilder> scratch_;  // all columns, when their fit matters though they are not wanted
  int32_t numFields_ = -1;
  bool keepsCorrupt_ = false;
  bool checksAll_ = false;
  bool headerSeen_ = false;
  int32_t file_ = 0;
  int64_t row_ = 0;
};

Result<connector::TablePtr> openCsv(const connector::OpenRequest& request) {
  ASSIGN_OR_RETURN(auto format, CsvFormat::make(request));
  return FileTable::open(std::move(format), request);
}

Result<connector::TablePtr> decodeCsv(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  RETURN_IF_ERROR(in.status());
  ASSIGN_OR_RETURN(auto format, CsvFormat::make(request));
  return FileTable::decode(std::move(format), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeCsv(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeCsvWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kCsv = {
    .shortName = "csv",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "sep", .defaultValue = ",", .doc = "Separates fields; one or more characters."},
                {.name = "header", .defaultValue = "false", .doc = "Whether the first line holds column names."},
                {.name = "inferSchema", .defaultValue = "false", .doc = "Whether types are found in the data; else all columns are strings."},
                {.name = "quote", .defaultValue = "\"", .doc = "Around fields that hold separators; empty for none."},
                {.name = "escape", .defaultValue = "\\", .doc = "In front of quotes within quoted fields."},
                {.name = "multiLine", .defaultValue = "false", .doc = "Whether quoted fields may hold line ends."},
                {.name = "mode", .defaultValue = "PERMISSIVE", .doc = "PERMISSIVE, DROPMALFORMED or FAILFAST."},
                {.name = "nullValue", .defaultValue = "", .doc = "The text of a null."},
                {.name = "dateFormat", .defaultValue = "", .doc = "The pattern of dates."},
                {.name = "timestampFormat", .defaultValue = "", .doc = "The pattern of timestamps."}},
    .open = openCsv,
    .write = writeCsv,
    .decode = decodeCsv,
};

Result<std::shared_ptr<const CsvFormat>> CsvFormat::make(const connector::OpenRequest& request) {
  Settings settings{.records = recordSettingsOf(request)};
  const records::RecordOptions& options = settings.records.options;
  const std::string* separator = options.find("sep");
  if (separator == nullptr) separator = options.find("delimiter");
  if (separator != nullptr) settings.dialect.separator = separator->size() == 1 ? *separator : unescapedOption(*separator);
  if (settings.dialect.separator.empty()) return internalError("the CSV separator cannot be empty");
  ASSIGN_OR_RETURN(settings.dialect.quote, charOption(options, "quote", '"'));
  ASSIGN_OR_RETURN(settings.dialect.escape, charOption(options, "escape", '\\'));
  ASSIGN_OR_RETURN(settings.dialect.comment, charOption(options, "comment", '\0'));
  settings.dialect.trimLeading = options.flag("ignoreLeadingWhiteSpace", false);
  settings.dialect.trimTrailing = options.flag("ignoreTrailingWhiteSpace", false);
  settings.nullValue = options.text("nullValue", "");
  settings.emptyValue = options.text("emptyValue", "");
  settings.header = options.flag("header", false);
  settings.checksHeader = settings.header && !options.flag("enforceSchema", true);
  settings.inferSchema = options.flag("inferSchema", false);
  settings.preferDate = options.flag("preferDate", true);
  return std::make_shared<const CsvFormat>(std::move(settings));
}

bool CsvFormat::isSplittable(const DataFile& file) const {
  return !settings_.records.multiLine && io::streamCodecOf(file.status.path) == io::StreamCodec::kNone;
}

Result<StructFields> CsvFormat::inferSchema(const FileIndex& index) const {
  if (index.files.empty()) return Error(condition::kUnableToInferSchema).with("format", "CSV");
  std::vector<std::string> header;
  std::vector<DataType> types;
  bool hasFirst = false;
  CsvRecords records(settings_);
  const records::CsvInferenceOptions inference{
      .preferDate = settings_.preferDate, .timestampIsNtz = settings_.records.timestampIsNtz, .text = settings_.records.text};
  int64_t number = 0;
  for (size_t file = 0; file < index.files.size(); ++file) {
    const int64_t size = index.files[file].status.size;
    RETURN_IF_ERROR(records.open(index, {.file = static_cast<int32_t>(file), .start = 0, .length = size}, true));
    for (bool first = true;; first = false) {
      ASSIGN_OR_RETURN(const bool more, records.next());
      if (!more) break;
      if (!hasFirst) {
        hasFirst = true;
        for (const auto& field : records.fields()) header.push_back(settings_.header && field.text != settings_.nullValue ? std::string(field.text) : "");
        types.resize(header.size());
        if (!settings_.inferSchema) break;
      }
      if (settings_.header && first) continue;
      if (!isSampled(settings_.records, number++)) continue;
      for (size_t i = 0; i < std::min(types.size(), records.fields().size()); ++i) {
        const std::string_view text = records.fields()[i].text;
        if (!text.empty() && text != settings_.nullValue) types[i] = records::inferCsvType(types[i], text, inference);
      }
    }
    if (hasFirst && !settings_.inferSchema) break;
  }
  const std::vector<std::string> names = records::csvColumnNames(header, settings_.records.caseSensitive);
  StructFields fields;
  for (size_t i = 0; i < names.size(); ++i) {
    fields.push_back({.name = names[i], .type = types[i].is(TypeKind::kNull) ? DataType::string() : types[i]});
  }
  return fields;
}

Result<std::unique_ptr<FileReader>> CsvFormat::makeReader(FileReadRequestPtr request) const {
  return std::unique_ptr<FileReader>(std::make_unique<CsvReader>(std::move(request), settings_));
}

}  // namespace flint::sources
