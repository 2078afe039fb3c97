#include "functions/sketch/hll_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "functions/sketch/murmur128.h"

namespace flint::functions {
namespace {

constexpr uint32_t kKeyBits = 26;
constexpr uint32_t kKeyMask = (1U << kKeyBits) - 1;
constexpr uint8_t kFamily = 7;
constexpr uint8_t kEmptyFlag = 4;
constexpr uint8_t kCompactFlag = 8;
constexpr uint8_t kOutOfOrderFlag = 16;
constexpr uint8_t kHll8 = 2 << 2;
constexpr size_t kListSize = 8;
constexpr uint8_t kHighRank = 32;
enum Mode : uint8_t { kList = 0, kSet = 1, kHll = 2 };

template <class T>
void append(T value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class T>
T readAt(std::string_view bytes, size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

uint32_t couponOf(std::string_view bytes) {
  const auto [low, high] = murmur128(bytes, kSketchSeed);
  const auto zeros = static_cast<uint32_t>(std::min(std::countl_zero(high), 62));
  return (zeros + 1) << kKeyBits | (static_cast<uint32_t>(low) & kKeyMask);
}

// The table of a set of coupons: open addressing, with strides from the upper bits.
std::vector<uint32_t> tableOf(const std::vector<uint32_t>& coupons, int lg) {
  std::vector<uint32_t> table(size_t{1} << lg);
  const uint32_t mask = (1U << lg) - 1;
  for (const uint32_t coupon : coupons) {
    const uint32_t stride = ((coupon & kKeyMask) >> lg) | 1;
    uint32_t at = coupon & mask;
    while (table[at] != 0) at = (at + stride) & mask;
    table[at] = coupon;
  }
  return table;
}

double alpha(double registers) { return registers <= 16 ? 0.673 : registers <= 32 ? 0.697 : registers <= 64 ? 0.709 : 0.7213 / (1 + 1.079 / registers); }

}  // namespace

void HllSketch::update(int64_t value) { take(couponOf({reinterpret_cast<const char*>(&value), sizeof(value)})); }

void HllSketch::update(std::string_view bytes) {
  if (!bytes.empty()) take(couponOf(bytes));
}

void HllSketch::raise(size_t at, uint8_t rank) {
  uint8_t& old = registers_[at];
  if (rank <= old) return;
  const auto count = static_cast<double>(registers_.size());
  historical_ += count / (inverseLow_ + inverseHigh_);
  (old < kHighRank ? inverseLow_ : inverseHigh_) -= std::ldexp(1.0, -old);
  (rank < kHighRank ? inverseLow_ : inverseHigh_) += std::ldexp(1.0, -rank);
  old = rank;
}

void HllSketch::openRegisters() {
  registers_.assign(size_t{1} << lgK_, 0);
  inverseLow_ = static_cast<double>(registers_.size());
  inverseHigh_ = 0;
  const double soFar = estimate();
  std::vector<uint32_t> coupons;
  coupons.swap(coupons_);
  for (const uint32_t coupon : coupons) raise(coupon & (static_cast<uint32_t>(registers_.size()) - 1), static_cast<uint8_t>(coupon >> kKeyBits));
  historical_ = soFar;
}

void HllSketch::take(uint32_t coupon) {
  if (hasRegisters()) {
    raise(coupon & (static_cast<uint32_t>(registers_.size()) - 1), static_cast<uint8_t>(coupon >> kKeyBits));
    return;
  }
  const auto at = std::lower_bound(coupons_.begin(), coupons_.end(), coupon);
  if (at != coupons_.end() && *at == coupon) return;
  coupons_.insert(at, coupon);
  if (coupons_.size() >= mostCoupons()) openRegisters();
}

HllSketch HllSketch::folded(int lgK) const {
  if (lgK >= lgK_) return *this;
  HllSketch out(lgK);
  for (const uint32_t coupon : coupons_) out.take(coupon);
  if (!hasRegisters()) return out;
  if (!out.hasRegisters()) out.openRegisters();
  out.isOutOfOrder_ = true;
  for (size_t i = 0; i < registers_.size(); ++i) out.raise(i & (out.registers_.size() - 1), registers_[i]);
  return out;
}

void HllSketch::merge(const HllSketch& other) {
  if (other.lgK_ > lgK_) return merge(other.folded(lgK_));
  if (other.lgK_ < lgK_ && other.hasRegisters()) {
    // Fewer registers cannot be spread over more.
    HllSketch smaller = folded(other.lgK_);
    smaller.merge(other);
    *this = std::move(smaller);
    return;
  }
  if (!other.hasRegisters()) {
    for (const uint32_t coupon : other.coupons_) take(coupon);
    return;
  }
  if (!hasRegisters()) openRegisters();
  isOutOfOrder_ = true;
  for (size_t i = 0; i < registers_.size(); ++i) raise(i, other.registers_[i]);
}

double HllSketch::estimate() const {
  if (!hasRegisters() || !coupons_.empty()) {
    // Two values share a coupon once in 3 x 2^26.
    const auto count = static_cast<double>(coupons_.size());
    return count + count * (count - 1) / 2 / (3.0 * (1U << kKeyBits));
  }
  if (!isOutOfOrder_) return historical_;
  const auto count = static_cast<double>(registers_.size());
  const double raw = alpha(count) * count * count / (inverseLow_ + inverseHigh_);
  const auto empty = static_cast<double>(std::count(registers_.begin(), registers_.end(), 0));
  return raw <= 2.5 * count && empty > 0 ? count * std::log(count / empty) : raw;
}

std::string HllSketch::serialize() const {
  const Mode mode = hasRegisters() ? kHll : coupons_.size() < kListSize ? kList : kSet;
  int lgTable = 3;
  if (mode == kSet) {
    lgTable = 5;
    while (coupons_.size() * 4 > (size_t{3} << lgTable)) ++lgTable;
  }
  std::string out;
  append<uint8_t>(mode == kList ? 2 : mode == kSet ? 3 : 10, out);
  append<uint8_t>(1, out);
  append(kFamily, out);
  append(static_cast<uint8_t>(lgK_), out);
  append(static_cast<uint8_t>(mode == kHll ? 0 : lgTable), out);
  append<uint8_t>(static_cast<uint8_t>((mode == kList && coupons_.empty() ? kEmptyFlag : 0) | (isOutOfOrder_ ? kOutOfOrderFlag : 0)), out);
  append(static_cast<uint8_t>(mode == kList ? coupons_.size() : 0), out);
  append(static_cast<uint8_t>(kHll8 | mode), out);
  if (mode == kList) {
    for (size_t i = 0; i < kListSize; ++i) append<uint32_t>(i < coupons_.size() ? coupons_[i] : 0, out);
    return out;
  }
  if (mode == kSet) {
    append(static_cast<uint32_t>(coupons_.size()), out);
    for (const uint32_t coupon : tableOf(coupons_, lgTable)) append(coupon, out);
    return out;
  }
  append(historical_, out);
  append(inverseLow_, out);
  append(inverseHigh_, out);
  append(static_cast<uint32_t>(std::count(registers_.begin(), registers_.end(), 0)), out);
  append<uint32_t>(0, out);
  out.append(reinterpret_cast<const char*>(registers_.data()), registers_.size());
  return out;
}

std::optional<HllSketch> HllSketch::read(std::string_view bytes) {
  if (bytes.size() < 8 || bytes[1] != 1 || bytes[2] != kFamily) return std::nullopt;
  const int lgK = bytes[3];
  const auto flags = static_cast<uint8_t>(bytes[5]);
  const auto mode = static_cast<uint8_t>(bytes[7] & 3);
  if (lgK < kLeastLgK || lgK > kMostLgK || mode > kHll) return std::nullopt;
  HllSketch sketch(lgK);
  sketch.isOutOfOrder_ = (flags & kOutOfOrderFlag) != 0;
  if ((flags & kEmptyFlag) != 0) return sketch;
  if (mode != kHll) {
    const size_t start = mode == kList ? 8 : 12;
    if (bytes.size() < start) return std::nullopt;
    const bool isCompact = (flags & kCompactFlag) != 0;
    const size_t wanted = mode == kList ? static_cast<uint8_t>(bytes[6]) : readAt<uint32_t>(bytes, 8);
    const size_t most = (bytes.size() - start) / 4;
    size_t found = 0;
    for (size_t i = 0; i < most && found < wanted; ++i) {
      const auto coupon = readAt<uint32_t>(bytes, start + 4 * i);
      if (coupon == 0 && !isCompact) continue;
      sketch.take(coupon);
      ++found;
    }
    return found == wanted ? std::optional(std::move(sketch)) : std::nullopt;
  }
  const size_t count = size_t{1} << lgK;
  if ((bytes[7] & 12) != kHll8 || bytes.size() < 40 + count) return std::nullopt;
  sketch.registers_.assign(bytes.begin() + 40, bytes.begin() + 40 + static_cast<std::ptrdiff_t>(count));
  sketch.historical_ = readAt<double>(bytes, 8);
  for (const uint8_t rank : sketch.registers_) {
    if (rank > 63) return std::nullopt;
    (rank < kHighRank ? sketch.inverseLow_ : sketch.inverseHigh_) += std::ldexp(1.0, -rank);
  }
  return sketch;
}

}  // namespace flint::functions
