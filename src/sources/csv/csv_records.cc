#include "sources/csv/csv_records.h"

#include <algorithm>

namespace flint::sources {
namespace {

bool isBlankLine(std::string_view line) {
  return std::all_of(line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

}  // namespace

Status CsvRecords::open(const FileIndex& index, const FileSplit& split, bool keepHeader) {
  lines_ = nullptr;
  whole_.clear();
  header_.clear();
  position_ = 0;
  atFileStart_ = split.start == 0;
  skipHeader_ = settings_.header && split.start == 0 && !keepHeader;
  if (settings_.records.multiLine) {
    ASSIGN_OR_RETURN(whole_, readText(index, split.file));
    return Status::ok();
  }
  ASSIGN_OR_RETURN(lines_, openLines(index, split, settings_.records.lineSeparator));
  return Status::ok();
}

Result<bool> CsvRecords::nextRaw(size_t most) {
  if (lines_ == nullptr) {
    const size_t start = position_;
    if (!tokenizer_.next(whole_, position_, true, fields_)) return false;
    text_ = std::string_view(whole_).substr(start, position_ - start);
    while (!text_.empty() && (text_.back() == '\n' || text_.back() == '\r')) text_.remove_suffix(1);
    return true;
  }
  while (true) {
    ASSIGN_OR_RETURN(const auto line, lines_->next());
    if (!line.has_value()) return false;
    text_ = atFileStart_ ? withoutMark(*line) : *line;
    atFileStart_ = false;
    if (isBlankLine(text_) || (settings_.dialect.comment != '\0' && text_[0] == settings_.dialect.comment)) continue;
    if (most == 0) return true;
    size_t position = 0;
    return tokenizer_.next(text_, position, false, fields_, most);
  }
}

Result<bool> CsvRecords::next(bool wanted) {
  if (skipHeader_) {
    skipHeader_ = false;
    ASSIGN_OR_RETURN(const bool header, nextRaw(std::string_view::npos));
    if (!header) return false;
    for (const auto& field : fields_) header_.emplace_back(field.text);
  }
  ASSIGN_OR_RETURN(const bool more, nextRaw(wanted ? most_ : 0));
  if (!more) return false;
  for (auto& field : fields_) {
    if (field.text.empty()) field.text = field.quoted ? std::string_view(settings_.emptyValue) : std::string_view(settings_.nullValue);
  }
  return true;
}

}  // namespace flint::sources
