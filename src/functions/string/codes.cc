// Texts and codes: ascii, chr, base64, url_encode, format_number, format_string, split_part, levenshtein, soundex.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "functions/collection/list_rows.h"
#include "functions/kernel_loops.h"
#include "functions/result_limit.h"
#include "functions/string/collated_search.h"
#include "functions/string/decimal_pattern.h"
#include "functions/string/java_format.h"
#include "functions/string/utf8.h"
#include "functions/types_of_arguments.h"
#include "types/decimal.h"
#include "types/number_text.h"

namespace flint::functions {

using namespace expr;
using columnar::VectorBuilder;

namespace {

void codeOfFirst(const KernelArgs& args) {
  auto* out = args.result<int32_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& text) { out[row] = text.size() == 0 ? 0 : static_cast<int32_t>(codePointOf(text.view())); });
}

void characterOfCode(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<int64_t>(args, [&](RowIndex row, int64_t code) {
    std::string text;
    if (code >= 0) {
      const auto low = static_cast<uint32_t>(code & 0xFF);
      if (low == 0) {
        text = std::string(1, '\0');
      } else {
        appendCodePoint(text, low);
      }
    }
    out.set(row, text);
  });
}

constexpr char kBase64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr size_t kBase64Line = 76;  // letters

// MIME's form: lines of 76 letters.
void encodeBase64(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    const std::string_view bytes = value.view();
    std::string text;
    for (size_t i = 0; i < bytes.size(); i += 3) {
      const auto byte = [&](size_t at) { return at < bytes.size() ? static_cast<uint32_t>(static_cast<unsigned char>(bytes[at])) : 0U; };
      const uint32_t word = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
      text += kBase64[word >> 18];
      text += kBase64[word >> 12 & 63];
      text += i + 1 < bytes.size() ? kBase64[word >> 6 & 63] : '=';
      text += i + 2 < bytes.size() ? kBase64[word & 63] : '=';
      if (text.size() % (kBase64Line + 2) == kBase64Line && i + 3 < bytes.size()) text += "\r\n";
    }
    out.set(row, text);
  });
}

// MIME's form: what is no letter of the alphabet is passed over.
// Errors: fillers that do not complete a group of four, letters behind them, a group of one letter.
void decodeBase64(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    std::string bytes;
    uint32_t word = 0;
    int bits = 0;
    size_t letters = 0;
    bool bad = false;
    const std::string_view text = value.view();
    for (size_t i = 0; i < text.size(); ++i) {
      const char c = text[i];
      if (c == '=') {
        bad = letters % 4 == 0 || (letters % 4 == 2 && (i + 1 == text.size() || text[++i] != '='));
        for (++i; i < text.size() && !bad; ++i) bad = text[i] != '\0' && std::strchr(kBase64, text[i]) != nullptr;
        break;
      }
      const char* at = c == '\0' ? nullptr : std::strchr(kBase64, c);
      if (at == nullptr) continue;
      ++letters;
      word = word << 6 | static_cast<uint32_t>(at - kBase64);
      bits += 6;
      if (bits >= 8) {
        bits -= 8;
        bytes += static_cast<char>(word >> bits & 0xFF);
      }
    }
    if (bad || letters % 4 == 1) {
      return args.errors().set(row, Error(condition::kConversionInvalidInput)
                                        .with("str", "'" + value.str() + "'")
                                        .with("fmt", "'BASE64'")
                                        .with("targetType", "\"BINARY\"")
                                        .with("suggestion", "`try_to_binary`"));
    }
    out.set(row, bytes);
  });
}

void encodeUrl(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    std::string text;
    for (const char c : value.view()) {
      const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.' || c == '*';
      if (plain) {
        text += c;
      } else if (c == ' ') {
        text += '+';
      } else {
        text += '%' + hexText({&c, 1});
      }
    }
    out.set(row, text);
  });
}

