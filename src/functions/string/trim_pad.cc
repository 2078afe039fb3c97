// trim, ltrim, rtrim, btrim; lpad, rpad, repeat, space, reverse.
#include <algorithm>
#include <memory>

#include "expr/function_registry.h"
#include "expr/nodes.h"
#include "expr/unresolved.h"
#include "functions/kernel_loops.h"
#include "functions/result_limit.h"
#include "functions/string/collated_search.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

enum Side : uint8_t { kLeft = 1, kRight = 2, kBoth = 3 };

bool holds(std::string_view set, std::string_view character) {
  for (size_t i = 0; i < set.size(); i += characterBytes(set[i])) {
    if (set.substr(i, characterBytes(set[i])) == character) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text, std::string_view set, Side side) {
  if ((side & kLeft) != 0) {
    while (!text.empty() && holds(set, text.substr(0, characterBytes(text[0])))) text.remove_prefix(std::min(text.size(), characterBytes(text[0])));
  }
  while ((side & kRight) != 0 && !text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
    if (!holds(set, text.substr(begin))) break;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

std::string_view withoutSpaces(std::string_view text, Side side) {
  if ((side & kLeft) != 0) text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  if ((side & kRight) != 0) text.remove_suffix(text.size() - (text.find_last_not_of(' ') + 1));
  return text;
}

template <Side Which>
void trimSpaces(const KernelArgs& args) {
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out.setView(row, StringView(withoutSpaces(text.view(), Which))); });
}

// `Text` is the number of the argument that is trimmed, the other one holds the characters.
template <Side Which, size_t Text>
void trimCharacters(const KernelArgs& args) {
  const auto text = args.column<StringView>(Text);
  const auto set = args.column<StringView>(1 - Text);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(Text));
  for (const RowIndex row : args.activeRows()) out.setView(row, StringView(trimmed(text[row].view(), set[row].view(), Which)));
}

template <bool Before>
void pad(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto length = args.column<int32_t>(1);
  const auto filler = args.column<StringView>(2);
  const bool binary = args.resultType().is(TypeKind::kBinary);
  auto out = args.result<StringView>();
  ResultLimit limit(args);
  std::string made;
  for (const RowIndex row : args.activeRows()) {
    const std::string_view whole = text[row].view();
    const std::string_view with = filler[row].view();
    const int64_t size = binary ? static_cast<int64_t>(whole.size()) : numCharacters(whole);
    const int64_t wanted = std::max(length[row], 0);
    if (size >= wanted || with.empty()) {
      out.set(row, binary ? whole.substr(0, static_cast<size_t>(std::min(wanted, size))) : substringOf(whole, 1, wanted));
      continue;
    }
    const int64_t each = binary ? static_cast<int64_t>(with.size()) : numCharacters(with);
    if (!limit.fits(wanted, 1)) return;
    made.clear();
    if (!Before) made += whole;
    int64_t missing = wanted - size;
    for (; missing >= each; missing -= each) made += with;
    made += binary ? with.substr(0, static_cast<size_t>(missing)) : substringOf(with, 1, missing);
    if (Before) made += whole;
    out.set(row, made);
  }
}

template <bool Before>
Result<FunctionBinding> bindPad(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 3));
  FunctionBinding binding;
  const bool binary = context.argumentTypes[0].is(TypeKind::kBinary) && (context.argumentTypes.size() < 3 || context.argumentTypes[2].is(TypeKind::kBinary));
  const DataType type = binary ? kBinary : kString;
  binding.argumentTypes = {type, kInt, type};
  binding.result = type;
  binding.kernel = pad<Before>;
  return binding;
}

// Bytes are filled up with zeros.
Result<ExprPtr> rewritePad(const BindContext& context) {
  if (context.arguments.size() != 2 || !context.argumentTypes[0].is(TypeKind::kBinary)) return ExprPtr();
  RuntimeReplaceable replaced;
  replaced.replacement = call(std::string(context.name), {context.arguments[0], context.arguments[1], literal(Value::string(std::string(1, '\0')), kBinary)});
  return ExprPtr(makeExpr(std::move(replaced)));
}

