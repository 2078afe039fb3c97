#pragma once

#include <string>
#include <string_view>

namespace flint::expr {

/// A pattern of java.util.regex in the words of PCRE2: names of character properties, unions and intersections of character classes, code points by
/// number, and flags that PCRE2 lacks. What is malformed stays so, for the engine to refuse.
struct TranslatedPattern {
  std::string pattern;
  bool unicodeClasses = false;  // (?U): \w, \d and \s follow Unicode
};
TranslatedPattern translatePattern(std::string_view java);

}  // namespace flint::expr