int hexDigit(char c) { return c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1; }

void decodeUrl(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    const std::string_view text = value.view();
    std::string made;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] != '%') {
        made += text[i] == '+' ? ' ' : text[i];
        continue;
      }
      const int high = i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hexDigit(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        args.errors().set(row, Error(condition::kCannotDecodeUrl).with("url", value.str()));
        return;
      }
      made += static_cast<char>(high << 4 | low);
      i += 2;
    }
    out.set(row, made);
  });
}

Result<FunctionBinding> bindTryUrlDecode(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, 1));
  FunctionBinding binding;
  binding.argumentTypes = {kString};
  binding.result = kString;
  binding.kernel = decodeUrl;
  binding.errorsAreNull = true;
  binding.nullableIfArgumentsAre = false;
  return binding;
}

std::string grouped(std::string digits) {
  const size_t point = std::min(digits.find('.'), digits.size());
  const size_t first = digits[0] == '-' ? 1 : 0;
  for (size_t at = point; at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

// Rounded half to even, as Java's DecimalFormat does.
std::string roundedText(int128_t unscaled, int scale, int digits) {
  if (digits >= scale) return decimalText(unscaled * powerOfTen(std::min(digits - scale, 38)), digits);
  const int128_t divisor = powerOfTen(std::min(scale - digits, 38));
  int128_t quotient = unscaled / divisor;
  const int128_t rest = unscaled % divisor < 0 ? -(unscaled % divisor) : unscaled % divisor;
  const int128_t other = divisor - rest;
  if (rest > other || (rest == other && quotient % 2 != 0)) quotient += unscaled < 0 ? -1 : 1;
  return decimalText(quotient, digits);
}

// A number of at least 1e15: the shortest digits that tell it apart, then zeros.
std::string wholeDigits(double number) {
  const std::string shortest = fmt::format("{:e}", number);
  const std::string plain = fmt::format("{}", number);
  std::string out;
  for (const char c : std::string_view(plain).substr(0, plain.find('e'))) {
    if (c == '.' && plain.find('e') == std::string::npos) break;
    if (c != '.') out += c;
  }
  const int exponent = std::atoi(shortest.c_str() + shortest.find('e') + 1);
  out.resize(static_cast<size_t>(exponent) + 1 + (number < 0 ? 1 : 0), '0');
  return out;
}

template <class T>
void formatNumber(const KernelArgs& args) {
  const auto digits = args.column<int32_t>(1);
  const DataType& type = args.type(0);
  auto out = args.result<StringView>();
  forEachValue<T>(args, [&](RowIndex row, const T& value) {
    const int32_t places = digits[row];
    if (places < 0) return out.setNull(row);
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value) return out.set(row, "NaN");
      if (std::isinf(value)) return out.set(row, value > 0 ? "\xE2\x88\x9E" : "-\xE2\x88\x9E");
      if (std::abs(value) < 1e15) return out.set(row, grouped(fmt::format("{:.{}f}", static_cast<double>(value), places)));
      std::string whole = wholeDigits(std::abs(static_cast<double>(value)));
      if (places > 0) whole += "." + std::string(static_cast<size_t>(places), '0');
      out.set(row, grouped(value < 0 ? "-" + whole : whole));
    } else {
      out.set(row, grouped(roundedText(value, type.is(TypeKind::kDecimal) ? type.scale() : 0, std::min(places, 30))));
    }
  });
}
constexpr std::string_view kDefaultPattern = "#,###,###,###,###,###,##0";

