// Where a text contains another: instr, locate, contains, startswith, endswith, replace, find_in_set, translate, reverse.
#include <cstring>
#include <string>
#include <unordered_map>

#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/result_limit.h"
#include "functions/string/collated_search.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

size_t findIn(std::string_view text, std::string_view part, size_t from = 0) {
  if (part.empty()) return from <= text.size() ? from : std::string_view::npos;
  if (from >= text.size()) return std::string_view::npos;
  const void* at = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return at == nullptr ? std::string_view::npos : static_cast<size_t>(static_cast<const char*>(at) - text.data());
}

int32_t positionOf(std::string_view text, std::string_view part, int32_t start) {
  if (start <= 0) return 0;
  if (part.empty()) return 1;
  const size_t from = byteOfCharacter(text, start - 1);
  const size_t at = findIn(text, part, from);
  return at == std::string_view::npos ? 0 : static_cast<int32_t>(numCharacters(text.substr(0, at))) + 1;
}

void findPosition(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& part) { out[row] = positionOf(text, part, 1); });
}

void locatePosition(const KernelArgs& args) {
  const auto part = args.column<StringView>(0);
  const auto text = args.column<StringView>(1);
  const auto start = args.column<int32_t>(2);
  auto out = args.result<int32_t>();
  for (const RowIndex row : args.activeRows()) {
    if (start.isNull(row)) {
      out.set(row, 0);
    } else if (text.isNull(row) || part.isNull(row)) {
      out.setNull(row);
    } else {
      out.set(row, positionOf(text[row], part[row], start[row]));
    }
  }
}

void testContains(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& part) { out[row] = findIn(text, part) != std::string_view::npos; });
}
void testStart(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& part) { out[row] = text.view().starts_with(part.view()); });
}
void testEnd(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& text, const StringView& part) { out[row] = text.view().ends_with(part.view()); });
}

void replaceAll(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto search = args.column<StringView>(1);
  const auto replacement = args.column<StringView>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  constexpr size_t kLargeText = size_t{1} << 20;  // only what comes to texts above this size is counted
  ResultLimit limit(args);
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    const std::string_view whole = text[row].view();
    const std::string_view part = search[row].view();
    size_t at = part.empty() ? std::string_view::npos : findIn(whole, part);
    if (at == std::string_view::npos) {
      out.setView(row, text[row]);
      continue;
    }
    made.clear();
    size_t from = 0;
    for (; at != std::string_view::npos; at = findIn(whole, part, from)) {
      made += whole.substr(from, at - from);
      made += replacement[row].view();
      from = at + part.size();
      if (made.size() > kLargeText && !limit.fits(static_cast<int64_t>(replacement[row].size()), 1)) return;
    }
    made += whole.substr(from);
    out.set(row, made);
  }
}

void findInSet(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& word, const StringView& list) {
    out[row] = 0;
    const std::string_view text = list.view();
    if (word.view().find(',') != std::string_view::npos) return;
    int32_t number = 1;
    for (size_t from = 0;; ++number) {
      const size_t comma = text.find(',', from);
      if (text.substr(from, comma == std::string_view::npos ? comma : comma - from) == word.view()) {
        out[row] = number;
        return;
      }
      if (comma == std::string_view::npos) return;
      from = comma + 1;
    }
  });
}

void translateCharacters(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto from = args.column<StringView>(1);
  const auto to = args.column<StringView>(2);
  auto out = args.result<StringView>();
  std::unordered_map<uint32_t, std::string> table;
  std::string key;
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    std::string current = from[row].str() + '\0' + to[row].str();
    if (table.empty() || current != key) {
      key = std::move(current);
      table.clear();
      std::string_view target = to[row].view();
      for (std::string_view rest = from[row].view(); !rest.empty(); rest.remove_prefix(std::min(rest.size(), characterBytes(rest[0])))) {
        std::string replacement;
        if (!target.empty()) {
          const size_t size = std::min(target.size(), characterBytes(target[0]));
          replacement = target.substr(0, size);
          target.remove_prefix(size);
        }
        table.emplace(codePointOf(rest), std::move(replacement));
      }
    }
    made.clear();
    for (std::string_view rest = text[row].view(); !rest.empty();) {
      const size_t size = std::min(rest.size(), characterBytes(rest[0]));
      const auto found = table.find(codePointOf(rest));
      if (found == table.end()) {
        made += rest.substr(0, size);
      } else {
        made += found->second;
      }
      rest.remove_prefix(size);
    }
    out.set(row, made);
  }
}

}  // namespace

