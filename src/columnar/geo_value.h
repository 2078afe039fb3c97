#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace flint::columnar {

/// One geometry or geography as columns hold it: the identifier of its spatial reference system, then its little-endian well-known binary.
///
/// Memory: a view into the bytes given.
struct GeoValue {
  int32_t srid = 0;
  std::string_view wkb;

  static GeoValue of(std::string_view bytes) {
    GeoValue out;
    if (bytes.size() < sizeof(out.srid)) return out;
    std::memcpy(&out.srid, bytes.data(), sizeof(out.srid));
    out.wkb = bytes.substr(sizeof(out.srid));
    return out;
  }
  std::string encode() const {
    std::string out(reinterpret_cast<const char*>(&srid), sizeof(srid));
    out += wkb;
    return out;
  }
};

}  // namespace flint::columnar
