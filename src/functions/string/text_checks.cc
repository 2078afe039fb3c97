// Texts by their characters: valid UTF-8, Luhn's check digit, mask, quote, sentences.
#include <unicode/brkiter.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>

#include <memory>
#include <optional>

#include "expr/expression_text.h"
#include "expr/function_registry.h"
#include "functions/collection/list_rows.h"
#include "functions/kernel_loops.h"
#include "functions/string/charset.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/type_coercion.h"

namespace flint::functions {

using namespace expr;

namespace {

void testUtf8(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = isValidUtf8(text.view()) ? 1 : 0; });
}
void repairUtf8(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out.set(row, isValidUtf8(text.view()) ? text.view() : std::string_view(repairedUtf8(text.view()))); });
}
// The bytes as "\xFF\x00", those of valid characters as they are.
std::string shownBytes(std::string_view bytes) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  while (!bytes.empty()) {
    const size_t valid = validCharacterBytes(bytes);
    if (valid > 0) {
      out += bytes.substr(0, valid);
    } else {
      const auto byte = static_cast<unsigned char>(bytes[0]);
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    }
    bytes.remove_prefix(valid > 0 ? valid : 1);
  }
  return out;
}
template <bool Tries>
void validateUtf8(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    if (isValidUtf8(text.view())) {
      out.set(row, text.view());
    } else if (Tries) {
      out.setNull(row);
    } else {
      args.errors().set(row, Error(condition::kInvalidUtf8String).with("str", shownBytes(text.view())));
    }
  });
}

void checkLuhn(const KernelArgs& args) {
  auto* out = args.result<uint8_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    const std::string_view digits = text.view();
    int sum = 0;
    bool valid = !digits.empty();
    for (size_t i = 0; i < digits.size() && valid; ++i) {
      const char c = digits[digits.size() - 1 - i];
      valid = c >= '0' && c <= '9';
      const int value = (c - '0') * (i % 2 == 1 ? 2 : 1);
      sum += value > 9 ? value - 9 : value;
    }
    out[row] = valid && sum % 10 == 0 ? 1 : 0;
  });
}

void quoteText(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) {
    std::string made = "'";
    for (const char c : text.view()) {
      if (c == '\'') made += '\\';
      made += c;
    }
    out.set(row, made + "'");
  });
}

// What each kind of character is replaced by; none: kept.
struct MaskData {
  std::optional<std::string> upper, lower, digit, other;
};

void maskText(const KernelArgs& args) {
  const auto& data = args.data<MaskData>();
  auto out = args.result<StringView>();
  const auto texts = args.column<StringView>(0);
  for (const RowIndex row : args.activeRows()) {
    if (texts.isNull(row)) {
      out.setNull(row);
      continue;
    }
    const std::string whole = texts[row].str();
    std::string_view rest = whole;
    std::string made;
    while (!rest.empty()) {
      const std::string_view character = rest.substr(0, characterBytes(rest[0]));
      rest.remove_prefix(character.size());
      const auto code = static_cast<UChar32>(codePointOf(character));
      // Characters beyond the first plane are two of Java's, neither a letter nor a digit.
      const bool wide = code >= 0x10000;
      const auto& with = wide ? data.other : u_isUUppercase(code) ? data.upper : u_isULowercase(code) ? data.lower : u_isdigit(code) ? data.digit : data.other;
      if (!with) {
        made += character;
      } else {
        made += *with;
        if (wide) made += *with;
      }
    }
    out.set(row, made);
  }
}

