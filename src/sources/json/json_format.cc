#include "sources/json/json_format.h"

#include <strings.h>

#include <algorithm>

#include "columnar/vector_builder.h"
#include "io/byte_stream.h"
#include "sources/files/file_table.h"
#include "sources/write/file_writer.h"
#include "sources/write/text_write_formats.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::Selection;
using records::JsonDocument;

bool isBlank(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

bool sameName(const std::string& a, const std::string& b, bool caseSensitive) {
  return caseSensitive ? a == b : a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

class JsonReader final : public FileReader {
 public:
  JsonReader(FileReadRequestPtr request, const JsonFormat::Settings& settings)
      : request_(std::move(request)), settings_(settings), document_(settings_.dialect), rows_(DataType::structType({})), corrupt_(DataType::string()) {
    StructFields fields;
    for (const StructField& column : request_->columns) {
      const bool isCorrupt = column.type.isStringLike() && sameName(column.name, settings_.records.corruptColumn, request_->caseSensitive);
      positions_.push_back(isCorrupt ? -1 : static_cast<int32_t>(fields.size()));
      if (!isCorrupt) fields.push_back(column);
    }
    rows_ = columnar::VectorBuilder(DataType::structType(std::move(fields)));
  }

  Status open(const FileMorsel& morsel) override {
    file_ = morsel.split.file;
    row_ = 0;
    lines_ = nullptr;
    wholeLeft_ = settings_.records.multiLine;
    atFileStart_ = morsel.split.start == 0;
    nextMember_ = -1;
    if (wholeLeft_) return Status::ok();
    ASSIGN_OR_RETURN(lines_, openLines(*request_->files, morsel.split, settings_.records.lineSeparator));
    return Status::ok();
  }

  Result<bool> next(ColumnarBatch& batch, int64_t& firstRow) override {
    const bool dropping = settings_.records.mode == records::ParseMode::kDropMalformed;
    while (rows_.size() < columnar::kBatchRows) {
      if (request_->limit.has_value() && !dropping && row_ + rows_.size() >= *request_->limit) break;
      if (nextMember_ >= 0) {
        RETURN_IF_ERROR(appendMembers());
        continue;
      }
      ASSIGN_OR_RETURN(const bool more, nextRecord());
      if (!more) break;
      RETURN_IF_ERROR(appendRecord());
    }
    const RowIndex rows = rows_.size();
    if (rows == 0) return false;
    firstRow = row_;
    row_ += rows;
    const columnar::VectorPtr whole = rows_.finish();
    const columnar::VectorPtr corrupt = corrupt_.finish();
    std::vector<columnar::VectorPtr> columns;
    for (const int32_t position : positions_) columns.push_back(position < 0 ? corrupt : whole->children()[static_cast<size_t>(position)]);
    batch = ColumnarBatch(std::move(columns), rows);
    if (dropping && kept_.size() < static_cast<size_t>(rows)) batch.setSelection(std::make_shared<const Selection>(std::move(kept_)));
    kept_ = {};
    return true;
  }
  int64_t rowsDecoded() const override { return row_; }

 private:
  // The next text that is not blank, in `record_`.
  Result<bool> nextRecord() {
    if (lines_ == nullptr) {
      if (!wholeLeft_) return false;
      wholeLeft_ = false;
      ASSIGN_OR_RETURN(whole_, readText(*request_->files, file_, settings_.encoding));
      record_ = whole_;
      return !isBlank(record_);
    }
    while (true) {
      ASSIGN_OR_RETURN(const auto line, lines_->next());
      if (!line.has_value()) return false;
      record_ = atFileStart_ ? withoutMark(*line) : *line;
      atFileStart_ = false;
      if (!isBlank(record_)) return true;
    }
  }

  Status appendRecord() {
    if (!document_.parse(record_, true)) return appendMalformed();
    const JsonDocument::Node& root = document_.root();
    if (root.kind == JsonDocument::Kind::kObject) return appendObject(root);
    if (root.kind == JsonDocument::Kind::kArray) {
      nextMember_ = root.firstChild;
      return Status::ok();
    }
    return root.kind == JsonDocument::Kind::kNull ? Status::ok() : appendMalformed();
  }

  // An array of objects at the top is a row each.
  Status appendMembers() {
    const JsonDocument::Node& member = document_.node(nextMember_);
    nextMember_ = member.next;
    return member.kind == JsonDocument::Kind::kObject ? appendObject(member) : appendMalformed();
  }

  Status appendObject(const JsonDocument::Node& object) {
    const bool good = records::appendJsonValue(document_, object, rows_, settings_.values);
    return finishRow(good);
  }

  Status appendMalformed() {
    for (size_t i = 0; i < rows_.type().fields().size(); ++i) rows_.child(i).appendNull();
    rows_.appendStruct();
    return finishRow(false);
  }

  Status finishRow(bool good) {
    if (good) {
      corrupt_.appendNull();
      kept_.push_back(rows_.size() - 1);
      return Status::ok();
    }
    if (settings_.records.mode == records::ParseMode::kFailFast) {
      return failedReading(*request_->files, file_,
                           Error(condition::kMalformedRecordInParsingWithoutSuggestion)
                               .with("badRecord", std::string(record_))
                               .with("failFastMode", "FAILFAST"));
    }
    corrupt_.appendString(record_);
    return Status::ok();
  }

  const FileReadRequestPtr request_;
  const JsonFormat::Settings settings_;
  JsonDocument document_;
  columnar::VectorBuilder rows_;     // a struct of the wanted columns
  columnar::VectorBuilder corrupt_;  // the texts of malformed records
  std::vector<int32_t> positions_;   // of each wanted column among the struct's fields; -1: the malformed texts
  std::unique_ptr<records::LineReader> lines_;
  std::string whole_;
  std::string_view record_;
  int32_t nextMember_ = -1;  // of an array at the top, whose members are being given
  Selection kept_;
  bool wholeLeft_ = false;
  bool atFileStart_ = false;
  int32_t file_ = 0;
  int64_t row_ = 0;
};

std::shared_ptr<const JsonFormat> formatFor(const connector::OpenRequest& request) {
  JsonFormat::Settings settings{.records = recordSettingsOf(request)};
  const records::RecordOptions& options = settings.records.options;
  settings.dialect.allowSingleQuotes = options.flag("allowSingleQuotes", true);
  settings.dialect.allowUnquotedFieldNames = options.flag("allowUnquotedFieldNames", false);
  settings.dialect.allowComments = options.flag("allowComments", false);
  settings.dialect.allowNumericLeadingZeros = options.flag("allowNumericLeadingZeros", false);
  settings.dialect.allowBackslashEscapingAnyCharacter = options.flag("allowBackslashEscapingAnyCharacter", false);
  settings.dialect.allowUnquotedControlChars = options.flag("allowUnquotedControlChars", false);
  settings.dialect.allowNonNumericNumbers = options.flag("allowNonNumericNumbers", true);
  settings.values.text = settings.records.text;
  settings.encoding = options.text("encoding", options.text("charset", ""));
  settings.values.primitivesAsString = options.flag("primitivesAsString", false);
  settings.values.prefersDecimal = options.flag("prefersDecimal", false);
  settings.values.dropFieldIfAllNull = options.flag("dropFieldIfAllNull", false);
  settings.values.inferTimestamp = options.flag("inferTimestamp", false);
  settings.values.timestampIsNtz = settings.records.timestampIsNtz;
  return std::make_shared<const JsonFormat>(std::move(settings));
}

Result<connector::TablePtr> openJson(const connector::OpenRequest& request) { return FileTable::open(formatFor(request), request); }

Result<connector::TablePtr> decodeJson(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  return FileTable::decode(formatFor(request), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeJson(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeJsonWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kJson = {
    .shortName = "json",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "multiLine", .defaultValue = "false", .doc = "Whether each file is one document instead of one a line."},
                {.name = "mode", .defaultValue = "PERMISSIVE", .doc = "PERMISSIVE, DROPMALFORMED or FAILFAST."},
                {.name = "primitivesAsString", .defaultValue = "false", .doc = "Whether inferred values are all strings."},
                {.name = "prefersDecimal", .defaultValue = "false", .doc = "Whether fractions are inferred as decimals."},
                {.name = "allowComments", .defaultValue = "false", .doc = "Whether comments as in Java are passed over."},
                {.name = "samplingRatio", .defaultValue = "1.0", .doc = "Part of the records that the schema is inferred from."}},
    .open = openJson,
    .write = writeJson,
    .decode = decodeJson,
};

bool JsonFormat::isSplittable(const DataFile& file) const {
  return !settings_.records.multiLine && io::streamCodecOf(file.status.path) == io::StreamCodec::kNone;
}

Result<StructFields> JsonFormat::inferSchema(const FileIndex& index) const {
  if (index.files.empty()) return Error(condition::kUnableToInferSchema).with("format", "JSON");
  JsonDocument document(settings_.dialect);
  DataType schema = DataType::structType({});
  const DataType corrupt = DataType::structType({{.name = settings_.records.corruptColumn, .type = DataType::string()}});
  const auto add = [&](const JsonDocument::Node& node) {
    if (node.kind != JsonDocument::Kind::kObject) return false;
    schema = records::mergeJsonTypes(schema, records::inferJsonType(document, node, settings_.values));
    return true;
  };
  const auto visit = [&](int32_t file, std::string_view text) -> Result<bool> {
    if (isBlank(text)) return true;
    bool good = document.parse(text, true);
    if (good && document.root().kind == JsonDocument::Kind::kArray) {
      for (int32_t at = document.root().firstChild; at >= 0; at = document.node(at).next) good = add(document.node(at)) && good;
    } else if (good && document.root().kind != JsonDocument::Kind::kNull) {
      good = add(document.root());
    }
    if (good || settings_.records.mode == records::ParseMode::kDropMalformed) return true;
    if (settings_.records.mode == records::ParseMode::kFailFast) {
      return failedReading(index, file,
                           Error(condition::kMalformedRecordInParsingWithoutSuggestion)
                               .with("badRecord", std::string(text))
                               .with("failFastMode", "FAILFAST"));
    }
    schema = records::mergeJsonTypes(schema, corrupt);
    return true;
  };
  if (settings_.records.multiLine) {
    for (size_t i = 0; i < index.files.size(); ++i) {
      ASSIGN_OR_RETURN(const std::string text, readText(index, static_cast<int32_t>(i), settings_.encoding));
      RETURN_IF_ERROR(visit(static_cast<int32_t>(i), text));
    }
  } else {
    int64_t number = 0;
    RETURN_IF_ERROR(forEachLine(index, settings_.records.lineSeparator, [&](int32_t file, std::string_view line) -> Result<bool> {
      return isSampled(settings_.records, number++) ? visit(file, line) : Result<bool>(true);
    }));
  }
  return records::canonicalJsonType(schema, settings_.values.dropFieldIfAllNull).fields();
}

Result<std::unique_ptr<FileReader>> JsonFormat::makeReader(FileReadRequestPtr request) const {
  return std::unique_ptr<FileReader>(std::make_unique<JsonReader>(std::move(request), settings_));
}

}  // namespace flint::sources
