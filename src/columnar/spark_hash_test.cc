#include "columnar/spark_hash.h"

#include <gtest/gtest.h>

#include "base/xorshift_random.h"
#include "columnar/vector_builder.h"

namespace flint::columnar {
namespace {

int32_t hashOf(const DataType& type, const Value& value) {
  return static_cast<int32_t>(sparkHashOf(*ColumnVector::constant(type, value, 1), 0, kSparkHashSeed));
}

// SELECT hash(...) of Spark 4.2.0.
TEST(SparkHash, givesSparksValues) {
  EXPECT_EQ(hashOf(DataType::integer(), Value::integer(1)), -559580957);
  EXPECT_EQ(hashOf(DataType::bigint(), Value::integer(1)), -1712319331);
  EXPECT_EQ(hashOf(DataType::string(), Value::string("Spark")), 228093765);
  EXPECT_EQ(hashOf(DataType::string(), Value::string("abcdefghij")), -1837419305);
  EXPECT_EQ(hashOf(DataType::string(), Value::string("\xC3\xA9")), 2119106806);
  EXPECT_EQ(hashOf(DataType::string(), Value::null()), 42);
  EXPECT_EQ(hashOf(DataType::boolean(), Value::boolean(true)), -559580957);
  EXPECT_EQ(hashOf(DataType::float64(), Value::floating(1.5)), 1290763749);
  EXPECT_EQ(hashOf(DataType::decimal(30, 2), Value::decimal(static_cast<int128_t>(1234567890123456789) * 1000 + 12)), -2030013727);
  EXPECT_EQ(hashOf(DataType::array(DataType::integer()), Value::list({Value::integer(1), Value::integer(2), Value::null()})), -222940379);
}

TEST(SparkHash, negativeZeroIsZero) {
  EXPECT_EQ(hashOf(DataType::float64(), Value::floating(-0.0)), hashOf(DataType::float64(), Value::floating(0.0)));
}

// SELECT rand(42) FROM range(0, 3, 1, 1) of Spark 4.2.0.
TEST(XORShiftRandom, givesSparksNumbers) {
  XORShiftRandom random(42);
  EXPECT_DOUBLE_EQ(random.nextDouble(), 0.619189370225301);
  EXPECT_DOUBLE_EQ(random.nextDouble(), 0.5096018842446481);
  EXPECT_DOUBLE_EQ(random.nextDouble(), 0.8325259388871524);
}

TEST(HashPartitions, areTheHashModuloTheirNumberNeverNegative) {
  VectorBuilder builder(DataType::bigint());
  for (int64_t i = 0; i < 1000; ++i) builder.appendFixed<int64_t>(i);
  const VectorPtr key = builder.finish();
  const std::vector<int32_t> partitions = hashPartitions({&key, 1}, ActiveRows(1000), 7);
  for (RowIndex row = 0; row < 1000; ++row) {
    const auto hash = static_cast<int32_t>(sparkHashOf(*key, row, kSparkHashSeed));
    EXPECT_EQ(partitions[static_cast<size_t>(row)], ((hash % 7) + 7) % 7);
  }
}

}  // namespace
}  // namespace flint::columnar
