#include "functions/sketch/theta_sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "functions/sketch/murmur128.h"

namespace flint::functions {
namespace {

constexpr uint8_t kSerialVersion = 3;
constexpr uint8_t kCompactFamily = 3;
constexpr uint8_t kTupleFamily = 9;
constexpr uint8_t kReadOnly = 2;
constexpr uint8_t kEmpty = 4;
constexpr uint8_t kCompact = 8;
constexpr uint8_t kOrdered = 16;
constexpr uint8_t kSingleItem = 32;

uint16_t seedHash() {
  uint64_t seed = kSketchSeed;
  return static_cast<uint16_t>(murmur128({reinterpret_cast<const char*>(&seed), sizeof(seed)}, 0).first & 0xFFFF);
}

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

}  // namespace

uint64_t ThetaSketch::hashOf(std::string_view bytes) { return murmur128(bytes, kSketchSeed).first >> 1; }
uint64_t ThetaSketch::hashOf(int64_t value) { return hashOf({reinterpret_cast<const char*>(&value), sizeof(value)}); }
uint64_t ThetaSketch::hashOf(double value) {
  return hashOf(std::isnan(value) ? int64_t{0x7ff8000000000000} : value == 0 ? int64_t{0} : std::bit_cast<int64_t>(value));
}

double ThetaSketch::combined(double a, double b) const {
  switch (mode_) {
    case SummaryMode::kSum: return a + b;
    case SummaryMode::kMin: return std::min(a, b);
    case SummaryMode::kMax: return std::max(a, b);
    case SummaryMode::kAlwaysOne: break;
  }
  return 1;
}

void ThetaSketch::insert(uint64_t hash, double summary) {
  const auto [at, isNew] = entries_.try_emplace(hash, mode_ == SummaryMode::kAlwaysOne ? 1 : summary);
  if (!isNew) at->second = combined(at->second, summary);
}

void ThetaSketch::dropFromTheta() {
  std::erase_if(entries_, [&](const auto& entry) { return entry.first >= theta_; });
}

void ThetaSketch::keepNominal() {
  const size_t nominal = size_t{1} << lgK_;
  std::vector<uint64_t> hashes;
  hashes.reserve(entries_.size());
  for (const auto& [hash, summary] : entries_) hashes.push_back(hash);
  std::nth_element(hashes.begin(), hashes.begin() + static_cast<std::ptrdiff_t>(nominal), hashes.end());
  theta_ = hashes[nominal];
  dropFromTheta();
}

void ThetaSketch::update(uint64_t hash, double summary) {
  isEmpty_ = false;
  if (hash == 0 || hash >= theta_) return;
  insert(hash, summary);
  if (entries_.size() > (size_t{2} << lgK_) * 15 / 16) keepNominal();
}

void ThetaSketch::trim() {
  if (entries_.size() > size_t{1} << lgK_) keepNominal();
}

void ThetaSketch::unite(const ThetaSketch& other, double summaryOfOther) {
  if (other.isEmpty_) return;
  isEmpty_ = false;
  theta_ = std::min(theta_, other.theta_);
  for (const auto& [hash, summary] : other.entries_) {
    if (hash < theta_) insert(hash, other.hasSummary() ? summary : summaryOfOther);
  }
  dropFromTheta();
  if (entries_.size() > (size_t{2} << lgK_) * 15 / 16) keepNominal();
}

void ThetaSketch::intersect(const ThetaSketch& other, double summaryOfOther) {
  if (isEmpty_ || other.isEmpty_) {
    isEmpty_ = true;
    theta_ = kMostTheta;
    entries_.clear();
    return;
  }
  theta_ = std::min(theta_, other.theta_);
  dropFromTheta();
  for (auto at = entries_.begin(); at != entries_.end();) {
    const auto found = other.entries_.find(at->first);
    if (found == other.entries_.end()) {
      at = entries_.erase(at);
    } else {
      at->second = combined(at->second, other.hasSummary() ? found->second : summaryOfOther);
      ++at;
    }
  }
  isEmpty_ = entries_.empty() && theta_ == kMostTheta;
}

void ThetaSketch::subtract(const ThetaSketch& other) {
  if (isEmpty_ || other.isEmpty_) return;
  theta_ = std::min(theta_, other.theta_);
  dropFromTheta();
  for (const auto& [hash, summary] : other.entries_) entries_.erase(hash);
  isEmpty_ = entries_.empty() && theta_ == kMostTheta;
}

std::string ThetaSketch::serialize() const {
  std::vector<uint64_t> hashes;
  for (const auto& [hash, summary] : entries_) hashes.push_back(hash);
  std::sort(hashes.begin(), hashes.end());
  const bool estimates = theta_ < kMostTheta;
  const bool isSingle = hashes.size() == 1 && !estimates;
  std::string out;
  append<uint8_t>(estimates ? 3 : isEmpty_ || isSingle ? 1 : 2, out);
  append(kSerialVersion, out);
  append(hasSummary() ? kTupleFamily : kCompactFamily, out);
  append<uint8_t>(hasSummary() ? 1 : 0, out);
  append<uint8_t>(0, out);
  append<uint8_t>(static_cast<uint8_t>(kReadOnly | kCompact | kOrdered | (isEmpty_ ? kEmpty : 0) | (isSingle ? kSingleItem : 0)), out);
  append(seedHash(), out);
  if (estimates || !(isEmpty_ || isSingle)) {
    append(static_cast<uint32_t>(hashes.size()), out);
    append(hasSummary() ? 0.0F : 1.0F, out);
  }
  if (estimates) append(theta_, out);
  for (const uint64_t hash : hashes) {
    append(hash, out);
    if (summary_ == SketchSummary::kDouble) append(entries_.at(hash), out);
    if (summary_ == SketchSummary::kInteger) append(static_cast<int32_t>(entries_.at(hash)), out);
    if (hasSummary()) append(static_cast<uint8_t>(mode_), out);
  }
  return out;
}

std::optional<ThetaSketch> ThetaSketch::read(std::string_view bytes, SketchSummary summary, SummaryMode mode, int lgK) {
  if (bytes.size() < 8) return std::nullopt;
  const auto longs = static_cast<size_t>(bytes[0] & 0x3F);
  const auto flags = static_cast<uint8_t>(bytes[5]);
  const uint8_t family = summary == SketchSummary::kNone ? kCompactFamily : kTupleFamily;
  if (longs < 1 || longs > 3 || bytes.size() < longs * 8 || bytes[1] != kSerialVersion || bytes[2] != family || readAt<uint16_t>(bytes, 6) != seedHash()) {
    return std::nullopt;
  }
  ThetaSketch sketch(summary, mode, lgK);
  if ((flags & kEmpty) != 0) return sketch;
  sketch.isEmpty_ = false;
  const size_t count = longs == 1 ? 1 : readAt<uint32_t>(bytes, 8);
  if (longs == 3) sketch.theta_ = readAt<uint64_t>(bytes, 16);
  const size_t width = 8 + (summary == SketchSummary::kDouble ? 9 : summary == SketchSummary::kInteger ? 5 : 0);
  if (sketch.theta_ == 0 || sketch.theta_ > kMostTheta || (bytes.size() - longs * 8) / width < count) return std::nullopt;
  for (size_t i = 0; i < count; ++i) {
    const size_t at = longs * 8 + i * width;
    const auto hash = readAt<uint64_t>(bytes, at);
    if (hash == 0 || hash >= sketch.theta_) return std::nullopt;
    sketch.entries_[hash] = summary == SketchSummary::kDouble    ? readAt<double>(bytes, at + 8)
                            : summary == SketchSummary::kInteger ? readAt<int32_t>(bytes, at + 8)
                                                                 : 0;
  }
  return sketch;
}

}  // namespace flint::functions
