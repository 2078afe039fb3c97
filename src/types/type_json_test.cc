#include "types/type_json.h"

#include <gtest/gtest.h>

namespace flint {
namespace {

TEST(TypeJson, readsWhatDataTypeWrites) {
  const DataType type = DataType::structType(
      {{"a", DataType::decimal(10, 2), false, "{\"comment\":\"x\"}"},
       {"b \"q\"", DataType::array(DataType::map(DataType::string(), DataType::dayTimeInterval(IntervalField::kHour, IntervalField::kSecond), false), false)},
       {"c", DataType::structType({{"d", DataType::timestampNtz()}, {"e", DataType::varchar(5)}, {"f", DataType::time(3)}})}});
  const auto read = dataTypeFromJson(type.json());
  ASSERT_TRUE(read.isOk()) << read.status().message();
  EXPECT_EQ(*read, type);
}

TEST(TypeJson, refusesMalformedText) {
  for (const char* json : {"", "{", "\"nothing\"", "{\"type\":\"struct\"}", "{\"type\":\"array\"}", "\"decimal(40,2)\"", "\"integer\" x"}) {
    EXPECT_FALSE(dataTypeFromJson(json).isOk()) << json;
  }
}

}  // namespace
}  // namespace flint
