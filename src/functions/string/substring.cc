// Parts of a text by position: substring, left, right, substring_index, overlay; and lengths.
#include <algorithm>

#include <limits>

#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/string/collated_search.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

// The part `piece` of row `source`'s text, which points into the argument's memory.
inline StringView viewOf(std::string_view piece) { return StringView(piece); }

void takeSubstring(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto start = args.column<int32_t>(1);
  const auto length = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  for (const RowIndex row : args.activeRows()) out.setView(row, viewOf(substringOf(text[row].view(), start[row], length[row])));
}

void takeByteSubstring(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto start = args.column<int32_t>(1);
  const auto length = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  for (const RowIndex row : args.activeRows()) {
    const std::string_view bytes = text[row].view();
    const auto count = static_cast<int64_t>(bytes.size());
    const int64_t from = start[row] > 0 ? start[row] - 1 : start[row] < 0 ? count + start[row] : 0;
    const int64_t begin = std::clamp<int64_t>(from, 0, count);
    const int64_t end = std::clamp<int64_t>(from + std::max(length[row], 0), 0, count);
    out.setView(row, begin >= end ? StringView() : viewOf(bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin))));
  }
}

void takeLeft(const KernelArgs& args) {
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& text, int32_t length) { out.setView(row, viewOf(substringOf(text.view(), 1, length))); });
}

void takeRight(const KernelArgs& args) {
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& text, int32_t length) {
    out.setView(row, length <= 0 ? StringView() : viewOf(substringOf(text.view(), -static_cast<int64_t>(length), length)));
  });
}

void takeUpToDelimiter(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto delimiter = args.column<StringView>(1);
  const auto count = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  for (const RowIndex row : args.activeRows()) {
    const std::string_view whole = text[row].view();
    const std::string_view mark = delimiter[row].view();
    int32_t left = count[row];
    if (left == 0 || mark.empty()) {
      out.setView(row, StringView());
      continue;
    }
    if (left == std::numeric_limits<int32_t>::min()) {
      // It has no positive counterpart.
      args.errors().set(row, Error(condition::kArithmeticOverflow).with("message", "integer overflow").with("alternative", "").with("config", "\"spark.sql.ansi.enabled\""));
      continue;
    }
    std::string_view part = whole;
    if (left > 0) {
      size_t at = 0;
      for (size_t from = 0; left > 0 && (at = whole.find(mark, from)) != std::string_view::npos; from = at + 1) --left;
      if (left == 0) part = whole.substr(0, at);
    } else {
      size_t at = whole.size();
      size_t from = std::string_view::npos;
      for (; left < 0 && (at = whole.rfind(mark, from)) != std::string_view::npos; from = at - 1) {
        ++left;
        if (at == 0) break;
      }
      if (left == 0) part = whole.substr(at + mark.size());
    }
    out.setView(row, viewOf(part));
  }
}

void overlayText(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto replacement = args.column<StringView>(1);
  const auto position = args.column<int32_t>(2);
  const auto length = args.column<int32_t>(3);
  auto out = args.result<StringView>();
  for (const RowIndex row : args.activeRows()) {
    const std::string_view whole = text[row].view();
    const std::string_view insert = replacement[row].view();
    if (args.resultType().is(TypeKind::kBinary)) {
      const int64_t size = static_cast<int64_t>(whole.size());
      const int64_t replaced = length[row] >= 0 ? length[row] : static_cast<int64_t>(insert.size());
      const auto front = static_cast<size_t>(std::clamp<int64_t>(static_cast<int64_t>(position[row]) - 1, 0, size));
      const auto rest = static_cast<size_t>(std::clamp<int64_t>(position[row] - 1 + replaced, 0, size));
      out.set(row, std::string(whole.substr(0, front)).append(insert).append(whole.substr(rest)));
      continue;
    }
    const int64_t taken = length[row] >= 0 ? length[row] : numCharacters(insert);
    std::string made(substringOf(whole, 1, static_cast<int64_t>(position[row]) - 1));
    made += insert;
    made += substringOf(whole, position[row] + taken, INT32_MAX);
    out.set(row, made);
  }
}

