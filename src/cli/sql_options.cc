#include "cli/sql_options.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "cli/refusal.h"

namespace flint::cli {
namespace {

// Errors as text; empty: none.
std::string readFile(const std::string& path, std::string& text) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream content;
  if (file) content << file.rdbuf();
  if (!file) return "cannot read the file " + path + ": " + std::strerror(errno != 0 ? errno : EIO);
  text = content.str();
  return {};
}

}  // namespace

const char* const kSqlUsage =
    "usage: flint sql [-e STATEMENTS]... [-f FILE]... [--conf key=value]... [--properties-file FILE]\n"
    "                 [--format table|csv|json] [--timing | --no-timing]\n"
    "Runs SQL statements, each ended by a semicolon, in this process: those of -e and -f in the order given, which stop at the first\n"
    "that fails, else those of standard input; on a terminal a shell with history and completion (.help tells more).\n"
    "Status: 0; 1 when a statement failed; 2 when an option, a setting or a file is wrong; 130 after Ctrl-C.\n";

std::optional<OutputFormat> parseOutputFormat(std::string_view word) {
  if (word == "table") return OutputFormat::kTable;
  if (word == "csv") return OutputFormat::kCsv;
  if (word == "json") return OutputFormat::kJson;
  return std::nullopt;
}

SqlOptions parseSqlOptions(const std::vector<std::string>& arguments) {
  SqlOptions parsed;
  Settings given;  // of --conf, stronger than the file's
  for (size_t i = 0; i < arguments.size() && parsed.problem.empty(); ++i) {
    std::string option = arguments[i];
    std::optional<std::string> value;
    if (const size_t equals = option.find('='); option.starts_with("--") && equals != std::string::npos) {
      value = option.substr(equals + 1);
      option.resize(equals);
    }
    if (option == "--help" || option == "-h") {
      parsed.wantsHelp = true;
      return parsed;
    }
    if (option == "--timing" || option == "--no-timing") {
      parsed.timing = option == "--timing";
      continue;
    }
    const bool known = option == "-e" || option == "-f" || option == "--conf" || option == "-c" || option == "--properties-file" || option == "--format";
    if (!known) {
      parsed.problem = "unknown option " + option;
      break;
    }
    if (!value.has_value() && i + 1 < arguments.size()) value = arguments[++i];
    if (!value.has_value()) {
      parsed.problem = "the option " + option + " needs a value";
    } else if (option == "-e") {
      parsed.texts.push_back(*value);
    } else if (option == "-f") {
      parsed.problem = readFile(*value, parsed.texts.emplace_back());
    } else if (option == "--format") {
      parsed.format = parseOutputFormat(*value);
      if (!parsed.format.has_value()) parsed.problem = "--format is table, csv or json, not `" + *value + "`";
    } else if (option == "--properties-file") {
      if (const Status read = addPropertiesFile(*value, parsed.settings); !read.isOk()) parsed.problem = reasonOf(read.error());
    } else if (!addSetting(*value, given)) {
      parsed.problem = "--conf needs key=value, not `" + *value + "`";
    }
  }
  for (auto& [key, value] : given) parsed.settings[key] = std::move(value);
  return parsed;
}

}  // namespace flint::cli
