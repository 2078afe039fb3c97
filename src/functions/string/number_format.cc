#include "functions/string/number_format.h"

#include <algorithm>

#include "base/condition.h"

namespace flint::functions {
namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isBlank(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f'); }

Error invalid(const Condition& which, std::string_view pattern) { return Error(which).with("format", "'" + std::string(pattern) + "'"); }

// Adds `c`, moved in front of the blanks at the end.
void addBeforeBlanks(std::string& out, char c) {
  size_t at = out.size();
  while (at > 0 && out[at - 1] == ' ') --at;
  out.insert(at, 1, c);
}
// Adds a blank, moved in front of a sign at the end.
void addBlankBeforeSigns(std::string& out) {
  size_t at = out.size();
  while (at > 0 && (out[at - 1] == '+' || out[at - 1] == '-' || out[at - 1] == '<')) --at;
  out.insert(at, 1, ' ');
}
// A point with no digit behind it becomes a blank.
void dropLonePoint(std::string& out) {
  const size_t at = out.find('.');
  if (at != std::string::npos && (at + 1 == out.size() || out[at + 1] == ' ')) out[at] = ' ';
}

}  // namespace

std::vector<NumberFormat::Token> NumberFormat::tokensOf(std::string_view pattern) {
  std::vector<Token> tokens;
  bool behindPoint = false;
  bool afterSeparator = false;
  // Digits and separators make one token together.
  const auto digitsToken = [&]() -> Token& {
    if (tokens.empty() || tokens.back().kind != Kind::kDigits) {
      tokens.push_back({.kind = Kind::kDigits});
      afterSeparator = false;
    }
    return tokens.back();
  };
  for (size_t i = 0; i < pattern.size();) {
    const char c = pattern[i];
    if (c == '0' || c == '9') {
      const size_t begin = i;
      while (i < pattern.size() && (pattern[i] == '0' || pattern[i] == '9')) ++i;
      digitsToken().groups.push_back({c == '0' && !behindPoint, static_cast<int>(i - begin)});
      afterSeparator = false;
      continue;
    }
    if (c == ',' || c == 'G') {
      Token& token = digitsToken();
      token.badSeparators = token.badSeparators || token.groups.empty() || afterSeparator;
      token.separated = true;
      afterSeparator = true;
      ++i;
      continue;
    }
    if (!tokens.empty() && tokens.back().kind == Kind::kDigits && afterSeparator) tokens.back().badSeparators = true;
    const std::string_view pair = pattern.substr(i, 2);
    if (c == '.' || c == 'D') {
      tokens.push_back({.kind = Kind::kPoint});
      behindPoint = true;
    } else if (c == '$') {
      tokens.push_back({.kind = Kind::kDollar});
    } else if (c == 'S') {
      tokens.push_back({.kind = Kind::kSign});
    } else if (pair == "MI") {
      tokens.push_back({.kind = Kind::kMinus});
      ++i;
    } else if (pair == "PR") {
      tokens.insert(tokens.begin(), {.kind = Kind::kOpenBracket});
      tokens.push_back({.kind = Kind::kCloseBracket});
      ++i;
    } else {
      tokens.push_back({.kind = Kind::kUnknown, .character = c});
    }
    ++i;
  }
  if (!tokens.empty() && tokens.back().kind == Kind::kDigits && afterSeparator) tokens.back().badSeparators = true;
  return tokens;
}

Status NumberFormat::check(std::string_view pattern) const {
  if (pattern.empty()) return invalid(condition::kInvalidFormatEmpty, pattern);
  const auto first = [&](Kind kind) { return std::find_if(tokens_.begin(), tokens_.end(), [&](const Token& token) { return token.kind == kind; }); };
  const auto digits = first(Kind::kDigits);
  const auto dollar = first(Kind::kDollar);
  const auto point = first(Kind::kPoint);
  const auto hasGroups = std::any_of(tokens_.begin(), tokens_.end(), [](const Token& token) { return token.kind == Kind::kDigits; });
  if (!hasGroups) return invalid(condition::kInvalidFormatWrongNumDigit, pattern);
  if (dollar != tokens_.end() && digits < dollar) return invalid(condition::kInvalidFormatCurMustBeforeDigit, pattern);
  if (dollar != tokens_.end() && point < dollar) return invalid(condition::kInvalidFormatCurMustBeforeDec, pattern);
  for (auto token = tokens_.begin(); token != point; ++token) {
    if (token->badSeparators) return invalid(condition::kInvalidFormatContThousandsSeps, pattern);
  }
  for (auto token = point; token != tokens_.end(); ++token) {
    if (token->separated) return invalid(condition::kInvalidFormatThousandsSepsMustBeforeDec, pattern);
  }
  const auto nameOf = [](const Token& token) -> std::string {
    switch (token.kind) {
      case Kind::kDigits: return "digit group";
      case Kind::kPoint: return ".";
      case Kind::kDollar: return "$";
      case Kind::kSign: return "S";
      case Kind::kMinus: return "MI";
      case Kind::kOpenBracket:
      case Kind::kCloseBracket: return "PR";
      case Kind::kUnknown: break;
    }
    return std::string("character '") + token.character + "''";
  };
  for (const Kind kind : {Kind::kPoint, Kind::kSign, Kind::kMinus, Kind::kDollar, Kind::kCloseBracket}) {
    if (std::count_if(tokens_.begin(), tokens_.end(), [&](const Token& token) { return token.kind == kind; }) > 1) {
      return invalid(condition::kInvalidFormatWrongNumToken, pattern).with("token", nameOf(*first(kind)));
    }
  }
  const std::vector<std::vector<Kind>> order = {{Kind::kOpenBracket}, {Kind::kMinus, Kind::kSign}, {Kind::kDollar}, {Kind::kDigits},
                                                {Kind::kPoint},       {Kind::kDigits},             {Kind::kDollar}, {Kind::kMinus, Kind::kSign, Kind::kCloseBracket}};
  size_t next = 0;
  for (const std::vector<Kind>& allowed : order) {
    if (next < tokens_.size() && std::find(allowed.begin(), allowed.end(), tokens_[next].kind) != allowed.end()) ++next;
  }
  if (next < tokens_.size()) return invalid(condition::kInvalidFormatUnexpectedToken, pattern).with("token", nameOf(tokens_[next]));
  return Status::ok();
}

Result<NumberFormat> NumberFormat::parse(std::string_view pattern) {
  std::string upper(pattern);
  for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  NumberFormat format;
  format.tokens_ = tokensOf(upper);
  RETURN_IF_ERROR(format.check(upper));
  bool behindPoint = false;
  for (const Token& token : format.tokens_) {
    behindPoint = behindPoint || token.kind == Kind::kPoint;
    for (const Digits& digits : token.groups) {
      format.precision_ += digits.count;
      if (behindPoint) format.scale_ += digits.count;
    }
  }
  if (format.precision_ > 38) {
    return Error(condition::kDecimalPrecisionExceedsMaxPrecision).with("precision", std::to_string(format.precision_)).with("maxPrecision", "38");
  }
  return format;
}

std::optional<int128_t> NumberFormat::read(std::string_view text) const {
  std::string whole;
  std::string fraction;
  bool behindPoint = false;
  bool opened = false;
  bool closed = false;
  bool negative = false;
  size_t at = 0;
  for (const Token& token : tokens_) {
    const char next = at < text.size() ? text[at] : '\0';
    switch (token.kind) {
      case Kind::kDigits: {
        std::vector<int> sizes(1, 0);  // digits between the text's separators, left to right
        for (; at < text.size() && (isBlank(text[at]) || isDigit(text[at]) || text[at] == ','); ++at) {
          if (text[at] == ',') {
            sizes.push_back(0);
          } else if (isDigit(text[at])) {
            ++sizes.back();
            (behindPoint ? fraction : whole) += text[at];
          }
        }
        if (sizes.size() > token.groups.size()) return std::nullopt;
        for (size_t i = 0; i < token.groups.size(); ++i) {
          const Digits& wanted = token.groups[token.groups.size() - 1 - i];
          const int found = i < sizes.size() ? sizes[sizes.size() - 1 - i] : 0;
          if (found > wanted.count || (wanted.exact && found != wanted.count)) return std::nullopt;
        }
        break;
      }
      case Kind::kPoint:
        if (next == '.') {
          behindPoint = true;
          ++at;
        }
        break;
      case Kind::kDollar:
        if (at < text.size() && next != '$') return std::nullopt;
        at += at < text.size();
        break;
      case Kind::kSign:
        if (next == '+') ++at;
        [[fallthrough]];
      case Kind::kMinus:
        if (next == '-') {
          negative = !negative;
          ++at;
        }
        break;
      case Kind::kOpenBracket:
        opened = next == '<';
        at += opened;
        break;
      case Kind::kCloseBracket:
        if (next != '>') break;
        if (!opened) return std::nullopt;
        closed = true;
        negative = !negative;
        ++at;
        break;
      case Kind::kUnknown: return std::nullopt;
    }
  }
  if (at < text.size() || opened != closed || (whole.empty() && fraction.empty())) return std::nullopt;
  fraction.resize(static_cast<size_t>(scale_), '0');
  int128_t value = 0;
  for (const char c : whole + fraction) {
    // Nothing of this size fits any precision; more digits do not matter.
    if (value < powerOfTen(38)) value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

void NumberFormat::writeDigits(const Token& token, std::string_view whole, std::string_view fraction, bool behindPoint, size_t& wholeAt,
                               size_t& fractionAt, std::string& out) const {
  for (size_t group = 0; group < token.groups.size(); ++group) {
    if (group > 0 && token.separated) {
      if (!out.empty() && isDigit(out.back())) {
        out += ',';
      } else {
        addBlankBeforeSigns(out);
      }
    }
    for (int i = 0; i < token.groups[group].count; ++i) {
      if (behindPoint) {
        out += fraction[fractionAt++];
        continue;
      }
      const char c = whole[wholeAt++];
      if (c != ' ') {
        out += c;
      } else if (token.groups[group].exact) {
        out += '0';
      } else {
        addBlankBeforeSigns(out);
      }
    }
  }
}

std::string NumberFormat::write(int128_t unscaled, int scale) const {
  const bool negative = unscaled < 0;
  std::string digits = toString(negative ? -unscaled : unscaled);
  if (digits.size() <= static_cast<size_t>(scale)) digits.insert(0, static_cast<size_t>(scale) + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - static_cast<size_t>(scale));
  std::string fraction = digits.substr(whole.size());
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  fraction.erase(fraction.find_last_not_of('0') + 1);
  const auto wholeDigits = static_cast<size_t>(precision_ - scale_);
  const auto fractionDigits = static_cast<size_t>(scale_);
  if (whole.size() > wholeDigits || fraction.size() > fractionDigits) {
    whole.assign(wholeDigits, '#');
    fraction.assign(fractionDigits, '#');
  }
  whole.insert(0, wholeDigits - whole.size(), ' ');
  fraction.resize(fractionDigits, '0');

  std::string out;
  size_t wholeAt = 0;
  size_t fractionAt = 0;
  bool behindPoint = false;
  for (const Token& token : tokens_) {
    switch (token.kind) {
      case Kind::kDigits: writeDigits(token, whole, fraction, behindPoint, wholeAt, fractionAt, out); break;
      case Kind::kPoint:
        if (!out.empty() && out.back() == ' ') out.back() = '0';
        out += '.';
        behindPoint = true;
        break;
      case Kind::kDollar: out += '$'; break;
      case Kind::kSign:
        dropLonePoint(out);
        addBeforeBlanks(out, negative ? '-' : '+');
        break;
      case Kind::kMinus:
        if (negative) {
          dropLonePoint(out);
          addBeforeBlanks(out, '-');
        } else {
          out += ' ';
        }
        break;
      case Kind::kOpenBracket:
        if (negative) out += '<';
        break;
      case Kind::kCloseBracket:
        dropLonePoint(out);
        if (negative) {
          addBeforeBlanks(out, '>');
        } else {
          out += "  ";
        }
        break;
      case Kind::kUnknown: break;
    }
  }
  dropLonePoint(out);
  return out.empty() || out == "+" || out == "-" ? "0" : out;
}

}  // namespace flint::functions
