#include <algorithm>

#include "io/file_system.h"
#include "io/glob_pattern.h"

namespace flint::io {
namespace {

constexpr int kMaxAlternatives = 10'000;  // of `{a,b}{c,d}...`

// Writes `pattern` out for every choice of its braces.
void expandBraces(std::string_view pattern, std::vector<std::string>& out) {
  size_t open = std::string_view::npos;
  size_t close = std::string_view::npos;
  int depth = 0;
  for (size_t i = 0; i < pattern.size() && close == std::string_view::npos; ++i) {
    if (pattern[i] == '\\') {
      ++i;
    } else if (pattern[i] == '{') {
      if (depth++ == 0) open = i;
    } else if (pattern[i] == '}' && depth > 0 && --depth == 0) {
      close = i;
    }
  }
  if (close == std::string_view::npos || out.size() > kMaxAlternatives) {
    out.emplace_back(pattern);
    return;
  }
  const std::string_view body = pattern.substr(open + 1, close - open - 1);
  size_t start = 0;
  depth = 0;
  for (size_t i = 0; i <= body.size(); ++i) {
    if (i < body.size() && body[i] == '{') ++depth;
    if (i < body.size() && body[i] == '}') --depth;
    if (i < body.size() && (body[i] != ',' || depth > 0)) continue;
    std::string choice(pattern.substr(0, open));
    choice += body.substr(start, i - start);
    choice += pattern.substr(close + 1);
    expandBraces(choice, out);
    start = i + 1;
  }
}

// Whether `c` is in the class that starts behind '[' at `at`; moves `at` to the closing bracket.
bool inClass(std::string_view pattern, size_t& at, char c) {
  ++at;
  const bool negated = at < pattern.size() && (pattern[at] == '^' || pattern[at] == '!');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); ++at, first = false) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at];
    char high = low;
    if (at + 2 < pattern.size() && pattern[at + 1] == '-' && pattern[at + 2] != ']') {
      high = pattern[at + 2];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  return found != negated;
}

bool matchesPlain(std::string_view pattern, std::string_view name) {
  size_t p = 0;
  size_t n = 0;
  size_t starAt = std::string_view::npos;
  size_t starName = 0;
  while (n < name.size()) {
    size_t next = p;
    bool matched = false;
    if (p < pattern.size()) {
      if (pattern[p] == '*') {
        starAt = p++;
        starName = n;
        continue;
      }
      if (pattern[p] == '?') {
        matched = true;
      } else if (pattern[p] == '[') {
        matched = inClass(pattern, next, name[n]);
      } else {
        if (pattern[p] == '\\' && p + 1 < pattern.size()) ++next;
        matched = pattern[next] == name[n];
      }
    }
    if (matched) {
      p = next + 1;
      ++n;
    } else if (starAt != std::string_view::npos) {
      p = starAt + 1;
      n = ++starName;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p >= pattern.size();
}

std::string unescaped(std::string_view name) {
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    if (name[i] == '\\' && i + 1 < name.size()) ++i;
    out += name[i];
  }
  return out;
}

Status expand(FileSystem& fs, const std::string& base, std::string_view rest, std::vector<FileStatus>& out) {
  while (rest.starts_with('/')) rest.remove_prefix(1);
  if (rest.empty()) {
    ASSIGN_OR_RETURN(FileStatus status, fs.status(base.empty() ? "/" : base));
    out.push_back(std::move(status));
    return Status::ok();
  }
  const size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  const std::string_view below = slash == std::string_view::npos ? std::string_view() : rest.substr(slash);
  if (!hasWildcards(part)) {
    const std::string path = base + "/" + unescaped(part);
    ASSIGN_OR_RETURN(const bool there, fs.exists(path));
    return there ? expand(fs, path, below, out) : Status::ok();
  }
  ASSIGN_OR_RETURN(const auto members, fs.list(base.empty() ? "/" : base));
  for (const FileStatus& member : members) {
    const std::string name = member.path.substr(member.path.rfind('/') + 1);
    if (!matchesPlain(part, name) || (!below.empty() && !member.isDirectory)) continue;
    RETURN_IF_ERROR(expand(fs, base + "/" + name, below, out));
  }
  return Status::ok();
}

}  // namespace

bool hasWildcards(std::string_view path) { return path.find_first_of("*?[{\\") != std::string_view::npos; }

bool matchesGlob(std::string_view pattern, std::string_view name) {
  std::vector<std::string> patterns;
  expandBraces(pattern, patterns);
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& one) { return matchesPlain(one, name); });
}

Result<std::vector<FileStatus>> glob(FileSystem& fs, const std::string& pattern) {
  // A file may be named like a pattern; its own name comes first.
  ASSIGN_OR_RETURN(const bool literally, fs.exists(pattern));
  if (literally) {
    ASSIGN_OR_RETURN(FileStatus status, fs.status(pattern));
    return std::vector<FileStatus>{std::move(status)};
  }
  std::vector<FileStatus> found;
  if (!hasWildcards(pattern)) return found;
  std::vector<std::string> patterns;
  expandBraces(pattern, patterns);
  for (const std::string& one : patterns) RETURN_IF_ERROR(expand(fs, "", one, found));
  std::sort(found.begin(), found.end(), [](const FileStatus& a, const FileStatus& b) { return a.path < b.path; });
  found.erase(std::unique(found.begin(), found.end(), [](const FileStatus& a, const FileStatus& b) { return a.path == b.path; }), found.end());
  return found;
}

}  // namespace flint::io
