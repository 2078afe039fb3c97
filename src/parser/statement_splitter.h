#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flint::parser {

/// Text cut into statements.
struct SplitStatements {
  std::vector<std::string> complete;  // each ended by a semicolon, which is left off; empty ones are left out
  std::string rest;                   // what follows the last of them, blanks at its start left off
  bool hasRest = false;               // the rest is more than comments
};

/// Cuts text at the semicolons that end statements, as a shell or a script file has them: those in strings, quoted names and comments, and those
/// between BEGIN and its END, are part of a statement.
///
/// Threads: safe.
SplitStatements splitAtSemicolons(std::string_view sql);

}  // namespace flint::parser
