#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "types/int128.h"

namespace flint::functions {

/// A number's pattern as to_number and to_char take it: "$99,999.99S".
///
/// Threads: immutable.
/// Source: keeps the behaviour of Spark's ToNumberParser.
class NumberFormat {
 public:
  /// Errors: INVALID_FORMAT.* for a pattern that breaks the grammar.
  static Result<NumberFormat> parse(std::string_view pattern);

  int precision() const { return precision_; }
  int scale() const { return scale_; }
  /// The unscaled number that `text` stands for, at `scale()`; nothing when it is no text of this pattern. More digits than `precision()` may come.
  std::optional<int128_t> read(std::string_view text) const;
  /// The text of unscaled / 10^scale; '#' for digits when the pattern has too few.
  std::string write(int128_t unscaled, int scale) const;

 private:
  enum class Kind : uint8_t { kDigits, kPoint, kDollar, kSign, kMinus, kOpenBracket, kCloseBracket, kUnknown };
  // Digits of one group between separators. With `exact`, a number has all of them.
  struct Digits {
    bool exact = false;
    int count = 0;
  };
  struct Token {
    Kind kind = Kind::kUnknown;
    char character = 0;              // of kUnknown
    std::vector<Digits> groups = {};  // of kDigits, left to right
    bool badSeparators = false;      // a separator without digits on both sides
    bool separated = false;
  };

  static std::vector<Token> tokensOf(std::string_view pattern);
  Status check(std::string_view pattern) const;
  void writeDigits(const Token& token, std::string_view whole, std::string_view fraction, bool behindPoint, size_t& wholeAt, size_t& fractionAt,
                   std::string& out) const;

  std::vector<Token> tokens_;
  int precision_ = 0;
  int scale_ = 0;
};

}  // namespace flint::functions