void registerSearch(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"instr"}, .group = Group::kString, .since = "1.5.0", .usage = "instr(str, substr) - The position (from 1) of substr in str; 0 when it is not there.",
       .examples = {{.sql = "SELECT instr('SparkSQL', 'SQL')", .result = "6"}}, .overloads = {{.arguments = {kString, kString}, .result = kInt, .kernel = findPosition}}, .rewrite = rewriteCollated},
      {.names = {"locate", "position"}, .group = Group::kString, .since = "1.5.0", .usage = "locate(substr, str[, pos]) - The position of substr in str at or behind pos.",
       .examples = {{.sql = "SELECT locate('bar', 'foobarbar', 5)", .result = "7"}}, .nulls = NullRule::kHandledByKernel,
       .overloads = {{.arguments = {kString, kString, kInt}, .result = kInt, .kernel = locatePosition}}, .rewrite = rewriteCollated,
       .defaults = {{kInt, Value::integer(1)}}, .maxArguments = 3},
      {.names = {"contains"}, .group = Group::kString, .since = "3.3.0", .usage = "contains(left, right) - Whether right is part of left.",
       .examples = {{.sql = "SELECT contains('Spark SQL', 'Spark')", .result = "true"}},
       .overloads = {{.arguments = {kString, kString}, .result = kBoolean, .kernel = testContains}, {.arguments = {kBinary, kBinary}, .result = kBoolean, .kernel = testContains}}, .rewrite = rewriteCollated},
      {.names = {"startswith"}, .group = Group::kString, .since = "3.3.0", .usage = "startswith(left, right) - Whether left starts with right.",
       .examples = {{.sql = "SELECT startswith('Spark SQL', 'Spark')", .result = "true"}},
       .overloads = {{.arguments = {kString, kString}, .result = kBoolean, .kernel = testStart}, {.arguments = {kBinary, kBinary}, .result = kBoolean, .kernel = testStart}}, .rewrite = rewriteCollated},
      {.names = {"endswith"}, .group = Group::kString, .since = "3.3.0", .usage = "endswith(left, right) - Whether left ends with right.",
       .examples = {{.sql = "SELECT endswith('Spark SQL', 'SQL')", .result = "true"}},
       .overloads = {{.arguments = {kString, kString}, .result = kBoolean, .kernel = testEnd}, {.arguments = {kBinary, kBinary}, .result = kBoolean, .kernel = testEnd}}, .rewrite = rewriteCollated},
      {.names = {"replace"}, .group = Group::kString, .since = "2.3.0", .usage = "replace(str, search[, replace]) - Every search in str replaced.",
       .examples = {{.sql = "SELECT replace('ABCabc', 'abc', 'DEF')", .result = "ABCDEF"}},
       .overloads = {{.arguments = {kString, kString, kString}, .result = kString, .kernel = replaceAll}}, .rewrite = rewriteCollated,
       .defaults = {{kString, Value::string("")}}, .maxArguments = 3},
      {.names = {"find_in_set"}, .group = Group::kString, .since = "1.5.0", .usage = "find_in_set(str, list) - The number (from 1) of str in a list separated by commas.",
       .examples = {{.sql = "SELECT find_in_set('ab','abc,b,ab,c,def')", .result = "3"}},
       .overloads = {{.arguments = {kString, kString}, .result = kInt, .kernel = findInSet}}, .rewrite = rewriteCollated},
      {.names = {"translate"}, .group = Group::kString, .since = "1.5.0", .usage = "translate(input, from, to) - Each character of from replaced by the one at its place in to.",
       .examples = {{.sql = "SELECT translate('AaBbCc', 'abc', '123')", .result = "A1B2C3"}},
       .overloads = {{.arguments = {kString, kString, kString}, .result = kString, .kernel = translateCharacters}}, .rewrite = rewriteCollated},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
