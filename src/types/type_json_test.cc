#include "types/type_json.h"

#include <gtest/gtest.h>

namespace flint {
namespace {

TEST(TypeJson, readsWhatDataTypeWrites) {
  const DataType type = DataType::structType({
      {"a", DataType::decimal(20, 3), false},
      {"b", DataType::array(DataType::map(DataType::string(), DataType::timestampNtz(), false)), true, R"({"k":1})"},
      {"c", DataType::dayTimeInterval(IntervalField::kHour, IntervalField::kSecond), true},
      {"d", DataType::yearMonthInterval(), true},
      {"e", DataType::varchar(7), true},
      {"f", DataType::structType({{"x", DataType::bigint(), false}}), true},
  });
  const auto parsed = parseTypeJson(type.json());
  ASSERT_TRUE(parsed.isOk()) << parsed.status().message();
  EXPECT_EQ(*parsed, type);
  EXPECT_EQ(*parseTypeJson("\"integer\""), DataType::integer());
}

TEST(TypeJson, refusesWhatIsNoType) {
  for (const char* text : {"", "{", "\"nothing\"", "{\"type\":\"array\"}", "\"decimal(60,2)\"", "{\"type\":\"struct\",\"fields\":3}", "7"}) {
    const auto parsed = parseTypeJson(text);
    ASSERT_FALSE(parsed.isOk()) << text;
    EXPECT_EQ(&parsed.error().condition(), &condition::kInvalidJsonDataType);
  }
}

}  // namespace
}  // namespace flint
