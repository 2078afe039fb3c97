#include "sources/xml/xml_format.h"

#include "columnar/vector_builder.h"
#include "sources/files/file_table.h"
#include "sources/write/file_writer.h"
#include "sources/write/text_write_formats.h"
#include "sources/xml/xml_rows.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::Selection;

Error malformed(const FileIndex& index, int32_t file, std::string_view record) {
  const Error cause =
      Error(condition::kMalformedRecordInParsingWithoutSuggestion).with("badRecord", std::string(record)).with("failFastMode", "FAILFAST");
  return failedReading(index, file, cause);
}

Result<std::unique_ptr<XmlSchemaCheck>> checkOf(const XmlFormat::Settings& settings) {
  if (settings.xsdPath.empty()) return std::unique_ptr<XmlSchemaCheck>();
  return XmlSchemaCheck::open(settings.xsdPath);
}

class XmlReader final : public FileReader {
 public:
  XmlReader(FileReadRequestPtr request, const XmlFormat::Settings& settings, std::unique_ptr<XmlSchemaCheck> check)
      : request_(std::move(request)), settings_(settings), check_(std::move(check)), rows_(DataType::structType(request_->columns)) {
    for (size_t i = 0; i < request_->columns.size(); ++i) {
      const StructField& column = request_->columns[i];
      if (column.name == settings_.records.corruptColumn && column.type.isStringLike()) corruptField_ = static_cast<int>(i);
    }
  }

  Status open(const FileMorsel& morsel) override {
    file_ = morsel.split.file;
    row_ = 0;
    ASSIGN_OR_RETURN(text_, readText(*request_->files, file_, settings_.encoding));
    elements_ = XmlRows(text_, settings_.rowTag);
    return Status::ok();
  }

  Result<bool> next(ColumnarBatch& batch, int64_t& firstRow) override {
    const bool dropping = settings_.records.mode == records::ParseMode::kDropMalformed;
    Selection kept;
    while (rows_.size() < columnar::kBatchRows) {
      if (request_->limit.has_value() && !dropping && row_ + rows_.size() >= *request_->limit) break;
      const std::optional<std::string_view> record = elements_.next();
      if (!record.has_value()) break;
      const bool good = append(*record);
      if (!good && settings_.records.mode == records::ParseMode::kFailFast) return malformed(*request_->files, file_, *record);
      if (good) kept.push_back(rows_.size() - 1);
    }
    const RowIndex rows = rows_.size();
    if (rows == 0) return false;
    firstRow = row_;
    row_ += rows;
    const columnar::VectorPtr whole = rows_.finish();
    batch = ColumnarBatch(std::vector<columnar::VectorPtr>(whole->children()), rows);
    if (dropping && kept.size() < static_cast<size_t>(rows)) batch.setSelection(std::make_shared<const Selection>(std::move(kept)));
    return true;
  }
  int64_t rowsDecoded() const override { return row_; }

 private:
  bool append(std::string_view record) {
    const bool allowed = check_ == nullptr || check_->allows(record);
    if (allowed && records::parseXml(record, element_)) return records::appendXmlObject(element_, rows_, settings_.values, corruptField_, record);
    for (size_t i = 0; i < request_->columns.size(); ++i) {
      if (static_cast<int>(i) == corruptField_) {
        rows_.child(i).appendString(record);
      } else {
        rows_.child(i).appendNull();
      }
    }
    rows_.appendStruct();
    return false;
  }

  const FileReadRequestPtr request_;
  const XmlFormat::Settings settings_;
  const std::unique_ptr<XmlSchemaCheck> check_;  // null: none
  columnar::VectorBuilder rows_;                 // a struct of the wanted columns
  records::XmlElement element_;
  std::string text_;
  XmlRows elements_;
  int corruptField_ = -1;
  int32_t file_ = 0;
  int64_t row_ = 0;
};

