#pragma once

#include <string>
#include <vector>

#include "expr/expression.h"
#include "types/value.h"

namespace flint::expr {

/// The three ways an expression is written.
enum class TextStyle : uint8_t {
  kSql,    // parsable: `a`.`b` quoted where needed, 'text', CAST(...)
  kName,   // the name of a column without alias, and in messages: text without quotes, implicit casts left out
  kDebug,  // EXPLAIN: a#1L, cast(a#1 as int)
};

/// Text of an expression; `sql()` and `toString()` are this in two of the styles. Timestamp literals are shown in `timeZone`.
std::string expressionText(const Expression& expression, TextStyle style, const std::string& timeZone = "UTC");

/// Spark's name of a column that has no alias: "(a + 1)", "count(1)".
std::string columnName(const ExprPtr& expression, const std::string& timeZone = "UTC");
/// `columnName` in double quotes: how messages show an expression.
std::string quotedExpression(const ExprPtr& expression, const std::string& timeZone = "UTC");

/// A literal's text.
std::string literalText(const Value& value, const DataType& type, TextStyle style, const std::string& timeZone = "UTC");

/// "a, b, c".
std::string joinTexts(const std::vector<std::string>& texts, const char* separator = ", ");

}  // namespace flint::expr
