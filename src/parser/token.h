#pragma once

#include <cstdint>
#include <string_view>

namespace flint::parser {

/// The class of a token; every keyword is one of its own.
enum class TokenType : uint16_t {
  kEndOfInput,
  kStringText,        // '...', "...", r'...'
  kDollarText,        // $$...$$, $tag$...$tag$
  kIntegerNumber,     // 12
  kDecimalNumber,     // 1.2
  kExponentNumber,    // 1e2
  kBigintNumber,      // 12L
  kSmallintNumber,    // 12S
  kTinyintNumber,     // 12Y
  kFloatNumber,       // 1.2F
  kDoubleNumber,      // 1.2D
  kBigDecimalNumber,  // 1.2BD
  kComma, kDot, kLeftParen, kRightParen, kLeftBracket, kRightBracket, kSemicolon, kStar, kPlus, kDash, kSlash, kPercentSign, kTilde, kAmpersand,
  kBar, kConcatPipes, kCaret, kEqual, kNullSafeEqual, kNotEqual, kLess, kLessOrEqual, kGreater, kGreaterOrEqual, kArrow, kFatArrow, kColon,
  kDoubleColon, kQuestion, kBang, kPipe, kHintStart, kHintEnd,
  kUnrecognized,      // a character that starts no token
  kOpenComment,       // a comment without an end
  kQuotedIdentifier,  // `...`, and "..." when these are identifiers
  kWord,              // a word that is no keyword
#define KEYWORD(name, word, kind) name,
#include "parser/keywords.inc"
#undef KEYWORD
};

/// What a keyword may be used for besides its own meaning: kFree words name anything; kStrict ones no relation unless quoted;
/// kReserved ones only while reserved words are not enforced.
enum class KeywordKind : uint8_t { kFree, kStrict, kReserved };

constexpr TokenType kFirstKeyword = static_cast<TokenType>(static_cast<uint16_t>(TokenType::kWord) + 1);
constexpr bool isKeyword(TokenType type) { return type >= kFirstKeyword; }
KeywordKind keywordKind(TokenType keyword);
/// The keyword that `word` is, in any case; kWord when none.
TokenType findKeyword(std::string_view word);

/// A token and where it stands: bytes [start, end), and the same in code points.
struct Token {
  TokenType type = TokenType::kEndOfInput;
  bool spaceBefore = false;
  uint32_t start = 0;
  uint32_t end = 0;
  uint32_t index = 0;      // code point number of the first character
  uint32_t stopIndex = 0;  // and of the last
  uint32_t line = 1;
  uint32_t column = 0;
};

}  // namespace flint::parser
