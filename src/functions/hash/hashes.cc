// hash (murmur3), xxhash64, and digests of bytes: md5, sha1, sha2, crc32.
#include <openssl/evp.h>
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <memory>

#include "functions/collection/list_rows.h"
#include "functions/hash/murmur3.h"
#include "functions/kernel_loops.h"
#include "functions/types_of_arguments.h"

namespace flint::functions {

using namespace expr;

namespace {

// A decimal of more than 18 digits is hashed by the bytes of Java's BigInteger: big-endian, as few as hold the sign.
std::string bigIntegerBytes(int128_t value) {
  std::string bytes;
  for (int shift = 120; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
  size_t skip = 0;
  while (skip < 15 && ((bytes[skip] == 0 && (bytes[skip + 1] & 0x80) == 0) || (bytes[skip] == -1 && (bytes[skip + 1] & 0x80) != 0))) ++skip;
  return bytes.substr(skip);
}

struct Murmur3 {
  using Hash = int32_t;
  static Hash ofInt(int32_t value, Hash seed) { return murmur3Int(value, seed); }
  static Hash ofLong(int64_t value, Hash seed) { return murmur3Long(value, seed); }
  static Hash ofBytes(std::string_view bytes, Hash seed) { return murmur3Unsafe(bytes, seed); }
};

// XXH64 as Spark computes it, with 64-bit seeds and 8-byte values as one lane.
struct XxHash64 {
  using Hash = int64_t;
  static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87ULL;
  static constexpr uint64_t kPrime2 = 0xC2B2AE3D27D4EB4FULL;
  static constexpr uint64_t kPrime3 = 0x165667B19E3779F9ULL;
  static constexpr uint64_t kPrime4 = 0x85EBCA77C2B2AE63ULL;
  static constexpr uint64_t kPrime5 = 0x27D4EB2F165667C5ULL;

  static uint64_t finish(uint64_t hash) {
    hash ^= hash >> 33;
    hash *= kPrime2;
    hash ^= hash >> 29;
    hash *= kPrime3;
    return hash ^ (hash >> 32);
  }
  static uint64_t round(uint64_t state, uint64_t lane) { return std::rotl(state + lane * kPrime2, 31) * kPrime1; }
  static uint64_t withWord(uint64_t hash, uint32_t word) { return std::rotl(hash ^ static_cast<uint64_t>(word) * kPrime1, 23) * kPrime2 + kPrime3; }
  static uint64_t withByte(uint64_t hash, unsigned char byte) { return std::rotl(hash ^ static_cast<uint64_t>(byte) * kPrime5, 11) * kPrime1; }
  static Hash ofInt(int32_t value, Hash seed) {
    uint64_t hash = static_cast<uint64_t>(seed) + kPrime5 + 4;
    hash ^= static_cast<uint64_t>(static_cast<uint32_t>(value)) * kPrime1;
    return static_cast<Hash>(finish(std::rotl(hash, 23) * kPrime2 + kPrime3));
  }
  static Hash ofLong(int64_t value, Hash seed) {
    uint64_t hash = static_cast<uint64_t>(seed) + kPrime5 + 8;
    hash ^= round(0, static_cast<uint64_t>(value));
    return static_cast<Hash>(finish(std::rotl(hash, 27) * kPrime1 + kPrime4));
  }
  static Hash ofBytes(std::string_view bytes, Hash seedValue) {
    const auto seed = static_cast<uint64_t>(seedValue);
    const char* at = bytes.data();
    const char* end = at + bytes.size();
    const auto read64 = [](const char* p) {
      uint64_t word;
      std::memcpy(&word, p, 8);
      return word;
    };
    uint64_t hash;
    if (bytes.size() >= 32) {
      uint64_t lanes[4] = {seed + kPrime1 + kPrime2, seed + kPrime2, seed, seed - kPrime1};
      for (; end - at >= 32; at += 32) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) lanes[i] = round(lanes[i], read64(at + i * 8));
      }
      hash = std::rotl(lanes[0], 1) + std::rotl(lanes[1], 7) + std::rotl(lanes[2], 12) + std::rotl(lanes[3], 18);
      for (const uint64_t lane : lanes) hash = (hash ^ round(0, lane)) * kPrime1 + kPrime4;
    } else {
      hash = seed + kPrime5;
    }
    hash += bytes.size();
    if (bytes.size() < 8) {
      if (end - at >= 4) {
        uint32_t word;
        std::memcpy(&word, at, 4);
        hash = withWord(hash, word);
        at += 4;
      }
      for (; at < end; ++at) hash = withByte(hash, static_cast<unsigned char>(*at));
      return static_cast<Hash>(finish(hash));
    }
    // Up to three words are left: which of them there are is chosen without a branch, as no processor guesses the length of a text.
    const auto numWords = static_cast<unsigned>(end - at) / 8;
    const char* last = end - 8;
#pragma GCC unroll 3
    for (unsigned i = 0; i < 3; ++i) {
      const uint64_t with = std::rotl(hash ^ round(0, read64(std::min(at + 8 * i, last))), 27) * kPrime1 + kPrime4;
      hash = i < numWords ? with : hash;
    }
    at += 8 * numWords;
    // The up to 7 bytes left, as the low ones of a word read up to the end: what of them there is, is chosen without a branch.
    const auto left = static_cast<unsigned>(end - at);
    uint64_t rest = left == 0 ? 0 : read64(end - 8) >> (8 * (8 - left));
    const bool hasWord = left >= 4;
    hash = hasWord ? withWord(hash, static_cast<uint32_t>(rest)) : hash;
    rest = hasWord ? rest >> 32 : rest;
    const unsigned single = left & 3;
#pragma GCC unroll 3
    for (unsigned i = 0; i < 3; ++i) {
      const uint64_t with = withByte(hash, static_cast<unsigned char>(rest));
      hash = i < single ? with : hash;
      rest >>= 8;
    }
    return static_cast<Hash>(finish(hash));
  }
};

// A value's hash, which is the seed of the next; null leaves the seed as it is.
template <class Algorithm>
typename Algorithm::Hash hashValue(const ColumnVector& vector, RowIndex row, typename Algorithm::Hash seed) {
  if (vector.isNull(row)) return seed;
  if (!vector.isFlat()) return hashValue<Algorithm>(*vector.base(), vector.baseRow(row), seed);
  switch (vector.physicalType()) {
    case PhysicalType::kBool: return Algorithm::ofInt(vector.values<uint8_t>()[row], seed);
    case PhysicalType::kInt8: return Algorithm::ofInt(vector.values<int8_t>()[row], seed);
    case PhysicalType::kInt16: return Algorithm::ofInt(vector.values<int16_t>()[row], seed);
    case PhysicalType::kInt32: return Algorithm::ofInt(vector.values<int32_t>()[row], seed);
    case PhysicalType::kInt64: return Algorithm::ofLong(vector.values<int64_t>()[row], seed);
    case PhysicalType::kInt128: return Algorithm::ofBytes(bigIntegerBytes(vector.values<int128_t>()[row]), seed);
    case PhysicalType::kFloat: {
      const float value = vector.values<float>()[row];
      return Algorithm::ofInt(value == 0 ? 0 : value != value ? 0x7fc00000 : std::bit_cast<int32_t>(value), seed);
    }
    case PhysicalType::kDouble: {
      const double value = vector.values<double>()[row];
      return Algorithm::ofLong(value == 0 ? 0 : value != value ? 0x7ff8000000000000LL : std::bit_cast<int64_t>(value), seed);
    }
    case PhysicalType::kString: return Algorithm::ofBytes(vector.values<StringView>()[row].view(), seed);
    case PhysicalType::kInterval: {
      const CalendarInterval& value = vector.values<CalendarInterval>()[row];
      return Algorithm::ofInt(value.months, Algorithm::ofInt(value.days, Algorithm::ofLong(value.microseconds, seed)));
    }
    case PhysicalType::kStruct:
      for (const VectorPtr& child : vector.children()) seed = hashValue<Algorithm>(*child, row, seed);
      return seed;
    case PhysicalType::kList: {
      const ListEntry entry = vector.values<ListEntry>()[row];
      for (int32_t i = 0; i < entry.length; ++i) {
        for (const VectorPtr& child : vector.children()) seed = hashValue<Algorithm>(*child, entry.offset + i, seed);
      }
      return seed;
    }
  }
  return seed;
}

// One column's values into the rows' hashes, without looking at the type for each.
template <class Algorithm, class T, class HashOf>
void mixColumn(const KernelArgs& args, size_t argument, typename Algorithm::Hash* out, HashOf&& hashOf) {
  const auto column = args.column<T>(argument);
  if (column.mayHaveNulls()) {
    forEachActive(args.activeRows(), [&](RowIndex row) {
      if (!column.isNull(row)) out[row] = hashOf(column[row], out[row]);
    });
  } else {
    forEachValue<T>(args, [&](RowIndex row, const T& value) { out[row] = hashOf(value, out[row]); }, argument);
  }
}

template <class Algorithm>
void hashRows(const KernelArgs& args) {
  auto* out = args.result<typename Algorithm::Hash>().values();
  using Hash = typename Algorithm::Hash;
  const auto isSimple = [](const VectorPtr& vector) {
    const PhysicalType type = vector->physicalType();
    return type == PhysicalType::kInt32 || type == PhysicalType::kInt64 || type == PhysicalType::kString;
  };
  bool allSimple = true;
  for (size_t i = 0; i < args.count(); ++i) allSimple = allSimple && isSimple(args.vector(i));
  if (allSimple) {
    forEachActive(args.activeRows(), [&](RowIndex row) { out[row] = 42; });
    for (size_t i = 0; i < args.count(); ++i) {
      switch (args.vector(i)->physicalType()) {
        case PhysicalType::kInt32: mixColumn<Algorithm, int32_t>(args, i, out, [](int32_t value, Hash seed) { return Algorithm::ofInt(value, seed); }); break;
        case PhysicalType::kInt64: mixColumn<Algorithm, int64_t>(args, i, out, [](int64_t value, Hash seed) { return Algorithm::ofLong(value, seed); }); break;
        default: mixColumn<Algorithm, StringView>(args, i, out, [](const StringView& value, Hash seed) { return Algorithm::ofBytes(value.view(), seed); }); break;
      }
    }
    return;
  }
  for (const RowIndex row : args.activeRows()) {
    typename Algorithm::Hash hash = 42;
    for (size_t i = 0; i < args.count(); ++i) hash = hashValue<Algorithm>(*args.vector(i), row, hash);
    out[row] = hash;
  }
}

bool holdsMap(const DataType& type) {
  if (type.is(TypeKind::kMap)) return true;
  for (const DataType& child : type.childTypes()) {
    if (holdsMap(child)) return true;
  }
  return false;
}

template <class Algorithm>
Result<FunctionBinding> bindHash(const BindContext& context) {
  RETURN_IF_ERROR(checkArgumentCount(context, 1, SIZE_MAX));
  for (const DataType& type : context.argumentTypes) {
    if (holdsMap(type)) {
      return Error(condition::kDatatypeMismatchHashMapType).with("sqlExpr", "\"" + callText(context) + "\"").with("functionName", "`" + std::string(context.name) + "`");
    }
  }
  FunctionBinding binding;
  binding.argumentTypes.assign(context.argumentTypes.begin(), context.argumentTypes.end());
  binding.result = sizeof(typename Algorithm::Hash) == 4 ? kInt : kBigint;
  binding.nullable = false;
  binding.kernel = hashRows<Algorithm>;
  return binding;
}

std::string hexDigest(const EVP_MD* algorithm, std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, algorithm, nullptr);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (unsigned int i = 0; i < size; ++i) {
    out += kDigits[digest[i] >> 4];
    out += kDigits[digest[i] & 15];
  }
  return out;
}

