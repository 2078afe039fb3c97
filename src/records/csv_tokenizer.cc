#include "records/csv_tokenizer.h"

#include <algorithm>
#include <bit>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flint::records {
namespace {

constexpr size_t kBlock = 16;

// The bytes of a block that are `c`, a bit each.
uint32_t bytesThatAre(const char* block, char c) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
  return static_cast<uint32_t>(_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(c))));
#else
  uint32_t bits = 0;
  for (size_t i = 0; i < kBlock; ++i) bits |= static_cast<uint32_t>(block[i] == c) << i;
  return bits;
#endif
}

bool isLineEnd(char c) { return c == '\n' || c == '\r'; }
bool isBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool CsvTokenizer::next(std::string_view text, size_t& position, bool multiLine, std::vector<Field>& fields, size_t most) {
  if (!unescaped_.empty()) unescaped_.clear();
  if (!multiLine && position == 0 && splitLine(text, most, fields)) {
    position = text.size();
    return true;
  }
  fields.clear();
  if (multiLine) {
    while (position < text.size()) {  // blank and comment lines
      if (isLineEnd(text[position])) {
        ++position;
      } else if (dialect_.comment != '\0' && text[position] == dialect_.comment) {
        while (position < text.size() && !isLineEnd(text[position])) ++position;
      } else {
        break;
      }
    }
  }
  if (position >= text.size()) return false;
  while (true) {
    size_t start = position;
    while (dialect_.quote != '\0' && start < text.size() && isBlank(text[start]) && !separatorAt(text, start)) ++start;
    const bool quoted = dialect_.quote != '\0' && start < text.size() && text[start] == dialect_.quote && (start == position || dialect_.trimLeading);
    if (quoted) {
      position = start;
      fields.push_back(quotedField(text, position, multiLine));
    } else {
      fields.push_back(trimmed(unquoted(text, position, multiLine)));
    }
    if (position >= text.size() || (!multiLine && fields.size() == most)) return true;
    if (multiLine && isLineEnd(text[position])) {
      position += text[position] == '\r' && position + 1 < text.size() && text[position + 1] == '\n' ? 2 : 1;
      return true;
    }
    position += dialect_.separator.size();
    if (position >= text.size()) {
      fields.push_back({});
      return true;
    }
  }
}

// The common case: no field of a line begins with a quote. False where that, or the dialect, is not so.
bool CsvTokenizer::splitLine(std::string_view line, size_t most, std::vector<Field>& fields) {
  const char separator = dialect_.separator[0];
  if (line.empty() || dialect_.separator.size() != 1 || separator == dialect_.quote) return false;
  const bool hasQuotes = dialect_.quote != '\0';
  const size_t wanted = std::min(most, line.size() + 1);
  if (ends_.size() < wanted + kBlock) ends_.resize(wanted + kBlock);
  size_t* ends = ends_.data();
  size_t count = 0;
  uint32_t fieldBegins = 1;  // whether a field begins at the block's first byte
  for (size_t at = 0; at < line.size() && count < wanted; at += kBlock) {
    char last[kBlock] = {};
    const char* block = line.data() + at;
    uint32_t inside = 0xffff;
    if (line.size() - at < kBlock) {
      std::memcpy(last, block, line.size() - at);
      inside = (uint32_t{1} << (line.size() - at)) - 1;
      block = last;
    }
    uint32_t separators = bytesThatAre(block, separator) & inside;
    if (hasQuotes) {
      const uint32_t quotes = bytesThatAre(block, dialect_.quote) & inside;
      if (quotes != 0 && (dialect_.trimLeading || (quotes & (separators << 1 | fieldBegins)) != 0)) return false;
    }
    fieldBegins = separators >> (kBlock - 1);
    for (; separators != 0; separators &= separators - 1) ends[count++] = at + static_cast<size_t>(std::countr_zero(separators));
  }
  if (count < wanted) ends[count++] = line.size();
  fields.resize(std::min(count, wanted));
  size_t begin = 0;
  for (size_t i = 0; i < fields.size(); ++i) {
    fields[i] = {std::string_view(line.data() + begin, ends[i] - begin), false};
    begin = ends[i] + 1;
  }
  if (dialect_.trimLeading || dialect_.trimTrailing) std::transform(fields.begin(), fields.end(), fields.begin(), [this](const Field& field) { return trimmed(field); });
  return true;
}

CsvTokenizer::Field CsvTokenizer::trimmed(Field field) const {
  while (dialect_.trimLeading && !field.text.empty() && isBlank(field.text.front())) field.text.remove_prefix(1);
  while (dialect_.trimTrailing && !field.text.empty() && isBlank(field.text.back())) field.text.remove_suffix(1);
  return field;
}

CsvTokenizer::Field CsvTokenizer::unquoted(std::string_view text, size_t& position, bool multiLine) const {
  const size_t start = position;
  const char first = dialect_.separator[0];
  while (position < text.size()) {
    const char c = text[position];
    if (c == first && separatorAt(text, position)) break;
    if (multiLine && isLineEnd(c)) break;
    ++position;
  }
  return {text.substr(start, position - start), false};
}

CsvTokenizer::Field CsvTokenizer::quotedField(std::string_view text, size_t& position, bool multiLine) {
  const size_t start = position;
  std::string value;
  size_t at = position + 1;
  size_t plain = at;  // of the part that needs no copy yet
  bool copied = false;
  while (at < text.size()) {
    const char c = text[at];
    const bool escapes = c == dialect_.escape && at + 1 < text.size() &&
                         (text[at + 1] == dialect_.quote || (text[at + 1] == dialect_.escape && dialect_.escape != dialect_.quote));
    if (escapes) {
      value.append(text.substr(plain, at - plain));
      value += text[at + 1];
      copied = true;
      at += 2;
      plain = at;
      continue;
    }
    if (c != dialect_.quote) {
      ++at;
      continue;
    }
    size_t after = at + 1;
    while (after < text.size() && isBlank(text[after]) && !separatorAt(text, after)) ++after;
    if (after >= text.size() || separatorAt(text, after) || (multiLine && isLineEnd(text[after]))) {
      position = after;
      if (!copied) return {text.substr(plain, at - plain), true};
      value.append(text.substr(plain, at - plain));
      return {unescaped_.emplace_back(std::move(value)), true};
    }
    break;  // a quote inside: raw text from the field's start
  }
  if (at >= text.size()) {  // never closed: all that is left
    position = text.size();
    if (!copied) return {text.substr(plain), true};
    value.append(text.substr(plain));
    return {unescaped_.emplace_back(std::move(value)), true};
  }
  position = at;
  const Field rest = unquoted(text, position, multiLine);
  return {text.substr(start, static_cast<size_t>(rest.text.data() + rest.text.size() - (text.data() + start))), false};
}

}  // namespace flint::records
