#include "types/data_type.h"

#include <gtest/gtest.h>

#include "types/int128.h"
#include "types/value.h"

namespace flint {
namespace {

DataType nested() {
  return DataType::structType({{.name = "a b", .type = DataType::map(DataType::string(), DataType::array(DataType::decimal(20, 3), false)), .nullable = false},
                               {.name = "c", .type = DataType::dayTimeInterval(IntervalField::kHour, IntervalField::kSecond), .metadata = R"({"k":1})"}});
}

TEST(DataType, hasSparksTexts) {
  EXPECT_EQ(DataType::bigint().simpleString(), "bigint");
  EXPECT_EQ(DataType::bigint().json(), "\"long\"");
  EXPECT_EQ(DataType::null().sql(), "VOID");
  EXPECT_EQ(nested().simpleString(), "struct<a b:map<string,array<decimal(20,3)>>,c:interval hour to second>");
  EXPECT_EQ(nested().sql(), "STRUCT<`a b`: MAP<STRING, ARRAY<DECIMAL(20,3)>> NOT NULL, c: INTERVAL HOUR TO SECOND>");
  EXPECT_EQ(nested().json(),
            R"j({"type":"struct","fields":[{"name":"a b","type":{"type":"map","keyType":"string","valueType":{"type":"array","elementType":"decimal(20,3)",)j"
            R"("containsNull":false},"valueContainsNull":true},"nullable":false,"metadata":{}},)"
            R"({"name":"c","type":"interval hour to second","nullable":true,"metadata":{"k":1}}]})");
}

TEST(DataType, survivesItsBytes) {
  ByteWriter out;
  nested().encode(out);
  ByteReader in(out.bytes());
  EXPECT_EQ(DataType::decode(in), nested());
  EXPECT_TRUE(in.atEnd());
  for (size_t length = 0; length < out.bytes().size(); ++length) {
    ByteReader cut(std::string_view(out.bytes()).substr(0, length));
    DataType::decode(cut);
    EXPECT_TRUE(cut.failed()) << length;
  }
}

TEST(DataType, decimalsTo18DigitsAreWords) {
  EXPECT_EQ(DataType::decimal(18, 2).physicalType(), PhysicalType::kInt64);
  EXPECT_EQ(DataType::decimal(19, 2).physicalType(), PhysicalType::kInt128);
}

TEST(DataType, sameTypeLooksPastNullability) {
  EXPECT_TRUE(DataType::array(DataType::integer(), true).sameType(DataType::array(DataType::integer(), false)));
  EXPECT_NE(DataType::array(DataType::integer(), true), DataType::array(DataType::integer(), false));
}

TEST(Int128, printsItsWholeRange) {
  EXPECT_EQ(toString(int128_t{0}), "0");
  EXPECT_EQ(toString(-powerOfTen(38) + 1), "-99999999999999999999999999999999999999");
  EXPECT_EQ(toString(static_cast<int128_t>(uint128_t{1} << 127)), "-170141183460469231731687303715884105728");
}

TEST(Value, survivesItsBytes) {
  const Value value = Value::list({Value::null(), Value::integer(-5), Value::decimal(powerOfTen(30)), Value::floating(-0.0), Value::string("x"),
                                   Value::interval({.months = 1, .days = -2, .microseconds = 3}), Value::map({{Value::string("k"), Value::boolean(true)}})});
  ByteWriter out;
  value.encode(out);
  ByteReader in(out.bytes());
  EXPECT_EQ(Value::decode(in), value);
  EXPECT_EQ(Value::floating(0.0 / 0.0), Value::floating(0.0 / 0.0));
  EXPECT_NE(Value::floating(-0.0), Value::floating(0.0));
}

}  // namespace
}  // namespace flint
