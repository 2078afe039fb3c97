#include "parser/sql_parser.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace flint::parser {
namespace {

std::string readFile(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

TEST(SqlParser, readsEveryBenchmarkQuery) {
  const char* folder = std::getenv("BENCH_DIR");
  if (folder == nullptr) GTEST_SKIP() << "BENCH_DIR is not set";
  int numFiles = 0;
  for (const char* suite : {"tpch", "tpcds"}) {
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(folder) / suite)) {
      if (entry.path().extension() != ".sql") continue;
      ++numFiles;
      const auto plan = parseStatement(readFile(entry.path()));
      EXPECT_TRUE(plan.isOk()) << entry.path() << ": " << plan.status().message();
    }
  }
  EXPECT_GT(numFiles, 100);
}

}  // namespace
}  // namespace flint::parser