Result<FunctionBinding> bindMask(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 5));
  FunctionBinding binding;
  auto data = std::make_shared<MaskData>();
  std::optional<std::string>* const targets[] = {&data->upper, &data->lower, &data->digit, &data->other};
  static constexpr const char* kNames[] = {"upperChar", "lowerChar", "digitChar", "otherChar"};
  for (size_t i = 0; i < context.argumentTypes.size(); ++i) {
    if (!implicitCast(context.argumentTypes[i], kString, context.options.ansi)) return unexpectedArgumentType(context, i, "\"STRING\"");
    binding.argumentTypes.push_back(kString);
    if (!context.argumentTypes[i].isStringLike() && !context.argumentTypes[i].is(TypeKind::kNull)) return unexpectedArgumentType(context, i, "\"STRING\"");
  }
  for (size_t i = 1; i < context.argumentTypes.size(); ++i) {
    if (context.constants[i] == nullptr) {
      return Error(condition::kDatatypeMismatchNonFoldableInput)
          .with("sqlExpr", "\"" + callText(context) + "\"")
          .with("inputName", "`" + std::string(kNames[i - 1]) + "`")
          .with("inputType", "\"" + context.argumentTypes[i].sql() + "\"")
          .with("inputExpr", quotedExpression(context.arguments[i], context.options.timeZone));
    }
    if (context.constants[i]->isNull()) continue;
    if (numCharacters(context.constants[i]->asString()) != 1) {
      return Error(condition::kDatatypeMismatchInputSizeNotOne).with("sqlExpr", "\"" + callText(context) + "\"").with("exprName", kNames[i - 1]);
    }
    *targets[i - 1] = context.constants[i]->asString();
  }
  binding.result = kString;
  binding.kernel = maskText;
  binding.data = std::move(data);
  return binding;
}

// Where words end, as the JDK sees it: letters with hyphens, quotes or points between them, digits with commas, points or quotes between them.
bool joinsLetters(UChar32 c) { return c == '\'' || c == '"' || c == '.' || c == 0xAD || c == 0x2027 || u_charType(c) == U_DASH_PUNCTUATION; }
bool joinsDigits(UChar32 c) { return c == '\'' || c == '"' || c == '.' || c == ','; }

void appendWords(const icu::UnicodeString& sentence, columnar::VectorBuilder& words, int32_t& count) {
  const auto isWordy = [](UChar32 c) { return u_isalnum(c) || u_charType(c) == U_NON_SPACING_MARK; };
  for (int32_t i = 0; i < sentence.length();) {
    const UChar32 first = sentence.char32At(i);
    if (!u_isalnum(first)) {
      i += U16_LENGTH(first);
      continue;
    }
    const int32_t begin = i;
    while (i < sentence.length()) {
      const UChar32 c = sentence.char32At(i);
      if (isWordy(c)) {
        i += U16_LENGTH(c);
        continue;
      }
      const UChar32 before = sentence.char32At(i - 1);
      const UChar32 after = i + U16_LENGTH(c) < sentence.length() ? sentence.char32At(i + U16_LENGTH(c)) : 0;
      const bool joins = (joinsLetters(c) && u_isalpha(before) && u_isalpha(after)) || (joinsDigits(c) && u_isdigit(before) && u_isdigit(after));
      if (!joins) break;
      i += U16_LENGTH(c);
    }
    std::string word;
    sentence.tempSubStringBetween(begin, i).toUTF8String(word);
    words.appendString(word);
    ++count;
  }
}

void splitSentences(const KernelArgs& args) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<icu::BreakIterator> breaks(icu::BreakIterator::createSentenceInstance(icu::Locale::getUS(), status));
  const auto texts = args.column<StringView>(0);
  buildRows(args, [&](RowIndex row, columnar::VectorBuilder& builder) {
    if (texts.isNull(row)) return builder.appendNull();
    const icu::UnicodeString text = icu::UnicodeString::fromUTF8(icu::StringPiece(texts[row].data(), static_cast<int32_t>(texts[row].size())));
    int32_t sentences = 0;
    if (breaks != nullptr && U_SUCCESS(status)) {
      breaks->setText(text);
      int32_t begin = breaks->first();
      for (int32_t end = breaks->next(); end != icu::BreakIterator::DONE; begin = end, end = breaks->next()) {
        int32_t words = 0;
        appendWords(text.tempSubStringBetween(begin, end), builder.child(0).child(0), words);
        builder.child(0).appendList(words);
        ++sentences;
      }
    }
    builder.appendList(sentences);
  });
}

}  // namespace