Result<std::shared_ptr<const XmlFormat>> formatFor(const connector::OpenRequest& request) {
  XmlFormat::Settings settings{.records = recordSettingsOf(request)};
  const records::RecordOptions& options = settings.records.options;
  settings.values = records::xmlValueOptionsOf(options, request.timeZone);
  settings.values.values = settings.records.text;
  settings.rowTag = options.text("rowTag", "");
  settings.encoding = options.text("encoding", options.text("charset", ""));
  settings.xsdPath = options.text("rowValidationXSDPath", "");
  if (settings.rowTag.empty()) return Error(condition::kXmlRowTagMissing).with("rowTag", "`rowTag`").as(ErrorFamily::kAnalysis);
  return std::make_shared<const XmlFormat>(std::move(settings));
}

Result<connector::TablePtr> openXml(const connector::OpenRequest& request) {
  ASSIGN_OR_RETURN(auto format, formatFor(request));
  return FileTable::open(std::move(format), request);
}

Result<connector::TablePtr> decodeXml(ByteReader& in) {
  const connector::OpenRequest request = FileTable::decodeRequest(in);
  ASSIGN_OR_RETURN(auto format, formatFor(request));
  return FileTable::decode(std::move(format), request, in);
}

Result<std::unique_ptr<connector::BatchWrite>> writeXml(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(auto format, makeXmlWriteFormat(request));
  return makeFolderWrite(request, std::move(format));
}

}  // namespace

const connector::DataSource kXml = {
    .shortName = "xml",
    .capabilities = connector::Capability::kBatchRead | connector::Capability::kBatchWrite,
    .options = {{.name = "rowTag", .defaultValue = "ROW", .doc = "The elements that are rows; must be given to read."},
                {.name = "rootTag", .defaultValue = "ROWS", .doc = "The element around the rows of a written file."},
                {.name = "mode", .defaultValue = "PERMISSIVE", .doc = "PERMISSIVE, DROPMALFORMED or FAILFAST."},
                {.name = "attributePrefix", .defaultValue = "_", .doc = "What the columns of attributes begin with."},
                {.name = "valueTag", .defaultValue = "_VALUE", .doc = "The column of an element's own text beside attributes and elements."},
                {.name = "rowValidationXSDPath", .defaultValue = "", .doc = "A schema (XSD); rows that it does not allow are malformed."},
                {.name = "samplingRatio", .defaultValue = "1.0", .doc = "Part of the records that the schema is inferred from."}},
    .open = openXml,
    .write = writeXml,
    .decode = decodeXml,
};

Result<StructFields> XmlFormat::inferSchema(const FileIndex& index) const {
  if (index.files.empty()) return Error(condition::kUnableToInferSchema).with("format", "XML");
  ASSIGN_OR_RETURN(const std::unique_ptr<XmlSchemaCheck> check, checkOf(settings_));
  DataType schema = DataType::structType({});
  const DataType corrupt = DataType::structType({{.name = settings_.records.corruptColumn, .type = DataType::string()}});
  records::XmlElement element;
  int64_t number = 0;
  for (size_t i = 0; i < index.files.size(); ++i) {
    const auto file = static_cast<int32_t>(i);
    ASSIGN_OR_RETURN(const std::string text, readText(index, file, settings_.encoding));
    XmlRows elements(text, settings_.rowTag);
    while (const std::optional<std::string_view> record = elements.next()) {
      if (!isSampled(settings_.records, number++)) continue;
      if ((check == nullptr || check->allows(*record)) && records::parseXml(*record, element)) {
        schema = records::mergeXmlTypes(schema, records::inferXmlType(element, settings_.values, true), settings_.values);
      } else if (settings_.records.mode == records::ParseMode::kFailFast) {
        return malformed(index, file, *record);
      } else if (settings_.records.mode == records::ParseMode::kPermissive) {
        schema = records::mergeXmlTypes(schema, corrupt, settings_.values);
      }
    }
  }
  return records::settledXmlType(schema).fields();
}

Result<std::unique_ptr<FileReader>> XmlFormat::makeReader(FileReadRequestPtr request) const {
  ASSIGN_OR_RETURN(std::unique_ptr<XmlSchemaCheck> check, checkOf(settings_));
  return std::unique_ptr<FileReader>(std::make_unique<XmlReader>(std::move(request), settings_, std::move(check)));
}

}  // namespace flint::sources
