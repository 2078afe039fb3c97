#include "columnar/spark_hash.h"

#include <bit>

#include "columnar/vector_reader.h"

namespace flint::columnar {
namespace {

uint32_t mixWord(uint32_t hash, uint32_t word) {
  hash ^= std::rotl(word * 0xcc9e2d51U, 15) * 0x1b873593U;
  return std::rotl(hash, 13) * 5 + 0xe6546b64U;
}

uint32_t finish(uint32_t hash, uint32_t length) {
  hash ^= length;
  hash ^= hash >> 16;
  hash *= 0x85ebca6bU;
  hash ^= hash >> 13;
  hash *= 0xc2b2ae35U;
  return hash ^ (hash >> 16);
}

uint32_t hashInt(int32_t value, uint32_t seed) { return finish(mixWord(seed, static_cast<uint32_t>(value)), 4); }

uint32_t hashLong(int64_t value, uint32_t seed) {
  const auto bits = static_cast<uint64_t>(value);
  return finish(mixWord(mixWord(seed, static_cast<uint32_t>(bits)), static_cast<uint32_t>(bits >> 32)), 8);
}

// Whole words, then each byte left over as a word of its own, sign extended.
uint32_t hashText(std::string_view text, uint32_t seed) {
  uint32_t hash = seed;
  size_t at = 0;
  for (; at + 4 <= text.size(); at += 4) {
    uint32_t word;
    std::memcpy(&word, text.data() + at, 4);
    hash = mixWord(hash, word);
  }
  for (; at < text.size(); ++at) hash = mixWord(hash, static_cast<uint32_t>(static_cast<int32_t>(static_cast<int8_t>(text[at]))));
  return finish(hash, static_cast<uint32_t>(text.size()));
}

// The shortest big-endian two's complement bytes, as Java's BigInteger gives them.
uint32_t hashBigInteger(int128_t value, uint32_t seed) {
  char bytes[16];
  for (int i = 0; i < 16; ++i) bytes[15 - i] = static_cast<char>(static_cast<uint128_t>(value) >> (8 * i));
  int first = 0;
  while (first < 15 && ((bytes[first] == 0 && bytes[first + 1] >= 0) || (bytes[first] == -1 && bytes[first + 1] < 0))) ++first;
  return hashText({bytes + first, static_cast<size_t>(16 - first)}, seed);
}

uint32_t hashFloat(float value, uint32_t seed) {
  if (value == 0) value = 0;
  if (value != value) return hashInt(0x7fc00000, seed);
  return hashInt(std::bit_cast<int32_t>(value), seed);
}

uint32_t hashDouble(double value, uint32_t seed) {
  if (value == 0) value = 0;
  if (value != value) return hashLong(0x7ff8000000000000, seed);
  return hashLong(std::bit_cast<int64_t>(value), seed);
}

uint32_t hashList(const ColumnVector& flat, RowIndex row, uint32_t hash) {
  const ListEntry entry = flat.values<ListEntry>()[row];
  for (int32_t i = 0; i < entry.length; ++i) {
    for (const VectorPtr& child : flat.children()) hash = sparkHashOf(*child, entry.offset + i, hash);
  }
  return hash;
}

// `flat` is not null in `row`.
uint32_t hashFlat(const ColumnVector& flat, RowIndex row, uint32_t hash) {
  switch (flat.physicalType()) {
    case PhysicalType::kBool: return hashInt(flat.values<uint8_t>()[row] != 0 ? 1 : 0, hash);
    case PhysicalType::kInt8: return hashInt(flat.values<int8_t>()[row], hash);
    case PhysicalType::kInt16: return hashInt(flat.values<int16_t>()[row], hash);
    case PhysicalType::kInt32: return hashInt(flat.values<int32_t>()[row], hash);
    case PhysicalType::kInt64: return hashLong(flat.values<int64_t>()[row], hash);
    case PhysicalType::kInt128: return hashBigInteger(flat.values<int128_t>()[row], hash);
    case PhysicalType::kFloat: return hashFloat(flat.values<float>()[row], hash);
    case PhysicalType::kDouble: return hashDouble(flat.values<double>()[row], hash);
    case PhysicalType::kString: return hashText(flat.values<StringView>()[row].view(), hash);
    case PhysicalType::kInterval: {
      const CalendarInterval& interval = flat.values<CalendarInterval>()[row];
      return hashInt(interval.months, hashInt(interval.days, hashLong(interval.microseconds, hash)));
    }
    case PhysicalType::kStruct:
      for (const VectorPtr& child : flat.children()) hash = sparkHashOf(*child, row, hash);
      return hash;
    case PhysicalType::kList: return hashList(flat, row, hash);
  }
  return hash;
}

template <class T, class Hash>
void addColumn(const ColumnVector& column, const ActiveRows& active, std::span<uint32_t> hashes, Hash&& hash) {
  const VectorReader<T> values(column);
  for (size_t i = 0; i < hashes.size(); ++i) {
    const RowIndex row = active[static_cast<RowIndex>(i)];
    if (!values.isNull(row)) hashes[i] = hash(values[row], hashes[i]);
  }
}

}  // namespace

uint32_t sparkHashOf(const ColumnVector& column, RowIndex row, uint32_t hash) {
  if (column.isNull(row)) return hash;
  return hashFlat(column.isFlat() ? column : *column.base(), column.baseRow(row), hash);
}

void addSparkHash(const ColumnVector& column, const ActiveRows& active, std::span<uint32_t> hashes) {
  switch (column.physicalType()) {
    case PhysicalType::kInt32: return addColumn<int32_t>(column, active, hashes, hashInt);
    case PhysicalType::kInt64: return addColumn<int64_t>(column, active, hashes, hashLong);
    case PhysicalType::kString:
      return addColumn<StringView>(column, active, hashes, [](const StringView& text, uint32_t hash) { return hashText(text.view(), hash); });
    default:
      for (size_t i = 0; i < hashes.size(); ++i) hashes[i] = sparkHashOf(column, active[static_cast<RowIndex>(i)], hashes[i]);
  }
}

std::vector<int32_t> hashPartitions(std::span<const VectorPtr> keys, const ActiveRows& active, int32_t numPartitions) {
  std::vector<uint32_t> hashes(static_cast<size_t>(active.count()), kSparkHashSeed);
  for (const VectorPtr& key : keys) addSparkHash(*key, active, hashes);
  std::vector<int32_t> out(hashes.size());
  for (size_t i = 0; i < hashes.size(); ++i) {
    const int32_t remainder = static_cast<int32_t>(hashes[i]) % numPartitions;
    out[i] = remainder < 0 ? remainder + numPartitions : remainder;
  }
  return out;
}

}  // namespace flint::columnar
