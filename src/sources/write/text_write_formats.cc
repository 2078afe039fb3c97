#include "sources/write/text_write_formats.h"

#include <functional>

#include "columnar/gather.h"
#include "io/gzip_output.h"
#include "records/xml_text.h"
#include "sources/write/json_text.h"
#include "sources/write/value_text.h"

namespace flint::sources {
namespace {

using columnar::ColumnarBatch;
using columnar::RowIndex;
using columnar::VectorPtr;

constexpr size_t kFlushBytes = 1 << 18;

// Appends row `row` of flat columns, with its line end, to the text.
using RowText = std::function<void(std::string& out, const std::vector<VectorPtr>& columns, RowIndex row)>;

class LinesWriter final : public FileWriter {
 public:
  // `tail` stands behind the last row, if there is any.
  LinesWriter(std::unique_ptr<io::OutputFile> file, std::string head, RowText rowText, std::string tail)
      : file_(std::move(file)), text_(std::move(head)), rowText_(std::move(rowText)), tail_(std::move(tail)) {}

  Status write(const ColumnarBatch& batch) override {
    const ColumnarBatch dense = columnar::compact(batch);
    std::vector<RowIndex> all(static_cast<size_t>(dense.numRows()));
    for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<RowIndex>(i);
    std::vector<VectorPtr> flat;
    for (const VectorPtr& column : dense.columns()) flat.push_back(columnar::gather(column, all));
    for (RowIndex row = 0; row < dense.numRows(); ++row) {
      rowText_(text_, flat, row);
      if (text_.size() >= kFlushBytes) RETURN_IF_ERROR(flush());
    }
    return Status::ok();
  }
  Status close() override {
    if (bytesWritten() > 0) text_ += tail_;
    RETURN_IF_ERROR(flush());
    return file_->close(true);
  }
  int64_t bytesWritten() const override { return file_->position() + static_cast<int64_t>(text_.size()); }

 private:
  Status flush() {
    const Status written = file_->append(text_);
    text_.clear();
    return written;
  }

  const std::unique_ptr<io::OutputFile> file_;
  std::string text_;
  const RowText rowText_;
  const std::string tail_;
};

struct Compression {
  bool gzip = false;
};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return out;
}

std::string optionOr(const connector::Options& options, std::string_view key, std::string otherwise) {
  const std::string* value = connector::findOption(options, key);
  return value != nullptr ? *value : std::move(otherwise);
}

bool flagOr(const connector::Options& options, std::string_view key, bool otherwise) {
  const std::string* value = connector::findOption(options, key);
  return value != nullptr ? lower(*value) == "true" : otherwise;
}

Result<Compression> compressionOf(const connector::Options& options) {
  const std::string* option = connector::findOption(options, "compression");
  if (option == nullptr) option = connector::findOption(options, "codec");
  const std::string codec = option == nullptr ? "none" : lower(*option);
  if (codec == "none" || codec == "uncompressed") return Compression{};
  if (codec == "gzip") return Compression{.gzip = true};
  return Error(condition::kCodecNotAvailableWithAvailableCodecsSuggestion)
      .with("codecName", codec)
      .with("availableCodecs", "gzip, none, uncompressed")
      .as(ErrorFamily::kIllegalArgument);
}

TextStyle styleOf(const connector::WriteRequest& request, bool isoTimestamps) {
  const std::string* option = connector::findOption(request.options, "timeZone");
  const TimeZone* zone = TimeZone::find(option != nullptr ? *option : request.timeZone);
  return TextStyle{.zone = zone != nullptr ? zone : &TimeZone::utc(), .isoTimestamps = isoTimestamps};
}

// Patterns other than the defaults are a matter of the date functions, which sources cannot see.
Status refusePatterns(const connector::Options& options) {
  for (const std::string_view key : {"dateFormat", "timestampFormat", "timestampNTZFormat"}) {
    if (connector::findOption(options, key) != nullptr) {
      return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "the option " + std::string(key) + " when writing").as(ErrorFamily::kUnsupportedOperation);
    }
  }
  return Status::ok();
}

class LinesFormat final : public WriteFormat {
 public:
  LinesFormat(std::string extension, Compression compression, std::function<std::string(const StructFields&)> head,
              std::function<RowText(const StructFields&)> rowText, std::string tail = {})
      : extension_(std::move(extension)), compression_(compression), head_(std::move(head)), rowText_(std::move(rowText)), tail_(std::move(tail)) {}

  std::string extension() const override { return extension_ + (compression_.gzip ? ".gz" : ""); }
  Result<std::unique_ptr<FileWriter>> open(std::unique_ptr<io::OutputFile> file, const StructFields& columns) const override {
    if (compression_.gzip) file = io::makeGzipOutput(std::move(file));
    return std::unique_ptr<FileWriter>(std::make_unique<LinesWriter>(std::move(file), head_(columns), rowText_(columns), tail_));
  }

