#include "functions/string/java_format.h"

#include <fmt/core.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "expr/expression_text.h"
#include "functions/hash/murmur3.h"
#include "functions/string/java_time_format.h"
#include "functions/string/utf8.h"

namespace flint::functions {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Whether the value is a number of a 64-bit word to Java, and of how many bits.
int wholeBits(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kByte: return 8;
    case TypeKind::kShort: return 16;
    case TypeKind::kInteger:
    case TypeKind::kDate:
    case TypeKind::kYearMonthInterval: return 32;
    case TypeKind::kLong:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampNtz:
    case TypeKind::kTime:
    case TypeKind::kDayTimeInterval: return 64;
    default: return 0;
  }
}

// The text of a value as the engine holds it.
std::string plainText(const DataType& type, const Value& value) {
  if (value.isNull()) return "null";
  if (wholeBits(type) != 0) return std::to_string(value.asInteger());
  const auto listText = [](const DataType& of, const auto& values, auto&& pick) {
    std::string out = "[";
    for (const auto& each : values) out += (out.size() > 1 ? "," : "") + plainText(of, pick(each));
    return out + "]";
  };
  if (type.is(TypeKind::kArray)) return listText(type.elementType(), value.asList(), [](const Value& each) { return each; });
  if (type.is(TypeKind::kMap)) {
    return "keys: " + listText(type.keyType(), value.asMap(), [](const auto& entry) { return entry.first; }) + ", values: " +
           listText(type.valueType(), value.asMap(), [](const auto& entry) { return entry.second; });
  }
  if (type.is(TypeKind::kStruct)) {
    std::string out = "[";
    for (size_t i = 0; i < value.asList().size(); ++i) out += (i > 0 ? "," : "") + plainText(type.fields()[i].type, value.asList()[i]);
    return out + "]";
  }
  return expr::literalText(value, type, expr::TextStyle::kDebug);
}

uint32_t hashCode(const DataType& type, const Value& value) {
  const auto folded = [](uint64_t bits) { return static_cast<uint32_t>(bits ^ bits >> 32); };
  switch (wholeBits(type)) {
    case 0: break;
    case 64: return folded(static_cast<uint64_t>(value.asInteger()));
    default: return static_cast<uint32_t>(value.asInteger());
  }
  if (type.is(TypeKind::kBoolean)) return value.asBoolean() ? 1231 : 1237;
  if (type.is(TypeKind::kDouble)) return folded(std::bit_cast<uint64_t>(value.asFloating()));
  if (type.is(TypeKind::kFloat)) return std::bit_cast<uint32_t>(static_cast<float>(value.asFloating()));
  return static_cast<uint32_t>(murmur3Unsafe(plainText(type, value), 42));
}

std::string upperCased(const std::string& text) {
  std::string out;
  icu::UnicodeString::fromUTF8(text).toUpper(icu::Locale::getRoot()).toUTF8String(out);
  return out;
}

// The shortest digits that tell a number above zero apart: 0.d1d2d3... times ten to the power of `exponent`.
struct Digits {
  std::string digits;
  int exponent = 0;
};
Digits shortestDigits(double number) {
  char text[40];
  const auto end = std::to_chars(text, text + sizeof(text), number, std::chars_format::scientific).ptr;
  const std::string_view shown(text, static_cast<size_t>(end - text));
  const size_t mark = shown.find('e');
  Digits out;
  for (const char c : shown.substr(0, mark)) {
    if (c != '.') out.digits += c;
  }
  out.exponent = std::atoi(std::string(shown.substr(mark + 1)).c_str()) + 1;
  return out;
}

// Rounded half up to `count` digits.
Digits rounded(Digits number, int count) {
  if (count >= static_cast<int>(number.digits.size())) return number;
  const bool up = count >= 0 && number.digits[static_cast<size_t>(count)] >= '5';
  number.digits.resize(static_cast<size_t>(std::max(count, 0)));
  if (!up) return number;
  for (size_t i = number.digits.size(); i-- > 0;) {
    if (number.digits[i] != '9') {
      ++number.digits[i];
      number.digits.resize(i + 1);
      return number;
    }
  }
  return {"1", number.exponent + 1};
}

