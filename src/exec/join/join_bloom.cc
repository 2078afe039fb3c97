#include "exec/join/join_bloom.h"

#include <algorithm>
#include <bit>

#include "base/hash.h"

namespace flint::exec {
namespace {

using columnar::ColumnVector;
using columnar::RowIndex;
using columnar::Selection;

constexpr int64_t kLeastBytes = 4 << 10;
constexpr int64_t kMostBytes = 64 << 20;

// Three bits of one word: for few bits a key.
uint64_t bitsOf(uint64_t mixed) { return uint64_t{1} << (mixed >> 46 & 63) | uint64_t{1} << (mixed >> 52 & 63) | uint64_t{1} << (mixed >> 58); }

class BloomFilter final : public connector::DynamicFilter {
 public:
  BloomFilter(std::shared_ptr<const JoinBloom> bloom, DataType keyType, std::shared_ptr<const JoinKeyHash> hash)
      : bloom_(std::move(bloom)), keyType_(std::move(keyType)), hash_(std::move(hash)) {}

  std::shared_ptr<const Bounds> bounds() const override { return nullptr; }
  bool apply(const ColumnVector& column, Selection& rows) const override {
    if (!column.type().sameType(keyType_)) return false;
    if (column.mayHaveNulls()) std::erase_if(rows, [&](RowIndex row) { return column.isNull(row); });
    const columnar::VectorPtr key(columnar::VectorPtr(), &column);  // outlives the call
    JoinKeyHash::Scratch scratch;
    const uint64_t* hashes = hash_->hash({&key, 1}, columnar::ActiveRows(column.size(), rows), scratch);
    size_t kept = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      rows[kept] = rows[i];
      kept += bloom_->mayHave(hashes[i]) ? 1 : 0;
    }
    rows.resize(kept);
    return true;
  }

 private:
  const std::shared_ptr<const JoinBloom> bloom_;
  const DataType keyType_;
  const std::shared_ptr<const JoinKeyHash> hash_;
};

}  // namespace

JoinBloom::JoinBloom(int64_t bytes)
    : mask_(std::bit_floor(static_cast<uint64_t>(std::clamp(bytes, kLeastBytes, kMostBytes)) / sizeof(uint64_t)) - 1),
      words_(std::make_unique<std::atomic<uint64_t>[]>(mask_ + 1)) {}

void JoinBloom::add(std::span<const uint64_t> hashes) {
  for (const uint64_t hash : hashes) {
    const uint64_t mixed = mixHash(hash);
    words_[mixed & mask_].fetch_or(bitsOf(mixed), std::memory_order_relaxed);
  }
}

bool JoinBloom::mayHave(uint64_t hash) const {
  const uint64_t mixed = mixHash(hash);
  const uint64_t bits = bitsOf(mixed);
  return (words_[mixed & mask_].load(std::memory_order_relaxed) & bits) == bits;
}

connector::DynamicFilterPtr makeBloomFilter(std::shared_ptr<const JoinBloom> bloom, DataType keyType, std::shared_ptr<const JoinKeyHash> hash) {
  return std::make_shared<const BloomFilter>(std::move(bloom), std::move(keyType), std::move(hash));
}

}  // namespace flint::exec
