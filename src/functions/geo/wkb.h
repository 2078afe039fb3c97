#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace flint::functions {

/// Why bytes are no well-known binary of a geometry, and where.
struct WkbFailure {
  std::string reason;  // empty: none
  size_t position = 0;
};

/// Reads a geometry (point, line, polygon and collections of them; with or without Z and M) and appends it to `out` in the wanted byte order;
/// bytes behind it are dropped. `isGeography`: coordinates must be degrees.
/// Source: OGC Simple Feature Access, part 1, section 8.
WkbFailure copyWkb(std::string_view bytes, bool littleEndian, bool isGeography, std::string& out);

}  // namespace flint::functions
