#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::functions {

/// A number's pattern as format_number takes it: "#,##0.00", with texts in front and behind.
///
/// Threads: immutable.
/// Source: keeps the behaviour of Java's DecimalFormat with the symbols of the US. Patterns with an exponent are not supported.
class DecimalPattern {
 public:
  /// Errors: INVALID_PARAMETER_VALUE.PATTERN for what DecimalFormat does not take; UNSUPPORTED_FEATURE for exponents.
  static Result<DecimalPattern> parse(std::string_view pattern);

  /// Digits behind the point that a number is to be rounded to, before it is written.
  int32_t maxFraction() const { return maxFraction_; }
  /// The number is multiplied by this before: 100 for percent.
  int32_t multiplier() const { return multiplier_; }
  /// `digits` is a rounded number without a sign ("1234.5000").
  std::string write(std::string_view digits, bool negative) const;
  /// A text in the place of digits, such as that of infinity.
  std::string around(std::string_view text, bool negative) const;

 private:
  std::string prefix_;
  std::string suffix_;
  std::string negativePrefix_;
  std::string negativeSuffix_;
  int32_t minInteger_ = 0;
  int32_t minFraction_ = 0;
  int32_t maxFraction_ = 0;
  int32_t groupingSize_ = 0;  // 0: none
  int32_t multiplier_ = 1;
  bool alwaysPoint_ = false;
};

}  // namespace flint::functions
