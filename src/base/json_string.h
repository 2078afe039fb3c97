#pragma once

#include <string>
#include <string_view>

namespace flint {
inline namespace base {

/// Appends `text` (UTF-8) as a JSON string with its quotes; characters that JSON forbids are escaped, `/` and what is not ASCII are not.
void appendJsonString(std::string& out, std::string_view text);

}  // namespace base
}  // namespace flint
