#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::exec {

/// Remembers the group of each combination of small key codes (dictionary positions, booleans, integers of a narrow range), so that most rows
/// find their group with one load and no hash.
///
/// Invariant: a remembered group stays valid until `forget` or until `map` says that the codes have a new meaning (it forgets by itself).
/// Threads: confined to its owner.
class CodedKeys {
 public:
  explicit CodedKeys(size_t numKeys) : keys_(numKeys) {}

  /// Gives each active row its code, below `domain()`. False: these keys have no small codes, rows must be hashed.
  bool map(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active);
  const uint32_t* codes() const { return codes_.data(); }
  size_t domain() const { return groups_.size(); }
  /// The group of a code, or null.
  std::byte** groups() { return groups_.data(); }
  void forget();
  int64_t bytes() const { return static_cast<int64_t>(groups_.capacity() * sizeof(std::byte*) + codes_.capacity() * sizeof(uint32_t)); }

 private:
  enum class Coding : uint8_t { kDictionary, kConstant, kRange, kShared };
  // How the codes of one key are made; equal in the next batch: the remembered groups hold.
  struct Key {
    Coding coding = Coding::kConstant;
    columnar::VectorPtr base;  // kDictionary, kConstant
    int64_t low = 0;           // kRange
    int64_t high = -1;
    size_t domain = 1;         // NULL included
  };
  bool describe(std::span<const columnar::VectorPtr> keys, const columnar::ActiveRows& active);
  bool describeRange(const columnar::ColumnVector& vector, const columnar::ActiveRows& active, const Key& before, Key& key);
  void addCodes(const columnar::ColumnVector& vector, const columnar::ActiveRows& active, const Key& key);

  std::vector<Key> keys_;
  std::vector<Key> described_;
  std::vector<uint32_t> codes_;
  std::vector<std::byte*> groups_;
  int64_t batches_ = 0;
  int64_t resets_ = 0;
  int32_t failures_ = 0;
};

}  // namespace flint::exec
