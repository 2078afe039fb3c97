#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/row_layout.h"
#include "columnar/selection.h"
#include "exec/key_range.h"

namespace flint::exec {

/// Finds the build rows of a key. Rows with equal keys form a chain.
///
/// Shape: four kinds. Without keys all rows form one chain. Integer keys whose ranges multiply to a small domain index an array directly; other integer keys are made one 64-bit
/// code; everything else is packed by a RowLayout. The last two kinds hash into open addressing slots of 32 hash bits and a row number.
/// Invariant: rows with a NULL key are in no chain.
/// Threads: `insert` may run at once on disjoint ranges; after `finish` immutable.
class JoinTable {
 public:
  /// `keys` are the build side's key columns, `numRows` long; `ranges` are set for integer keys. `nullable`: whether either side may be NULL.
  void prepare(std::vector<columnar::VectorPtr> keys, std::vector<bool> nullable, std::span<const std::optional<KeyRange>> ranges,
               columnar::RowIndex numRows, bool constantHash);
  void insert(columnar::RowIndex begin, columnar::RowIndex end);
  void finish();

  /// What one thread reuses between calls of `find`.
  struct Scratch {
    std::vector<uint64_t> codes;
    std::vector<uint64_t> hashes;
    std::vector<std::byte> packed;
    columnar::StringHeap heap;
  };
  /// `heads[i]` becomes the first build row with the keys of the i-th active row, or -1.
  void find(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active, Scratch& scratch, int32_t* heads) const;
  /// The next row of a chain, or -1.
  int32_t next(int32_t row) const {
    if (kind_ == Kind::kEveryRow) return row + 1 < numRows_ ? row + 1 : -1;
    return next_.empty() ? -1 : next_[static_cast<size_t>(row)];
  }
  /// Whether no key has two rows.
  bool isUnique() const { return kind_ == Kind::kEveryRow ? numRows_ <= 1 : next_.empty(); }
  columnar::RowIndex numRows() const { return numRows_; }
  int64_t bytes() const;
  const std::vector<columnar::VectorPtr>& keys() const { return keys_; }
  /// Bytes that `prepare` will take.
  static int64_t estimateBytes(columnar::RowIndex numRows, size_t numKeys) { return numRows * static_cast<int64_t>(28 + 8 * numKeys); }

 private:
  enum class Kind : uint8_t { kEveryRow, kDense, kCodes, kPacked };
  static constexpr uint64_t kNoCode = ~uint64_t{0};

  bool makeCodes(std::span<const std::optional<KeyRange>> ranges);
  void computeCodes(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active, uint64_t* codes) const;
  uint64_t hashOfCode(uint64_t code) const;
  bool sameKey(int32_t a, int32_t b) const;
  void insertHashed(uint64_t hash, int32_t row);
  template <class IsKey>
  int32_t findHashed(uint64_t hash, IsKey&& isKey) const;
  void chain(int32_t row, int32_t behind);

  Kind kind_ = Kind::kDense;
  std::vector<columnar::VectorPtr> keys_;
  std::vector<KeyRange> ranges_;
  columnar::RowIndex numRows_ = 0;
  bool constantHash_ = false;
  std::atomic<bool> hasDuplicates_{false};
  std::vector<int32_t> heads_;    // kDense: by code, -1: none
  std::vector<int32_t> next_;     // empty after `finish` when keys are unique
  std::vector<uint64_t> slots_;   // the others: hash bits and row + 1; 0: free
  uint64_t mask_ = 0;
  std::vector<uint64_t> codes_;   // kCodes: by row
  columnar::RowLayout layout_;    // kPacked
  std::vector<std::byte> packed_;
  std::mutex heapsMutex_;
  std::vector<columnar::StringHeap> heaps_;  // what packed nested keys point to
};

}  // namespace flint::exec
