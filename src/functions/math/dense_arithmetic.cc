#include "functions/math/dense_arithmetic.h"

#include <immintrin.h>

#include <bit>
#include <memory>

namespace flint::functions {
namespace {

// One operand of each row: the values, or one value for all rows.
struct DenseOperand {
  const int64_t* values;
  bool isConstant;
};

// A column's values, one a row: its own where it is flat or constant, else copied to `scratch`.
DenseOperand denseOperand(const columnar::ColumnVector& column, std::unique_ptr<int64_t[]>& scratch) {
  if (column.isFlat()) return {column.values<int64_t>(), false};
  const int64_t* base = column.base()->values<int64_t>();
  if (column.isConstant()) return {base, true};
  scratch = std::make_unique_for_overwrite<int64_t[]>(static_cast<size_t>(column.size()));
  const int32_t* indices = column.indices();
  for (int32_t row = 0; row < column.size(); ++row) scratch[static_cast<size_t>(row)] = base[indices[row]];
  return {scratch.get(), false};
}

bool hasAvx2() {
  static const bool has = __builtin_cpu_supports("avx2") != 0;
  return has;
}

// The bits that the magnitudes of values need, where each went through `value ^ (value >> 63)`.
bool sumFits(uint64_t magnitudes, int32_t count) { return std::bit_width(magnitudes) + std::bit_width(static_cast<uint32_t>(count)) <= 62; }

__attribute__((target("avx2"))) bool computeWithAvx2(DenseOp op, DenseOperand left, DenseOperand right, int64_t* out, int32_t count) {
  constexpr int32_t kLanes = 4;
  const __m256i half = _mm256_set1_epi64x(int64_t{1} << 31);
  const __m256i constantLeft = _mm256_set1_epi64x(left.values[0]);
  const __m256i constantRight = _mm256_set1_epi64x(right.values[0]);
  __m256i bad = _mm256_setzero_si256();
  for (int32_t i = 0; i < count; i += kLanes) {
    const __m256i a = left.isConstant ? constantLeft : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(left.values + i));
    const __m256i b = right.isConstant ? constantRight : _mm256_loadu_si256(reinterpret_cast<const __m256i*>(right.values + i));
    __m256i result;
    if (op == DenseOp::kAdd) {
      result = _mm256_add_epi64(a, b);
      bad = _mm256_or_si256(bad, _mm256_and_si256(_mm256_xor_si256(a, result), _mm256_xor_si256(b, result)));
    } else if (op == DenseOp::kSubtract) {
      result = _mm256_sub_epi64(a, b);
      bad = _mm256_or_si256(bad, _mm256_and_si256(_mm256_xor_si256(a, b), _mm256_xor_si256(a, result)));
    } else {
      // Factors of 32 bits; the bits above them are looked at, not used.
      result = _mm256_mul_epi32(a, b);
      bad = _mm256_or_si256(bad, _mm256_or_si256(_mm256_add_epi64(a, half), _mm256_add_epi64(b, half)));
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + i), result);
  }
  if (op == DenseOp::kMultiply) return _mm256_testz_si256(bad, _mm256_set1_epi64x(static_cast<int64_t>(0xFFFFFFFF00000000ULL))) != 0;
  return _mm256_movemask_pd(_mm256_castsi256_pd(bad)) == 0;
}

