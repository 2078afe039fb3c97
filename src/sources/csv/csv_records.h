#pragma once

#include <string>
#include <vector>

#include "sources/csv/csv_format.h"

namespace flint::sources {

/// The records of a split of a CSV file: its header, blank lines and comments passed over, fields with the option's values for empty ones.
///
/// Memory: fields and text are good until the next call. Threads: confined to its owner.
class CsvRecords {
 public:
  explicit CsvRecords(const CsvFormat::Settings& settings) : settings_(settings), tokenizer_(settings.dialect) {}

  Status open(const FileIndex& index, const FileSplit& split, bool keepHeader = false);
  /// Only the first `most` fields of each record are asked for.
  void onlyFirst(size_t most) { most_ = most; }
  /// The next record; false at the end. With `wanted` false only its presence matters.
  Result<bool> next(bool wanted = true);
  const std::vector<records::CsvTokenizer::Field>& fields() const { return fields_; }
  std::string_view text() const { return text_; }
  /// The header of the split, where it begins with one: known from the first `next` on.
  const std::vector<std::string>& header() const { return header_; }

 private:
  Result<bool> nextRaw(size_t most);

  const CsvFormat::Settings& settings_;
  records::CsvTokenizer tokenizer_;
  std::unique_ptr<records::LineReader> lines_;
  std::vector<std::string> header_;
  std::string whole_;  // of a file whose records span lines
  size_t position_ = 0;
  size_t most_ = std::string_view::npos;
  bool skipHeader_ = false;
  bool atFileStart_ = false;
  std::vector<records::CsvTokenizer::Field> fields_;
  std::string_view text_;
};

}  // namespace flint::sources