template <const EVP_MD* (*Algorithm)()>
void digest(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& bytes) { out.set(row, hexDigest(Algorithm(), bytes.view())); });
}

void digestSha2(const KernelArgs& args) {
  auto out = args.result<StringView>();
  forEachPair<StringView, int32_t>(args, [&](RowIndex row, const StringView& bytes, int32_t bits) {
    const EVP_MD* algorithm = bits == 224 ? EVP_sha224() : bits == 256 || bits == 0 ? EVP_sha256() : bits == 384 ? EVP_sha384() : bits == 512 ? EVP_sha512() : nullptr;
    if (algorithm == nullptr) {
      out.setNull(row);
    } else {
      out.set(row, hexDigest(algorithm, bytes.view()));
    }
  });
}

void checksum(const KernelArgs& args) {
  auto* out = args.result<int64_t>().values();
  forEachValue<StringView>(args, [&](RowIndex row, const StringView& bytes) {
    out[row] = static_cast<int64_t>(crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
  });
}

}  // namespace

void registerHashes(FunctionRegistry& registry) {
  static const ScalarFunction kFunctions[] = {
      {.names = {"hash"}, .group = Group::kHash, .since = "2.0.0", .usage = "hash(expr1, expr2, ...) - The Murmur3 hash of the values.", .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindHash<Murmur3>},
      {.names = {"xxhash64"}, .group = Group::kHash, .since = "3.0.0", .usage = "xxhash64(expr1, expr2, ...) - The 64-bit xxHash of the values.", .nulls = NullRule::kHandledByKernel, .nullable = false, .bind = bindHash<XxHash64>},
      {.names = {"md5"}, .group = Group::kHash, .since = "1.5.0", .usage = "md5(expr) - The MD5 digest in hexadecimal digits.", .examples = {{.sql = "SELECT md5('Spark')", .result = "8cde774d6f7333752ed72cacddb05126"}}, .overloads = {{.arguments = {kBinary}, .result = kString, .kernel = digest<EVP_md5>}}},
      {.names = {"sha1", "sha"}, .group = Group::kHash, .since = "1.5.0", .usage = "sha1(expr) - The SHA-1 digest in hexadecimal digits.", .overloads = {{.arguments = {kBinary}, .result = kString, .kernel = digest<EVP_sha1>}}},
      {.names = {"sha2"}, .group = Group::kHash, .since = "1.5.0", .usage = "sha2(expr, bitLength) - The SHA-2 digest of 224, 256, 384 or 512 bits (0: 256) in hexadecimal digits.", .overloads = {{.arguments = {kBinary, kInt}, .result = kString, .kernel = digestSha2}}},
      {.names = {"crc32"}, .group = Group::kHash, .since = "1.5.0", .usage = "crc32(expr) - The cyclic redundancy check.", .examples = {{.sql = "SELECT crc32('Spark')", .result = "1557323817"}}, .overloads = {{.arguments = {kBinary}, .result = kBigint, .kernel = checksum}}},
  };
  for (const ScalarFunction& function : kFunctions) registry.add(function);
}

}  // namespace flint::functions
