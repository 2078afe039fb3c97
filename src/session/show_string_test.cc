#include "session/show_string.h"

#include <gtest/gtest.h>

namespace flint::session {
namespace {

TEST(ShowString, alignsRightWhenItTruncates) {
  const ShownRows shown{.names = {"a", "name"}, .rows = {{"1", "abcdefghijklmnopqrstuvwxyz"}, {"NULL", "x\ny"}}, .hasMore = true};
  EXPECT_EQ(showString(shown, 2, 20, false),
            "+----+--------------------+\n"
            "|   a|                name|\n"
            "+----+--------------------+\n"
            "|   1|abcdefghijklmnopq...|\n"
            "|NULL|                x\\ny|\n"
            "+----+--------------------+\n"
            "only showing top 2 rows");
}

TEST(ShowString, namesAreNotCut) {
  EXPECT_EQ(showString({.names = {"value"}, .rows = {{"abcdef"}}}, 20, 3, false),
            "+-----+\n"
            "|value|\n"
            "+-----+\n"
            "|  abc|\n"
            "+-----+\n");
}

TEST(ShowString, alignsLeftWithoutALimit) {
  EXPECT_EQ(showString({.names = {"k"}, .rows = {{"äö"}, {"日本"}}}, 20, 0, false),
            "+----+\n"
            "|k   |\n"
            "+----+\n"
            "|äö  |\n"
            "|日本|\n"
            "+----+\n");
}

TEST(ShowString, verticalNamesEachRecord) {
  EXPECT_EQ(showString({.names = {"id", "v"}, .rows = {{"1", "x"}}, .hasMore = true}, 1, 20, true),
            "-RECORD 0--\n"
            " id  | 1   \n"
            " v   | x   \n"
            "only showing top 1 row");
  EXPECT_EQ(showString({.names = {"id"}}, 20, 20, true), "(0 rows)\n");
}

TEST(ShowString, htmlEscapesCells) {
  EXPECT_EQ(htmlString({.names = {"a<b"}, .rows = {{"\"&\""}}}, 20, 20),
            "<table border='1'>\n<tr><th>a&lt;b</th></tr>\n<tr><td>&quot;&amp;&quot;</td></tr>\n</table>\n");
}

TEST(SchemaTreeString, showsNestedTypes) {
  const DataType schema = DataType::structType(
      {{.name = "a", .type = DataType::integer(), .nullable = false},
       {.name = "m", .type = DataType::map(DataType::string(), DataType::array(DataType::structType({{.name = "x", .type = DataType::bigint()}})))}});
  EXPECT_EQ(schemaTreeString(schema, 0),
            "root\n"
            " |-- a: integer (nullable = false)\n"
            " |-- m: map (nullable = true)\n"
            " |    |-- key: string\n"
            " |    |-- value: array (valueContainsNull = true)\n"
            " |    |    |-- element: struct (containsNull = true)\n"
            " |    |    |    |-- x: long (nullable = true)\n");
  EXPECT_EQ(schemaTreeString(schema, 1),
            "root\n"
            " |-- a: integer (nullable = false)\n"
            " |-- m: map (nullable = true)\n");
}

}  // namespace
}  // namespace flint::session
