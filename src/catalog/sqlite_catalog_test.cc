#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "catalog/catalog_plugin.h"

namespace flint::catalog {
namespace {

class SqliteCatalogTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = std::string(::testing::TempDir()) + "flint_catalog_XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  CatalogTable table(const std::string& name) const {
    CatalogTable made;
    made.database = "default";
    made.name = name;
    made.provider = "parquet";
    made.location = folder_ + "/" + name;
    made.schema = {{"a", DataType::integer(), false}, {"b", DataType::array(DataType::string(), true), true, R"({"comment":"x"})"}};
    made.properties["p"] = "1";
    made.statisticsRows = 7;
    return made;
  }

  std::string folder_;
};

TEST_F(SqliteCatalogTest, AnotherCatalogOfTheSameFolderSeesWhatOneMade) {
  const auto one = makeSqliteCatalog(folder_);
  const auto other = makeSqliteCatalog(folder_);
  EXPECT_TRUE(other->databaseExists("default"));
  ASSERT_TRUE(one->createDatabase({.name = "d", .comment = "c", .location = "", .properties = {}}, false).isOk());
  ASSERT_TRUE(one->createTable(table("t"), false).isOk());
  EXPECT_TRUE(other->databaseExists("d"));
  const auto found = other->table("default", "t");
  ASSERT_TRUE(found.isOk());
  EXPECT_EQ(found.value().schema, table("t").schema);
  EXPECT_EQ(found.value().properties.at("p"), "1");
  EXPECT_EQ(found.value().statisticsRows, 7);
  EXPECT_FALSE(other->createTable(table("t"), false).isOk());
  ASSERT_TRUE(other->renameTable("default", "t", "u").isOk());
  EXPECT_EQ(one->tables("default"), std::vector<std::string>{"u"});
  EXPECT_FALSE(one->dropDatabase("default", false, false).isOk());
}

TEST_F(SqliteCatalogTest, FunctionsAndColumnStatisticsAreThereForTheNextProcess) {
  {
    const auto catalog = makeSqliteCatalog(folder_);
    CatalogTable made = table("t");
    made.columnStatistics["a"] = {.min = "1", .max = std::nullopt, .nullCount = 2, .distinctCount = 3, .averageLength = 4, .maxLength = 5};
    ASSERT_TRUE(catalog->createTable(made, false).isOk());
    EXPECT_TRUE(catalog->putFunction("default", "f", "one", false).value());
    EXPECT_FALSE(catalog->putFunction("default", "f", "two", false).value());
    EXPECT_FALSE(catalog->putFunction("nowhere", "f", "two", false).isOk());
  }
  const auto catalog = makeSqliteCatalog(folder_);
  EXPECT_EQ(catalog->function("default", "f").value(), std::optional<std::string>("one"));
  EXPECT_EQ(catalog->functions("default"), std::vector<std::string>{"f"});
  const CatalogColumnStatistics statistics = catalog->table("default", "t").value().columnStatistics.at("a");
  EXPECT_EQ(statistics.min, std::optional<std::string>("1"));
  EXPECT_FALSE(statistics.max.has_value());
  EXPECT_EQ(statistics.distinctCount, 3);
  EXPECT_EQ(statistics.maxLength, 5);
  EXPECT_TRUE(catalog->dropFunction("default", "f").value());
  EXPECT_FALSE(catalog->dropFunction("default", "f").value());
}

TEST_F(SqliteCatalogTest, NothingIsWrittenBeforeTheFirstChange) {
  const auto catalog = makeSqliteCatalog(folder_ + "/warehouse");
  EXPECT_TRUE(catalog->tables("default").empty());
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/warehouse"));
}

TEST_F(SqliteCatalogTest, ADamagedFileIsAnErrorAndStaysAsItIs) {
  const std::string file = folder_ + "/_flint_catalog.sqlite";
  std::ofstream(file) << "this is no database, but long enough to look at as if it were one";
  const auto catalog = makeSqliteCatalog(folder_);
  EXPECT_FALSE(catalog->createTable(table("t"), false).isOk());
  EXPECT_FALSE(catalog->table("default", "t").isOk());
  std::ifstream in(file);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(in), {}), "this is no database, but long enough to look at as if it were one");
}

}  // namespace
}  // namespace flint::catalog
