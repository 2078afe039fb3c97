#include "functions/sketch/kll_sketch.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace flint::functions {
namespace {

constexpr size_t kLeastCapacity = 8;
constexpr uint8_t kFamily = 15;
constexpr uint8_t kEmptyFlag = 1;
constexpr uint8_t kSortedFlag = 2;
constexpr uint8_t kSingleFlag = 4;
constexpr size_t kMostLevels = 60;

template <class V>
void append(V value, std::string& out) {
  out.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

template <class V>
V readAt(std::string_view bytes, size_t at) {
  V value;
  std::memcpy(&value, bytes.data() + at, sizeof(value));
  return value;
}

}  // namespace

// (2/3)^depth of k, rounded, and never less than the smallest.
template <class T>
size_t KllSketch<T>::capacityOf(size_t level) const {
  const auto depth = static_cast<int>(levels_.size() - level - 1);
  return std::max(kLeastCapacity, static_cast<size_t>(std::llround(k_ * std::pow(2.0 / 3.0, depth))));
}

template <class T>
bool KllSketch<T>::isFull() const {
  size_t items = 0;
  size_t capacity = 0;
  for (size_t i = 0; i < levels_.size(); ++i) {
    items += levels_[i].size();
    capacity += capacityOf(i);
  }
  return items >= capacity;
}

template <class T>
bool KllSketch<T>::nextBit() {
  random_ ^= random_ << 13;
  random_ ^= random_ >> 7;
  random_ ^= random_ << 17;
  return (random_ & 1) != 0;
}

// Halves the lowest level that is over its capacity: every second item goes one level up.
template <class T>
void KllSketch<T>::compress() {
  size_t level = 0;
  while (levels_[level].size() < capacityOf(level)) ++level;
  if (level + 1 == levels_.size()) levels_.emplace_back();
  std::vector<T>& items = levels_[level];
  if (level == 0) std::sort(items.begin(), items.end());
  // An odd one stays behind.
  std::vector<T> kept;
  if (items.size() % 2 != 0) {
    kept.push_back(items.front());
    items.erase(items.begin());
  }
  std::vector<T> raised;
  for (size_t i = nextBit() ? 1 : 0; i < items.size(); i += 2) raised.push_back(items[i]);
  std::vector<T> merged(raised.size() + levels_[level + 1].size());
  std::merge(raised.begin(), raised.end(), levels_[level + 1].begin(), levels_[level + 1].end(), merged.begin());
  levels_[level + 1] = std::move(merged);
  items = std::move(kept);
}

template <class T>
void KllSketch<T>::update(T value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (std::isnan(value)) return;
  }
  if (isFull()) compress();
  smallest_ = n_ == 0 ? value : std::min(smallest_, value);
  largest_ = n_ == 0 ? value : std::max(largest_, value);
  levels_[0].push_back(value);
  ++n_;
}

template <class T>
void KllSketch<T>::merge(const KllSketch& other) {
  if (other.isEmpty()) return;
  smallest_ = n_ == 0 ? other.smallest_ : std::min(smallest_, other.smallest_);
  largest_ = n_ == 0 ? other.largest_ : std::max(largest_, other.largest_);
  n_ += other.n_;
  if (other.levels_.size() > 1) minK_ = std::min(minK_, other.minK_);
  if (levels_.size() < other.levels_.size()) levels_.resize(other.levels_.size());
  for (size_t i = 0; i < other.levels_.size(); ++i) {
    const auto middle = static_cast<std::ptrdiff_t>(levels_[i].size());
    levels_[i].insert(levels_[i].end(), other.levels_[i].begin(), other.levels_[i].end());
    if (i > 0) std::inplace_merge(levels_[i].begin(), levels_[i].begin() + middle, levels_[i].end());
  }
  while (isFull()) compress();
}

