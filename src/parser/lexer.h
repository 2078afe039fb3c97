#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "parser/token.h"

namespace flint::parser {

/// Cuts SQL text into tokens; comments and blanks are dropped. The last token is kEndOfInput.
std::vector<Token> tokenize(std::string_view sql, bool doubleQuotedIdentifiers, bool singleCharacterPipe = true);

/// The value of a string token: escapes (unless `raw` or not wanted) and doubled quotes replaced.
std::string unescapeString(std::string_view token, bool keepEscapes);

/// The name in a quoted identifier token.
std::string unquoteIdentifier(std::string_view token);

}  // namespace flint::parser