void countCharacters(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = static_cast<int32_t>(numCharacters(text.view())); });
}
void countBytes(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = static_cast<int32_t>(text.size()); });
}
void countBits(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = static_cast<int32_t>(text.size() * 8); });
}

}  // namespace

void registerSubstring(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"substring", "substr"}, .group = Group::kString, .since = "1.5.0",
       .usage = "substring(str, pos[, len]) - The part of str that starts at pos (from 1; from the end when negative) and has len characters.",
       .examples = {{.sql = "SELECT substring('Spark SQL', 5)", .result = "k SQL"}, {.sql = "SELECT substring('Spark SQL', -3)", .result = "SQL"}},
       .overloads = {{.arguments = {kString, kInt, kInt}, .result = kString, .kernel = takeSubstring},
                     {.arguments = {kBinary, kInt, kInt}, .result = kBinary, .kernel = takeByteSubstring}},
       .defaults = {{kInt, Value::integer(INT32_MAX)}}, .maxArguments = 3},
      {.names = {"left"}, .group = Group::kString, .since = "2.3.0", .usage = "left(str, len) - The first len characters.",
       .examples = {{.sql = "SELECT left('Spark SQL', 3)", .result = "Spa"}}, .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = takeLeft}}},
      {.names = {"right"}, .group = Group::kString, .since = "2.3.0", .usage = "right(str, len) - The last len characters.",
       .examples = {{.sql = "SELECT right('Spark SQL', 3)", .result = "SQL"}}, .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = takeRight}}},
      {.names = {"substring_index"}, .group = Group::kString, .since = "1.5.0",
       .usage = "substring_index(str, delim, count) - What stands before the count-th delim; behind it, counted from the end, when negative.",
       .examples = {{.sql = "SELECT substring_index('www.apache.org', '.', 2)", .result = "www.apache"}},
       .overloads = {{.arguments = {kString, kString, kInt}, .result = kString, .kernel = takeUpToDelimiter}}, .rewrite = rewriteCollated},
      {.names = {"overlay"}, .group = Group::kString, .since = "3.0.0", .usage = "overlay(input, replace, pos[, len]) - Replaces len characters from pos.",
       .examples = {{.sql = "SELECT overlay('Spark SQL', '_', 6, 1)", .result = "Spark_SQL"}},
       .overloads = {{.arguments = {kString, kString, kInt, kInt}, .result = kString, .kernel = overlayText},
                     {.arguments = {kBinary, kBinary, kInt, kInt}, .result = kBinary, .kernel = overlayText}},
       .defaults = {{kInt, Value::integer(-1)}}, .maxArguments = 4},
      {.names = {"length", "len", "char_length", "character_length"}, .group = Group::kString, .since = "1.5.0",
       .usage = "length(expr) - The number of characters of a text, or of bytes of a binary value.",
       .examples = {{.sql = "SELECT length('Spark SQL ')", .result = "10"}},
       .overloads = {{.arguments = {kString}, .result = kInt, .kernel = countCharacters}, {.arguments = {kBinary}, .result = kInt, .kernel = countBytes}}},
      {.names = {"octet_length"}, .group = Group::kString, .since = "2.3.0", .usage = "octet_length(expr) - The number of bytes.",
       .examples = {{.sql = "SELECT octet_length('Spark SQL')", .result = "9"}},
       .overloads = {{.arguments = {kString}, .result = kInt, .kernel = countBytes}, {.arguments = {kBinary}, .result = kInt, .kernel = countBytes}}},
      {.names = {"bit_length"}, .group = Group::kString, .since = "2.3.0", .usage = "bit_length(expr) - The number of bits.",
       .examples = {{.sql = "SELECT bit_length('Spark SQL')", .result = "72"}},
       .overloads = {{.arguments = {kString}, .result = kInt, .kernel = countBits}, {.arguments = {kBinary}, .result = kInt, .kernel = countBits}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
