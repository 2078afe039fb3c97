#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "columnar/column_vector.h"
#include "columnar/selection.h"

namespace flint::columnar {

/// Spark's hash of a row: what its `hash` function gives, and what places rows in partitions. NULLs leave the hash as it is.
///
/// Source: behaves as org.apache.spark.sql.catalyst.expressions.Murmur3Hash.
inline constexpr uint32_t kSparkHashSeed = 42;

/// Goes on from `hashes` (one an active row, in their order) with one more column.
void addSparkHash(const ColumnVector& column, const ActiveRows& active, std::span<uint32_t> hashes);

/// The hash of one value, going on from `hash`.
uint32_t sparkHashOf(const ColumnVector& column, RowIndex row, uint32_t hash);

/// The partition of each active row by Spark's hash partitioning: the hash modulo `numPartitions`, never negative.
std::vector<int32_t> hashPartitions(std::span<const VectorPtr> keys, const ActiveRows& active, int32_t numPartitions);

}  // namespace flint::columnar