// As `formatNumber`, by a pattern: texts of patterns are read when they change.
template <class T>
void formatByPattern(const KernelArgs& args) {
  const auto patterns = args.column<StringView>(1);
  const DataType& type = args.type(0);
  auto out = args.result<StringView>();
  std::string known;
  Result<DecimalPattern> pattern = DecimalPattern::parse(kDefaultPattern);
  forEachValue<T>(args, [&](RowIndex row, const T& value) {
    if (patterns[row].view() != known) {
      known = patterns[row].str();
      pattern = DecimalPattern::parse(known.empty() ? kDefaultPattern : std::string_view(known));
    }
    if (!pattern.isOk()) return args.errors().set(row, pattern.error());
    const DecimalPattern& how = pattern.value();
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value) return out.set(row, "NaN");
      const bool negative = std::signbit(value);
      const double size = std::abs(static_cast<double>(value)) * how.multiplier();
      if (std::isinf(size)) return out.set(row, how.around("\xE2\x88\x9E", negative));
      out.set(row, how.write(size < 1e15 ? fmt::format("{:.{}f}", size, how.maxFraction()) : wholeDigits(size), negative));
    } else {
      const int128_t size = (value < 0 ? -static_cast<int128_t>(value) : static_cast<int128_t>(value)) * how.multiplier();
      out.set(row, how.write(roundedText(size, type.is(TypeKind::kDecimal) ? type.scale() : 0, std::min(how.maxFraction(), 30)), value < 0));
    }
  });
}

Result<FunctionBinding> bindFormatNumber(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 2, 2));
  DataType type = context.argumentTypes[0];
  if (type.is(TypeKind::kNull) || type.is(TypeKind::kFloat)) type = kDouble;
  if (!type.isNumeric()) return unexpectedArgumentType(context, 0, "\"NUMERIC\"");
  const bool byPattern = context.argumentTypes[1].isStringLike();
  if (!context.argumentTypes[1].isIntegral() && !byPattern && !context.argumentTypes[1].is(TypeKind::kNull)) return unexpectedArgumentType(context, 1, "(\"INT\" or \"STRING\")");
  if (type.isIntegral()) type = kBigint;
  FunctionBinding binding;
  binding.argumentTypes = {type, byPattern ? kString : kInt};
  binding.result = kString;
  binding.nullableIfArgumentsAre = false;
  if (byPattern) {
    binding.canRaise = true;
    binding.kernel = type.is(TypeKind::kDouble) ? formatByPattern<double> : type.physicalType() == PhysicalType::kInt128 ? formatByPattern<int128_t> : formatByPattern<int64_t>;
    return binding;
  }
  binding.kernel = type.is(TypeKind::kDouble) ? formatNumber<double> : type.physicalType() == PhysicalType::kInt128 ? formatNumber<int128_t> : formatNumber<int64_t>;
  return binding;
}

void formatText(const KernelArgs& args) {
  const auto formats = args.column<StringView>(0);
  auto out = args.result<StringView>();
  ResultLimit limit(args);
  std::string known;
  std::optional<JavaFormat> format = JavaFormat::parse(known);
  for (const RowIndex row : args.activeRows()) {
    if (formats.isNull(row)) {
      out.setNull(row);
      continue;
    }
    if (formats[row].view() != known) {
      known = formats[row].str();
      format = JavaFormat::parse(known);
    }
    if (format && !limit.fits(format->widest(), 1)) return;
    std::vector<JavaFormat::Argument> values;
    for (size_t i = 1; i < args.count(); ++i) values.push_back({args.type(i), args.vector(i)->valueAt(row)});
    const std::optional<std::string> text = format ? format->write(values) : std::nullopt;
    if (text) {
      out.set(row, *text);
    } else {
      args.errors().set(row, Error(condition::kInvalidFormatMismatchInput)
                                 .with("format", "'" + known + "'")
                                 .with("inputType", "\"ANY\"")
                                 .with("input", "what format_string is given"));
    }
  }
}
Result<FunctionBinding> bindFormatText(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, SIZE_MAX));
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  if (binding.argumentTypes[0].isNested()) return unexpectedArgumentType(context, 0, "\"STRING\"");
  binding.argumentTypes[0] = kString;
  binding.result = kString;
  binding.nullable = context.arguments[0]->nullable();
  binding.kernel = formatText;
  binding.canRaise = true;
  return binding;
}