void registerTextChecks(FunctionRegistry& registry) {
  static const std::vector<ErrorRule> kInvalid = {{condition::kInvalidUtf8String}};
  static const ScalarFunction kFunctions[] = {
      {.names = {"is_valid_utf8"}, .group = Group::kString, .since = "4.0.0", .usage = "is_valid_utf8(str) - Whether the text is well-formed UTF-8.",
       .examples = {{.sql = "SELECT is_valid_utf8(x'80')", .result = "false"}}, .overloads = {{.arguments = {kString}, .result = kBoolean, .kernel = testUtf8}}},
      {.names = {"make_valid_utf8"}, .group = Group::kString, .since = "4.0.0", .usage = "make_valid_utf8(str) - The text with U+FFFD for what is not well-formed UTF-8.",
       .examples = {{.sql = "SELECT make_valid_utf8('Spark')", .result = "Spark"}}, .overloads = {{.arguments = {kString}, .result = kString, .kernel = repairUtf8}}},
      {.names = {"validate_utf8"}, .group = Group::kString, .since = "4.0.0", .usage = "validate_utf8(str) - The text, or an error when it is not well-formed UTF-8.",
       .examples = {{.sql = "SELECT validate_utf8('Spark')", .result = "Spark"}}, .errors = kInvalid, .overloads = {{.arguments = {kString}, .result = kString, .kernel = validateUtf8<false>}}},
      {.names = {"try_validate_utf8"}, .group = Group::kString, .since = "4.0.0", .usage = "try_validate_utf8(str) - The text, or NULL when it is not well-formed UTF-8.",
       .examples = {{.sql = "SELECT try_validate_utf8(x'80')", .result = "NULL"}}, .overloads = {{.arguments = {kString}, .result = kString, .kernel = validateUtf8<true>}}},
      {.names = {"luhn_check"}, .group = Group::kString, .since = "3.5.0", .usage = "luhn_check(str) - Whether the digits pass Luhn's check.",
       .examples = {{.sql = "SELECT luhn_check('8112189876')", .result = "true"}}, .overloads = {{.arguments = {kString}, .result = kBoolean, .kernel = checkLuhn}}},
      {.names = {"quote"}, .group = Group::kString, .since = "4.1.0", .usage = "quote(str) - The text in single quotes, those inside it behind a backslash.",
       .examples = {{.sql = "SELECT quote('Spark')", .result = "'Spark'"}}, .overloads = {{.arguments = {kString}, .result = kString, .kernel = quoteText}}},
      {.names = {"mask"}, .group = Group::kString, .since = "3.4.0", .usage = "mask(str[, upperChar, lowerChar, digitChar, otherChar]) - The text with each character replaced by the one of its kind.",
       .examples = {{.sql = "SELECT mask('abcd-EFGH-8765-4321')", .result = "xxxx-XXXX-nnnn-nnnn"}}, .nulls = NullRule::kHandledByKernel, .bind = bindMask,
       .parameterNames = {"str", "upperChar", "lowerChar", "digitChar", "otherChar"},
       .defaults = {{kString, Value::string("X")}, {kString, Value::string("x")}, {kString, Value::string("n")}, {DataType::null(), Value::null()}}, .maxArguments = 5},
      {.names = {"sentences"}, .group = Group::kString, .since = "2.0.0", .usage = "sentences(str[, lang[, country]]) - The text's sentences, each an array of words.",
       .examples = {{.sql = "SELECT sentences('Hi there! Good morning.')", .result = "[[\"Hi\",\"there\"],[\"Good\",\"morning\"]]"}}, .nulls = NullRule::kHandledByKernel,
       .overloads = {{.arguments = {kString, kString, kString}, .result = DataType::array(DataType::array(kString, false), false), .kernel = splitSentences}},
       .defaults = {{kString, Value::string("")}, {kString, Value::string("")}}, .maxArguments = 3},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