 private:
  const std::string extension_;
  const Compression compression_;
  const std::function<std::string(const StructFields&)> head_;
  const std::function<RowText(const StructFields&)> rowText_;
  const std::string tail_;
};

struct CsvStyle {
  std::string separator = ",";
  std::string lineEnd = "\n";
  std::string nullValue;
  std::string emptyValue = "\"\"";
  char quote = '"';
  char escape = '\\';
  bool quoteAll = false;
  bool escapeQuotes = true;
  bool trimLeft = true;
  bool trimRight = true;
  TextStyle values;
};

void appendQuoted(std::string& out, std::string_view text, const CsvStyle& style) {
  out += style.quote;
  for (const char c : text) {
    if (c == style.quote || (c == style.escape && style.escape != style.quote)) out += style.escape;
    out += c;
  }
  out += style.quote;
}

void appendCsvCell(std::string& out, std::string_view text, const CsvStyle& style) {
  while (style.trimLeft && !text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (style.trimRight && !text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  if (text.empty()) {
    out += style.emptyValue;
    return;
  }
  const bool special = text.find(style.separator) != std::string_view::npos || text.find_first_of("\r\n") != std::string_view::npos ||
                       text.front() == '#' || (style.escapeQuotes && text.find(style.quote) != std::string_view::npos);
  if (style.quoteAll || special) {
    appendQuoted(out, text, style);
  } else {
    out += text;
  }
}

void appendCsvRow(std::string& out, const std::vector<VectorPtr>& columns, RowIndex row, const CsvStyle& style) {
  std::string cell;
  for (size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out += style.separator;
    if (columns[i]->isNull(row)) {
      out += style.quoteAll ? style.quote + style.nullValue + style.quote : style.nullValue;
      continue;
    }
    cell.clear();
    appendValueText(cell, *columns[i], row, style.values);
    appendCsvCell(out, cell, style);
  }
  out += style.lineEnd;
}

Error unsupportedType(std::string_view format, const StructField& field) {
  return Error(condition::kUnsupportedDataTypeForDatasource)
      .with("columnName", quoteIdentifier(field.name))
      .with("columnType", "\"" + field.type.sql() + "\"")
      .with("format", std::string(format))
      .as(ErrorFamily::kAnalysis);
}

}  // namespace

Result<std::shared_ptr<const WriteFormat>> makeCsvWriteFormat(const connector::WriteRequest& request) {
  for (const StructField& field : request.schema) {
    if (field.type.isNested() || field.type.is(TypeKind::kBinary) || field.type.is(TypeKind::kVariant)) return unsupportedType("CSV", field);
  }
  ASSIGN_OR_RETURN(const Compression compression, compressionOf(request.options));
  RETURN_IF_ERROR(refusePatterns(request.options));
  auto style = std::make_shared<CsvStyle>();
  style->separator = optionOr(request.options, "sep", optionOr(request.options, "delimiter", ","));
  if (style->separator == "\\t") style->separator = "\t";
  style->lineEnd = optionOr(request.options, "lineSep", "\n");
  style->nullValue = optionOr(request.options, "nullValue", "");
  style->emptyValue = optionOr(request.options, "emptyValue", "\"\"");
  const std::string quote = optionOr(request.options, "quote", "\"");
  style->quote = quote.empty() ? '\0' : quote[0];
  const std::string escape = optionOr(request.options, "escape", "\\");
  style->escape = escape.empty() ? '\0' : escape[0];
  style->quoteAll = flagOr(request.options, "quoteAll", false);
  style->escapeQuotes = flagOr(request.options, "escapeQuotes", true);
  style->trimLeft = flagOr(request.options, "ignoreLeadingWhiteSpace", true);
  style->trimRight = flagOr(request.options, "ignoreTrailingWhiteSpace", true);
  style->values = styleOf(request, true);
  const bool header = flagOr(request.options, "header", false);
  const auto head = [style, header](const StructFields& columns) {
    std::string line;
    for (size_t i = 0; header && i < columns.size(); ++i) {
      if (i > 0) line += style->separator;
      appendCsvCell(line, columns[i].name, *style);
    }
    return header ? line + style->lineEnd : line;
  };
  const auto rowText = [style](const StructFields&) {
    return [style](std::string& out, const std::vector<VectorPtr>& columns, RowIndex row) { appendCsvRow(out, columns, row, *style); };
  };
  return std::shared_ptr<const WriteFormat>(std::make_shared<LinesFormat>(".csv", compression, head, rowText));
}

Result<std::shared_ptr<const WriteFormat>> makeJsonWriteFormat(const connector::WriteRequest& request) {
  ASSIGN_OR_RETURN(const Compression compression, compressionOf(request.options));
  RETURN_IF_ERROR(refusePatterns(request.options));
  JsonStyle style{.values = styleOf(request, true), .ignoreNullFields = flagOr(request.options, "ignoreNullFields", !request.conf || request.conf("spark.sql.jsonGenerator.ignoreNullFields").value_or("true") == "true")};
  const std::string lineEnd = optionOr(request.options, "lineSep", "\n");
  const auto rowText = [style, lineEnd](const StructFields& fields) {
    return [style, lineEnd, fields](std::string& out, const std::vector<VectorPtr>& columns, RowIndex row) {
      appendJsonObject(out, fields, columns, row, style);
      out += lineEnd;
    };
  };
  return std::shared_ptr<const WriteFormat>(
      std::make_shared<LinesFormat>(".json", compression, [](const StructFields&) { return std::string(); }, rowText));
}

Result<std::shared_ptr<const WriteFormat>> makeXmlWriteFormat(const connector::WriteRequest& request) {
  for (const StructField& field : request.schema) {
    if (field.type.is(TypeKind::kVariant)) return unsupportedType("XML", field);
  }
  ASSIGN_OR_RETURN(const Compression compression, compressionOf(request.options));
  RETURN_IF_ERROR(refusePatterns(request.options));
  const std::string rowTag = optionOr(request.options, "rowTag", "ROW");
  const std::string rootTag = optionOr(request.options, "rootTag", "ROWS");
  const std::string declaration = optionOr(request.options, "declaration", "version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"");
  records::XmlStyle style;
  style.attributePrefix = optionOr(request.options, "attributePrefix", style.attributePrefix);
  style.valueTag = optionOr(request.options, "valueTag", style.valueTag);
  style.arrayElementName = optionOr(request.options, "arrayElementName", style.arrayElementName);
  style.indent = optionOr(request.options, "indent", style.indent);
  if (const std::string* nullValue = connector::findOption(request.options, "nullValue")) style.nullValue = *nullValue;
  style.append = [values = styleOf(request, true)](const columnar::ColumnVector& vector, RowIndex row, std::string& out) {
    const columnar::ColumnVector& flat = vector.isFlat() ? vector : *vector.base();
    appendValueText(out, flat, vector.baseRow(row), values);
  };
  // The declaration and the root's start tag come with the first row of a file.
  const std::string head = (declaration.empty() ? std::string() : "<?xml " + declaration + "?>\n") + "<" + rootTag + ">";
  const std::string endTag = "\n</" + rootTag.substr(0, rootTag.find(' ')) + ">";
  const auto rowText = [style, rowTag, head](const StructFields& fields) {
    return [style, rowTag, head, type = DataType::structType(fields), isFirst = true](std::string& out, const std::vector<VectorPtr>& columns, RowIndex row) mutable {
      if (isFirst) out += head;
      isFirst = false;
      const VectorPtr whole = columnar::ColumnVector::structure(type, columns.empty() ? 0 : columns[0]->size(), nullptr, columns);
      std::string text;
      records::appendXmlElement(text, rowTag, *whole, row, 1, style);
      out += '\n' + text;
    };
  };
  return std::shared_ptr<const WriteFormat>(
      std::make_shared<LinesFormat>(".xml", compression, [](const StructFields&) { return std::string(); }, rowText, endTag));
}

Result<std::shared_ptr<const WriteFormat>> makeTextWriteFormat(const connector::WriteRequest& request) {
  StructFields data;
  for (const StructField& field : request.schema) {
    bool partition = false;
    for (const std::string& name : request.partitionColumns) partition = partition || lower(name) == lower(field.name);
    if (!partition) data.push_back(field);
  }
  if (data.size() != 1) {
    return Error(condition::kLegacyErrorTemp1290).with("schemaSize", std::to_string(data.size())).as(ErrorFamily::kAnalysis);
  }
  if (!data[0].type.isStringLike()) return unsupportedType("Text", data[0]);
  ASSIGN_OR_RETURN(const Compression compression, compressionOf(request.options));
  const std::string lineEnd = optionOr(request.options, "lineSep", "\n");
  const auto rowText = [lineEnd](const StructFields&) {
    return [lineEnd](std::string& out, const std::vector<VectorPtr>& columns, RowIndex row) {
      if (!columns[0]->isNull(row)) out += columns[0]->values<columnar::StringView>()[row].view();
      out += lineEnd;
    };
  };
  return std::shared_ptr<const WriteFormat>(
      std::make_shared<LinesFormat>(".txt", compression, [](const StructFields&) { return std::string(); }, rowText));
}

}  // namespace flint::sources