void repeatText(const KernelArgs& args) {
  auto out = args.result<StringView>();
  ResultLimit limit(args);
  std::string made;
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& text, int32_t times) {
    if (!limit.fits(times, static_cast<int64_t>(text.size()))) return;
    made.clear();
    if (times > 0 && text.size() > 0) made.reserve(text.size() * static_cast<size_t>(times));
    for (int32_t i = 0; i < times && text.size() > 0; ++i) made += text.view();
    out.set(row, made);
  });
}

void makeSpaces(const KernelArgs& args) {
  auto out = args.result<StringView>();
  ResultLimit limit(args);
  forEachValue<int32_t>(args, [&](RowIndex row, int32_t count) {
    if (!limit.fits(count, 1)) return;
    out.set(row, std::string(static_cast<size_t>(std::max(count, 0)), ' '));
  });
}

template <Side Which>
std::vector<Overload> trimOverloads() {
  return {{.arguments = {kString}, .result = kString, .kernel = trimSpaces<Which>},
          {.arguments = {kString, kString}, .result = kString, .kernel = trimCharacters<Which, 1>}};
}

}  // namespace

void registerTrimAndPad(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"trim"}, .group = Group::kString, .since = "1.5.0", .usage = "trim([[BOTH|LEADING|TRAILING] [trimStr] FROM] str) - The text without spaces (or characters of trimStr) at its ends.",
       .examples = {{.sql = "SELECT trim('    SparkSQL   ')", .result = "SparkSQL"}}, .overloads = trimOverloads<kBoth>(), .rewrite = rewriteCollated},
      {.names = {"ltrim"}, .group = Group::kString, .since = "1.5.0", .usage = "ltrim([trimStr,] str) - The text without spaces (or characters of trimStr) at its start.",
       .examples = {{.sql = "SELECT ltrim('    SparkSQL')", .result = "SparkSQL"}}, .overloads = trimOverloads<kLeft>(), .rewrite = rewriteCollated},
      {.names = {"rtrim"}, .group = Group::kString, .since = "1.5.0", .usage = "rtrim([trimStr,] str) - The text without spaces (or characters of trimStr) at its end.",
       .examples = {{.sql = "SELECT rtrim('SparkSQL   ')", .result = "SparkSQL"}}, .overloads = trimOverloads<kRight>(), .rewrite = rewriteCollated},
      {.names = {"btrim"}, .group = Group::kString, .since = "3.2.0", .usage = "btrim(str[, trimStr]) - The text without spaces (or characters of trimStr) at its ends.",
       .examples = {{.sql = "SELECT btrim('    SparkSQL   ')", .result = "SparkSQL"}},
       .overloads = {{.arguments = {kString}, .result = kString, .kernel = trimSpaces<kBoth>}, {.arguments = {kString, kString}, .result = kString, .kernel = trimCharacters<kBoth, 0>}}, .rewrite = rewriteCollated},
      {.names = {"lpad"}, .group = Group::kString, .since = "1.5.0", .usage = "lpad(str, len[, pad]) - str filled up in front to len characters, or cut.",
       .examples = {{.sql = "SELECT lpad('hi', 5, '*-')", .result = "*-*hi"}}, .bind = bindPad<true>, .rewrite = rewritePad, .defaults = {{kString, Value::string(" ")}}, .maxArguments = 3},
      {.names = {"rpad"}, .group = Group::kString, .since = "1.5.0", .usage = "rpad(str, len[, pad]) - str filled up behind to len characters, or cut.",
       .examples = {{.sql = "SELECT rpad('hi', 5, '*-')", .result = "hi*-*"}}, .bind = bindPad<false>, .rewrite = rewritePad, .defaults = {{kString, Value::string(" ")}}, .maxArguments = 3},
      {.names = {"repeat"}, .group = Group::kString, .since = "1.5.0", .usage = "repeat(str, n) - str n times.",
       .examples = {{.sql = "SELECT repeat('123', 2)", .result = "123123"}}, .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = repeatText}}},
      {.names = {"space"}, .group = Group::kString, .since = "1.5.0", .usage = "space(n) - n spaces.", .examples = {{.sql = "SELECT concat(space(2), '1')", .result = "  1"}},
       .overloads = {{.arguments = {kInt}, .result = kString, .kernel = makeSpaces}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
