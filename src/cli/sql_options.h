#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/settings.h"

namespace flint::cli {

enum class OutputFormat : uint8_t { kTable, kCsv, kJson };
/// Nothing for other words than table, csv and json.
std::optional<OutputFormat> parseOutputFormat(std::string_view word);

/// What `flint sql` was asked to do.
struct SqlOptions {
  std::vector<std::string> texts;  // of -e and -f, in order; none: read from standard input
  Settings settings;
  std::optional<OutputFormat> format;  // absent: a table
  std::optional<bool> timing;          // absent: on a terminal
  bool wantsHelp = false;
  std::string problem;                 // empty: none
};

extern const char* const kSqlUsage;

/// Reads the arguments, and the files they name.
SqlOptions parseSqlOptions(const std::vector<std::string>& arguments);

}  // namespace flint::cli
