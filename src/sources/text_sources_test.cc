#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "connector/data_source.h"
#include "sources/source_table.h"

// Expected rows and types were recorded from Spark 4.2.0.
namespace flint::sources {
namespace {

class TextSources : public testing::Test {
 protected:
  void SetUp() override {
    registerSources();
    folder_ = std::filesystem::temp_directory_path() / ("flint_text_" + std::to_string(getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return (folder_ / name).string();
  }

  Result<connector::TablePtr> open(const std::string& format, const std::string& path, connector::Options options = {},
                                   std::optional<StructFields> schema = {}) {
    connector::OpenRequest request;
    request.paths = {path};
    request.options = std::move(options);
    request.schema = std::move(schema);
    return connector::DataSourceTable::instance().find(format)->open(request);
  }

  static std::string textOf(const Value& value, const DataType& type) {
    if (value.isNull()) return "NULL";
    switch (type.kind()) {
      case TypeKind::kStruct: {
        std::string text = "{";
        for (size_t i = 0; i < type.fields().size(); ++i) text += (i == 0 ? "" : ",") + textOf(value.asList()[i], type.fields()[i].type);
        return text + "}";
      }
      case TypeKind::kArray: {
        std::string text = "[";
        for (const Value& element : value.asList()) text += (text.size() == 1 ? "" : ",") + textOf(element, type.elementType());
        return text + "]";
      }
      case TypeKind::kBoolean: return value.asBoolean() ? "true" : "false";
      case TypeKind::kDouble: return std::to_string(value.asFloating());
      case TypeKind::kDecimal: return toString(value.asDecimal());
      case TypeKind::kString: return value.asString();
      default: return std::to_string(value.asInteger());
    }
  }

  // Rows as text, columns separated by "|".
  Result<std::vector<std::string>> rows(const connector::Table& table, int32_t parallelism = 1) {
    connector::ScanRequest request;
    for (size_t i = 0; i < table.schema().size(); ++i) {
      request.columns.push_back(static_cast<int32_t>(i));
      request.columnTypes.push_back(table.schema()[i].type);
    }
    ASSIGN_OR_RETURN(const auto scan, table.scan(request, {.openCostInBytes = 1, .defaultParallelism = parallelism}));
    ASSIGN_OR_RETURN(const auto reader, scan->makeReader());
    std::vector<std::string> rows;
    for (int32_t partition = 0; partition < scan->numPartitions(); ++partition) {
      ASSIGN_OR_RETURN(const auto morsels, scan->morsels(partition));
      for (const connector::Morsel& morsel : morsels) {
        RETURN_IF_ERROR(reader->open(morsel));
        columnar::ColumnarBatch batch;
        while (true) {
          ASSIGN_OR_RETURN(const bool more, reader->next(batch));
          if (!more) break;
          for (const columnar::RowIndex row : batch.activeRows()) {
            std::string text;
            for (size_t i = 0; i < batch.numColumns(); ++i) {
              text += (i == 0 ? "" : "|") + textOf(batch.column(i)->valueAt(row), table.schema()[i].type);
            }
            rows.push_back(std::move(text));
          }
        }
      }
    }
    return rows;
  }

  std::vector<std::string> read(const std::string& format, const std::string& path, connector::Options options = {},
                                std::optional<StructFields> schema = {}) {
    const auto table = open(format, path, std::move(options), std::move(schema));
    if (!table.isOk()) return {table.status().message()};
    const auto result = rows(**table);
    return result.isOk() ? *result : std::vector<std::string>{result.status().message()};
  }

  std::filesystem::path folder_;
};

using Rows = std::vector<std::string>;

constexpr const char* kOddCsv =
    "a,b,c\n"
    "1,\"x y\",z\n"
    "2,\"a \"\"b\"\" c\",q\n"
    "3,\"a \\\"b\\\" c\",q\n"
    "4,\"\",\n"
    "5,  sp  ,\"  q  \"\n"
    "6,ab\"cd,e\"f\n"
    "7,\"abc\"def,g\n"
    "8,only\n"
    "9,x,y,extra\n"
    "10,\"un,closed\n"
    "11,\\,x\n"
    "12,\"a\\\\\",b\n"
    "13,\"a\" ,b\n"
    "14, \"a\",b\n";

TEST_F(TextSources, csvTakesOddQuotesAsSparkDoes) {
  const std::string path = write("odd.csv", kOddCsv);
  EXPECT_EQ(read("csv", path, {{"header", "true"}}),
            (Rows{"1|x y|z", "2|\"a \"\"b\"\" c\"|q", "3|a \"b\" c|q", "4|NULL|NULL", "5|  sp  |  q  ", "6|ab\"cd|e\"f", "7|\"abc\"def|g",
                  "8|only|NULL", "9|x|y", "10|un,closed|NULL", "11|\\|x", "12|a\\|b", "13|a|b", "14| \"a\"|b"}));
  EXPECT_EQ(read("csv", path, {{"header", "true"}, {"ignoreLeadingWhiteSpace", "true"}, {"ignoreTrailingWhiteSpace", "true"}})[4], "5|sp|  q  ");
  const Rows multiLine = read("csv", path, {{"header", "true"}, {"multiLine", "true"}});
  ASSERT_EQ(multiLine.size(), 12u);
  EXPECT_EQ(multiLine[9], "10|\"un,closed\n11,\\,x\n12,\"a\\\\\"|b");
}

TEST_F(TextSources, csvKeepsDropsOrRefusesMalformedRecords) {
  const std::string path = write("odd.csv", kOddCsv);
  const StructFields schema = {{"a", DataType::integer()}, {"b", DataType::string()}, {"c", DataType::string()}};
  StructFields withCorrupt = schema;
  withCorrupt.push_back({"_corrupt_record", DataType::string()});
  const Rows permissive = read("csv", path, {{"header", "true"}}, withCorrupt);
  EXPECT_EQ(permissive[7], "8|only|NULL|8,only");
  EXPECT_EQ(permissive[8], "9|x|y|9,x,y,extra");
  EXPECT_EQ(permissive[0], "1|x y|z|NULL");
  EXPECT_EQ(read("csv", path, {{"header", "true"}, {"mode", "DROPMALFORMED"}}, schema).size(), 11u);
  const auto table = open("csv", path, {{"header", "true"}, {"mode", "FAILFAST"}}, schema);
  const auto failed = rows(**table);
  ASSERT_FALSE(failed.isOk());
  EXPECT_EQ(failed.error().condition().name, "FAILED_READ_FILE.NO_HINT");
  EXPECT_EQ(failed.error().cause()->condition().name, "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION");
}

TEST_F(TextSources, csvTypesAreInferred) {
  const std::string path = write("typed.csv",
                                 "i,l,d,db,dt,ts,b,n,s,ds,mix,i\n"
                                 "1,3000000000,12345678901234567890,1.5,2020-01-01,2020-01-01 10:00:00,true,,x,2020-01-01,1,1\n"
                                 "2,1,2,2,2020-02-01,2020-01-02T10:00:00,FALSE,,y,2020-01-01 00:00:00,1.5,1\n");
  const auto table = open("csv", path, {{"header", "true"}, {"inferSchema", "true"}});
  ASSERT_TRUE(table.isOk()) << table.status().message();
  EXPECT_EQ(DataType::structType((*table)->schema()).simpleString(),
            "struct<i0:int,l:bigint,d:decimal(20,0),db:double,dt:date,ts:timestamp,b:boolean,n:string,s:string,ds:timestamp,mix:double,i11:int>");
  EXPECT_EQ((*rows(**table))[1], "2|1|2|2.000000|18293|1577959200000000|false|NULL|y|1577836800000000|1.500000|1");
}

TEST_F(TextSources, splitsGiveEachLineOnce) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::to_string(i) + (i % 3 == 0 ? "\r\n" : "\n");
  const std::string path = write("lines.txt", text);
  const auto table = open("text", path);
  ASSERT_TRUE(table.isOk());
  for (const int32_t parallelism : {1, 2, 3, 7, 100, 333}) {
    const auto lines = rows(**table, parallelism);
    ASSERT_TRUE(lines.isOk());
    ASSERT_EQ(lines->size(), 1'000u) << parallelism;
    std::vector<int> numbers;
    for (const std::string& line : *lines) numbers.push_back(std::stoi(line));
    std::sort(numbers.begin(), numbers.end());
    for (int i = 0; i < 1'000; ++i) ASSERT_EQ(numbers[static_cast<size_t>(i)], i);
  }
}

constexpr const char* kOddJson =
    "{\"a\":1,\"b\":\"x\",\"c\":[1,2.5],\"d\":{\"z\":1,\"y\":null}}\n"
    "{\"a\":\"q\",\"b\":2,\"e\":true}\n"
    "{bad\n"
    "[{\"a\":5},{\"a\":6}]\n"
    "{\"a\":1.5e3,\"c\":null}\n"
    "\n"
    "{\"a\":12345678901234567890123}\n"
    "{'a':3}\n"
    "{\"a\":1} trailing\n"
    "7\n";

TEST_F(TextSources, jsonSchemaIsInferred) {
  const auto table = open("json", write("odd.json", kOddJson));
  ASSERT_TRUE(table.isOk()) << table.status().message();
  EXPECT_EQ(DataType::structType((*table)->schema()).simpleString(),
            "struct<_corrupt_record:string,a:string,b:string,c:array<double>,d:struct<y:string,z:bigint>,e:boolean>");
  EXPECT_EQ(*rows(**table), (Rows{"NULL|1|x|[1.000000,2.500000]|{NULL,1}|NULL", "NULL|q|2|NULL|NULL|true", "{bad|NULL|NULL|NULL|NULL|NULL",
                                  "NULL|5|NULL|NULL|NULL|NULL", "NULL|6|NULL|NULL|NULL|NULL", "NULL|1.5e3|NULL|NULL|NULL|NULL",
                                  "NULL|12345678901234567890123|NULL|NULL|NULL|NULL", "NULL|3|NULL|NULL|NULL|NULL", "NULL|1|NULL|NULL|NULL|NULL",
                                  "7|NULL|NULL|NULL|NULL|NULL"}));
}

TEST_F(TextSources, jsonValuesThatDoNotFitAreNull) {
  const std::string path = write("odd.json", kOddJson);
  EXPECT_EQ(read("json", path, {},
                 StructFields{{"a", DataType::integer()},
                              {"b", DataType::string()},
                              {"d", DataType::structType({{"z", DataType::integer()}, {"y", DataType::string()}})},
                              {"e", DataType::string()},
                              {"c", DataType::array(DataType::integer())}}),
            (Rows{"1|x|{1,NULL}|NULL|NULL", "NULL|2|NULL|true|NULL", "NULL|NULL|NULL|NULL|NULL", "5|NULL|NULL|NULL|NULL", "6|NULL|NULL|NULL|NULL",
                  "NULL|NULL|NULL|NULL|NULL", "NULL|NULL|NULL|NULL|NULL", "3|NULL|NULL|NULL|NULL", "1|NULL|NULL|NULL|NULL",
                  "NULL|NULL|NULL|NULL|NULL"}));
  EXPECT_EQ(read("json", path, {}, StructFields{{"a", DataType::float64()}, {"_corrupt_record", DataType::string()}})[1],
            "NULL|{\"a\":\"q\",\"b\":2,\"e\":true}");
}

}  // namespace
}  // namespace flint::sources
