#pragma once

#include <string>
#include <string_view>

namespace flint::expr {

/// The last key of a JSON path, which names the column that `v:path` gives: "b" of "$.a.b[0]". Empty where the path has no key.
std::string lastKeyOfPath(std::string_view path);

}  // namespace flint::expr
