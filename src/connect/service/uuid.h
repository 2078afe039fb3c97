#pragma once

#include <string>
#include <string_view>

namespace flint::connect {

/// A random UUID, as text.
std::string newUuid();
bool isUuid(std::string_view text);

}  // namespace flint::connect
