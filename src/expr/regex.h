#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace flint::expr {

/// A regular expression in Java's syntax, over UTF-8 text; the one place that knows the regex engine.
///
/// Threads: immutable; each use makes its own match data.
/// Errors: INVALID_PARAMETER_VALUE.PATTERN for a malformed pattern. A match that takes too many steps counts as none.
class Regex {
 public:
  static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, std::string_view functionName, bool ignoreCase = false);
  ~Regex();

  /// Byte ranges of a match and its groups; npos for a group that took no part.
  struct Match {
    std::vector<std::pair<size_t, size_t>> groups;
    size_t begin() const { return groups[0].first; }
    size_t end() const { return groups[0].second; }
    std::string_view group(std::string_view text, size_t index) const {
      return groups[index].first == std::string_view::npos ? std::string_view() : text.substr(groups[index].first, groups[index].second - groups[index].first);
    }
  };
  /// The first match at or behind `from`.
  bool find(std::string_view text, size_t from, Match& match) const;
  bool contains(std::string_view text) const;
  int numGroups() const { return numGroups_; }
  /// A replacement in Java's syntax ($1, ${name}, \$) filled in for one match.
  void appendReplacement(std::string_view replacement, std::string_view text, const Match& match, std::string& out) const;

 private:
  Regex() = default;
  void* code_ = nullptr;
  int numGroups_ = 0;
};

}  // namespace flint::expr
