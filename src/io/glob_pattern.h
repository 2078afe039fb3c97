#pragma once

#include <string_view>

namespace flint::io {

/// Whether the path has glob characters (`*`, `?`, `[`, `{` or a backslash).
bool hasWildcards(std::string_view path);
/// Whether a name without folders matches the glob, as Hadoop's globs do.
bool matchesGlob(std::string_view pattern, std::string_view name);

}  // namespace flint::io
