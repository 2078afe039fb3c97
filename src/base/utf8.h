#pragma once

#include <cstdint>
#include <string>

namespace flint {
inline namespace base {

/// Appends the UTF-8 form of a code point; surrogates are written as they are.
void appendCodePoint(std::string& out, uint32_t codePoint);

}  // namespace base
}  // namespace flint
