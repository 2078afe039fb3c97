#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace flint::records {

struct CsvDialect {
  std::string separator = ",";
  char quote = '"';      // '\0': none
  char escape = '\\';
  char comment = '\0';   // lines that begin with it are no records; '\0': none
  bool trimLeading = false;
  bool trimTrailing = false;
};

/// Cuts CSV records into fields, as the parser that Spark uses does: quotes count at a field's start; one that is neither escaped nor before a
/// separator makes the whole field raw text up to the next separator.
///
/// Threads: confined to its owner. Views are good until the next call, and as long as the text.
class CsvTokenizer {
 public:
  struct Field {
    std::string_view text;
    bool quoted = false;
  };
  explicit CsvTokenizer(CsvDialect dialect) : dialect_(std::move(dialect)) {}

  /// The fields of the record at `position`, which moves behind it. With `multiLine` quoted line ends belong to the field; else the record is all
  /// of `text`, and its first `most` fields are enough. False at the end.
  bool next(std::string_view text, size_t& position, bool multiLine, std::vector<Field>& fields, size_t most = std::string_view::npos);

  const CsvDialect& dialect() const { return dialect_; }

 private:
  bool separatorAt(std::string_view text, size_t at) const { return text.substr(at, dialect_.separator.size()) == dialect_.separator; }
  bool splitLine(std::string_view line, size_t most, std::vector<Field>& fields);
  Field unquoted(std::string_view text, size_t& position, bool multiLine) const;
  Field quotedField(std::string_view text, size_t& position, bool multiLine);
  Field trimmed(Field field) const;

  const CsvDialect dialect_;
  std::vector<size_t> ends_;           // scratch: of the fields of a line
  std::deque<std::string> unescaped_;  // of this record's fields that had escapes; views into it stay good
};

}  // namespace flint::records
