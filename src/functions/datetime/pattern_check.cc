#include "functions/datetime/pattern_check.h"

#include "base/condition.h"

namespace flint::functions {
namespace {

enum class Problem : uint8_t { kNone, kWeekBased, kIllegal, kLength, kMalformed };

bool isLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool isOneOf(std::string_view set, char c) { return set.find(c) != std::string_view::npos; }

// What is wrong with `count` times `letter`.
Problem problemOfField(char letter, size_t count, bool parsing) {
  if (isOneOf("YWwuec", letter)) return Problem::kWeekBased;
  if (isOneOf("ABnNp", letter) || (parsing && isOneOf("EFqQ", letter))) return Problem::kIllegal;
  if (isOneOf("GMLEQq", letter) && count >= 5) return Problem::kLength;
  switch (letter) {
    case 'G':
    case 'M':
    case 'L':
    case 'E':
    case 'Q':
    case 'q': return Problem::kNone;
    case 'y': return count <= 6 ? Problem::kNone : Problem::kMalformed;
    case 'd':
    case 'H':
    case 'h':
    case 'k':
    case 'K':
    case 'm':
    case 's': return count <= 2 ? Problem::kNone : Problem::kMalformed;
    case 'D': return count <= 3 ? Problem::kNone : Problem::kMalformed;
    case 'S': return count <= 9 ? Problem::kNone : Problem::kMalformed;
    case 'a':
    case 'F': return count == 1 ? Problem::kNone : Problem::kMalformed;
    case 'V': return count == 2 ? Problem::kNone : Problem::kMalformed;
    case 'v':
    case 'O': return count == 1 || count == 4 ? Problem::kNone : Problem::kMalformed;
    case 'z': return count <= 4 ? Problem::kNone : Problem::kMalformed;
    case 'X':
    case 'x':
    case 'Z': return count <= 5 ? Problem::kNone : Problem::kMalformed;
    default: return Problem::kMalformed;
  }
}

struct Finding {
  Problem problem = Problem::kNone;
  char letter = 0;
  size_t count = 0;
  bool knownBefore = true;  // whether java.text.SimpleDateFormat takes the pattern
};

Finding look(std::string_view pattern, bool parsing) {
  Finding found;
  int open = 0;
  bool isSettled = false;  // Spark looks at the parts between quotes one by one
  const auto note = [&](Problem problem, char letter, size_t count) {
    if (isSettled) return;
    // What Spark looks for comes before what Java finds.
    if (problem != Problem::kNone && (found.problem == Problem::kNone || problem < found.problem)) found = {problem, letter, count, found.knownBefore};
  };
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    size_t end = i + 1;
    if (c == '\'') {
      isSettled = found.problem == Problem::kWeekBased || found.problem == Problem::kIllegal;
      while (end < pattern.size() && pattern[end] != '\'') ++end;
      if (end == pattern.size()) {
        note(Problem::kMalformed, c, 1);
        found.knownBefore = false;
      }
      ++end;
    } else if (isLetter(c)) {
      while (end < pattern.size() && pattern[end] == c) ++end;
      note(problemOfField(c, end - i, parsing), c, end - i);
      found.knownBefore = found.knownBefore && isOneOf("GyYMLwWDdFEuaHkKhmsSzZX", c) && (c != 'X' || end - i <= 3);
    } else if (c == '{' || c == '}' || c == '#') {
      note(Problem::kMalformed, c, 1);
    } else if (c == '[' || c == ']') {
      open += c == '[' ? 1 : -1;
      if (open < 0) note(Problem::kMalformed, c, 1);
    }
    i = end;
  }
  return found;
}

}  // namespace

const Error* PatternCheck::problemOf(std::string_view pattern) {
  if (!asked_ || pattern != last_) {
    asked_ = true;
    last_ = std::string(pattern);
    problem_.reset();
    const Finding found = look(pattern, parsing_);
    const std::string quoted = "'" + last_ + "'";
    if (found.problem != Problem::kNone && found.knownBefore) {
      problem_ = Error(condition::kInconsistentBehaviorCrossVersionDatetimePatternRecognition)
                     .with("pattern", quoted)
                     .with("config", "\"spark.sql.legacy.timeParserPolicy\"")
                     .with("docroot", "https://spark.apache.org/docs/latest");
    } else if (found.problem == Problem::kWeekBased) {
      problem_ = Error(condition::kInconsistentBehaviorCrossVersionDatetimeWeekBasedPattern).with("c", std::string(1, found.letter));
    } else if (found.problem == Problem::kIllegal) {
      problem_ = Error(condition::kInvalidDatetimePatternIllegalCharacter).with("c", std::string(1, found.letter)).with("pattern", last_);
    } else if (found.problem == Problem::kLength) {
      problem_ = Error(condition::kInvalidDatetimePatternLength).with("pattern", std::string(found.count, found.letter));
    } else if (found.problem == Problem::kMalformed) {
      problem_ = Error(condition::kInvalidDatetimePatternWithSuggestion).with("pattern", quoted).with("docroot", "https://spark.apache.org/docs/latest");
    }
  }
  return problem_ ? &*problem_ : nullptr;
}

}  // namespace flint::functions
