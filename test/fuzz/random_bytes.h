#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>


namespace flint::fuzz {

/// Deterministic choices: SplitMix64.
///
/// Threads: confined to its owner.
class Choices {
 public:
  explicit Choices(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t value = state_ += 0x9e3779b97f4a7c15;
    value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
    value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
    return value ^ (value >> 31);
  }
  /// Below `bound`, which is positive.
  size_t below(size_t bound) { return static_cast<size_t>(next() % bound); }
  bool oneIn(size_t count) { return below(count) == 0; }

 private:
  uint64_t state_;
};

/// Byte-level mutations of any input, in place.
void mutateBytes(std::vector<uint8_t>& input, size_t maxSize, Choices& choices);

}  // namespace flint::fuzz
