// upper, lower, initcap.
#include <unicode/ucasemap.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>

#include "functions/kernel_loops.h"
#include "functions/string/utf8.h"
#include "expr/function_registry.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

const UCaseMap* caseMap() {
  static const UCaseMap* map = [] {
    UErrorCode status = U_ZERO_ERROR;
    return ucasemap_open("", 0, &status);
  }();
  return map;
}

enum class Case { kUpper, kLower };

// Bytes that are no text stand for U+FFFD, as in Java's strings.
std::string wellFormed(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t size = lead < 0x80 ? 1 : lead >= 0xC2 && lead < 0xE0 ? 2 : lead >= 0xE0 && lead < 0xF0 ? 3 : lead >= 0xF0 && lead < 0xF5 ? 4 : 0;
    const auto second = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
    bool fits = size == 1 || (size > 0 && second >= 0x80 && second < 0xC0);
    if ((lead == 0xE0 && second < 0xA0) || (lead == 0xED && second >= 0xA0) || (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second >= 0x90)) fits = false;
    size_t taken = fits ? std::min<size_t>(size, 2) : 1;
    while (fits && taken < size && i + taken < text.size() && (static_cast<unsigned char>(text[i + taken]) & 0xC0) == 0x80) ++taken;
    out += fits && taken == size ? text.substr(i, size) : std::string_view("\xEF\xBF\xBD");
    i += taken;
  }
  return out;
}

std::string mapped(std::string_view raw, Case which) {
  const std::string text = wellFormed(raw);
  std::string out(text.size() * 3 + 4, '\0');
  UErrorCode status = U_ZERO_ERROR;
  const auto convert = which == Case::kUpper ? ucasemap_utf8ToUpper : ucasemap_utf8ToLower;
  const int32_t size = convert(caseMap(), out.data(), static_cast<int32_t>(out.size()), text.data(), static_cast<int32_t>(text.size()), &status);
  out.resize(static_cast<size_t>(size));
  return out;
}

template <Case Which>
void convertCase(const KernelArgs& args) {
  auto out = args.result<StringView>();
  constexpr char kFirst = Which == Case::kUpper ? 'a' : 'A';
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    const std::string_view text = value;
    if (!isAscii(text)) {
      out.set(row, mapped(text, Which));
      return;
    }
    char small[StringView::kInlineSize];
    char* at = value.isInline() ? small : out.heap().allocate(text.size());
    for (size_t i = 0; i < text.size(); ++i) at[i] = static_cast<char>(text[i] ^ (static_cast<unsigned char>(text[i] - kFirst) < 26 ? 32 : 0));
    out.setView(row, StringView(at, static_cast<uint32_t>(text.size())));
  });
}

// The title form of a character: of what upper case makes several characters, the first only.
std::string titled(std::string_view character) {
  const std::string upper = mapped(character, Case::kUpper);
  const uint32_t code = codePointOf(character);
  const auto title = static_cast<uint32_t>(u_totitle(static_cast<UChar32>(code)));
  if (title != code) {
    char buffer[4];
    int32_t size = 0;
    U8_APPEND_UNSAFE(buffer, size, title);
    return std::string(buffer, static_cast<size_t>(size));
  }
  const size_t first = characterBytes(upper[0]);
  return upper.size() == first ? upper : upper.substr(0, first) + mapped(std::string_view(upper).substr(first), Case::kLower);
}

void capitalizeWords(const KernelArgs& args) {
  auto out = args.result<StringView>();
  std::string text;
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    text = mapped(value.view(), Case::kLower);
    std::string capitalized;
    bool atStart = true;
    for (size_t i = 0; i < text.size();) {
      const size_t size = characterBytes(text[i]);
      const std::string_view character = std::string_view(text).substr(i, size);
      capitalized += atStart ? titled(character) : std::string(character);
      atStart = text[i] == ' ';
      i += size;
    }
    out.set(row, capitalized);
  });
}

}  // namespace

void registerCase(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"upper", "ucase"}, .group = Group::kString, .since = "1.0.0", .usage = "upper(str) - The text in upper case.",
       .examples = {{.sql = "SELECT upper('SparkSql')", .result = "SPARKSQL"}},
       .overloads = {{.arguments = {kString}, .result = kString, .kernel = convertCase<Case::kUpper>}}},
      {.names = {"lower", "lcase"}, .group = Group::kString, .since = "1.0.0", .usage = "lower(str) - The text in lower case.",
       .examples = {{.sql = "SELECT lower('SparkSql')", .result = "sparksql"}},
       .overloads = {{.arguments = {kString}, .result = kString, .kernel = convertCase<Case::kLower>}}},
      {.names = {"initcap"}, .group = Group::kString, .since = "1.5.0", .usage = "initcap(str) - The text with the first letter of each word in upper case, the others in lower case.",
       .examples = {{.sql = "SELECT initcap('sPark sql')", .result = "Spark Sql"}},
       .overloads = {{.arguments = {kString}, .result = kString, .kernel = capitalizeWords}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