void splitPart(const KernelArgs& args) {
  const auto text = args.column<StringView>(0);
  const auto delimiter = args.column<StringView>(1);
  const auto number = args.column<int32_t>(2);
  auto out = args.result<StringView>();
  args.resultBuffer().borrowFrom(args.vector(0));
  for (const RowIndex row : args.activeRows()) {
    if (number[row] == 0) {
      args.errors().set(row, Error(condition::kInvalidIndexOfZero));
      continue;
    }
    std::vector<std::string_view> parts;
    std::string_view rest = text[row].view();
    const std::string_view mark = delimiter[row].view();
    for (size_t at = mark.empty() ? std::string_view::npos : rest.find(mark); at != std::string_view::npos; at = rest.find(mark)) {
      parts.push_back(rest.substr(0, at));
      rest.remove_prefix(at + mark.size());
    }
    parts.push_back(rest);
    const int64_t index = number[row] > 0 ? number[row] - 1 : static_cast<int64_t>(parts.size()) + number[row];
    out.setView(row, index >= 0 && index < static_cast<int64_t>(parts.size()) ? StringView(parts[static_cast<size_t>(index)]) : StringView());
  }
}

std::vector<uint32_t> codePoints(std::string_view text) {
  std::vector<uint32_t> out;
  for (size_t i = 0; i < text.size(); i += characterBytes(text[i])) out.push_back(codePointOf(text.substr(i)));
  return out;
}

void editDistance(const KernelArgs& args) {
  const bool limited = args.count() == 3;
  auto out = args.result<int32_t>();
  forEachPair<StringView, StringView>(args, [&](RowIndex row, const StringView& a, const StringView& b) {
    if (args.column<StringView>(0).isNull(row) || args.column<StringView>(1).isNull(row)) return out.setNull(row);
    const std::vector<uint32_t> x = codePoints(a.view());
    const std::vector<uint32_t> y = codePoints(b.view());
    std::vector<int32_t> line(y.size() + 1);
    std::iota(line.begin(), line.end(), 0);
    for (size_t i = 1; i <= x.size(); ++i) {
      int32_t diagonal = line[0];
      line[0] = static_cast<int32_t>(i);
      for (size_t j = 1; j <= y.size(); ++j) {
        const int32_t above = line[j];
        line[j] = std::min({above + 1, line[j - 1] + 1, diagonal + (x[i - 1] == y[j - 1] ? 0 : 1)});
        diagonal = above;
      }
    }
    // A threshold of NULL counts as 0.
    const int32_t limit = !limited ? INT32_MAX : args.column<int32_t>(2).isNull(row) ? 0 : args.column<int32_t>(2)[row];
    out.set(row, line.back() > limit ? -1 : line.back());
  });
}

void soundexCode(const KernelArgs& args) {
  static constexpr char kCodes[] = "01230120022455012623010202";
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& value) {
    const std::string_view text = value.view();
    const auto upper = [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); };
    if (text.empty() || upper(text[0]) < 'A' || upper(text[0]) > 'Z') return out.set(row, text);
    std::string code(1, upper(text[0]));
    char last = kCodes[code[0] - 'A'];
    for (size_t i = 1; i < text.size() && code.size() < 4; ++i) {
      const char c = upper(text[i]);
      if (c < 'A' || c > 'Z') continue;
      const char digit = kCodes[c - 'A'];
      if (digit != '0' && digit != last) code += digit;
      if (c != 'H' && c != 'W') last = digit;
    }
    code.resize(4, '0');
    out.set(row, code);
  });
}

}  // namespace

