#include "functions/string/decimal_pattern.h"

#include <algorithm>

#include "base/error.h"

namespace flint::functions {
namespace {

constexpr int32_t kMostDigits = 340;

// What one half of a pattern, for positive or for negative numbers, says.
struct Half {
  std::string prefix;
  std::string suffix;
  int32_t leftDigits = 0;
  int32_t zeroDigits = 0;
  int32_t rightDigits = 0;
  int32_t grouping = -1;
  int32_t point = -1;
  int32_t multiplier = 1;
};

class HalfReader {
 public:
  HalfReader(std::string_view text, size_t& at) : text_(text), at_(at) {}
  // Reads to the end or to the ';' between the halves; false for a malformed one.
  bool read(Half& out) {
    bool inDigits = false;
    bool quoted = false;
    std::string* affix = &out.prefix;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (inDigits) {
        if (digit(out, c)) {
          if (failed_) return false;
          continue;
        }
        inDigits = false;
        affix = &out.suffix;
      }
      if (c == '\'') {
        if (at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
          ++at_;
          *affix += '\'';
        } else {
          quoted = !quoted;
        }
      } else if (quoted) {
        *affix += c;
      } else if (c == '#' || c == '0' || c == ',' || c == '.') {
        inDigits = true;
        --at_;
      } else if (c == ';') {
        return true;
      } else {
        if (c == '%') {
          if (out.multiplier != 1) return false;
          out.multiplier = 100;
        }
        *affix += c;
      }
    }
    return !quoted;
  }
  bool hasExponent() const { return exponent_; }

 private:
  bool digit(Half& out, char c) {
    if (c == '#') {
      ++(out.zeroDigits > 0 ? out.rightDigits : out.leftDigits);
      if (out.grouping >= 0 && out.point < 0) ++out.grouping;
    } else if (c == '0') {
      failed_ = failed_ || out.rightDigits > 0;
      ++out.zeroDigits;
      if (out.grouping >= 0 && out.point < 0) ++out.grouping;
    } else if (c == ',') {
      out.grouping = 0;
    } else if (c == '.') {
      failed_ = failed_ || out.point >= 0;
      out.point = out.leftDigits + out.zeroDigits + out.rightDigits;
    } else if (c == 'E') {
      exponent_ = failed_ = true;
    } else {
      return false;
    }
    return true;
  }

  std::string_view text_;
  size_t& at_;
  bool failed_ = false;
  bool exponent_ = false;
};

Error malformed(std::string_view pattern) {
  return Error(condition::kInvalidParameterValuePattern).with("parameter", "`expr2`").with("functionName", "`format_number`").with("value", "'" + std::string(pattern) + "'");
}

}  // namespace

Result<DecimalPattern> DecimalPattern::parse(std::string_view pattern) {
  Half half;
  size_t at = 0;
  HalfReader reader(pattern, at);
  if (!reader.read(half)) {
    if (reader.hasExponent()) return Error(condition::kUnsupportedFeatureNotInFlint).with("feature", "format_number with an exponent in its pattern");
    return malformed(pattern);
  }
  if (half.zeroDigits == 0 && half.leftDigits > 0 && half.point >= 0) {
    // "#.##" stands for "0.##" without its zero.
    const int32_t zero = std::max(half.point, 1);
    half.rightDigits = half.leftDigits - zero;
    half.leftDigits = zero - 1;
    half.zeroDigits = 1;
  }
  const int32_t total = half.leftDigits + half.zeroDigits + half.rightDigits;
  const bool badPoint = half.point >= 0 && (half.point < half.leftDigits || half.point > half.leftDigits + half.zeroDigits);
  if ((half.point < 0 && half.rightDigits > 0) || badPoint || half.grouping == 0) return malformed(pattern);
  DecimalPattern out;
  out.prefix_ = half.prefix;
  out.suffix_ = half.suffix;
  out.multiplier_ = half.multiplier;
  const int32_t point = half.point < 0 ? total : half.point;
  out.minInteger_ = point - half.leftDigits;
  out.maxFraction_ = half.point < 0 ? 0 : std::min(total - half.point, kMostDigits);
  out.minFraction_ = half.point < 0 ? 0 : std::min(half.leftDigits + half.zeroDigits - half.point, kMostDigits);
  out.groupingSize_ = std::max(half.grouping, 0);
  out.alwaysPoint_ = half.point == 0 || half.point == total;
  out.negativePrefix_ = "-" + half.prefix;
  out.negativeSuffix_ = half.suffix;
  if (at < pattern.size()) {
    if (total == 0) return malformed(pattern);
    ++at;
    Half negative;
    HalfReader rest(pattern, at);
    if (!rest.read(negative) || at < pattern.size()) return malformed(pattern);
    if (negative.prefix != half.prefix || negative.suffix != half.suffix) {
      out.negativePrefix_ = negative.prefix;
      out.negativeSuffix_ = negative.suffix;
    }
  }
  return out;
}

std::string DecimalPattern::write(std::string_view digits, bool negative) const {
  const size_t point = std::min(digits.find('.'), digits.size());
  std::string whole(digits.substr(0, point));
  std::string fraction(point < digits.size() ? digits.substr(point + 1) : std::string_view());
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.size() < static_cast<size_t>(minInteger_)) whole.insert(0, static_cast<size_t>(minInteger_) - whole.size(), '0');
  while (fraction.size() > static_cast<size_t>(minFraction_) && fraction.back() == '0') fraction.pop_back();
  if (fraction.size() < static_cast<size_t>(minFraction_)) fraction.append(static_cast<size_t>(minFraction_) - fraction.size(), '0');
  if (whole.empty() && fraction.empty()) whole = "0";
  if (groupingSize_ > 0) {
    const auto size = static_cast<size_t>(groupingSize_);
    for (size_t at = whole.size(); at > size; at -= size) whole.insert(at - size, 1, ',');
  }
  if (!fraction.empty() || alwaysPoint_) whole += "." + fraction;
  return around(whole, negative);
}

std::string DecimalPattern::around(std::string_view text, bool negative) const {
  std::string out = negative ? negativePrefix_ : prefix_;
  out += text;
  return out + (negative ? negativeSuffix_ : suffix_);
}

}  // namespace flint::functions
