#include "connect/service/uuid.h"

#include <cstdint>
#include <random>

namespace flint::connect {
namespace {

constexpr bool isHyphen(size_t position) { return position == 8 || position == 13 || position == 18 || position == 23; }

}  // namespace

std::string newUuid() {
  thread_local std::mt19937_64 random([] {
    std::random_device device;
    std::seed_seq seed{device(), device(), device(), device()};
    return std::mt19937_64(seed);
  }());
  std::string text(36, '-');
  uint64_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (isHyphen(i)) continue;
    if (bits < 16) bits = random() | uint64_t{1} << 63;
    const unsigned digit = i == 14 ? 4 : i == 19 ? 8 | (bits & 3) : bits & 15;
    bits >>= 4;
    text[i] = "0123456789abcdef"[digit];
  }
  return text;
}

bool isUuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (isHyphen(i) ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace flint::connect
