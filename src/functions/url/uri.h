#pragma once

#include <optional>
#include <string_view>

namespace flint::functions {

/// The parts of a URI as they stand in it; a part that is missing has a null `data()`, except for the path, which may be empty.
///
/// Source: the grammar of java.net.URI: RFC 2396 with literal IPv6 addresses, empty authorities and non-ASCII characters.
struct Uri {
  std::string_view scheme;
  std::string_view authority;
  std::string_view userInfo;
  std::string_view host;  // only of a server-based authority
  std::string_view path;  // missing in opaque URIs
  std::string_view query;
  std::string_view fragment;

  /// Views into `text`; nothing for a text that is no URI.
  static std::optional<Uri> parse(std::string_view text);
};

}  // namespace flint::functions
