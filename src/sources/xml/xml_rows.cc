#include "sources/xml/xml_rows.h"

#include <algorithm>

namespace flint::sources {

bool XmlRows::isTag(size_t at, std::string_view prefix) const {
  const std::string_view rest = text_.substr(at);
  if (!rest.starts_with(prefix) || !rest.substr(prefix.size()).starts_with(tag_)) return false;
  const size_t end = prefix.size() + tag_.size();
  return end < rest.size() && std::string_view(" \t\r\n/>").find(rest[end]) != std::string_view::npos;
}

size_t XmlRows::behind(size_t at) const {
  const std::string_view rest = text_.substr(at);
  std::string_view end = ">";
  if (rest.starts_with("<!--")) {
    end = "-->";
  } else if (rest.starts_with("<![CDATA[")) {
    end = "]]>";
  } else if (rest.starts_with("<?")) {
    end = "?>";
  } else {
    bool closed = false;
    return behindTag(at, closed);
  }
  const size_t found = text_.find(end, at);
  return found == std::string_view::npos ? text_.size() : found + end.size();
}

size_t XmlRows::behindTag(size_t at, bool& closed) const {
  char quote = '\0';
  for (size_t i = at + 1; i < text_.size(); ++i) {
    const char c = text_[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      closed = text_[i - 1] == '/';
      return i + 1;
    }
  }
  return text_.size();
}

std::optional<std::string_view> XmlRows::next() {
  size_t at = text_.find('<', at_);
  while (at != std::string_view::npos && !isTag(at, "<")) at = text_.find('<', behind(at));
  if (at == std::string_view::npos) {
    at_ = text_.size();
    return std::nullopt;
  }
  const size_t start = at;
  int64_t depth = 0;
  while (at != std::string_view::npos) {
    bool closed = false;
    size_t end = 0;
    if (isTag(at, "<")) {
      end = behindTag(at, closed);
      if (!closed) ++depth;
    } else if (isTag(at, "</")) {
      end = behindTag(at, closed);
      --depth;
    } else {
      end = behind(at);
    }
    if (depth == 0) {
      at_ = end;
      return text_.substr(start, end - start);
    }
    at = text_.find('<', end);
  }
  at_ = text_.size();
  return text_.substr(start);
}

}  // namespace flint::sources