void registerCodes(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"ascii"}, .group = Group::kString, .since = "1.5.0", .usage = "ascii(str) - The code of the first character.", .examples = {{.sql = "SELECT ascii('222')", .result = "50"}}, .overloads = {{.arguments = {kString}, .result = kInt, .kernel = codeOfFirst}}},
      {.names = {"char", "chr"}, .group = Group::kString, .since = "2.3.0", .usage = "char(expr) - The character of the code modulo 256.", .examples = {{.sql = "SELECT char(65)", .result = "A"}}, .overloads = {{.arguments = {kBigint}, .result = kString, .kernel = characterOfCode}}},
      {.names = {"base64"}, .group = Group::kString, .since = "1.5.0", .usage = "base64(bin) - The bytes in base 64.", .examples = {{.sql = "SELECT base64('Spark SQL')", .result = "U3BhcmsgU1FM"}}, .overloads = {{.arguments = {kBinary}, .result = kString, .kernel = encodeBase64}}},
      {.names = {"unbase64"}, .group = Group::kString, .since = "1.5.0", .usage = "unbase64(str) - The bytes that a text in base 64 stands for.", .errors = {{condition::kConversionInvalidInput}}, .overloads = {{.arguments = {kString}, .result = kBinary, .kernel = decodeBase64}}},
      {.names = {"url_encode"}, .group = Group::kUrl, .since = "3.4.0", .usage = "url_encode(str) - The text as in a URL's query.", .overloads = {{.arguments = {kString}, .result = kString, .kernel = encodeUrl}}},
      {.names = {"try_url_decode"}, .group = Group::kUrl, .since = "4.0.0", .usage = "try_url_decode(str) - As url_decode, NULL for what url_encode cannot have made.", .bind = bindTryUrlDecode},
      {.names = {"url_decode"}, .group = Group::kUrl, .since = "3.4.0", .usage = "url_decode(str) - The text that url_encode makes.", .errors = {{condition::kCannotDecodeUrl}}, .overloads = {{.arguments = {kString}, .result = kString, .kernel = decodeUrl}}},
      {.names = {"format_number"}, .group = Group::kString, .since = "1.5.0", .usage = "format_number(expr1, expr2) - The number with commas and expr2 digits behind the point.", .examples = {{.sql = "SELECT format_number(12332.123456, 4)", .result = "12,332.1235"}}, .bind = bindFormatNumber},
      {.names = {"format_string", "printf"}, .group = Group::kString, .since = "1.5.0", .usage = "format_string(strfmt, obj, ...) - The values in printf's form.", .examples = {{.sql = "SELECT format_string('Hello World %d %s', 100, 'days')", .result = "Hello World 100 days"}}, .nulls = NullRule::kHandledByKernel, .bind = bindFormatText},
      {.names = {"split_part"}, .group = Group::kString, .since = "3.3.0", .usage = "split_part(str, delimiter, partNum) - Part partNum (from 1; from the end when negative) of str.", .examples = {{.sql = "SELECT split_part('11.12.13', '.', 3)", .result = "13"}}, .errors = {{condition::kInvalidIndexOfZero}}, .overloads = {{.arguments = {kString, kString, kInt}, .result = kString, .kernel = splitPart}}, .rewrite = rewriteCollated},
      {.names = {"levenshtein"}, .group = Group::kString, .since = "1.5.0", .usage = "levenshtein(str1, str2[, threshold]) - The edit distance; -1 when above the threshold.", .examples = {{.sql = "SELECT levenshtein('kitten', 'sitting')", .result = "3"}}, .nulls = NullRule::kHandledByKernel, .overloads = {{.arguments = {kString, kString}, .result = kInt, .kernel = editDistance}, {.arguments = {kString, kString, kInt}, .result = kInt, .kernel = editDistance}}},
      {.names = {"soundex"}, .group = Group::kString, .since = "1.5.0", .usage = "soundex(str) - The Soundex code.", .examples = {{.sql = "SELECT soundex('Miller')", .result = "M460"}}, .overloads = {{.arguments = {kString}, .result = kString, .kernel = soundexCode}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
