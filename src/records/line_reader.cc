#include "records/line_reader.h"

#include <algorithm>
#include <cstring>

namespace flint::records {
namespace {

constexpr size_t kChunk = 1 << 18;

}  // namespace

LineReader::LineReader(std::unique_ptr<io::ByteStream> stream, int64_t start, int64_t length, std::string separator)
    : stream_(std::move(stream)), separator_(std::move(separator)), left_(length), bounded_(length >= 0), skipFirst_(bounded_ && start > 0) {}

Result<bool> LineReader::fill() {
  if (ended_) return false;
  if (begin_ > 0) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  const size_t had = buffer_.size();
  buffer_.resize(had + std::max(kChunk, had));
  ASSIGN_OR_RETURN(const size_t got, stream_->read(buffer_.data() + had, buffer_.size() - had));
  buffer_.resize(had + got);
  ended_ = got == 0;
  return got > 0;
}

bool LineReader::findEnd(bool atEnd, size_t& end, size_t& nextLine) const {
  const std::string_view text = std::string_view(buffer_).substr(begin_);
  if (!separator_.empty()) {
    const size_t found = text.find(separator_);
    if (found == std::string_view::npos) return false;
    end = begin_ + found;
    nextLine = end + separator_.size();
    return true;
  }
  const auto* newline = static_cast<const char*>(std::memchr(text.data(), '\n', text.size()));
  const size_t lineFeed = newline == nullptr ? std::string_view::npos : static_cast<size_t>(newline - text.data());
  const auto* carriage = static_cast<const char*>(std::memchr(text.data(), '\r', std::min(lineFeed, text.size())));
  if (carriage != nullptr) {
    const auto at = static_cast<size_t>(carriage - text.data());
    if (at + 1 == text.size() && !atEnd) return false;  // \n may follow
    end = begin_ + at;
    nextLine = end + (at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1);
    return true;
  }
  if (newline == nullptr) return false;
  end = begin_ + lineFeed;
  nextLine = end + 1;
  return true;
}

Result<std::optional<std::string_view>> LineReader::next() {
  while (true) {
    // A line that begins exactly at the range's end is still this range's: the next one skips up to it.
    if (bounded_ && left_ < 0) return std::optional<std::string_view>();
    size_t end = 0;
    size_t nextLine = 0;
    while (!findEnd(ended_, end, nextLine)) {
      ASSIGN_OR_RETURN(const bool more, fill());
      if (more) continue;
      if (findEnd(true, end, nextLine)) break;
      if (begin_ == buffer_.size()) return std::optional<std::string_view>();
      end = nextLine = buffer_.size();
      break;
    }
    const std::string_view line = std::string_view(buffer_).substr(begin_, end - begin_);
    if (bounded_) left_ -= static_cast<int64_t>(nextLine - begin_);
    begin_ = nextLine;
    if (!skipFirst_) return std::optional<std::string_view>(line);
    skipFirst_ = false;
  }
}

Result<std::string_view> LineReader::rest() {
  while (true) {
    ASSIGN_OR_RETURN(const bool more, fill());
    if (!more) break;
  }
  const std::string_view text = std::string_view(buffer_).substr(begin_);
  begin_ = buffer_.size();
  return text;
}

}  // namespace flint::records
