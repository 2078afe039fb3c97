#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace flint::functions {

/// What a tuple sketch keeps beside each key; theta sketches keep nothing.
enum class SketchSummary : uint8_t { kNone, kDouble, kInteger };
/// How summaries of the same key become one.
enum class SummaryMode : uint8_t { kSum, kMin, kMax, kAlwaysOne };

/// A theta sketch, or a tuple sketch, which has a number beside each key: a sample of the keys whose hashes lie below `theta`.
///
/// Shape: hashes are of 63 bits and not 0; at most 15/8 of the nominal entries are kept, then theta falls to the nominal entries' largest.
/// Threads: confined to its owner.
/// Source: Apache DataSketches: its hashes, its quick-select update sketch, and the serialized form of compact, ordered sketches.
class ThetaSketch {
 public:
  static constexpr uint64_t kMostTheta = INT64_MAX;
  static constexpr int kLeastLgK = 4;
  static constexpr int kMostLgK = 26;

  ThetaSketch(SketchSummary summary, SummaryMode mode, int lgK) : summary_(summary), mode_(mode), lgK_(lgK) {}

  /// Reads the serialized form. Nothing for bytes that are none, or of the other family.
  static std::optional<ThetaSketch> read(std::string_view bytes, SketchSummary summary, SummaryMode mode, int lgK);
  std::string serialize() const;

  static uint64_t hashOf(std::string_view bytes);
  static uint64_t hashOf(int64_t value);
  static uint64_t hashOf(double value);

  /// Counts a key, with its summary for tuple sketches.
  void update(uint64_t hash, double summary = 0);
  /// Makes this the union, intersection or difference with the other, whose entries have `summary` where it keeps none.
  void unite(const ThetaSketch& other, double summaryOfOther = 0);
  void intersect(const ThetaSketch& other, double summaryOfOther = 0);
  void subtract(const ThetaSketch& other);
  /// At most the nominal entries.
  void trim();

  bool isEmpty() const { return isEmpty_; }
  double theta() const { return static_cast<double>(theta_) / static_cast<double>(kMostTheta); }
  double estimate() const { return static_cast<double>(entries_.size()) / theta(); }
  const std::unordered_map<uint64_t, double>& entries() const { return entries_; }
  bool hasSummary() const { return summary_ != SketchSummary::kNone; }

 private:
  double combined(double a, double b) const;
  void insert(uint64_t hash, double summary);
  void keepNominal();
  void dropFromTheta();

  SketchSummary summary_;
  SummaryMode mode_;
  int lgK_;
  bool isEmpty_ = true;
  uint64_t theta_ = kMostTheta;
  std::unordered_map<uint64_t, double> entries_;  // hash to summary
};

}  // namespace flint::functions
