#pragma once

#include <string>
#include <vector>

namespace flint::cli {

/// `flint sql`: runs statements in this process. Gives the process's exit status: 0; 1 where a statement failed; 2 where an option, a setting or a
/// file is wrong, with one line on standard error that says why; 130 where Ctrl-C ended statements that were not typed at a terminal.
int sqlCommand(const std::vector<std::string>& arguments);

}  // namespace flint::cli
