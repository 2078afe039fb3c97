// CHAR(n) and VARCHAR(n): what a table's columns take when written, and how CHAR is read. No functions of the user's.
#include "expr/function_registry.h"
#include "functions/kernel_loops.h"
#include "functions/result_limit.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

std::string_view withoutSpacesBehind(std::string_view text) { return text.substr(0, text.find_last_not_of(' ') + 1); }

// `text` filled up to `length` characters with spaces.
void setPadded(ResultWriter<StringView>& out, RowIndex row, const StringView& text, int64_t characters, int32_t length, std::string& made, ResultLimit& limit) {
  if (characters >= length) return out.setView(row, text);
  if (!limit.fits(length - characters + text.size(), 1)) return;
  made.assign(text.view());
  made.append(static_cast<size_t>(length - characters), ' ');
  out.set(row, made);
}

void padForReading(const KernelArgs& args) {
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  std::string made;
  ResultLimit limit(args);
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& text, int32_t length) { setPadded(out, row, text, numCharacters(text.view()), length, made, limit); });
}

// More characters than fit may only be spaces, which are left out.
template <bool Pads>
void checkForWriting(const KernelArgs& args) {
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  std::string made;
  ResultLimit limit(args);
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& text, int32_t length) {
    const int64_t characters = numCharacters(text.view());
    if (characters <= length) {
      if (Pads) {
        setPadded(out, row, text, characters, length, made, limit);
      } else {
        out.setView(row, text);
      }
    } else if (numCharacters(withoutSpacesBehind(text.view())) <= length) {
      out.set(row, substringOf(text.view(), 1, length));
    } else {
      args.errors().set(row, Error(condition::kExceedLimitLength).with("limit", std::to_string(length)).as(ErrorFamily::kRuntime));
    }
  });
}

}  // namespace

void registerCharLengths(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"read_side_padding"}, .group = Group::kInternal, .since = "3.1.0", .usage = "read_side_padding(str, n) - str as a CHAR(n) column shows it.",
       .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = padForReading}}},
      {.names = {"char_type_write_side_check"}, .group = Group::kInternal, .since = "3.1.0", .usage = "char_type_write_side_check(str, n) - str as a CHAR(n) column takes it.",
       .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = checkForWriting<true>}}},
      {.names = {"varchar_type_write_side_check"}, .group = Group::kInternal, .since = "3.1.0",
       .usage = "varchar_type_write_side_check(str, n) - str as a VARCHAR(n) column takes it.",
       .overloads = {{.arguments = {kString, kInt}, .result = kString, .kernel = checkForWriting<false>}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