// With `indices` the values are those at these places.
template <bool kGathers>
__attribute__((target("avx2"))) void sumWithAvx2(const int64_t* values, const int32_t* indices, int32_t count, int64_t& sum, uint64_t& magnitudes) {
  __m256i sums[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
  __m256i bits = _mm256_setzero_si256();
  const __m256i zero = _mm256_setzero_si256();
  int32_t i = 0;
  for (; i + 8 <= count; i += 8) {
    for (int part = 0; part < 2; ++part) {
      __m256i value;
      if constexpr (kGathers) {
        const __m128i places = _mm_loadu_si128(reinterpret_cast<const __m128i*>(indices + i + 4 * part));
        value = _mm256_i32gather_epi64(reinterpret_cast<const long long*>(values), places, sizeof(int64_t));
      } else {
        value = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(values + i + 4 * part));
      }
      sums[part] = _mm256_add_epi64(sums[part], value);
      bits = _mm256_or_si256(bits, _mm256_xor_si256(value, _mm256_cmpgt_epi64(zero, value)));
    }
  }
  alignas(32) int64_t lanes[4];
  alignas(32) uint64_t laneBits[4];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), _mm256_add_epi64(sums[0], sums[1]));
  _mm256_store_si256(reinterpret_cast<__m256i*>(laneBits), bits);
  uint64_t total = 0;
  for (const int64_t lane : lanes) total += static_cast<uint64_t>(lane);
  magnitudes = laneBits[0] | laneBits[1] | laneBits[2] | laneBits[3];
  for (; i < count; ++i) {
    const int64_t value = values[kGathers ? indices[i] : i];
    total += static_cast<uint64_t>(value);
    magnitudes |= static_cast<uint64_t>(value ^ (value >> 63));
  }
  sum = static_cast<int64_t>(total);
}

template <DenseOp Op>
bool computeRows(DenseOperand left, DenseOperand right, int64_t* out, int32_t from, int32_t count) {
  bool overflow = false;
  for (int32_t i = from; i < count; ++i) {
    const int64_t a = left.values[left.isConstant ? 0 : i];
    const int64_t b = right.values[right.isConstant ? 0 : i];
    if constexpr (Op == DenseOp::kAdd) overflow |= __builtin_add_overflow(a, b, out + i);
    if constexpr (Op == DenseOp::kSubtract) overflow |= __builtin_sub_overflow(a, b, out + i);
    if constexpr (Op == DenseOp::kMultiply) overflow |= __builtin_mul_overflow(a, b, out + i);
  }
  return !overflow;
}

}  // namespace

bool computeDense(DenseOp op, const columnar::ColumnVector& leftColumn, const columnar::ColumnVector& rightColumn, int64_t* out) {
  const int32_t count = leftColumn.size();
  if (count == 0) return true;
  std::unique_ptr<int64_t[]> scratch[2];
  const DenseOperand left = denseOperand(leftColumn, scratch[0]);
  const DenseOperand right = denseOperand(rightColumn, scratch[1]);
  int32_t done = 0;
  if (hasAvx2() && count >= 4) {
    done = count / 4 * 4;
    if (!computeWithAvx2(op, left, right, out, done)) {
      if (op != DenseOp::kMultiply) return false;
      done = 0;  // factors of more than 32 bits
    }
  }
  switch (op) {
    case DenseOp::kAdd: return computeRows<DenseOp::kAdd>(left, right, out, done, count);
    case DenseOp::kSubtract: return computeRows<DenseOp::kSubtract>(left, right, out, done, count);
    case DenseOp::kMultiply: return computeRows<DenseOp::kMultiply>(left, right, out, done, count);
  }
  return false;
}

bool sumDense(const int64_t* values, const int32_t* indices, int32_t count, int64_t& sum) {
  uint64_t magnitudes = 0;
  if (hasAvx2()) {
    if (indices == nullptr) {
      sumWithAvx2<false>(values, nullptr, count, sum, magnitudes);
    } else {
      sumWithAvx2<true>(values, indices, count, sum, magnitudes);
    }
    return sumFits(magnitudes, count);
  }
  uint64_t total = 0;
  for (int32_t i = 0; i < count; ++i) {
    const int64_t value = values[indices == nullptr ? i : indices[i]];
    total += static_cast<uint64_t>(value);
    magnitudes |= static_cast<uint64_t>(value ^ (value >> 63));
  }
  sum = static_cast<int64_t>(total);
  return sumFits(magnitudes, count);
}

}  // namespace flint::functions
