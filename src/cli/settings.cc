#include "cli/settings.h"

#include <fstream>

namespace flint::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

}  // namespace

bool addSetting(std::string_view text, Settings& settings) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos || trimmed(text.substr(0, equals)).empty()) return false;
  settings[std::string(trimmed(text.substr(0, equals)))] = trimmed(text.substr(equals + 1));
  return true;
}

Status addPropertiesFile(const std::string& path, Settings& settings) {
  std::ifstream file(path);
  if (!file) return internalError("cannot read the properties file " + path);
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text[0] == '#' || text[0] == '!') continue;
    const size_t end = text.find_first_of(" \t=:");
    std::string_view value = end == std::string_view::npos ? std::string_view() : trimmed(text.substr(end));
    if (!value.empty() && (value[0] == '=' || value[0] == ':')) value = trimmed(value.substr(1));
    if (end == 0 || end == std::string_view::npos) return internalError(path + ":" + std::to_string(number) + ": a key and a value were expected");
    settings[std::string(text.substr(0, end))] = value;
  }
  if (file.bad()) return internalError("cannot read the properties file " + path);
  return Status::ok();
}

}  // namespace flint::cli
