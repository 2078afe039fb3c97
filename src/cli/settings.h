#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/status.h"

namespace flint::cli {

using Settings = std::map<std::string, std::string>;

/// Adds "key=value". False where there is no `=`, or no key before it.
bool addSetting(std::string_view text, Settings& settings);

/// Adds the settings of a properties file: a key and its value a line, between them spaces, `=` or `:`; `#` starts a comment.
/// Errors: a file that cannot be read, a line without a value.
Status addPropertiesFile(const std::string& path, Settings& settings);

}  // namespace flint::cli
