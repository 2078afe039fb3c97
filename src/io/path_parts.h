#pragma once

#include <string>

namespace flint::io {

/// The folder that holds `path`: "." for a bare name, "/" below the root.
inline std::string parentOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace flint::io
