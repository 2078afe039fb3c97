#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flint::functions {

/// A HyperLogLog sketch of different values, with a byte for each of 2^lgK registers once the list of the first values is full.
///
/// Shape: values are hashed to coupons: a register and a rank. Few coupons are kept themselves, up to 3/32 of the registers (8 for small sketches).
/// Threads: confined to its owner.
/// Source: Apache DataSketches: its coupons, its modes, the historical inverse probability estimator, and the updatable serialized form of HLL_8. What
/// comes out of a union is estimated from the registers, without DataSketches' empirical correction of that estimate.
class HllSketch {
 public:
  static constexpr int kDefaultLgK = 12;
  static constexpr int kLeastLgK = 4;
  static constexpr int kMostLgK = 21;

  explicit HllSketch(int lgK) : lgK_(lgK) {}

  void update(int64_t value);
  /// Empty ones are not taken.
  void update(std::string_view bytes);
  /// Takes in another sketch's values; a larger one is folded to this one's size.
  void merge(const HllSketch& other);
  /// The same values in fewer registers.
  HllSketch folded(int lgK) const;

  int lgK() const { return lgK_; }
  double estimate() const;

  std::string serialize() const;
  static std::optional<HllSketch> read(std::string_view bytes);

 private:
  void take(uint32_t coupon);
  void raise(size_t at, uint8_t rank);
  void openRegisters();
  size_t mostCoupons() const { return lgK_ < 8 ? 8 : (size_t{3} << lgK_) / 32; }
  bool hasRegisters() const { return !registers_.empty(); }

  int lgK_;
  bool isOutOfOrder_ = false;  // merged: the historical estimator does not hold
  std::vector<uint32_t> coupons_;  // sorted
  std::vector<uint8_t> registers_;
  double historical_ = 0;
  double inverseLow_ = 0;   // sums of 2^-rank over the registers: ranks below 32, and the others
  double inverseHigh_ = 0;
};

}  // namespace flint::functions
