#include "sources/files/record_source.h"

#include "base/hash.h"
#include "io/byte_stream.h"
#include "records/text_encoding.h"

namespace flint::sources {

Result<std::unique_ptr<records::LineReader>> openLines(const FileIndex& index, const FileSplit& split, const std::string& separator) {
  const std::string& path = index.files[static_cast<size_t>(split.file)].status.path;
  const io::StreamCodec codec = io::streamCodecOf(path);
  const bool plain = codec == io::StreamCodec::kNone;
  ASSIGN_OR_RETURN(auto file, index.fileSystem->open(path));
  ASSIGN_OR_RETURN(auto stream, io::openStream(std::move(file), plain ? split.start : 0, codec));
  return std::make_unique<records::LineReader>(std::move(stream), plain ? split.start : 0, plain ? split.length : -1, separator);
}

Result<std::string> readText(const FileIndex& index, int32_t file, const std::string& encoding) {
  ASSIGN_OR_RETURN(auto lines, openLines(index, {.file = file, .start = 0, .length = -1}, ""));
  ASSIGN_OR_RETURN(const std::string_view text, lines->rest());
  if (std::optional<std::string> decoded = records::toUtf8(text, encoding)) return std::string(withoutMark(*decoded));
  return std::string(withoutMark(text));
}

Status forEachLine(const FileIndex& index, const std::string& separator, const std::function<Result<bool>(int32_t, std::string_view)>& visit) {
  for (size_t i = 0; i < index.files.size(); ++i) {
    const auto file = static_cast<int32_t>(i);
    ASSIGN_OR_RETURN(auto lines, openLines(index, {.file = file, .start = 0, .length = -1}, separator));
    for (bool first = true;; first = false) {
      ASSIGN_OR_RETURN(const auto line, lines->next());
      if (!line.has_value()) break;
      ASSIGN_OR_RETURN(const bool more, visit(file, first ? withoutMark(*line) : *line));
      if (!more) return Status::ok();
    }
  }
  return Status::ok();
}

Error failedReading(const FileIndex& index, int32_t file, Error cause) {
  return Error(condition::kFailedReadFileNoHint)
      .with("path", fileUri(index.files[static_cast<size_t>(file)].status.path))
      .causedBy(std::move(cause));
}

RecordSettings recordSettingsOf(const connector::OpenRequest& request) {
  const auto setting = [&](std::string_view key) { return request.conf ? request.conf(key) : std::nullopt; };
  RecordSettings settings{.options = records::RecordOptions(request.options)};
  settings.mode = records::parseModeOf(settings.options);
  settings.text = records::textValueOptionsOf(settings.options, request.timeZone);
  settings.corruptColumn = settings.options.text("columnNameOfCorruptRecord", setting("spark.sql.columnNameOfCorruptRecord").value_or("_corrupt_record"));
  settings.lineSeparator = settings.options.text("lineSep", "");
  settings.multiLine = settings.options.flag("multiLine", false);
  settings.timestampIsNtz = setting("spark.sql.timestampType").value_or("") == "TIMESTAMP_NTZ";
  settings.caseSensitive = request.caseSensitive;
  settings.samplingRatio = settings.options.number("samplingRatio", 1);
  return settings;
}

bool isSampled(const RecordSettings& settings, int64_t number) {
  if (settings.samplingRatio >= 0.99) return true;
  return static_cast<double>(mixHash(static_cast<uint64_t>(number) + 1) >> 11) * 0x1p-53 < settings.samplingRatio;
}

std::string_view withoutMark(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  return text;
}

}  // namespace flint::sources
