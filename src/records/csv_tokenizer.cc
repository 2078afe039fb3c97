#include "records/csv_tokenizer.h"

namespace flint::records {
namespace {

bool isLineEnd(char c) { return c == '\n' || c == '\r'; }
bool isBlank(char c) { return c == ' ' || c == '\t'; }

}  // namespace

bool CsvTokenizer::next(std::string_view text, size_t& position, bool multiLine, std::vector<Field>& fields) {
  fields.clear();
  unescaped_.clear();
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
    if (position >= text.size()) return true;
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