template <class T>
std::vector<std::pair<T, int64_t>> KllSketch<T>::sortedWeights() const {
  std::vector<std::pair<T, int64_t>> out;
  for (size_t i = 0; i < levels_.size(); ++i) {
    for (const T item : levels_[i]) out.emplace_back(item, int64_t{1} << i);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return out;
}

template <class T>
T KllSketch<T>::quantile(double rank) const {
  const auto wanted = static_cast<int64_t>(std::ceil(rank * static_cast<double>(n_)));
  int64_t seen = 0;
  for (const auto& [item, weight] : sortedWeights()) {
    seen += weight;
    if (seen >= wanted) return item;
  }
  return largest_;
}

template <class T>
double KllSketch<T>::rank(T value) const {
  int64_t upTo = 0;
  for (const auto& [item, weight] : sortedWeights()) upTo += item <= value ? weight : 0;
  return static_cast<double>(upTo) / static_cast<double>(n_);
}

template <class T>
std::string KllSketch<T>::toString() const {
  size_t retained = 0;
  for (const auto& level : levels_) retained += level.size();
  std::string out = fmt::format("\n### KLL sketch summary:\n   K                      : {}\n   Min K                  : {}\n   N                      : {}\n", k_, minK_, n_);
  out += fmt::format("   Levels                 : {}\n   Retained Items         : {}\n", levels_.size(), retained);
  if (!isEmpty()) out += fmt::format("   Min Item               : {}\n   Max Item               : {}\n", smallest_, largest_);
  return out + "### End sketch summary\n";
}

template <class T>
std::string KllSketch<T>::serialize() const {
  const bool isSingle = n_ == 1;
  std::string out;
  append<uint8_t>(isEmpty() || isSingle ? 2 : 5, out);
  append<uint8_t>(isSingle ? 2 : 1, out);
  append(kFamily, out);
  append<uint8_t>(static_cast<uint8_t>((isEmpty() ? kEmptyFlag : 0) | (isSingle ? kSingleFlag : 0)), out);
  append(static_cast<uint16_t>(k_), out);
  append<uint8_t>(kLeastCapacity, out);
  append<uint8_t>(0, out);
  if (isEmpty()) return out;
  if (isSingle) {
    append(smallest_, out);
    return out;
  }
  append(n_, out);
  append(static_cast<uint16_t>(minK_), out);
  append(static_cast<uint8_t>(levels_.size()), out);
  append<uint8_t>(0, out);
  // Levels lie behind each other at the end of an array that has room for their capacities.
  size_t capacity = 0;
  size_t items = 0;
  for (size_t i = 0; i < levels_.size(); ++i) {
    capacity += capacityOf(i);
    items += levels_[i].size();
  }
  size_t at = std::max(capacity, items) - items;
  for (const auto& level : levels_) {
    append(static_cast<uint32_t>(at), out);
    at += level.size();
  }
  append(smallest_, out);
  append(largest_, out);
  for (const auto& level : levels_) {
    for (const T item : level) append(item, out);
  }
  return out;
}

template <class T>
std::optional<KllSketch<T>> KllSketch<T>::read(std::string_view bytes) {
  if (bytes.size() < 8 || bytes[2] != kFamily) return std::nullopt;
  const auto flags = static_cast<uint8_t>(bytes[3]);
  const int k = readAt<uint16_t>(bytes, 4);
  if (k < kLeastK || bytes[6] != static_cast<char>(kLeastCapacity)) return std::nullopt;
  KllSketch sketch(k);
  if ((flags & kEmptyFlag) != 0) return sketch;
  if ((flags & kSingleFlag) != 0) {
    if (bytes.size() < 8 + sizeof(T)) return std::nullopt;
    sketch.update(readAt<T>(bytes, 8));
    return sketch;
  }
  if (bytes.size() < 20) return std::nullopt;
  sketch.n_ = readAt<int64_t>(bytes, 8);
  sketch.minK_ = readAt<uint16_t>(bytes, 16);
  const auto numLevels = static_cast<size_t>(static_cast<uint8_t>(bytes[18]));
  const size_t bounds = 20 + 4 * numLevels;
  if (numLevels == 0 || numLevels > kMostLevels || bytes.size() < bounds + 2 * sizeof(T) || sketch.n_ < 1) return std::nullopt;
  sketch.smallest_ = readAt<T>(bytes, bounds);
  sketch.largest_ = readAt<T>(bytes, bounds + sizeof(T));
  sketch.levels_.resize(numLevels);
  const size_t items = (bytes.size() - bounds - 2 * sizeof(T)) / sizeof(T);
  const size_t first = readAt<uint32_t>(bytes, 20);
  size_t at = bounds + 2 * sizeof(T);
  int64_t weight = 0;
  for (size_t i = 0; i < numLevels; ++i) {
    const size_t from = readAt<uint32_t>(bytes, 20 + 4 * i);
    const size_t to = i + 1 < numLevels ? readAt<uint32_t>(bytes, 24 + 4 * i) : first + items;
    if (to < from || to - first > items) return std::nullopt;
    for (size_t j = from; j < to; ++j, at += sizeof(T)) sketch.levels_[i].push_back(readAt<T>(bytes, at));
    if (i == 0 && (flags & kSortedFlag) == 0) std::sort(sketch.levels_[0].begin(), sketch.levels_[0].end());
    weight += static_cast<int64_t>(to - from) << i;
  }
  if (weight != sketch.n_) return std::nullopt;
  return sketch;
}

template class KllSketch<int64_t>;
template class KllSketch<float>;
template class KllSketch<double>;

}  // namespace flint::functions