// d.ddd, with `places` behind the point.
std::string plainNumber(const Digits& number, int places) {
  std::string whole;
  for (int i = 0; i < number.exponent; ++i) whole += i < static_cast<int>(number.digits.size()) ? number.digits[static_cast<size_t>(i)] : '0';
  std::string fraction;
  for (int i = number.exponent; i < number.exponent + places; ++i) {
    fraction += i >= 0 && i < static_cast<int>(number.digits.size()) ? number.digits[static_cast<size_t>(i)] : '0';
  }
  return (whole.empty() ? "0" : whole) + (places > 0 ? "." + fraction : "");
}

}  // namespace

std::optional<JavaFormat> JavaFormat::parse(std::string_view format) {
  JavaFormat out;
  std::string text;
  const auto endText = [&] {
    if (text.empty()) return;
    Part part;
    part.text = std::exchange(text, std::string());
    out.parts_.push_back(std::move(part));
  };
  const auto number = [&](size_t& at) {
    int64_t value = 0;
    while (at < format.size() && isDigit(format[at])) value = std::min<int64_t>(value * 10 + (format[at++] - '0'), INT32_MAX);
    return static_cast<int>(value);
  };
  for (size_t i = 0; i < format.size();) {
    if (format[i] != '%') {
      text += format[i++];
      continue;
    }
    endText();
    Part part;
    ++i;
    size_t behind = i;
    const int index = number(behind);
    if (behind > i && behind < format.size() && format[behind] == '$') {
      if (index == 0) return std::nullopt;
      part.argument = index;
      i = behind + 1;
    }
    for (bool more = true; more && i < format.size();) {
      bool* flag = nullptr;
      switch (format[i]) {
        case '-': flag = &part.left; break;
        case '#': flag = &part.alternate; break;
        case '+': flag = &part.plus; break;
        case ' ': flag = &part.space; break;
        case '0': flag = &part.zero; break;
        case ',': flag = &part.group; break;
        case '(': flag = &part.parentheses; break;
        case '<': flag = &part.previous; break;
        default: more = false;
      }
      if (!more) break;
      if (*flag) return std::nullopt;
      *flag = true;
      ++i;
    }
    if (i < format.size() && isDigit(format[i])) part.width = number(i);
    if (i < format.size() && format[i] == '.') {
      ++i;
      if (i >= format.size() || !isDigit(format[i])) return std::nullopt;
      part.precision = number(i);
    }
    if (i >= format.size()) return std::nullopt;
    const char letter = format[i++];
    part.upper = std::strchr("BHSCXEGAT", letter) != nullptr;
    part.conversion = part.upper ? static_cast<char>(letter + 32) : letter;
    if (part.conversion == 't') {
      if (i >= format.size()) return std::nullopt;
      part.time = format[i++];
    }
    if (!isAllowed(part)) return std::nullopt;
    out.parts_.push_back(std::move(part));
  }
  endText();
  return out;
}

// Whether the flags, the width and the precision go with the conversion.
bool JavaFormat::isAllowed(const Part& part) {
  const bool signs = part.plus || part.space || part.parentheses;
  const bool lacksWidth = part.width < 0 && (part.left || part.zero);
  const bool contradicts = (part.plus && part.space) || (part.left && part.zero);
  switch (part.conversion) {
    case 'b':
    case 'h':
    case 's': return !lacksWidth && !signs && !part.zero && !part.group && !(part.alternate);
    case 'c': return !lacksWidth && !signs && !part.zero && !part.group && !part.alternate && part.precision < 0;
    case 'd': return !lacksWidth && !contradicts && part.precision < 0 && !part.alternate;
    case 'o':
    case 'x': return !lacksWidth && !contradicts && part.precision < 0 && !part.group && !signs;
    case 'e': return !lacksWidth && !contradicts && !part.group;
    case 'f': return !lacksWidth && !contradicts;
    case 'g': return !lacksWidth && !contradicts && !part.alternate;
    case 'a': return !lacksWidth && !contradicts && !part.group && !part.parentheses;
    case 't': return isJavaTimeConversion(part.time) && part.precision < 0 && !(part.left && part.width < 0) && !part.alternate && !signs && !part.zero && !part.group;
    case 'n': return part.width < 0 && part.precision < 0 && !part.left && !part.alternate && !signs && !part.zero && !part.group;
    case '%': return !lacksWidth && part.precision < 0 && !part.alternate && !signs && !part.zero && !part.group;
    default: return false;
  }
}

