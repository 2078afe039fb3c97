#include "expr/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/error.h"
#include "expr/regex_translation.h"

namespace flint::expr {
namespace {

constexpr uint32_t kMatchLimit = 10'000'000;

struct MatchData {
  pcre2_match_data* data = nullptr;
  pcre2_match_context* context = nullptr;
  ~MatchData() {
    pcre2_match_data_free(data);
    pcre2_match_context_free(context);
  }
};

// One a thread: large enough for 32 groups; more groups get their own.
MatchData& matchData(int numGroups) {
  thread_local MatchData small;
  thread_local MatchData large;
  MatchData& chosen = numGroups < 32 ? small : large;
  if (chosen.data == nullptr) {
    chosen.data = pcre2_match_data_create(numGroups < 32 ? 33 : 1'000, nullptr);
    chosen.context = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(chosen.context, kMatchLimit);
  }
  return chosen;
}

}  // namespace

Regex::~Regex() { pcre2_code_free(static_cast<pcre2_code*>(code_)); }

Result<std::shared_ptr<const Regex>> Regex::compile(std::string_view pattern, std::string_view functionName, bool ignoreCase) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const TranslatedPattern translated = translatePattern(pattern);
  const std::string& text = translated.pattern;
  const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | (ignoreCase ? PCRE2_CASELESS : 0U) | (translated.unicodeClasses ? PCRE2_UCP : 0U);
  pcre2_code* code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), options, &error, &offset, nullptr);
  if (code == nullptr) {
    return Error(condition::kInvalidParameterValuePattern)
        .with("parameter", "`regexp`")
        .with("functionName", "`" + std::string(functionName) + "`")
        .with("value", "'" + std::string(pattern) + "'");
  }
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
  auto regex = std::shared_ptr<Regex>(new Regex());
  regex->code_ = code;
  uint32_t groups = 0;
  pcre2_pattern_info(code, PCRE2_INFO_CAPTURECOUNT, &groups);
  regex->numGroups_ = static_cast<int>(groups);
  return std::shared_ptr<const Regex>(std::move(regex));
}

bool Regex::find(std::string_view text, size_t from, Match& match) const {
  MatchData& work = matchData(numGroups_);
  const int found = pcre2_match(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from, 0, work.data, work.context);
  if (found <= 0) return false;
  const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(work.data);
  match.groups.assign(static_cast<size_t>(numGroups_) + 1, {std::string_view::npos, std::string_view::npos});
  for (int i = 0; i < found; ++i) match.groups[static_cast<size_t>(i)] = {ends[2 * i], ends[2 * i + 1]};
  for (auto& [begin, end] : match.groups) {
    if (begin == PCRE2_UNSET || end == PCRE2_UNSET) begin = end = std::string_view::npos;
  }
  return true;
}

bool Regex::contains(std::string_view text) const {
  MatchData& work = matchData(numGroups_);
  return pcre2_match(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0, 0, work.data, work.context) > 0;
}

void Regex::appendReplacement(std::string_view replacement, std::string_view text, const Match& match, std::string& out) const {
  for (size_t i = 0; i < replacement.size(); ++i) {
    const char c = replacement[i];
    if (c == '\\' && i + 1 < replacement.size()) {
      out += replacement[++i];
    } else if (c == '$' && i + 1 < replacement.size() && replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
      // As many digits as still name a group.
      size_t group = static_cast<size_t>(replacement[++i] - '0');
      while (i + 1 < replacement.size() && replacement[i + 1] >= '0' && replacement[i + 1] <= '9') {
        const size_t next = group * 10 + static_cast<size_t>(replacement[i + 1] - '0');
        if (next > static_cast<size_t>(numGroups_)) break;
        group = next;
        ++i;
      }
      if (group <= static_cast<size_t>(numGroups_)) out += match.group(text, group);
    } else if (c == '$' && i + 1 < replacement.size() && replacement[i + 1] == '{') {
      const size_t close = replacement.find('}', i);
      if (close == std::string_view::npos) return;
      const std::string name(replacement.substr(i + 2, close - i - 2));
      const int group = pcre2_substring_number_from_name(static_cast<pcre2_code*>(code_), reinterpret_cast<PCRE2_SPTR>(name.c_str()));
      if (group > 0) out += match.group(text, static_cast<size_t>(group));
      i = close;
    } else {
      out += c;
    }
  }
}

}  // namespace flint::expr
