#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "io/path_parts.h"

namespace flint::sources {

using io::parentOf;

/// What stands between the separators; nothing for what follows the last one when it is empty.
inline std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

}  // namespace flint::sources