int64_t JavaFormat::widest() const {
  int64_t most = 0;
  for (const Part& part : parts_) most = std::max<int64_t>({most, part.width, part.precision});
  return most;
}

std::optional<std::string> JavaFormat::write(const std::vector<Argument>& arguments) const {
  std::string out;
  size_t next = 0;
  size_t last = SIZE_MAX;
  for (const Part& part : parts_) {
    if (part.conversion == 0) {
      out += part.text;
      continue;
    }
    if (part.conversion == 'n') {
      out += '\n';
      continue;
    }
    if (part.conversion == '%') {
      out += justified(part, "%");
      continue;
    }
    if (!part.previous) last = part.argument > 0 ? static_cast<size_t>(part.argument) - 1 : next++;
    if (last >= arguments.size()) return std::nullopt;
    auto text = written(part, arguments[last]);
    if (!text) return std::nullopt;
    out += *text;
  }
  return out;
}

std::optional<std::string> JavaFormat::written(const Part& part, const Argument& argument) {
  const DataType& type = argument.type;
  const bool isNull = argument.value.isNull();
  const auto asText = [&](std::string text) {
    if (part.precision >= 0 && part.conversion != 'c') text = std::string(substringOf(text, 1, part.precision));
    return justified(part, part.upper ? upperCased(text) : std::move(text));
  };
  switch (part.conversion) {
    case 'b': return asText(isNull ? "false" : !type.is(TypeKind::kBoolean) || argument.value.asBoolean() ? "true" : "false");
    case 'h': return asText(isNull ? "null" : fmt::format("{:x}", hashCode(type, argument.value)));
    case 's': return asText(plainText(type, argument.value));
    default: break;
  }
  if (isNull) return asText("null");
  switch (part.conversion) {
    case 'c': {
      if (wholeBits(type) == 0 || wholeBits(type) == 64) return std::nullopt;
      const int64_t code = argument.value.asInteger();
      if (code < 0 || code > 0x10FFFF) return std::nullopt;
      std::string text;
      appendCodePoint(text, static_cast<uint32_t>(code));
      return asText(std::move(text));
    }
    case 't': return wholeBits(type) == 64 ? std::optional(asText(javaTime(part.time, argument.value.asInteger()))) : std::nullopt;
    case 'd':
    case 'o':
    case 'x': return writtenWhole(part, argument);
    default: return type.isFloating() ? std::optional(writtenFloating(part, argument.value.asFloating())) : std::nullopt;
  }
}

std::optional<std::string> JavaFormat::writtenWhole(const Part& part, const Argument& argument) {
  const int bits = wholeBits(argument.type);
  if (bits == 0) return std::nullopt;
  const int64_t value = argument.value.asInteger();
  if (part.conversion != 'd') {
    const uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
    const uint64_t shown = static_cast<uint64_t>(value) & mask;
    std::string digits = part.conversion == 'o' ? fmt::format("{:o}", shown) : fmt::format("{:x}", shown);
    std::string prefix = !part.alternate ? "" : part.conversion == 'o' ? "0" : "0x";
    const auto used = static_cast<int>(digits.size() + prefix.size());
    if (part.zero && part.width > used) digits.insert(0, static_cast<size_t>(part.width - used), '0');
    std::string text = prefix + digits;
    return justified(part, part.upper ? upperCased(text) : text);
  }
  const bool negative = value < 0;
  std::string digits = std::to_string(value).substr(negative ? 1 : 0);
  const std::string sign = negative ? (part.parentheses ? "(" : "-") : part.plus ? "+" : part.space ? " " : "";
  const bool closes = negative && part.parentheses;
  return justified(part, sign + withZeros(part, std::move(digits), static_cast<int>(sign.size()) + (closes ? 1 : 0)) + (closes ? ")" : ""));
}

