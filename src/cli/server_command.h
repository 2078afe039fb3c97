#pragma once

#include <string>
#include <vector>

namespace flint::cli {

/// `flint server`: serves Spark Connect until SIGTERM or SIGINT, then lets running calls end. Gives the process's exit status: 0 after a signal, 2
/// where it could not start, with one line on standard error that says why.
int serverCommand(const std::vector<std::string>& arguments);

}  // namespace flint::cli
