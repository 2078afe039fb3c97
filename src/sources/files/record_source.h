#pragma once

#include <functional>
#include <memory>
#include <string>

#include "connector/data_source.h"
#include "records/line_reader.h"
#include "records/record_options.h"
#include "sources/files/file_format.h"

/// What the formats made of text records share.
namespace flint::sources {

/// The lines of a split; of a compressed file, all its lines.
Result<std::unique_ptr<records::LineReader>> openLines(const FileIndex& index, const FileSplit& split, const std::string& separator);
/// A whole file's text, decompressed, without a byte order mark.
Result<std::string> readText(const FileIndex& index, int32_t file, const std::string& encoding = {});
/// Calls `visit` for each line of all files until it gives false.
Status forEachLine(const FileIndex& index, const std::string& separator, const std::function<Result<bool>(int32_t file, std::string_view line)>& visit);

/// FAILED_READ_FILE.NO_HINT for a file whose records failed with `cause`.
Error failedReading(const FileIndex& index, int32_t file, Error cause);

/// Settings of text records that come from the session as well as from options.
struct RecordSettings {
  records::RecordOptions options;
  records::ParseMode mode = records::ParseMode::kPermissive;
  records::TextValueOptions text;
  std::string corruptColumn;      // its name
  std::string lineSeparator;      // empty: any
  bool multiLine = false;
  bool timestampIsNtz = false;
  bool caseSensitive = false;
  double samplingRatio = 1;
};
RecordSettings recordSettingsOf(const connector::OpenRequest& request);
/// Whether line `number` is in the sample that schemas are inferred from.
bool isSampled(const RecordSettings& settings, int64_t number);

/// `text` without the byte order mark in front.
std::string_view withoutMark(std::string_view text);

}  // namespace flint::sources