// Digits with a point, grouped and filled up with zeros to the width, of which `used` characters are taken.
std::string JavaFormat::withZeros(const Part& part, std::string digits, int used) {
  if (part.group) {
    for (size_t at = std::min(digits.find('.'), digits.size()); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  }
  const int room = part.width - used - static_cast<int>(digits.size());
  if (part.zero && room > 0) digits.insert(0, static_cast<size_t>(room), '0');
  return digits;
}

std::string JavaFormat::writtenFloating(const Part& part, double value) {
  const bool negative = std::signbit(value) && !std::isnan(value);
  if (std::isnan(value)) return justified(part, part.upper ? "NAN" : "NaN");
  const std::string sign = negative ? (part.parentheses ? "(" : "-") : part.plus ? "+" : part.space ? " " : "";
  const std::string close = negative && part.parentheses ? ")" : "";
  if (std::isinf(value)) return justified(part, sign + (part.upper ? "INFINITY" : "Infinity") + close);
  const double size = std::abs(value);
  const int used = static_cast<int>(sign.size() + close.size());
  const int given = part.precision < 0 ? 6 : part.precision;
  const auto scientific = [&](int places) {
    const Digits number = size == 0 ? Digits{"", 1} : rounded(shortestDigits(size), places + 1);
    std::string mantissa = plainNumber({number.digits, 1}, places);
    if (part.alternate && places == 0) mantissa += '.';
    const int exponent = size == 0 ? 0 : number.exponent - 1;
    const std::string tail = fmt::format("{}{}{:02}", part.upper ? 'E' : 'e', exponent < 0 ? '-' : '+', std::abs(exponent));
    return withZeros(part, std::move(mantissa), used + static_cast<int>(tail.size())) + tail;
  };
  const auto decimal = [&](const Digits& number, int places) {
    std::string text = plainNumber(number, places);
    if (part.alternate && places == 0) text += '.';
    return withZeros(part, std::move(text), used);
  };
  if (part.conversion == 'e') return justified(part, sign + scientific(given) + close);
  if (part.conversion == 'f') {
    const Digits exact = size == 0 ? Digits{"", 1} : shortestDigits(size);
    return justified(part, sign + decimal(rounded(exact, exact.exponent + given), given) + close);
  }
  if (part.conversion == 'g') {
    const int significant = std::max(given, 1);
    if (size == 0) return justified(part, sign + decimal({"", 1}, significant - 1) + close);
    const Digits number = rounded(shortestDigits(size), significant);
    const int exponent = number.exponent - 1;
    const bool isPlain = exponent >= -4 && exponent < significant;
    return justified(part, sign + (isPlain ? decimal(number, significant - exponent - 1) : scientific(significant - 1)) + close);
  }
  // The C library's form has no point where no digit follows, and a sign in front of every exponent.
  char text[1100];
  const int places = part.precision == 0 ? 1 : part.precision;
  if (places < 0) {
    std::snprintf(text, sizeof(text), "%a", size);
  } else {
    std::snprintf(text, sizeof(text), "%.*a", std::min(places, 1000), size);
  }
  std::string shown = text;
  const size_t exponent = shown.find('p');
  if (shown.find('.') == std::string::npos) shown.insert(exponent, ".0");
  if (const size_t plus = shown.find("p+"); plus != std::string::npos) shown.erase(plus + 1, 1);
  const int room = part.width - used - static_cast<int>(shown.size());
  if (part.zero && room > 0) shown.insert(2, static_cast<size_t>(room), '0');
  return justified(part, sign + (part.upper ? upperCased(shown) : shown) + close);
}

std::string JavaFormat::justified(const Part& part, std::string text) {
  const auto size = static_cast<int64_t>(numCharacters(text));
  if (size >= part.width) return text;
  const std::string filler(static_cast<size_t>(part.width - size), ' ');
  return part.left ? text + filler : filler + text;
}

}  // namespace flint::functions
