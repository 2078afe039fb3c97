#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flint::functions {

/// A KLL sketch: quantiles and ranks of a stream of numbers with a bounded error.
///
/// Shape: items of level i stand for 2^i numbers each; all levels but the first are sorted. NaN is not taken.
/// Threads: confined to its owner.
/// Source: Karnin, Lang and Liberty, "Optimal quantile approximation in streams", in the capacities and the serialized form of Apache DataSketches.
template <class T>
class KllSketch {
 public:
  static constexpr int kDefaultK = 200;
  static constexpr int kLeastK = 8;
  static constexpr int kMostK = 65'535;

  explicit KllSketch(int k = kDefaultK) : k_(k), minK_(k), levels_(1) {}

  void update(T value);
  void merge(const KllSketch& other);
  int64_t size() const { return n_; }
  bool isEmpty() const { return n_ == 0; }
  /// The smallest item whose share of numbers up to it reaches `rank` (0 to 1). Not for an empty sketch.
  T quantile(double rank) const;
  /// The share of numbers up to `value`. Not for an empty sketch.
  double rank(T value) const;
  std::string toString() const;

  std::string serialize() const;
  static std::optional<KllSketch> read(std::string_view bytes);

 private:
  size_t capacityOf(size_t level) const;
  void compress();
  bool isFull() const;
  bool nextBit();
  std::vector<std::pair<T, int64_t>> sortedWeights() const;

  int k_;
  int minK_;
  int64_t n_ = 0;
  T smallest_ = 0;
  T largest_ = 0;
  std::vector<std::vector<T>> levels_;
  uint64_t random_ = 0x9E3779B97F4A7C15ULL;
};

extern template class KllSketch<int64_t>;
extern template class KllSketch<float>;
extern template class KllSketch<double>;

}  // namespace flint::functions
