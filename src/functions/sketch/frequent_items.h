#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_coding.h"

namespace flint::functions {

/// Counts of the most frequent items, in bounded memory: exact until more items come than it tracks, lower bounds from then on.
///
/// Shape: an open hash table of at most 2^lgMost places, filled to 3/4; where it is full, the median count is taken from all.
/// Threads: confined to its owner.
/// Source: the frequent items sketch of Apache DataSketches; its table decides the order of items of equal count.
class FrequentItems {
 public:
  struct Item {
    std::string key;
    int32_t hash = 0;  // as Java's hashCode
    int64_t count = 0;
  };
  /// `maxItems` items are tracked exactly.
  explicit FrequentItems(int64_t maxItems);

  void update(std::string_view key, int32_t hash, int64_t count);
  void merge(const FrequentItems& other);
  /// The `k` most frequent, the most frequent first.
  std::vector<Item> top(size_t k) const;

  void encode(ByteWriter& out) const;
  /// Adds what was encoded.
  void decode(ByteReader& in);

 private:
  size_t place(std::string_view key, int32_t hash) const;
  void put(Item item);
  void grow();
  void purge();
  // In the order in which the table is walked.
  std::vector<const Item*> walk() const;

  int lgMost_;
  size_t numItems_ = 0;
  int64_t offset_ = 0;
  std::vector<Item> places_;  // count 0: free
};

}  // namespace flint::functions
